//! The report as CSV, by RFC 4180: UTF-8, CRLF, one header row, one line a record.
//!
//! The columns are the contract's fields under the contract's names, and enums are spelt as there:
//! the file is read by programs. It is also opened in spreadsheets, so text that one would run as a
//! formula is made harmless.

use super::{Report, Row};
use anyhow::Context as _;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use serde::Serialize;
use std::borrow::Cow;

/// The header row.
const COLUMNS: [&str; 20] = [
    "id",
    "occurredAt",
    "recordedAt",
    "direction",
    "applicationFrom",
    "applicationTo",
    "action",
    "requestType",
    "outcome",
    "userEmail",
    "loginId",
    "operation",
    "method",
    "url",
    "statusCode",
    "durationMs",
    "clientIp",
    "correlationId",
    "reference",
    "errorMessage",
];

/// How the file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv {
    /// Begin with a byte order mark. Excel wants one; programs that read by column name do not.
    pub bom: bool,
}

/// The report as a CSV file, written the usual way.
///
/// # Errors
/// Where a record cannot be written, which no record is known to bring about.
pub fn render(report: &Report) -> anyhow::Result<Vec<u8>> {
    Csv::default().render(report)
}

impl Csv {
    /// The report as a CSV file.
    ///
    /// # Errors
    /// As [`render`].
    pub fn render(self, report: &Report) -> anyhow::Result<Vec<u8>> {
        let start = if self.bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        let mut writer =
            WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Necessary).from_writer(start);
        writer.write_record(COLUMNS)?;
        for row in &report.rows {
            write(&mut writer, row, report.zone).with_context(|| format!("record {}", row.id))?;
        }
        writer.into_inner().context("finishing the file")
    }
}

/// The fields in the order of [`COLUMNS`].
fn write(writer: &mut Writer<Vec<u8>>, row: &Row, zone: Tz) -> anyhow::Result<()> {
    writer.write_field(&row.id)?;
    writer.write_field(instant(row.occurred_at, zone))?;
    writer.write_field(instant(row.recorded_at, zone))?;
    writer.write_field(contract_name(row.direction)?)?;
    writer.write_field(harmless(&row.application_from).as_ref())?;
    writer.write_field(harmless(&row.application_to).as_ref())?;
    writer.write_field(contract_name(row.action)?)?;
    writer.write_field(contract_name(row.request_type)?)?;
    writer.write_field(contract_name(row.outcome)?)?;
    for text in [&row.user_email, &row.login_id, &row.operation, &row.method, &row.url] {
        writer.write_field(harmless(text.as_deref().unwrap_or_default()).as_ref())?;
    }
    writer.write_field(row.status_code.map(|n| n.to_string()).unwrap_or_default())?;
    writer.write_field(row.duration_ms.map(|n| n.to_string()).unwrap_or_default())?;
    for text in [&row.client_ip, &row.correlation_id] {
        writer.write_field(harmless(text.as_deref().unwrap_or_default()).as_ref())?;
    }
    writer.write_field(&row.reference)?;
    writer.write_field(harmless(row.error_message.as_deref().unwrap_or_default()).as_ref())?;
    writer.write_record(None::<&[u8]>)?;
    Ok(())
}

/// RFC 3339 in the zone, always to the microsecond, so that all times have one form.
fn instant(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Micros, zone == Tz::UTC)
}

/// An enum's value as the contract spells it.
fn contract_name(value: impl Serialize) -> anyhow::Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        other => anyhow::bail!("{other} is no name"),
    }
}

/// A text that no spreadsheet takes for a formula (CWE-1236): one that would be is given an
/// apostrophe in front, which spreadsheets show as plain text. Nothing else is changed.
fn harmless(text: &str) -> Cow<'_, str> {
    // Spreadsheets skip what cannot be seen before they look for the sign.
    let unseen = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{feff}');
    let formula = text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start_matches(unseen).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn formulas_are_made_harmless_and_nothing_else() {
        for text in
            ["=1+1", "+49 30", "-2", "@SUM", "\t=1", "\r", "\nx", "\0", " =1", "\u{feff}=1", "＝1", "＋", "－", "＠"]
        {
            assert_eq!(harmless(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", "'=1", "ann@example.com", " a", "1-2", "https://x/?a=-1"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        let hostile = "a,\"b\"\r\nc\n\0 😀 \u{202e}ab\u{2028}";
        let mut report = samples::report(3);
        report.rows[1].error_message = Some(hostile.to_owned());
        report.rows[1].status_code = Some(500);
        let bytes = render(&report).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(&rows[1][19], hostile);
        assert_eq!(&rows[1][14], "500");
        assert_eq!(&rows[1][18], report.rows[1].reference);
        // Four lines end, and one value has a line break of its own.
        assert_eq!(String::from_utf8(bytes).unwrap().matches("\r\n").count(), 5);
    }

    #[test]
    fn times_tell_their_offset() {
        let at = DateTime::parse_from_rfc3339("2026-10-25T01:30:00.123456Z").unwrap().to_utc();
        assert_eq!(instant(at, Tz::Europe__Berlin), "2026-10-25T02:30:00.123456+01:00");
        assert_eq!(instant(at, Tz::Europe__London), "2026-10-25T01:30:00.123456+00:00");
        assert_eq!(instant(at, Tz::UTC), "2026-10-25T01:30:00.123456Z");
    }

    #[test]
    fn the_mark_is_optional() {
        let report = samples::report(1);
        assert!(render(&report).unwrap().starts_with(b"id,occurredAt,"));
        assert!(Csv { bom: true }.render(&report).unwrap().starts_with("\u{feff}id,".as_bytes()));
    }
}
