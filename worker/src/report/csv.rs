//! Records as CSV, by RFC 4180: UTF-8, CRLF, one header row, one line a record.
//!
//! A [`Sheet`] is filled a record at a time and emptied as often as its caller likes, so that a
//! file of any length needs no more memory than one portion. Values are spelt as in the API. Texts
//! stand in quotes and numbers do not, so that a spreadsheet can tell `"007"` from 7 where it is
//! asked to, and no reader splits or trims a text by rules of its own; what was not recorded is
//! nothing at all. Text that a spreadsheet would run is made `harmless`.

mod formula;

use super::{
    Row,
    manifest::{Known, Rows},
};
use anyhow::Context as _;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use entity::{
    export::options::{Column, CsvOptions, Delimiter, Header},
    payload::{self, Headers},
};
use formula::harmless;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{borrow::Cow, mem};

/// A CSV file on its way.
pub struct Sheet {
    columns: Vec<Column>,
    zone: Tz,
    delimiter: &'static str,
    text: String,
    digest: Sha256,
    rows: Rows,
}

impl Sheet {
    /// A sheet with its header row.
    pub fn new(options: &CsvOptions, zone: Tz) -> Self {
        let columns = options.columns.clone();
        let delimiter = match options.delimiter {
            Delimiter::Comma => ",",
            Delimiter::Semicolon => ";",
            Delimiter::Tab => "\t",
        };
        let title = |column: &Column| match options.header {
            Header::Words => column.words(),
            Header::Names => column.name(),
        };
        let titles: Vec<_> = columns.iter().map(title).collect();
        let text = [if options.bom { "\u{feff}" } else { "" }, &titles.join(delimiter), END].concat();
        Self { columns, zone, delimiter, text, digest: Sha256::new(), rows: Rows::default() }
    }

    /// Adds a record; where payload columns are shown, with what was recorded with it.
    ///
    /// # Errors
    /// Where a value has no name in the contract, which no record is known to bring about.
    pub fn add(&mut self, row: &Row, payload: Option<&payload::Model>) -> anyhow::Result<()> {
        if self.rows.count == 0 {
            self.rows.first = Some(Known::from(row));
        }
        self.rows.count += 1;
        self.rows.last = Some(Known::from(row));
        for (place, column) in self.columns.iter().enumerate() {
            let value = value(*column, row, payload, self.zone).with_context(|| format!("record {}", row.id))?;
            if place > 0 {
                self.text.push_str(self.delimiter);
            }
            match value {
                // A line without a character is no record to most readers.
                Value::Absent if self.columns.len() == 1 => self.text.push_str("\"\""),
                Value::Absent => {}
                Value::Number(number) => self.text.push_str(&number.to_string()),
                Value::Text(text) => quote(&harmless(&text), &mut self.text),
            }
        }
        self.text.push_str(END);
        Ok(())
    }

    /// The header row, if it was not taken yet: to be called before the first record.
    pub fn header(&mut self) -> Vec<u8> {
        mem::take(&mut self.text).into_bytes()
    }

    /// The bytes of the records added since.
    pub fn take(&mut self) -> Vec<u8> {
        let bytes = mem::take(&mut self.text).into_bytes();
        self.digest.update(&bytes);
        bytes
    }

    /// What the records taken come to.
    pub fn rows(self) -> Rows {
        Rows { sha256: hex::encode(self.digest.finalize()), ..self.rows }
    }
}

/// What ends a line.
const END: &str = "\r\n";

fn quote(text: &str, into: &mut String) {
    into.push('"');
    for (place, part) in text.split('"').enumerate() {
        if place > 0 {
            into.push_str("\"\"");
        }
        into.push_str(part);
    }
    into.push('"');
}

/// What stands in a field.
enum Value<'r> {
    /// It was not recorded.
    Absent,
    Number(i64),
    Text(Cow<'r, str>),
}

