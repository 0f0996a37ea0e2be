//! The contract's scalars. They take any text and are read where the field's name is known, so
//! that a fault names the field; going out they are written one way.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use entity::fault::Fault;
use serde::Deserialize;

/// An instant, RFC 3339. In: any offset, but an offset must be given. Out: UTC, `Z`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct DateTime(String);

/// A calendar day, YYYY-MM-DD.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Date(String);

/// An IANA time zone name, such as Europe/Berlin. Unknown names are an error.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct TimeZone(String);

fn text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

macro_rules! text_scalar {
    ($($name:ident),*) => {$(
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                text(value).map(Self).map_err(InputValueError::expected_type)
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    )*};
}
text_scalar!(DateTime, Date, TimeZone);

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(at: chrono::DateTime<Utc>) -> Self {
        Self(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl DateTime {
    /// The instant.
    pub(super) fn instant(&self, field: &str) -> Result<chrono::DateTime<Utc>, Fault> {
        chrono::DateTime::parse_from_rfc3339(&self.0).map(|at| at.to_utc()).map_err(|_| {
            let remedy = "is no RFC 3339 instant with an offset: write it like 2026-10-25T02:30:00+02:00 or 2026-10-25T00:30:00Z";
            Fault::new(field, remedy)
        })
    }
}

impl Date {
    /// The day.
    pub(super) fn day(&self, field: &str) -> Result<NaiveDate, Fault> {
        // chrono alone would take 2026-1-5 as well.
        let well_formed = self.0.len() == 10 && self.0.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        NaiveDate::parse_from_str(&self.0, "%Y-%m-%d")
            .ok()
            .filter(|_| well_formed)
            .ok_or_else(|| Fault::new(field, "is no calendar day: write it like 2026-10-25"))
    }
}

impl From<Tz> for TimeZone {
    fn from(zone: Tz) -> Self {
        Self(zone.name().to_owned())
    }
}

impl TimeZone {
    /// A name that was checked when it was stored.
    pub(super) fn stored(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The zone.
    pub(super) fn zone(&self, field: &str) -> Result<Tz, Fault> {
        self.0.parse().map_err(|_| Fault::new(field, "is no IANA time zone: write it like Europe/Berlin, or UTC"))
    }
}
