//! Records over time, in slices that people think in: minutes, hours, days, weeks, months, years of
//! the report's zone. A day is a day of that zone, though it may have 23 or 25 hours.

use super::Ends;
use crate::report::{Report, Row};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// Records over time, oldest first.
#[derive(Clone, Debug)]
pub(in crate::report) struct Timeline {
    /// How long a slice is.
    pub(in crate::report) length: Length,
    /// The slices, each of which begins where the one before ends.
    pub(in crate::report) slices: Vec<Slice>,
}

/// A stretch of time.
#[derive(Clone, Debug)]
pub(in crate::report) struct Slice {
    /// Where it begins, told in the report's zone.
    pub(in crate::report) start: DateTime<Tz>,
    /// How its records ended.
    pub(in crate::report) ends: Ends,
}

/// The lengths that a slice may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Length {
    /// So many minutes, sixty at most: told by the clock's hands, which never stand still.
    Minutes(u32),
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// Of the calendar.
    Month,
    /// Of the calendar.
    Year,
}

/// From the shortest to the longest.
const LENGTHS: [Length; 8] = [
    Length::Minutes(1),
    Length::Minutes(5),
    Length::Minutes(15),
    Length::Minutes(60),
    Length::Day,
    Length::Week,
    Length::Month,
    Length::Year,
];
/// Fewer slices say nothing.
const SLICES_MIN: usize = 3;
/// More are too thin to be seen.
const SLICES_MAX: usize = 62;

impl Length {
    /// In words: "hour", "15 minutes".
    pub(in crate::report) fn words(self) -> String {
        match self {
            Self::Minutes(1) => "minute".to_owned(),
            Self::Minutes(60) => "hour".to_owned(),
            Self::Minutes(minutes) => format!("{minutes} minutes"),
            Self::Day => "day".to_owned(),
            Self::Week => "week".to_owned(),
            Self::Month => "month".to_owned(),
            Self::Year => "year".to_owned(),
        }
    }

    /// The start of the slice that the instant lies in.
    fn start(self, at: DateTime<Tz>) -> Option<DateTime<Tz>> {
        let date = at.date_naive();
        let first = match self {
            Self::Minutes(minutes) => {
                let past = i64::from(at.minute() % minutes * 60 + at.second());
                return at.with_nanosecond(0)?.checked_sub_signed(TimeDelta::seconds(past));
            }
            Self::Day => date,
            Self::Week => date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))?,
            Self::Month => date.with_day(1)?,
            Self::Year => date.with_day(1)?.with_month(1)?,
        };
        midnight(first, at.timezone())
    }

    /// The start of the next slice.
    fn next(self, start: DateTime<Tz>) -> Option<DateTime<Tz>> {
        let date = start.date_naive();
        let next = match self {
            Self::Minutes(minutes) => return start.checked_add_signed(TimeDelta::minutes(i64::from(minutes))),
            Self::Day => date.checked_add_days(Days::new(1))?,
            Self::Week => date.checked_add_days(Days::new(7))?,
            Self::Month => date.checked_add_months(Months::new(1))?,
            Self::Year => date.checked_add_months(Months::new(12))?,
        };
        midnight(next, start.timezone())
    }
}

/// The first instant of a day: where the clocks leave midnight out, a little later.
fn midnight(date: NaiveDate, zone: Tz) -> Option<DateTime<Tz>> {
    let mut quarters = (0..96).filter_map(|quarter| date.and_hms_opt(quarter / 4, quarter % 4 * 15, 0));
    quarters.find_map(|time| time.and_local_timezone(zone).earliest())
}

/// The report's records over time, in the shortest slices of which there are not too many.
pub(super) fn of(report: &Report) -> Option<Timeline> {
    let at = |row: &Row| row.occurred_at;
    let (oldest, newest) = (report.rows.iter().map(at).min()?, report.rows.iter().map(at).max()?);
    let (length, starts) = LENGTHS
        .iter()
        .find_map(|length| Some((*length, starts(*length, oldest.with_timezone(&report.cover.zone), newest)?)))?;
    if starts.len() < SLICES_MIN {
        return None;
    }
    let mut slices: Vec<_> = starts.into_iter().map(|start| Slice { start, ends: Ends::default() }).collect();
    for row in &report.rows {
        let after = slices.partition_point(|slice| slice.start <= row.occurred_at);
        slices[after.saturating_sub(1)].ends.add(row.outcome);
    }
    Some(Timeline { length, slices })
}

