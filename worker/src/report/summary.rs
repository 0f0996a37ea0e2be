//! What a report's records come to: how they ended, when, and with whom they fail.

use super::{Report, Row};
use chrono::{DateTime, Offset, TimeDelta, Utc};
use entity::log::Outcome;
use std::{cmp::Reverse, collections::BTreeMap};

/// The figures of a report.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    /// How many records ended well.
    pub(super) success: usize,
    /// How many failed.
    pub(super) failure: usize,
    /// How many began what other records end.
    pub(super) pending: usize,
    /// Of how many nothing is known.
    pub(super) unknown: usize,
    /// The applications with most failures, most first.
    pub(super) failing: Vec<Failing>,
    /// Records over time; none where they lie too close together for it to say anything.
    pub(super) timeline: Option<Timeline>,
}

/// An application whose calls fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failing {
    /// Its name.
    pub(super) name: String,
    /// Its records in the report.
    pub(super) records: usize,
    /// How many of them failed.
    pub(super) failed: usize,
}

/// Records over time, in slices of equal length, oldest first.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    /// How long a slice is, in words: "hour", "15 minutes".
    pub(super) slice: &'static str,
    /// Where the first slice begins.
    pub(super) start: DateTime<Utc>,
    /// Where the last one ends.
    pub(super) end: DateTime<Utc>,
    /// For each slice, how many records did not fail, and how many did.
    pub(super) counts: Vec<(usize, usize)>,
}

impl Summary {
    /// Counts what a report has.
    pub(super) fn of(report: &Report) -> Self {
        let ended = |outcome| report.rows.iter().filter(|row| row.outcome == outcome).count();
        Self {
            success: ended(Outcome::Success),
            failure: ended(Outcome::Failure),
            pending: ended(Outcome::Pending),
            unknown: ended(Outcome::Unknown),
            failing: failing(&report.rows),
            timeline: timeline(report),
        }
    }
}

fn failing(rows: &[Row]) -> Vec<Failing> {
    const SHOWN: usize = 5;
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    for row in rows {
        let (records, failed) = counts.entry(row.other_side()).or_default();
        *records += 1;
        *failed += usize::from(row.outcome == Outcome::Failure);
    }
    let mut failing: Vec<_> = counts
        .into_iter()
        .filter(|(_, (_, failed))| *failed > 0)
        .map(|(name, (records, failed))| Failing { name: name.to_owned(), records, failed })
        .collect();
    failing.sort_by_key(|application| Reverse(application.failed));
    failing.truncate(SHOWN);
    failing
}

/// The lengths that a slice may have, in minutes.
const SLICES: [(i64, &str); 12] = [
    (1, "minute"),
    (5, "5 minutes"),
    (15, "15 minutes"),
    (60, "hour"),
    (180, "3 hours"),
    (360, "6 hours"),
    (1440, "day"),
    (2 * 1440, "2 days"),
    (7 * 1440, "7 days"),
    (30 * 1440, "30 days"),
    (90 * 1440, "90 days"),
    (365 * 1440, "365 days"),
];

fn timeline(report: &Report) -> Option<Timeline> {
    const COUNTS_MIN: usize = 4;
    const COUNTS_MAX: i64 = 72;
    let at = |row: &Row| row.occurred_at.timestamp();
    let (oldest, newest) = (report.rows.iter().map(at).min()?, report.rows.iter().map(at).max()?);
    let span = newest - oldest;
    let (seconds, slice) =
        SLICES.iter().map(|(minutes, name)| (minutes * 60, *name)).find(|(length, _)| span / length < COUNTS_MAX)?;
    // Slices begin at full hours and days of the zone, as it stood at the first of them.
    let first = DateTime::from_timestamp(oldest, 0)?;
    let offset = i64::from(first.with_timezone(&report.zone).offset().fix().local_minus_utc());
    let start = (oldest + offset).div_euclid(seconds) * seconds - offset;
    let place = |at: i64| usize::try_from((at - start) / seconds).unwrap_or(0);
    let mut counts = vec![(0, 0); place(newest) + 1];
    if counts.len() < COUNTS_MIN {
        return None;
    }
    for row in &report.rows {
        let (others, failed) = &mut counts[place(at(row))];
        *(if row.outcome == Outcome::Failure { failed } else { others }) += 1;
    }
    let start = DateTime::from_timestamp(start, 0)?;
    let end = start + TimeDelta::seconds(seconds * i64::try_from(counts.len()).ok()?);
    Some(Timeline { slice, start, end, counts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_record_is_counted_once() {
        let report = samples::report(200);
        let summary = Summary::of(&report);
        assert_eq!(summary.success + summary.failure + summary.pending + summary.unknown, 200);
        assert!(summary.failing.is_sorted_by_key(|f| Reverse(f.failed)));
        let timeline = summary.timeline.unwrap();
        assert_eq!(timeline.counts.iter().map(|(others, _)| others).sum::<usize>(), 200 - summary.failure);
        assert_eq!(timeline.counts.iter().map(|(_, failed)| failed).sum::<usize>(), summary.failure);
        assert!(report.rows.iter().all(|r| timeline.start <= r.occurred_at && r.occurred_at < timeline.end));
    }

    #[test]
    fn few_records_have_no_timeline() {
        assert!(Summary::of(&samples::report(0)).timeline.is_none());
        assert!(Summary::of(&samples::report(1)).timeline.is_none());
    }
}
