//! What a payload may hold: one side of it from its sender's words to what is written.
//!
//! Secrets are taken out of the whole body before it is cut, so that no half of one is left at
//! the end.

use super::{
    Header, Headers, Redaction, Redactions,
    redact::{self, Redacted, Redactor},
};
use crate::fault::Fault;

/// The most bytes of a body that are kept. More is cut and flagged, its size as sent kept.
pub const BODY_MAX: usize = 256 * 1024;
/// The most bytes of names and values of headers that are kept, a side.
pub const HEADERS_MAX: usize = 256 * 1024;

/// One side of a payload as its sender wrote it, the body already decoded to bytes.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body; absent where none was recorded.
    pub body: Option<Vec<u8>>,
}

/// One side of a payload as it is written: without secrets, within its bounds.
#[derive(Clone, Debug)]
pub struct NewSide {
    pub(crate) headers: Headers,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) size: i64,
    pub(crate) truncated: bool,
    pub(crate) redactions: Redactions,
}

impl NewSide {
    /// Checks the headers' names, takes out secrets, and cuts what is too long, saying so.
    pub(crate) fn try_from_draft(draft: Draft, redactor: &Redactor<'_>) -> Result<Self, Fault> {
        if let Some(place) = draft.headers.iter().position(|(name, _)| name.trim().is_empty()) {
            return Err(Fault::new("name", "is empty: name the header").within(place.to_string()).within("headers"));
        }
        let content_type = draft.headers.iter().find(|h| h.0.eq_ignore_ascii_case("content-type")).map(|h| h.1.clone());
        let sent = draft.body.as_ref().map_or(0, Vec::len);
        let mut side = Self {
            headers: Headers::default(),
            body: None,
            size: i64::try_from(sent).unwrap_or(i64::MAX),
            truncated: sent > BODY_MAX,
            redactions: Redactions::default(),
        };
        let headers = redactor.headers(draft.headers);
        let headers = side.noting("headers", headers);
        side.keep_headers(headers);
        if let Some(body) = draft.body {
            let body = redactor.body(content_type.as_deref(), body);
            let body = side.noting("body", body);
            side.truncated |= body.len() > BODY_MAX;
            side.body = Some(cut(body));
        }
        Ok(side)
    }

    /// Writes down what was taken out at `place`, and goes on with the rest.
    pub(crate) fn noting<T>(&mut self, place: &str, redacted: Redacted<T>) -> T {
        self.redactions.0.extend(redacted.redactions.into_iter().map(|r| at(place, r)));
        redacted.value
    }

    fn keep_headers(&mut self, headers: Vec<(String, String)>) {
        let mut room = HEADERS_MAX;
        for (name, value) in headers {
            match room.checked_sub(name.len() + value.len()) {
                Some(rest) => {
                    room = rest;
                    self.headers.0.push(Header(name, value));
                }
                None => self.truncated = true,
            }
        }
    }
}

fn at(place: &str, redaction: redact::Redaction) -> Redaction {
    let path = if redaction.path.is_empty() { place.to_owned() } else { format!("{place}/{}", redaction.path) };
    Redaction { path, rule: redaction.rule.to_string(), fingerprint: redaction.fingerprint }
}

/// The first [`BODY_MAX`] bytes, without half a character at the end where the body is text.
fn cut(mut body: Vec<u8>) -> Vec<u8> {
    if body.len() > BODY_MAX {
        body.truncate(BODY_MAX);
        if let Err(e) = std::str::from_utf8(&body)
            && e.error_len().is_none()
        {
            body.truncate(e.valid_up_to());
        }
        body.shrink_to_fit();
    }
    body
}
