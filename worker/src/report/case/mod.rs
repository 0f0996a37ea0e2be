//! The case file: a few records whole, with their requests and responses opened up, to be sent to
//! those who are to find the cause.
//!
//! A [`Case`] is made where the records are read: `side` opens the payloads and keeps of them as much
//! as can ever be printed. [`render`] sets it, in a process of its own: `words` say what happened,
//! `code` breaks payloads into lines, `parts` and `values` hand everything to the template `case.typ`.
//!
//! However much was recorded, a case file has a few hundred pages at worst: each text says how much of
//! it is left out, and the records go with the file whole, as CSV.

mod code;
mod parts;
mod side;
mod values;
mod words;

use super::{
    Attachment, Cover, Fonts, Row,
    pdf::{Template, Work, print},
    text::cleaned,
};
use entity::{
    export::options::Paper,
    payload::{self, Side as Which},
};
use serde::{Deserialize, Serialize};
use side::Side;
use std::collections::BTreeSet;

/// How a case file looks.
static TEMPLATE: Template = Template::new(include_str!("case.typ"));

/// A few records, as a case file shows them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Case {
    /// What it is about.
    pub cover: Cover,
    /// The records, oldest first: as things happened.
    entries: Vec<Entry>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// One record with what was recorded of both sides.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    row: Row,
    request: Option<Side>,
    response: Option<Side>,
}

impl Case {
    /// A case of these records, given newest first as they are read. Busy for some milliseconds for
    /// each large payload.
    pub fn of(cover: Cover, records: Vec<(Row, Option<payload::Model>)>, attachments: Vec<Attachment>) -> Self {
        let entries = records.into_iter().rev().map(|(row, payload)| Entry::of(row, payload)).collect();
        Self { cover, entries, attachments }
    }

    /// Every letter that it shows. Attached files are not shown.
    fn letters(&self) -> serde_json::Result<BTreeSet<char>> {
        // JSON leaves letters beyond ASCII as they are, and misses no field.
        let texts = serde_json::to_string(&(&self.cover, &self.entries))?;
        Ok(cleaned(&texts, usize::MAX).chars().filter(|letter| !letter.is_ascii()).collect())
    }
}

impl Entry {
    fn of(row: Row, payload: Option<payload::Model>) -> Self {
        let Some(payload) = payload else {
            return Self { row, request: None, response: None };
        };
        let url = row.url.as_deref();
        let request = payload.request_headers.map(|headers| {
            let (size, cut) = (payload.request_size, payload.request_truncated);
            Side::of(Which::Request, url, headers, payload.request_body.as_deref(), payload.request_redactions)
                .sized(size, cut)
        });
        let response = payload.response_headers.map(|headers| {
            let (size, cut) = (payload.response_size, payload.response_truncated);
            Side::of(Which::Response, url, headers, payload.response_body.as_deref(), payload.response_redactions)
                .sized(size, cut)
        });
        Self { row, request, response }
    }
}

/// The case file as a PDF, the same bytes each time. Busy for some tenths of a second: not for a
/// thread that serves others.
///
/// # Errors
/// Where Typst refuses the page that was prepared for it, which no record is known to bring about.
pub fn render(case: &Case, paper: Paper, fonts: &Fonts) -> anyhow::Result<Vec<u8>> {
    let work = Work {
        template: &TEMPLATE,
        identity: &case.cover.export_id,
        at: case.cover.requested_at,
        letters: case.letters()?,
    };
    print(&work, fonts, |palette| values::inputs(case, paper, palette))
}

#[cfg(test)]
mod tests;
