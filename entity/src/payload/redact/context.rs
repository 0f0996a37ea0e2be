//! Names that are secret only beside others: `code` beside `state`, `d` beside `kty`.
//!
//! While a document is read, such values wait here; at its end it is known what stood beside them. "Beside"
//! means anywhere in the same document: that costs one pass and no memory of its tree.

use super::{
    codec::{Codec, through},
    edit::{Edit, within},
    names::{Name, Rule, is_ticket, is_user_code, looks_drawn, looks_like_word, looks_random},
    pass::Pass,
    rules::{COMPANIONS, Way},
    value,
};
use std::ops::Range;

/// What a document showed of itself so far.
#[derive(Default)]
pub(super) struct Context {
    /// The ways for which a companion was seen.
    seen: Vec<Way>,
    waiting: Vec<Waiting>,
}

struct Waiting {
    range: Range<usize>,
    rule: Rule,
    path: Vec<u8>,
}

/// Where `code` stands: in a query or a form every value is believed to be one, elsewhere a word is not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Form,
    Document,
}

/// Whether the text reads like a name in a program: `INVALID_GRANT_2`.
fn is_constant(text: &[u8]) -> bool {
    let one_case = !text.iter().any(u8::is_ascii_lowercase) || !text.iter().any(u8::is_ascii_uppercase);
    one_case && text.contains(&b'_')
}

impl Context {
    /// Takes note of a name.
    pub(super) fn see(&mut self, name: &Name) {
        for (way, names) in COMPANIONS {
            if name.is_one_of(names) && !self.seen.contains(way) {
                self.seen.push(*way);
            }
        }
    }

    /// Whether a companion was seen for that way.
    pub(super) fn has_companion(&self, way: Way) -> bool {
        self.seen.contains(&way)
    }

    /// Keeps a value until the end of the document.
    pub(super) fn wait(&mut self, range: Range<usize>, rule: Rule, path: Vec<u8>) {
        self.waiting.push(Waiting { range, rule, path });
    }

    /// The edits for what waited and proved secret, in the order of the document.
    pub(super) fn settle<C: Codec>(self, pass: Pass<'_>, document: &[u8], place: Place) -> Vec<Edit> {
        let oauth = self.has_companion(Way::Code) || (place == Place::Form && pass.oauth);
        let is_secret = |way: Way, value: &[u8]| match way {
            Way::Code if !oauth => place == Place::Form && looks_random(value),
            Way::Code if place == Place::Form => !(value.len() <= 5 && value.iter().all(u8::is_ascii_digit)),
            Way::Code => value.len() >= 8 && !looks_like_word(value) && !is_constant(value),
            Way::Jwk => self.has_companion(way) && value.len() >= 16,
            Way::Signature | Way::Rsa | Way::Answer => self.has_companion(way),
            Way::Bearer => pass.bearer,
            Way::UserCode => self.has_companion(way) || is_user_code(value),
            Way::Opaque => looks_drawn(value),
            Way::OpaqueField => place == Place::Form && looks_drawn(value),
            Way::Sid => place == Place::Form && !self.has_companion(way) && looks_drawn(value),
            Way::Ticket => is_ticket(value),
            Way::Secret | Way::Authorization | Way::Cookie | Way::SetCookie | Way::Jar | Way::Saml | Way::Assertion => {
                true
            }
        };
        let mut edits = Vec::new();
        for Waiting { range, rule, path } in &self.waiting {
            let Some(raw) = document.get(range.clone()) else {
                continue;
            };
            let found = through::<C>(raw, |value| {
                let secret = is_secret(rule.way, value);
                if secret { value::secret(pass, Rule::secret(rule.label), value) } else { Vec::new() }
            });
            edits.extend(super::edit::shift(within(found, path), range.start));
        }
        edits
    }
}
