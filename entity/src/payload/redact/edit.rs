//! Changes to a text: which bytes go, what comes instead, and what is said about it.
//!
//! Every scanner returns edits and never the text, so all that is no secret stays as it is, to the byte.
//! Lists of edits are in order and do not overlap.

use super::Redaction;
use std::ops::Range;

/// The longest piece that one carrier adds to a path.
const NAME_MAX: usize = 256;

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

/// Both lists; where two overlap, the strong one stays.
pub(super) fn merge(strong: Vec<Edit>, weak: Vec<Edit>) -> Vec<Edit> {
    if weak.is_empty() {
        return strong;
    }
    if strong.is_empty() {
        return weak;
    }
    let mut merged = Vec::with_capacity(strong.len() + weak.len());
    let mut weak = weak.into_iter().peekable();
    let mut past = 0;
    for edit in strong {
        while let Some(other) = weak.next_if(|other| other.range.start < edit.range.end) {
            if other.range.start >= past && other.range.end <= edit.range.start {
                merged.push(other);
            }
        }
        past = edit.range.end;
        merged.push(edit);
    }
    merged.extend(weak.filter(|other| other.range.start >= past));
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
