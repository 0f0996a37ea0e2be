//! Which records are meant: what each field of a filter means, in SQL and in words.
//!
//! The list, the count and the export share this; what a caller may write into a filter, and what
//! is wrong with it, is the API's half.

use super::{Action, Column, Direction, Outcome, RequestType, period::Period};
use crate::{
    application, db,
    id::{ApplicationNo, DomainId, LogId},
    reference::Reference,
};
use chrono_tz::Tz;
use sea_orm::{Condition, entity::prelude::*, sea_query::SimpleExpr};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// What a caller asked for. An empty list is an absent one; every field narrows, a list widens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Names on either side.
    pub applications: Vec<String>,
    /// Names of callers.
    pub application_from: Vec<String>,
    /// Names of those called.
    pub application_to: Vec<String>,
    /// Actions.
    pub actions: Vec<Action>,
    /// Request types.
    pub request_types: Vec<RequestType>,
    /// When.
    pub period: Option<Period>,
    /// Whose.
    pub user: Option<User>,
    /// Directions.
    pub directions: Vec<Direction>,
    /// Outcomes.
    pub outcomes: Vec<Outcome>,
    /// HTTP status, both ends inclusive.
    pub status_code: Option<(Option<i32>, Option<i32>)>,
    /// The caller's own thread, whole.
    pub correlation_id: Option<String>,
    /// The short code.
    pub reference: Option<String>,
}

/// An email or login id to look for, already in the form of [`user_key`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum User {
    /// The whole of it.
    Exact(String),
    /// How it begins.
    Prefix(String),
}

