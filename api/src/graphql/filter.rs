//! The filter as callers write it, and everything that can be wrong with it. What it means is
//! said once, for list, count and export alike, in `entity::log::filter`.

use super::{
    scalar::{Date, DateTime, TimeZone},
    vocabulary::{Action, Direction, Outcome, RequestType},
};
use async_graphql::InputObject;
use entity::{
    fault::Fault,
    log::{
        draft::normal_name,
        filter::{Filter, User, user_key},
        period::Period,
    },
    reference::Reference,
};

/// Every field narrows (AND); a list widens within its field (OR). An empty list is an error.
#[derive(InputObject)]
pub(super) struct ConnectorLogFilter {
    /// Application To/From: the name on either side.
    applications: Option<Vec<String>>,
    application_from: Option<Vec<String>>,
    application_to: Option<Vec<String>>,
    actions: Option<Vec<Action>>,
    request_types: Option<Vec<RequestType>>,
    /// Instants: from inclusive, to exclusive.
    occurred_at: Option<DateTimeRange>,
    /// Calendar days, both inclusive, in a time zone. Not together with occurredAt.
    occurred_on: Option<DateRange>,
    /// Email ID / Login ID: either of the two, whole, whatever the case; 'ann*' is a prefix of 3
    /// characters or more.
    user: Option<String>,
    directions: Option<Vec<Direction>>,
    outcomes: Option<Vec<Outcome>>,
    /// HTTP status, both ends inclusive: {from: 500, to: 599}.
    status_code: Option<IntRange>,
    correlation_id: Option<String>,
    /// The short code a person reads out from an error page.
    reference: Option<String>,
}

/// Instants: from inclusive, to exclusive.
#[derive(InputObject)]
pub(super) struct DateTimeRange {
    from: Option<DateTime>,
    to: Option<DateTime>,
}

/// Calendar days of a time zone, both inclusive.
#[derive(InputObject)]
pub(super) struct DateRange {
    from: Date,
    to: Date,
    time_zone: TimeZone,
}

/// Both ends inclusive.
#[derive(InputObject)]
pub(super) struct IntRange {
    from: Option<i32>,
    to: Option<i32>,
}

/// The most values of a list.
const LIST_MAX: usize = 500;
/// The least characters of a prefix.
const PREFIX_MIN: usize = 3;

impl ConnectorLogFilter {
    /// The filter, or all its faults, each with its path from `filter` on.
    pub(super) fn parse(self) -> Result<Filter, Vec<Fault>> {
        let mut faults = Faults::default();
        let filter = Filter {
            applications: faults.keep(names("applications", self.applications)),
            application_from: faults.keep(names("applicationFrom", self.application_from)),
            application_to: faults.keep(names("applicationTo", self.application_to)),
            actions: faults.keep(list("actions", self.actions)),
            request_types: faults.keep(list("requestTypes", self.request_types)),
            period: faults.keep(period(self.occurred_at, self.occurred_on)),
            user: faults.keep(self.user.map(|text| user(&text)).transpose()),
            directions: faults.keep(list("directions", self.directions)),
            outcomes: faults.keep(list("outcomes", self.outcomes)),
            status_code: faults.keep(self.status_code.as_ref().map(status_code).transpose()),
            correlation_id: faults.keep(self.correlation_id.map(|t| text("correlationId", t)).transpose()),
            reference: faults.keep(self.reference.as_deref().map(reference).transpose()),
        };
        if faults.0.is_empty() { Ok(filter) } else { Err(faults.0) }
    }
}

/// The faults of an input, gathered while the rest of it is read on.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn keep<T: Default>(&mut self, result: Result<T, Fault>) -> T {
        result.unwrap_or_else(|fault| {
            self.0.push(fault.within("filter"));
            T::default()
        })
    }
}

