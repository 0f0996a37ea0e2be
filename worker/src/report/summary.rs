//! What a report's records come to: how they ended, when, how long they took, and what they have in
//! common.

mod timeline;

pub(super) use timeline::{Length, Slice, Timeline};

use super::Report;
use entity::log::{Outcome, filter::user_key};
use http::StatusCode;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The figures of a report.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    /// How all records ended.
    pub(super) ends: Ends,
    /// How many people they name.
    pub(super) people: usize,
    /// How long they took, where any of them says so.
    pub(super) durations: Option<Durations>,
    /// The records counted by one thing and another.
    pub(super) tallies: Vec<Tally>,
    /// Records over time; none where they lie too close together for it to say anything.
    pub(super) timeline: Option<Timeline>,
}

/// How records ended: how many of them how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// Well.
    pub(super) success: usize,
    /// Badly.
    pub(super) failure: usize,
    /// Not yet: other records tell their end.
    pub(super) pending: usize,
    /// Nothing says how.
    pub(super) unknown: usize,
}

/// How long calls took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Durations {
    /// Half of them took no longer.
    pub(super) median: i32,
    /// 95 of 100 took no longer.
    pub(super) p95: i32,
}

/// Records counted by what they have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    /// What it tells.
    pub(super) title: &'static str,
    /// What its lines name.
    pub(super) of: &'static str,
    /// The lines, those first that matter most; as many as there is room for.
    pub(super) lines: Vec<Line>,
    /// How many lines there was no room for.
    pub(super) more: usize,
}

/// The records that have one thing in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// What it is.
    pub(super) name: String,
    /// How they ended.
    pub(super) ends: Ends,
}

impl Ends {
    /// Counts one more.
    pub(super) fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Success => &mut self.success,
            Outcome::Failure => &mut self.failure,
            Outcome::Pending => &mut self.pending,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
    }

    /// All of them.
    pub(super) fn all(&self) -> usize {
        self.success + self.failure + self.pending + self.unknown
    }
}

impl Summary {
    /// Counts what a report has.
    pub(super) fn of(report: &Report) -> Self {
        let rows = &report.rows;
        let mut ends = Ends::default();
        for row in rows {
            ends.add(row.outcome);
        }
        let named = rows.iter().filter_map(|row| row.user_email.as_deref().or(row.login_id.as_deref()));
        let people: BTreeSet<String> = named.map(user_key).collect();
        let applications = rows.iter().map(|row| (row.other_side().to_owned(), row.outcome));
        let actions = rows.iter().map(|row| (row.action.words().to_owned(), row.outcome));
        let statuses = rows.iter().map(|row| (status(row.status_code), row.outcome));
        let most_failed = |line: &Line| (line.ends.failure, line.ends.all());
        let most = |line: &Line| (line.ends.all(), line.ends.failure);
        Self {
            ends,
            people: people.len(),
            durations: durations(rows.iter().filter_map(|row| row.duration_ms).collect()),
            tallies: vec![
                tally("Applications on the other side", "Application", applications, most_failed),
                tally("Actions", "Action", actions, most),
                tally("Answers", "HTTP status", statuses, most),
            ],
            timeline: timeline::of(report),
        }
    }
}

/// Counts names, each with how its record ended.
fn tally(
    title: &'static str,
    of: &'static str,
    names: impl Iterator<Item = (String, Outcome)>,
    rank: impl Fn(&Line) -> (usize, usize),
) -> Tally {
    const SHOWN: usize = 7;
    let mut counts = BTreeMap::<String, Ends>::new();
    for (name, outcome) in names {
        counts.entry(name).or_default().add(outcome);
    }
    let mut lines: Vec<_> = counts.into_iter().map(|(name, ends)| Line { name, ends }).collect();
    lines.sort_by_key(|line| Reverse(rank(line)));
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    Tally { title, of, lines, more }
}

/// A status with the name that the standard gives it.
fn status(code: Option<i16>) -> String {
    let known = |code: i16| StatusCode::from_u16(u16::try_from(code).ok()?).ok()?.canonical_reason();
    match code {
        Some(code) => known(code).map_or_else(|| code.to_string(), |name| format!("{code} {name}")),
        None => "None".to_owned(),
    }
}

fn durations(mut all: Vec<i32>) -> Option<Durations> {
    all.sort_unstable();
    let at = |percent: usize| all.get((all.len() * percent).div_ceil(100).checked_sub(1)?).copied();
    Some(Durations { median: at(50)?, p95: at(95)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_record_is_counted_once() {
        let report = samples::report(200);
        let summary = Summary::of(&report);
        assert_eq!(summary.ends.all(), 200);
        for tally in &summary.tallies {
            let of = |count: fn(&Line) -> usize| tally.lines.iter().map(count).sum::<usize>();
            assert_eq!((of(|line| line.ends.all()), tally.more), (200, 0), "{}", tally.title);
            assert_eq!(of(|line| line.ends.failure), summary.ends.failure, "{}", tally.title);
        }
        assert!(summary.tallies[0].lines.is_sorted_by_key(|line| Reverse(line.ends.failure)));
        assert!(summary.tallies[1].lines.is_sorted_by_key(|line| Reverse(line.ends.all())));
    }

    #[test]
    fn durations_are_those_of_calls_that_were() {
        assert_eq!(durations(vec![]), None);
        assert_eq!(durations(vec![7]), Some(Durations { median: 7, p95: 7 }));
        assert_eq!(durations((1..=100).rev().collect()), Some(Durations { median: 50, p95: 95 }));
    }

    #[test]
    fn statuses_have_their_names() {
        assert_eq!(status(Some(404)), "404 Not Found");
        assert_eq!(status(Some(999)), "999");
        assert_eq!(status(None), "None");
    }
}