/// The form in which emails and login ids are compared: NFKC, lower case, trimmed. It is made
/// here and not in SQL, for SQLite's `lower` knows ASCII only.
pub fn user_key(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// A filter bound to a domain: the conditions that find its records.
#[derive(Clone, Debug)]
pub struct Matching {
    domain: DomainId,
    narrow: Condition,
    /// For each field that looks at either of two columns: the two conditions.
    either: Vec<[Condition; 2]>,
}

impl Filter {
    /// Binds the filter to a domain, looking up the numbers of the applications that it names.
    pub async fn bind(&self, db: &impl ConnectionTrait, domain: DomainId) -> Result<Matching, DbErr> {
        let named = [&self.applications, &self.application_from, &self.application_to];
        let known = if named.iter().all(|names| names.is_empty()) {
            HashMap::new()
        } else {
            application::numbers(db, domain, named.into_iter().flatten().map(String::as_str)).await?
        };
        let numbers = |names: &[String]| -> Vec<ApplicationNo> {
            names.iter().filter_map(|name| known.get(name).copied()).collect()
        };
        let mut either = Vec::new();
        if !self.applications.is_empty() {
            let numbers = numbers(&self.applications);
            either.push([
                Condition::all().add(one_of(Column::ApplicationFrom, numbers.clone())),
                Condition::all().add(one_of(Column::ApplicationTo, numbers)),
            ]);
        }
        if let Some(user) = &self.user {
            either.push([user.matches(Column::UserEmailKey), user.matches(Column::LoginIdKey)]);
        }
        let sides = [numbers(&self.application_from), numbers(&self.application_to)];
        let narrow = self.narrow(domain, sides, db::is_postgres(db));
        Ok(Matching { domain, narrow, either })
    }

    fn narrow(&self, domain: DomainId, [from, to]: [Vec<ApplicationNo>; 2], postgres: bool) -> Condition {
        let mut all = Condition::all().add(Column::DomainId.eq(domain));
        if !self.application_from.is_empty() {
            all = all.add(one_of(Column::ApplicationFrom, from));
        }
        if !self.application_to.is_empty() {
            all = all.add(one_of(Column::ApplicationTo, to));
        }
        for (column, values) in [
            (Column::Action, values(&self.actions)),
            (Column::RequestType, values(&self.request_types)),
            (Column::Direction, values(&self.directions)),
            (Column::Outcome, values(&self.outcomes)),
        ] {
            if !values.is_empty() {
                all = all.add(one_of(column, values));
            }
        }
        if let Some((from, to)) = self.period.as_ref().map(Period::bounds) {
            all = all
                .add_option(from.map(|from| Column::Id.gte(LogId::first_at(from))))
                .add_option(to.map(|to| Column::Id.lt(LogId::first_at(to))));
        }
        if let Some((from, to)) = self.status_code {
            // A bound beyond what the column can hold is one that every, or no, status meets.
            let clamp = |status: i32| i16::try_from(status.clamp(-1, 1000)).unwrap_or(1000);
            all = all
                .add_option(from.map(|from| Column::StatusCode.gte(clamp(from))))
                .add_option(to.map(|to| Column::StatusCode.lte(clamp(to))));
        }
        if let Some(id) = &self.correlation_id {
            all = all.add(Column::CorrelationId.eq(id.as_str()));
        }
        if let Some(reference) = &self.reference {
            all = all.add(match reference.parse::<Reference>() {
                Ok(reference) => referred(reference, postgres),
                Err(_) => Condition::all().add(Expr::cust("1 = 0")),
            });
        }
        all
    }

    /// The filter in words, times in `zone`, as a report prints it.
    pub fn in_words(&self, zone: Tz) -> String {
        let parts: Vec<_> =
            self.in_parts(zone).into_iter().map(|(label, values)| format!("{label}: {values}")).collect();
        if parts.is_empty() { "All records".to_owned() } else { parts.join("; ") }
    }

    /// The same part by part: what is asked of, and what it may be. None where all records match.
    pub fn in_parts(&self, zone: Tz) -> Vec<(&'static str, String)> {
        let period = self.period.as_ref().map(|p| p.in_words(zone)).unwrap_or_default();
        let user = self.user.as_ref().map(User::in_words);
        let status = self.status_code.map(|bounds| match bounds {
            (Some(from), Some(to)) if from == to => from.to_string(),
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (Some(from), None) => format!("{from} and above"),
            (None, Some(to)) => format!("{to} and below"),
            (None, None) => "any".to_owned(),
        });
        let parts = [
            ("Application To/From", texts(&self.applications)),
            ("Application From", texts(&self.application_from)),
            ("Application To", texts(&self.application_to)),
            ("Action", self.actions.iter().map(|a| a.words()).collect()),
            ("Request Type", self.request_types.iter().map(|r| r.words()).collect()),
            ("Date Range", Some(period.as_str()).filter(|p| !p.is_empty()).into_iter().collect()),
            ("Email ID/Login ID", user.as_deref().into_iter().collect()),
            ("Direction", self.directions.iter().map(|d| d.words()).collect()),
            ("Outcome", self.outcomes.iter().map(|o| o.words()).collect()),
            ("Status", status.as_deref().into_iter().collect()),
            ("Correlation ID", self.correlation_id.as_deref().into_iter().collect()),
            ("Reference", self.reference.as_deref().into_iter().collect()),
        ];
        let given = parts.into_iter().filter(|(_, values)| !values.is_empty());
        given.map(|(label, values)| (label, values.join(" or "))).collect()
    }
}

impl Matching {
    /// Whose records.
    pub fn domain(&self) -> DomainId {
        self.domain
    }

    /// All conditions in one, for counting.
    pub fn condition(&self) -> Condition {
        self.either
            .iter()
            .fold(self.narrow.clone(), |all, [a, b]| all.add(Condition::any().add(a.clone()).add(b.clone())))
    }

    /// The same as conditions none of which looks at either of two columns, so that each can walk
    /// one index in the list's order. Their union is what matches.
    pub fn arms(&self) -> Vec<Condition> {
        let mut arms = vec![self.narrow.clone()];
        for [a, b] in &self.either {
            arms = arms.into_iter().flat_map(|arm| [arm.clone().add(a.clone()), arm.add(b.clone())]).collect();
        }
        arms
    }
}

impl User {
    fn matches(&self, column: Column) -> Condition {
        match self {
            Self::Exact(key) => Condition::all().add(column.eq(key.as_str())),
            // A range and not LIKE: it keeps its index under a generic plan.
            Self::Prefix(key) => {
                Condition::all().add(column.gte(key.as_str())).add_option(after_prefix(key).map(|end| column.lt(end)))
            }
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::Exact(key) => key.clone(),
            Self::Prefix(key) => format!("{key}…"),
        }
    }
}

/// The least text greater than every text that begins with `prefix`; none where there is no such text.
fn after_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

fn one_of<V: Into<Value>>(column: Column, mut values: Vec<V>) -> SimpleExpr {
    match values.len() {
        1 => column.eq(values.remove(0)),
        _ => column.is_in(values),
    }
}

fn values<T: Copy + Into<Value>>(list: &[T]) -> Vec<Value> {
    list.iter().map(|v| (*v).into()).collect()
}

fn texts(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

/// The records of one minute whose id ends as the reference says.
fn referred(reference: Reference, postgres: bool) -> Condition {
    let (from, to) = reference.minute();
    let tail = if postgres { "right(id::text, 8) = $1" } else { "lower(substr(hex(id), -8)) = ?" };
    Condition::all()
        .add(Column::Id.gte(LogId::first_at(from)))
        .add(Column::Id.lt(LogId::first_at(to)))
        .add(Expr::cust_with_values(tail, [reference.tail()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(after_prefix("ann").as_deref(), Some("ano"));
        assert_eq!(after_prefix("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(after_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_prefix("\u{10ffff}"), None);
    }

    #[test]
    fn keys_fold_case_and_form() {
        assert_eq!(user_key(" JÖRG@Example.COM"), user_key("jo\u{308}rg@example.com "));
        assert_eq!(user_key("ﬁona"), "fiona");
    }
}
