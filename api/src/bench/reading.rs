//! What a measurement yields, and the middle of several.

use super::cpu::Cpu;
use std::{cmp::Ordering, time::Duration};

/// One measurement of a rate.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Units a second.
    pub(super) per_second: f64,
    /// The time within which half of the answers came.
    pub(super) half: Option<Duration>,
    /// The time within which 99 of 100 answers came.
    pub(super) most: Option<Duration>,
    /// Processor time a unit.
    pub(super) cpu: Cpu,
}

impl Reading {
    /// So many units in so much time.
    pub(super) fn new(units: u32, elapsed: Duration, cpu: Cpu) -> Self {
        Self { per_second: f64::from(units) / elapsed.as_secs_f64(), half: None, most: None, cpu }
    }

    /// The same with what each answer took.
    pub(super) fn with_latencies(mut self, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        let at = |place: usize| latencies.get(place).copied();
        self.half = at(latencies.len() / 2);
        self.most = at(latencies.len() * 99 / 100);
        self
    }

    /// The median of each figure by itself.
    pub(super) fn median(readings: &[Self]) -> Option<Self> {
        let time = |of: fn(&Self) -> Option<Duration>| middle(readings.iter().filter_map(of), Ord::cmp);
        Some(Self {
            per_second: middle(readings.iter().map(|r| r.per_second), f64::total_cmp)?,
            half: time(|r| r.half),
            most: time(|r| r.most),
            cpu: Cpu { process: time(|r| r.cpu.process), database: time(|r| r.cpu.database) },
        })
    }
}

/// The value in the middle.
pub(super) fn middle<T: Copy>(values: impl Iterator<Item = T>, order: impl Fn(&T, &T) -> Ordering) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable_by(order);
    values.get(values.len() / 2).copied()
}

/// What was measured, and its yardstick, round by round.
pub(super) struct Series {
    /// What it is.
    pub(super) what: String,
    /// What it is measured against.
    pub(super) against: &'static str,
    /// Ours.
    pub(super) ours: Vec<Reading>,
    /// The yardstick's; none where the tool for it is missing.
    pub(super) yardstick: Vec<Reading>,
}

impl Series {
    /// Nothing measured yet.
    pub(super) fn new(what: impl Into<String>, against: &'static str) -> Self {
        Self { what: what.into(), against, ours: Vec::new(), yardstick: Vec::new() }
    }
}
