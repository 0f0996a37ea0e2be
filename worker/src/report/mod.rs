//! What a report shows, worked out once for all formats.
//!
//! An export becomes a [`Report`]: who asked for what, and one [`Row`] for each frozen record, with
//! names where the log has numbers. [`csv`] and [`pdf`] turn it into bytes, [`manifest`] says what is in
//! them, [`seal`] keeps a PDF whole; they read no database and no clock, so the same report is the same file.

pub mod case;
pub mod csv;
pub mod manifest;
pub mod pdf;
pub mod seal;

mod summary;
mod text;
mod wrap;

pub use pdf::Fonts;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::{
    application::Application,
    export::Format,
    id::ApplicationNo,
    log::{self, Action, Direction, Outcome, RequestType},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a report is about: all that it says beside its records.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cover {
    /// The export's public id: `exp_…`.
    pub export_id: String,
    /// The domain's name.
    pub domain: String,
    /// The filter, as people read it.
    pub filter_in_words: String,
    /// The same part by part: what is asked of, and what it may be.
    pub filter_in_parts: Vec<(String, String)>,
    /// Where its times are told.
    pub zone: Tz,
    /// Who asked for it.
    pub requested_by: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// How many records matched when it was asked for.
    pub matched: u64,
    /// Whether `matched` is all of them, or as far as was counted.
    pub matched_exact: bool,
}

/// One export as a page shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// What it is about.
    pub cover: Cover,
    /// The records, in the list's order: newest first.
    pub rows: Vec<Row>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A file within a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name: ASCII, without folders.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// What it is, for people.
    pub description: String,
    /// What it holds.
    pub text: String,
}

/// One record, in plain values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract's ConnectorLog")]
pub struct Row {
    pub id: String,
    pub reference: String,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub direction: Direction,
    pub application_from: String,
    pub application_to: String,
    pub action: Action,
    pub request_type: RequestType,
    pub outcome: Outcome,
    pub user_email: Option<String>,
    pub login_id: Option<String>,
    pub operation: Option<String>,
    pub method: Option<String>,
    pub url: Option<String>,
    pub status_code: Option<i16>,
    pub duration_ms: Option<i32>,
    pub client_ip: Option<String>,
    pub correlation_id: Option<String>,
    pub error_message: Option<String>,
}

impl Row {
    /// A record with the names of its applications.
    ///
    /// # Errors
    /// Where `names` lacks one of them.
    pub fn new(model: log::Model, names: &HashMap<ApplicationNo, Application>) -> anyhow::Result<Self> {
        let name = |number: ApplicationNo| {
            let application = names.get(&number);
            application.map(|a| a.name.clone()).with_context(|| format!("application {} has no name", number.0))
        };
        Ok(Self {
            id: model.id.to_string(),
            reference: model.reference().to_string(),
            occurred_at: model.id.occurred_at(),
            recorded_at: model.recorded_at,
            direction: model.direction,
            application_from: name(model.application_from)?,
            application_to: name(model.application_to)?,
            action: model.action,
            request_type: model.request_type,
            outcome: model.outcome,
            user_email: model.user_email,
            login_id: model.login_id,
            operation: model.operation,
            method: model.method,
            url: model.url,
            status_code: model.status_code,
            duration_ms: model.duration_ms,
            client_ip: model.client_ip,
            correlation_id: model.correlation_id,
            error_message: model.error_message,
        })
    }

    /// The application on the other side of the domain.
    fn other_side(&self) -> &str {
        match self.direction {
            Direction::Incoming => &self.application_from,
            Direction::Outgoing => &self.application_to,
        }
    }
}

impl Report {
    /// How many of how many: "1,000 of 3,412 records".
    fn size_in_words(&self) -> String {
        let shown = u64::try_from(self.rows.len()).unwrap_or(u64::MAX);
        let noun = |n: u64| if n == 1 { "record" } else { "records" };
        let matched = grouped(self.cover.matched);
        match (self.cover.matched_exact, shown) {
            (true, 0) if self.cover.matched == 0 => "no records".to_owned(),
            (true, _) if self.cover.matched <= shown => format!("{} {}", grouped(shown), noun(shown)),
            (true, _) => format!("{} of {matched} records", grouped(shown)),
            (false, _) => format!("{} of more than {matched} records", grouped(shown)),
        }
    }
}

/// What the file is called where it is saved: ASCII letters, digits and hyphens.
pub fn file_name(cover: &Cover, format: Format) -> String {
    let at = cover.requested_at.with_timezone(&cover.zone).format("%Y-%m-%d-%H%M%S");
    let extension = format.extension();
    match slug(&cover.domain).as_str() {
        "" => format!("connector-log-{at}.{extension}"),
        domain => format!("connector-log-{domain}-{at}.{extension}"),
    }
}

fn slug(name: &str) -> String {
    const LONGEST: usize = 40;
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' });
    let words: String = letters.collect();
    let mut slug = words.split_whitespace().collect::<Vec<_>>().join("-");
    slug.truncate(LONGEST);
    slug.trim_end_matches('-').to_owned()
}

/// A number in groups of three: 1,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_safe() {
        let mut cover = samples::report(0).cover;
        cover.domain = "Müller & Söhne / ../etc".to_owned();
        cover.zone = Tz::Europe__Berlin;
        assert_eq!(file_name(&cover, Format::Csv), "connector-log-m-ller-s-hne-etc-2026-11-23-160000.csv");
        cover.domain = "例え".to_owned();
        assert_eq!(file_name(&cover, Format::Pdf), "connector-log-2026-11-23-160000.pdf");
    }

    #[test]
    fn sizes_are_told_as_people_say_them() {
        let size = |rows, matched, matched_exact| {
            let mut report = samples::report(rows);
            (report.cover.matched, report.cover.matched_exact) = (matched, matched_exact);
            report.size_in_words()
        };
        assert_eq!(size(0, 0, true), "no records");
        assert_eq!(size(1, 1, true), "1 record");
        assert_eq!(size(2, 3412, true), "2 of 3,412 records");
        assert_eq!(size(2, 10_000, false), "2 of more than 10,000 records");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }
}
