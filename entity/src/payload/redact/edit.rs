//! Changes to a text: which bytes go, what comes instead, and what is said about it.
//!
//! Every scanner returns edits and never the text, so all that is no secret stays as it is, to the byte.
//! Lists of edits are in order and do not overlap.

use super::Redaction;
use std::{collections::VecDeque, ops::Range};

/// The longest piece that one carrier adds to a path.
const NAME_MAX: usize = 256;

/// So much beside another edit is a sign or two that one reading took along, and no secret.
const LEAST: usize = 16;

/// One change.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) new: Vec<u8>,
    pub(super) marks: Vec<Redaction>,
}

/// The same edits, `by` bytes further on.
pub(super) fn shift(mut edits: Vec<Edit>, by: usize) -> Vec<Edit> {
    for edit in &mut edits {
        edit.range.start += by;
        edit.range.end += by;
    }
    edits
}

/// The same edits, found within something of that name.
pub(super) fn within(mut edits: Vec<Edit>, name: &[u8]) -> Vec<Edit> {
    if edits.is_empty() || name.is_empty() {
        return edits;
    }
    let name = String::from_utf8_lossy(&name[..name.len().min(NAME_MAX)]);
    for mark in edits.iter_mut().flat_map(|edit| &mut edit.marks) {
        mark.path = if mark.path.is_empty() { name.to_string() } else { format!("{name}/{}", mark.path) };
    }
    edits
}

/// Both lists. Where two overlap, the strong one stays, and of the weak one so much beside it as may hold a secret.
pub(super) fn merge(strong: Vec<Edit>, weak: Vec<Edit>) -> Vec<Edit> {
    if weak.is_empty() {
        return strong;
    }
    if strong.is_empty() {
        return weak;
    }
    let mut merged = Vec::with_capacity(strong.len() + weak.len());
    let mut weak = VecDeque::from(weak);
    let mut past = 0;
    for edit in strong {
        while let Some(mut other) = weak.pop_front_if(|other| other.range.start < edit.range.end) {
            let whole = other.range.start >= past;
            other.range.start = other.range.start.max(past);
            if other.range.end > edit.range.end + LEAST {
                // A marker is said again; what is longer was put there whole.
                let new = if other.new.len() <= NAME_MAX { other.new.clone() } else { Vec::new() };
                weak.push_front(Edit { range: edit.range.end..other.range.end, new, marks: Vec::new() });
            }
            let apart = whole && other.range.end <= edit.range.start;
            other.range.end = other.range.end.min(edit.range.start);
            if apart || other.range.len() > LEAST {
                merged.push(other);
            }
        }
        past = edit.range.end;
        merged.push(edit);
    }
    merged.extend(weak.into_iter().filter(|other| other.range.start >= past));
    merged
}

/// The text with its edits made.
pub(super) fn apply(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let grown: usize = edits.iter().map(|edit| edit.new.len()).sum();
    let mut out = Vec::with_capacity(text.len() + grown);
    let mut at = 0;
    for edit in edits {
        let Some(kept) = text.get(at..edit.range.start) else {
            continue;
        };
        out.extend_from_slice(kept);
        out.extend_from_slice(&edit.new);
        at = edit.range.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}