impl<'r> From<&'r str> for Value<'r> {
    fn from(text: &'r str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// A column's value of a record.
fn value<'r>(column: Column, row: &'r Row, payload: Option<&'r payload::Model>, zone: Tz) -> anyhow::Result<Value<'r>> {
    let text = |text: &'r Option<String>| text.as_deref().map_or(Value::Absent, Value::from);
    let number = |number: Option<i64>| number.map_or(Value::Absent, Value::Number);
    let (request, response) = (Side::request(payload), Side::response(payload));
    Ok(match column {
        Column::Id => row.id.as_str().into(),
        Column::OccurredAt => instant(row.occurred_at, zone).into(),
        Column::RecordedAt => instant(row.recorded_at, zone).into(),
        Column::Direction => contract_name(row.direction)?.into(),
        Column::ApplicationFrom => row.application_from.as_str().into(),
        Column::ApplicationTo => row.application_to.as_str().into(),
        Column::Action => contract_name(row.action)?.into(),
        Column::RequestType => contract_name(row.request_type)?.into(),
        Column::Outcome => contract_name(row.outcome)?.into(),
        Column::UserEmail => text(&row.user_email),
        Column::LoginId => text(&row.login_id),
        Column::Operation => text(&row.operation),
        Column::Method => text(&row.method),
        Column::Url => text(&row.url),
        Column::StatusCode => number(row.status_code.map(i64::from)),
        Column::DurationMs => number(row.duration_ms.map(i64::from)),
        Column::ClientIp => text(&row.client_ip),
        Column::CorrelationId => text(&row.correlation_id),
        Column::Reference => row.reference.as_str().into(),
        Column::ErrorMessage => text(&row.error_message),
        Column::RequestHeaders => request.headers(),
        Column::RequestBody => request.body(),
        Column::RequestEncoding => request.encoding(),
        Column::RequestSizeBytes => number(request.size),
        Column::RequestTruncated => request.truncated(),
        Column::ResponseHeaders => response.headers(),
        Column::ResponseBody => response.body(),
        Column::ResponseEncoding => response.encoding(),
        Column::ResponseSizeBytes => number(response.size),
        Column::ResponseTruncated => response.truncated(),
    })
}

/// One side of a payload.
#[derive(Default)]
struct Side<'r> {
    headers: Option<&'r Headers>,
    body: Option<&'r [u8]>,
    size: Option<i64>,
    truncated: Option<bool>,
}

impl<'r> Side<'r> {
    fn request(payload: Option<&'r payload::Model>) -> Self {
        payload.map_or_else(Self::default, |it| Self {
            headers: it.request_headers.as_ref(),
            body: it.request_body.as_deref(),
            size: it.request_size,
            truncated: it.request_truncated,
        })
    }

    fn response(payload: Option<&'r payload::Model>) -> Self {
        payload.map_or_else(Self::default, |it| Self {
            headers: it.response_headers.as_ref(),
            body: it.response_body.as_deref(),
            size: it.response_size,
            truncated: it.response_truncated,
        })
    }

    /// A line each, as they are sent.
    fn headers(&self) -> Value<'r> {
        let line = |it: &payload::Header| format!("{}: {}", it.0, it.1);
        let lines = |it: &Headers| it.0.iter().map(line).collect::<Vec<_>>().join("\n");
        self.headers.map_or(Value::Absent, |headers| lines(headers).into())
    }

    /// As the API shows it: text as it is, anything else as base64.
    fn body(&self) -> Value<'r> {
        self.body.map_or(Value::Absent, |body| match str::from_utf8(body) {
            Ok(text) => text.into(),
            Err(_) => STANDARD.encode(body).into(),
        })
    }

    /// Which of the two it is.
    fn encoding(&self) -> Value<'r> {
        let text = self.body.map(|body| str::from_utf8(body).is_ok());
        text.map_or(Value::Absent, |text| if text { "UTF8" } else { "BASE64" }.into())
    }

    fn truncated(&self) -> Value<'r> {
        self.truncated.map_or(Value::Absent, |cut| if cut { "true" } else { "false" }.into())
    }
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

#[cfg(test)]
mod tests;
