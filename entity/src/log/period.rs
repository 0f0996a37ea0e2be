//! Spans of time: instants, or the calendar days of a time zone, which have the hours that the zone
//! gives them.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A span of time, as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Instants: from inclusive, to exclusive.
    Instants {
        /// The first instant within.
        from: Option<DateTime<Utc>>,
        /// The first instant after.
        to: Option<DateTime<Utc>>,
    },
    /// Calendar days of a time zone, both inclusive.
    Days {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
        /// Where the days are counted.
        zone: Tz,
    },
}

impl Period {
    /// The instants: from inclusive, to exclusive.
    pub fn bounds(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        match *self {
            Self::Instants { from, to } => (from, to),
            Self::Days { from, to, zone } => {
                (Some(start_of_day(from, zone)), to.succ_opt().map(|next| start_of_day(next, zone)))
            }
        }
    }
}

/// The first instant of a day. Where clocks skip midnight it is the first time that the day has;
/// a day that a zone skipped altogether starts, and ends, where the next one starts.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=2 * 24 * 60)
        .find_map(|minute| zone.from_local_datetime(&(midnight + TimeDelta::minutes(minute))).earliest())
        .map_or_else(|| midnight.and_utc(), |start| start.to_utc())
}

impl Period {
    /// The span in words, instants in `zone`.
    pub fn in_words(&self, zone: Tz) -> String {
        let instant = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true);
        match self {
            Self::Days { from, to, zone } if from == to => format!("{from} ({zone})"),
            Self::Days { from, to, zone } => format!("{from} to {to} ({zone})"),
            Self::Instants { from: Some(from), to: Some(to) } => format!("{} until {}", instant(*from), instant(*to)),
            Self::Instants { from: Some(from), to: None } => format!("from {}", instant(*from)),
            Self::Instants { from: None, to: Some(to) } => format!("until {}", instant(*to)),
            Self::Instants { from: None, to: None } => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn hours(date: &str, zone: Tz) -> i64 {
        let day = day(date);
        (start_of_day(day.succ_opt().unwrap(), zone) - start_of_day(day, zone)).num_hours()
    }

    #[test]
    fn days_have_the_hours_that_their_zone_gives_them() {
        assert_eq!(hours("2026-10-25", Tz::Europe__Berlin), 25);
        assert_eq!(hours("2026-03-29", Tz::Europe__Berlin), 23);
        assert_eq!(hours("2026-11-23", Tz::Europe__Berlin), 24);
        // Clocks that skip midnight, and a day that was skipped.
        assert_eq!(hours("2026-04-24", Tz::Africa__Cairo), 23);
        assert_eq!(hours("2011-12-30", Tz::Pacific__Apia), 0);
    }
}
