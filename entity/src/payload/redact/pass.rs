//! What every scanner carries along: the key's hash, how deep it stands, and how a marker is made.

use super::{Redaction, edit::Edit};
use std::{cell::Cell, ops::Range};

/// How many encodings within encodings are opened.
const DEPTH_MAX: u8 = 8;
/// How many redactions are listed for one text. More are made all the same.
pub(super) const LISTED_MAX: usize = 1000;

const OPEN: &[u8] = b"[redacted:";
const DIGITS: usize = 16;

/// One way through a text. Copied from scanner to scanner.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8],
    room: &'a Cell<usize>,
    depth: u8,
    /// Whether a form around has names that make a `code` within an authorization code: a URL that was put into
    /// another without escapes is cut where its own names begin.
    pub(super) oauth: bool,
}

impl<'a> Pass<'a> {
    pub(super) fn new(fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8], room: &'a Cell<usize>) -> Self {
        Self { fingerprint, room, depth: 0, oauth: false }
    }

    /// One encoding further in, unless that is too deep: what lies there is read as plain text.
    pub(super) fn deeper(self) -> Option<Self> {
        (self.depth < DEPTH_MAX).then(|| Self { depth: self.depth + 1, ..self })
    }

    /// The same within a form; `oauth` if its names make a `code` an authorization code.
    pub(super) fn within_form(self, oauth: bool) -> Self {
        Self { oauth: self.oauth || oauth, ..self }
    }

    /// The marker instead of `secret`, which stands at `range` (there perhaps in an encoding).
    pub(super) fn hide(self, range: Range<usize>, secret: &[u8], rule: &'static str) -> Edit {
        let fingerprint = hex::encode((self.fingerprint)(secret));
        let new = [OPEN, fingerprint.as_bytes(), b"]"].concat();
        let room = self.room.get();
        self.room.set(room.saturating_sub(1));
        let marks = if room > 0 { vec![Redaction { path: String::new(), rule, fingerprint }] } else { Vec::new() };
        Edit { range, new, marks }
    }
}

/// Whether the text is a marker and nothing more.
pub(super) fn is_marker(text: &[u8]) -> bool {
    text.strip_prefix(OPEN)
        .and_then(|rest| rest.strip_suffix(b"]"))
        .is_some_and(|digits| digits.len() == DIGITS && digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}
