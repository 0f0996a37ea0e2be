//! How a file is written: what whoever asks for an export may choose beside the filter. Kept with
//! the export, so that the same export asked for again is the same file.

use super::Format;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// The options of a format; which one says the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "snake_case")]
pub enum Options {
    /// Of CSV.
    Csv(CsvOptions),
    /// Of PDF.
    Pdf(PdfOptions),
}

impl Options {
    /// The format that they are options of.
    pub fn format(&self) -> Format {
        match self {
            Self::Csv(_) => Format::Csv,
            Self::Pdf(_) => Format::Pdf,
        }
    }

    /// Whether the file shows payloads.
    pub fn shows_payloads(&self) -> bool {
        match self {
            Self::Csv(csv) => csv.columns.iter().any(|column| column.is_payload()),
            Self::Pdf(_) => self.is_case_file(),
        }
    }

    /// Whether the file shows a few records whole.
    pub fn is_case_file(&self) -> bool {
        matches!(self, Self::Pdf(PdfOptions { report: ReportKind::CaseFile, .. }))
    }
}

/// How a CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CsvOptions {
    /// Begin with a byte order mark, by which Excel knows UTF-8.
    pub bom: bool,
    /// What stands between two fields.
    pub delimiter: Delimiter,
    /// What the header row says.
    pub header: Header,
    /// Which columns, in which order.
    pub columns: Vec<Column>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { bom: true, delimiter: Delimiter::default(), header: Header::default(), columns: Column::USUAL.to_vec() }
    }
}

/// What stands between two fields of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,` as RFC 4180 has it.
    #[default]
    Comma,
    /// `;` as spreadsheets expect it where the comma is the decimal sign.
    Semicolon,
    /// A tab.
    Tab,
}

/// What the header row calls the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// Plain words: "Application from".
    #[default]
    Words,
    /// The names of the API's fields: `applicationFrom`.
    Names,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident = $name:literal, $words:literal;)*) => {
        /// A column of a CSV file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Column {
            $($(#[$doc])* $column,)*
        }

        impl Column {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$column,)*];

            /// The name of the API's field.
            pub fn name(self) -> &'static str {
                match self { $(Self::$column => $name,)* }
            }

            /// Plain words.
            pub fn words(self) -> &'static str {
                match self { $(Self::$column => $words,)* }
            }
        }
    };
}

columns!(
    // Not "ID": a file that begins so is taken for another format (SYLK) by Excel.
    /// The record's id.
    Id = "id", "Record";
    /// When it occurred.
    OccurredAt = "occurredAt", "Time";
    /// When the log learnt of it.
    RecordedAt = "recordedAt", "Recorded at";
    /// To the domain or from it.
    Direction = "direction", "Direction";
    /// Who called.
    ApplicationFrom = "applicationFrom", "Application from";
    /// Who was called.
    ApplicationTo = "applicationTo", "Application to";
    /// What the call did.
    Action = "action", "Action";
    /// What kind of request it was.
    RequestType = "requestType", "Request type";
    /// How it ended.
    Outcome = "outcome", "Outcome";
    /// The person's address.
    UserEmail = "userEmail", "Email";
    /// The person's login.
    LoginId = "loginId", "Login id";
    /// The connector verb.
    Operation = "operation", "Operation";
    /// The HTTP method.
    Method = "method", "Method";
    /// The address called.
    Url = "url", "URL";
    /// The HTTP status.
    StatusCode = "statusCode", "Status";
    /// How long it took.
    DurationMs = "durationMs", "Duration (ms)";
    /// The caller's address.
    ClientIp = "clientIp", "Client IP";
    /// The caller's own thread.
    CorrelationId = "correlationId", "Correlation id";
    /// The code that people read out.
    Reference = "reference", "Reference";
    /// What went wrong.
    ErrorMessage = "errorMessage", "Error";
    /// The request's headers, a line each.
    RequestHeaders = "requestHeaders", "Request headers";
    /// The request's body: text, or base64 where it is binary.
    RequestBody = "requestBody", "Request body";
    /// Which of the two: UTF8 or BASE64.
    RequestEncoding = "requestEncoding", "Request encoding";
    /// Bytes of the request's body as sent.
    RequestSizeBytes = "requestSizeBytes", "Request size (bytes)";
    /// Whether more of the request was sent than is kept.
    RequestTruncated = "requestTruncated", "Request truncated";
    /// The response's headers, a line each.
    ResponseHeaders = "responseHeaders", "Response headers";
    /// The response's body: text, or base64 where it is binary.
    ResponseBody = "responseBody", "Response body";
    /// Which of the two: UTF8 or BASE64.
    ResponseEncoding = "responseEncoding", "Response encoding";
    /// Bytes of the response's body as sent.
    ResponseSizeBytes = "responseSizeBytes", "Response size (bytes)";
    /// Whether more of the response was sent than is kept.
    ResponseTruncated = "responseTruncated", "Response truncated";
);

impl Column {
    /// The columns of a file for which none were chosen: all but the payloads.
    pub const USUAL: [Self; 20] = [
        Self::Id,
        Self::OccurredAt,
        Self::RecordedAt,
        Self::Direction,
        Self::ApplicationFrom,
        Self::ApplicationTo,
        Self::Action,
        Self::RequestType,
        Self::Outcome,
        Self::UserEmail,
        Self::LoginId,
        Self::Operation,
        Self::Method,
        Self::Url,
        Self::StatusCode,
        Self::DurationMs,
        Self::ClientIp,
        Self::CorrelationId,
        Self::Reference,
        Self::ErrorMessage,
    ];

    /// Whether it shows a part of the payload.
    pub fn is_payload(self) -> bool {
        !Self::USUAL.contains(&self)
    }
}

/// How a PDF is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PdfOptions {
    /// What it shows.
    pub report: ReportKind,
    /// The size of its pages.
    pub paper: Paper,
}

/// What a PDF shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// A summary, and a table with a row for each record.
    #[default]
    Table,
    /// A few records whole, with their payloads opened up: for those who are to find the cause.
    CaseFile,
}

/// The size of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// ISO 216, 210 × 297 mm.
    #[default]
    A4,
    /// ANSI A, 8.5 × 11 inches.
    Letter,
}
