//! The manifest of a file: what was exported, in JSON, so that a report can be proven to be what was
//! exported. It lies beside each file; a PDF carries one too. `docs/REPORTS.md` says the same to
//! those who read it; `connector-log verify-report` compares the two.

pub mod filter;

use super::{Cover, Row};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::export::{
    Format,
    options::{Column, Options},
};
use filter::AskedFilter;
use serde::{Deserialize, Serialize};

/// The form of the manifests that are written now.
pub const VERSION: u32 = 1;

/// What a PDF calls the manifest that it carries.
pub const IN_PDF: &str = "manifest.json";

/// What a PDF calls the records that it carries, as CSV.
pub const RECORDS_IN_PDF: &str = "records.csv";

/// What a manifest says. Within a version fields may be added, never changed: older files have older
/// manifests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The form of the manifest: [`VERSION`].
    pub version: u32,
    /// Which program wrote it: `connector-log 0.1.0`.
    pub producer: String,
    /// The export's id: `exp_…`.
    pub export: String,
    /// The domain's name.
    pub domain: String,
    /// The file's format, `csv` or `pdf`.
    pub format: String,
    /// Who asked.
    pub requested_by: String,
    /// When, RFC 3339.
    pub requested_at: String,
    /// Which records, as the API takes it.
    pub filter: AskedFilter,
    /// The same in words.
    pub filter_summary: String,
    /// IANA name of the zone in which times are told.
    pub time_zone: String,
    /// How many records matched when it was asked for.
    pub matched: u64,
    /// Whether that is all of them, or as far as was counted.
    pub matched_exact: bool,
    /// Whether more records matched than the file holds.
    pub truncated: bool,
    /// The columns of the rows, by the names of the API's fields, whatever the header row calls them.
    pub columns: Vec<String>,
    /// The rows of the file.
    pub rows: Rows,
    /// The file as a whole; absent in the manifest within the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// The rows of a file: what follows the header row of the CSV file, or of the `records.csv` that a
/// PDF carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// How many.
    pub count: u64,
    /// SHA-256 of their bytes, hexadecimal.
    pub sha256: String,
    /// The newest record.
    pub first: Option<Known>,
    /// The oldest record.
    pub last: Option<Known>,
}

/// A record that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// `log_…`
    pub id: String,
    /// The code that people read out.
    pub reference: String,
    /// RFC 3339, UTC.
    pub occurred_at: String,
}

impl From<&Row> for Known {
    fn from(row: &Row) -> Self {
        Self { id: row.id.clone(), reference: row.reference.clone(), occurred_at: instant(row.occurred_at) }
    }
}

/// A file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub size_bytes: u64,
    /// SHA-256 of them, hexadecimal.
    pub sha256: String,
}

/// The columns of the records that a file brings as CSV.
pub fn columns(options: &Options) -> &[Column] {
    match options {
        Options::Csv(csv) => &csv.columns,
        Options::Pdf(_) if options.is_case_file() => Column::ALL,
        Options::Pdf(_) => &Column::USUAL,
    }
}

impl Manifest {
    /// The manifest of a report's rows, which have these columns.
    pub fn of(cover: &Cover, format: Format, filter: AskedFilter, columns: &[Column], rows: Rows) -> Self {
        Self {
            version: VERSION,
            producer: concat!("connector-log ", env!("CARGO_PKG_VERSION")).to_owned(),
            export: cover.export_id.clone(),
            domain: cover.domain.clone(),
            format: format.extension().to_owned(),
            requested_by: cover.requested_by.clone(),
            requested_at: instant(cover.requested_at),
            filter,
            filter_summary: cover.filter_in_words.clone(),
            time_zone: cover.zone.name().to_owned(),
            matched: cover.matched,
            matched_exact: cover.matched_exact,
            truncated: cover.matched > rows.count,
            columns: columns.iter().map(|column| column.name().to_owned()).collect(),
            rows,
            file: None,
        }
    }

    /// As it is written: JSON, for people to read too.
    ///
    /// # Errors
    /// None that is known: every field has a form in JSON.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