pub(super) fn list<T: PartialEq, U: From<T>>(field: &str, given: Option<Vec<T>>) -> Result<Vec<U>, Fault> {
    let Some(values) = given else {
        return Ok(Vec::new());
    };
    if values.is_empty() {
        return Err(Fault::new(field, "is an empty list, which nothing can match: leave the field out to match all"));
    }
    if values.len() > LIST_MAX {
        return Err(Fault::new(field, format!("has more than {LIST_MAX} values: ask in parts")));
    }
    let mut distinct: Vec<T> = Vec::with_capacity(values.len());
    for value in values {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    Ok(distinct.into_iter().map(U::from).collect())
}

fn names(field: &str, given: Option<Vec<String>>) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = list(field, given)?;
    names
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            text(field, normal_name(&name)).map_err(|f| Fault { field: vec![field.to_owned(), place.to_string()], ..f })
        })
        .collect()
}

pub(super) fn text(field: &str, text: String) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::new(field, "is empty: leave the field out to match all"));
    }
    if text.contains('\0') {
        return Err(Fault::new(field, "holds a NUL character, which no record has: leave it out"));
    }
    Ok(text)
}

fn period(at: Option<DateTimeRange>, on: Option<DateRange>) -> Result<Option<Period>, Fault> {
    match (at, on) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            Err(Fault::new("occurredOn", "cannot stand beside occurredAt: give the days or the instants, not both"))
        }
        (Some(range), None) => instants(&range).map(Some).map_err(|f| f.within("occurredAt")),
        (None, Some(range)) => days(&range).map(Some).map_err(|f| f.within("occurredOn")),
    }
}

fn instants(range: &DateTimeRange) -> Result<Period, Fault> {
    let (from, to) = between(range)?;
    Ok(Period::Instants { from, to })
}

/// From and to, of which one is there.
pub(super) type Between = (Option<chrono::DateTime<chrono::Utc>>, Option<chrono::DateTime<chrono::Utc>>);

pub(super) fn between(range: &DateTimeRange) -> Result<Between, Fault> {
    let from = range.from.as_ref().map(|at| at.instant("from")).transpose()?;
    let to = range.to.as_ref().map(|at| at.instant("to")).transpose()?;
    match (from, to) {
        (None, None) => Err(Fault::new("from", "and to are both missing: give one of them, or leave the range out")),
        (Some(from), Some(to)) if from > to => Err(Fault::new("from", "is after to: swap them")),
        ends => Ok(ends),
    }
}

fn days(range: &DateRange) -> Result<Period, Fault> {
    let (from, to) = (range.from.day("from")?, range.to.day("to")?);
    let zone = range.time_zone.zone("timeZone")?;
    if from > to {
        return Err(Fault::new("from", "is after to: swap them"));
    }
    Ok(Period::Days { from, to, zone })
}

fn user(given: &str) -> Result<User, Fault> {
    let given = text("user", given.trim().to_owned())?;
    match given.strip_suffix('*') {
        None => Ok(User::Exact(user_key(&given))),
        Some(prefix) => {
            let key = user_key(prefix);
            if key.chars().count() < PREFIX_MIN {
                let remedy = format!("is a prefix of fewer than {PREFIX_MIN} characters: write more before the *");
                return Err(Fault::new("user", remedy));
            }
            Ok(User::Prefix(key))
        }
    }
}

fn status_code(range: &IntRange) -> Result<(Option<i32>, Option<i32>), Fault> {
    let fault = |message: &str| Err(Fault::new("from", message).within("statusCode"));
    match (range.from, range.to) {
        (None, None) => fault("and to are both missing: give one of them, or leave statusCode out"),
        (Some(from), Some(to)) if from > to => fault("is more than to: swap them"),
        bounds => Ok(bounds),
    }
}

fn reference(given: &str) -> Result<String, Fault> {
    match given.parse::<Reference>() {
        Ok(reference) => Ok(reference.to_string()),
        Err(e) => Err(Fault::new("reference", e.to_string())),
    }
}
