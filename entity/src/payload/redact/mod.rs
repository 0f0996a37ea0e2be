//! Redaction at the door: credentials are taken out of a payload before it is written anywhere.
//!
//! Each secret gives way to a marker with a fingerprint, `[redacted:1a2b3c4d5e6f7a8b]`: a hash under the domain's
//! own key, so that "the same token as before?" can be answered and nothing else. It is the hash of the secret
//! itself, out of all escapes: a token has one fingerprint in a header, in a form and in JSON.
//!
//! The module is pure: text in, text and a list of what was done out. `rules` says which names are secret and is
//! all that most changes need. The rest finds those names in their carriers: `header`, `link`, `form`,
//! `json`, `markup`, `multipart`, `text`; opens what is wrapped: `codec` (escapes), `envelope` (base64
//! and deflate), `jwt`; and knows credentials without a name: `known`. Every scanner returns `edit`s, so
//! that whatever is no secret stays as it was sent, to the byte, and the carrier still parses.
//!
//! Time is linear in the input: nothing recurses on depth, encodings within encodings are opened to a bound, and
//! deflated texts are inflated to a bound. Any bytes may come in.

mod authorization;
mod body;
mod brackets;
mod codec;
mod context;
mod cookie;
mod edit;
mod envelope;
mod form;
mod header;
mod json;
mod jwt;
mod known;
mod label;
mod link;
mod markup;
mod multipart;
mod names;
mod pass;
mod rules;
mod shapes;
mod tag;
mod text;
mod value;
mod words;

#[cfg(test)]
mod tests;

use edit::{Edit, apply, merge};
use pass::{Budget, LISTED_MAX, Pass};
use serde::Serialize;

/// Takes credentials out of texts. One serves any number of them.
#[derive(Clone, Copy)]
pub struct Redactor<'a> {
    fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8],
}

/// One credential that was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redaction {
    /// Where it stood: the names on the way to it, outermost first, as in `SAMLResponse/CipherValue`. Elements
    /// of an array are not numbered. Empty where a text has no names.
    pub path: String,
    /// What it was: `password`, `access-token`, `cookie` and so on.
    pub rule: &'static str,
    /// Its fingerprint, as the marker shows it: 16 hexadecimal digits.
    pub fingerprint: String,
}

/// A text without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redacted<T> {
    /// The text.
    pub value: T,
    /// What was taken out, in order; at most a thousand are listed.
    pub redactions: Vec<Redaction>,
}

impl<'a> Redactor<'a> {
    /// `fingerprint` is a keyed hash, cut to 8 bytes.
    pub fn new(fingerprint: &'a dyn Fn(&[u8]) -> [u8; 8]) -> Self {
        Self { fingerprint }
    }

    /// Redacts headers. Names, order and repeats stay, but for a credential in the place of a name.
    pub fn headers(&self, headers: Vec<(String, String)>) -> Redacted<Vec<(String, String)>> {
        let mut redactions = Vec::new();
        let redact = |(name, value): (String, String)| {
            let redacted = self.string(value, |pass, text| header::scan(pass, &name, text));
            redactions.extend(redacted.redactions);
            let name = self.label(&name);
            redactions.extend(name.redactions);
            (name.value, redacted.value)
        };
        let value = headers.into_iter().map(redact).collect();
        redactions.truncate(LISTED_MAX);
        Redacted { value, redactions }
    }

    /// Redacts a URL, whole or relative.
    pub fn url(&self, url: &str) -> Redacted<String> {
        self.string(url.to_owned(), link::scan)
    }

    /// Redacts a body, by its content type and by its looks. Give the whole of it: of a body that was cut
    /// before, a secret without its end may not be known for one.
    pub fn body(&self, content_type: Option<&str>, body: Vec<u8>) -> Redacted<Vec<u8>> {
        self.bytes(body, |pass, text| body::scan(pass, content_type.map(str::as_bytes), text))
    }

    /// Redacts free text, such as an error's message.
    pub fn text(&self, text: &str) -> Redacted<String> {
        self.string(text.to_owned(), value::scan)
    }

    /// Redacts a text that people search for to the byte: a name, an identifier. What looks like a credential to any
    /// reader goes; a word that merely stands beside a secret's name stays.
    pub fn label(&self, label: &str) -> Redacted<String> {
        self.string(label.to_owned(), label::scan)
    }

    fn string(&self, text: String, find: impl FnOnce(Pass<'_>, &[u8]) -> Vec<Edit>) -> Redacted<String> {
        let Redacted { value, redactions } = self.bytes(text.into_bytes(), find);
        // Edits begin and end at ASCII, so this borrows; if one did not, a mark is better than a panic.
        let value = String::from_utf8(value).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        Redacted { value, redactions }
    }

    fn bytes(&self, text: Vec<u8>, find: impl FnOnce(Pass<'_>, &[u8]) -> Vec<Edit>) -> Redacted<Vec<u8>> {
        let budget = Budget::of(text.len());
        let pass = Pass::new(self.fingerprint, &budget);
        let found = find(pass, &text);
        // A net below all scanners: what is known by its shape goes, in whatever corner it stands.
        let mut edits = merge(found, known::scan(pass, &text));
        if edits.is_empty() {
            return Redacted { value: text, redactions: Vec::new() };
        }
        let value = apply(&text, &edits);
        let redactions = edits.iter_mut().flat_map(|edit| std::mem::take(&mut edit.marks)).collect();
        Redacted { value, redactions }
    }
}