/// Where the slices from the oldest record to the newest begin; none where there are too many.
fn starts(length: Length, oldest: DateTime<Tz>, newest: DateTime<Utc>) -> Option<Vec<DateTime<Tz>>> {
    let mut starts = vec![length.start(oldest)?];
    loop {
        let next = length.next(*starts.last()?)?;
        if next > newest {
            return Some(starts);
        }
        if starts.len() == SLICES_MAX {
            return None;
        }
        starts.push(next);
    }
}

impl Timeline {
    /// The largest number of records in a slice.
    pub(in crate::report) fn most(&self) -> usize {
        self.slices.iter().map(|slice| slice.ends.all()).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    /// The slices of records at these times, and how many are in each.
    fn sliced(zone: Tz, times: &[&str]) -> Option<(Length, Vec<(String, usize)>)> {
        let mut report = samples::report(u32::try_from(times.len()).unwrap());
        report.cover.zone = zone;
        for (row, time) in report.rows.iter_mut().zip(times) {
            row.occurred_at = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
        }
        let timeline = of(&report)?;
        let told = timeline.slices.iter().map(|slice| (slice.start.format("%FT%R%:z").to_string(), slice.ends.all()));
        Some((timeline.length, told.collect()))
    }

    fn these<const N: usize>(slices: [(&str, usize); N]) -> Vec<(String, usize)> {
        slices.map(|(start, count)| (start.to_owned(), count)).to_vec()
    }

    #[test]
    fn a_day_is_a_day_where_the_clocks_change() {
        let times = [
            "2026-10-23T22:00:00Z",
            "2026-10-24T21:59:59Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T22:59:59Z",
            "2026-10-26T23:00:00Z",
        ];
        let (length, slices) = sliced(Tz::Europe__Berlin, &times).unwrap();
        assert_eq!(length, Length::Day);
        let days = [
            ("2026-10-24T00:00+02:00", 2),
            ("2026-10-25T00:00+02:00", 2),
            ("2026-10-26T00:00+01:00", 0),
            ("2026-10-27T00:00+01:00", 1),
        ];
        assert_eq!(slices, these(days));
    }

    #[test]
    fn the_hour_that_comes_twice_is_two_hours() {
        let times = ["2026-10-24T23:10:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T17:00:00Z"];
        let (length, slices) = sliced(Tz::Europe__Berlin, &times).unwrap();
        assert_eq!(length, Length::Minutes(60));
        let hours = [
            ("2026-10-25T01:00+02:00", 1),
            ("2026-10-25T02:00+02:00", 1),
            ("2026-10-25T02:00+01:00", 1),
            ("2026-10-25T03:00+01:00", 0),
        ];
        assert_eq!(slices[..4], these(hours));
    }

    #[test]
    fn a_day_without_midnight_begins_later() {
        let times = ["2026-09-05T12:00:00Z", "2026-09-06T12:00:00Z", "2026-09-09T12:00:00Z"];
        let (_, slices) = sliced(Tz::America__Santiago, &times).unwrap();
        assert_eq!(slices[..2], these([("2026-09-05T00:00-04:00", 1), ("2026-09-06T01:00-03:00", 1)]));
    }

    #[test]
    fn years_are_seen_as_weeks_months_and_years() {
        let (length, slices) = sliced(Tz::UTC, &["2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"]).unwrap();
        assert_eq!((length, slices[0].0.as_str(), slices.len()), (Length::Week, "2025-12-29T00:00+00:00", 53));
        assert_eq!(sliced(Tz::UTC, &["2024-01-31T00:00:00Z", "2026-12-31T00:00:00Z"]).unwrap().0, Length::Month);
        assert_eq!(sliced(Tz::UTC, &["1999-12-31T23:59:59Z", "2026-12-31T00:00:00Z"]).unwrap().0, Length::Year);
        assert!(sliced(Tz::UTC, &["1902-12-31T23:59:59Z", "2026-12-31T00:00:00Z"]).is_none());
    }

    #[test]
    fn few_records_have_no_timeline() {
        assert!(of(&samples::report(0)).is_none());
        assert!(of(&samples::report(1)).is_none());
    }
}
