//! What every scanner carries along: the key's hash, how deep it stands, and how a marker is made.

use super::{Redaction, edit::Edit};
use std::{cell::Cell, ops::Range};

/// How many encodings within encodings are opened.
const DEPTH_MAX: u8 = 16;
/// How many redactions are listed for one text. More are made all the same.
pub(super) const LISTED_MAX: usize = 1000;
/// How many bytes of deflated texts are inflated for one text, and how many more for each byte of its own: many
/// small ones that inflate to much are no more work than one.
const INFLATED_MAX: u64 = 256 * 1024;
const INFLATED_EACH: u64 = 32;
/// How many bytes are read within encodings of one text, and how many more for each byte of its own. Few encodings
/// can be read in two ways; many within each other would be read in as many ways as there are paths through them.
const OPENED_MAX: usize = 1024 * 1024;
const OPENED_EACH: usize = 24;

const OPEN: &[u8] = b"[redacted:";
const DIGITS: usize = 16;
/// The length of a marker.
const MARKER: usize = OPEN.len() + DIGITS + 1;

/// What one text may still cost.
pub(super) struct Budget {
    listed: Cell<usize>,
    inflated: Cell<u64>,
    opened: Cell<usize>,
}

impl Budget {
    /// The budget of a text of so many bytes.
    pub(super) fn of(len: usize) -> Self {
        let each = u64::try_from(len).unwrap_or(u64::MAX).saturating_mul(INFLATED_EACH);
        Self {
            listed: Cell::new(LISTED_MAX),
            inflated: Cell::new(INFLATED_MAX.saturating_add(each)),
            opened: Cell::new(len.saturating_mul(OPENED_EACH).saturating_add(OPENED_MAX)),
        }
    }
}

/// One way through a text. Copied from scanner to scanner.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8],
    budget: &'a Budget,
    depth: u8,
    /// Whether a form around has names that make a `code` within an authorization code: a URL that was put into
    /// another without escapes is cut where its own names begin.
    pub(super) oauth: bool,
    /// Whether a document around is a bearer's grant: the signature of a SAML message within is what makes it one.
    pub(super) bearer: bool,
}

impl<'a> Pass<'a> {
    pub(super) fn new(fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8], budget: &'a Budget) -> Self {
        Self { fingerprint, budget, depth: 0, oauth: false, bearer: false }
    }

    /// One encoding further in, where so many bytes are to be read, unless that is too deep or too much.
    pub(super) fn deeper(self, len: usize) -> Option<Self> {
        let left = self.budget.opened.get().checked_sub(len).filter(|_| self.depth < DEPTH_MAX);
        self.budget.opened.set(left.unwrap_or(self.budget.opened.get()));
        left.map(|_| Self { depth: self.depth + 1, ..self })
    }

    /// Whether so many bytes are too much for what may still be read within encodings.
    pub(super) fn is_too_much(self, len: usize) -> bool {
        self.budget.opened.get() < len
    }

    /// The same within a form; `oauth` if its names make a `code` an authorization code.
    pub(super) fn within_form(self, oauth: bool) -> Self {
        Self { oauth: self.oauth || oauth, ..self }
    }

    /// The same within a bearer's grant.
    pub(super) fn within_grant(self) -> Self {
        Self { bearer: true, ..self }
    }

    /// How many bytes may still be inflated.
    pub(super) fn inflatable(self) -> u64 {
        self.budget.inflated.get()
    }

    /// Takes note that so many bytes were inflated.
    pub(super) fn inflated(self, len: usize) {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        self.budget.inflated.set(self.budget.inflated.get().saturating_sub(len));
    }

    /// The marker instead of `secret`, which stands at `range` (there perhaps in an encoding).
    pub(super) fn hide(self, range: Range<usize>, secret: &[u8], rule: &'static str) -> Edit {
        let fingerprint = hex::encode((self.fingerprint)(secret));
        let new = [OPEN, fingerprint.as_bytes(), b"]"].concat();
        let room = self.budget.listed.get();
        self.budget.listed.set(room.saturating_sub(1));
        let marks = if room > 0 { vec![Redaction { path: String::new(), rule, fingerprint }] } else { Vec::new() };
        Edit { range, new, marks }
    }
}

/// Whether the text is a marker and nothing more but for signs around it, which another reading may take along.
pub(super) fn is_marker(mut text: &[u8]) -> bool {
    let sign = |b: &u8| b.is_ascii_whitespace() || b"\\\"'`,;.()<>".contains(b);
    while let Some(rest) = text.split_first().and_then(|(first, rest)| sign(first).then_some(rest)) {
        text = rest;
    }
    while let Some(rest) = text.split_last().and_then(|(last, rest)| sign(last).then_some(rest)) {
        text = rest;
    }
    text.len() == MARKER && begins_with_marker(text)
}

/// Whether the text begins with a marker: what is behind it was read along, over the end of its carrier.
pub(super) fn begins_with_marker(text: &[u8]) -> bool {
    let digits = text.strip_prefix(OPEN).and_then(|rest| rest.split_at_checked(DIGITS));
    digits.is_some_and(|(digits, rest)| {
        let over = |b: &u8| b.is_ascii_whitespace() || b"\\\"'`,;.()<>&".contains(b);
        digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && rest.strip_prefix(b"]").is_some_and(|rest| rest.first().is_none_or(over))
    })
}
