//! What became of an import, in plain words.

use entity::fault::Fault;
use std::fmt;

/// How many refusals are kept; all are printed as they come.
const KEPT_MAX: usize = 100;

/// What became of an import.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Records that are new to the log.
    pub recorded: u64,
    /// Records that were there already.
    pub repeated: u64,
    /// Records that were refused.
    pub refused: u64,
    /// The first of the refusals.
    pub refusals: Vec<Refusal>,
    /// Why not all of the source could be read, if that is so.
    pub broken_off: Option<String>,
}

/// A record that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line, or the entry, by which it is found in its file.
    pub place: Place,
    /// What is wrong with it.
    pub fault: Fault,
}

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of NDJSON.
    Line(u64),
    /// Of a HAR.
    Entry(u64),
}

impl Report {
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < KEPT_MAX {
            self.refusals.push(refusal);
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Entry(number) => write!(f, "entry {number}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, fault } = self;
        match fault.field.as_slice() {
            // The whole of it is wrong, not a field.
            [field] if field == "line" || field == "entry" => write!(f, "{place} {}", fault.message),
            [] => write!(f, "{place}: {}", fault.message),
            [field] if field.is_empty() => write!(f, "{place}: {}", fault.message),
            _ => write!(f, "{place}: {fault}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = if self.recorded == 1 { "record" } else { "records" };
        write!(f, "{} {records} recorded, {} repeated, {} refused", self.recorded, self.repeated, self.refused)
    }
}
