//! How a file is written, as callers say it, and what can be wrong with that. What it means is said
//! in `entity::export::options`.

use crate::graphql::vocabulary::ExportFormat;
use async_graphql::{Enum, InputObject};
use entity::{
    export::options::{self, Options},
    fault::Fault,
};

/// How a CSV file is written: by RFC 4180, texts in quotes, numbers without, nothing where nothing was
/// recorded. A text that a spreadsheet would run has an apostrophe before the sign that it begins with.
#[derive(InputObject)]
pub(in crate::graphql) struct CsvOptions {
    /// Begin with a byte order mark, by which Excel knows UTF-8.
    #[graphql(default = true)]
    bom: bool,
    #[graphql(default_with = "CsvDelimiter::Comma")]
    delimiter: CsvDelimiter,
    #[graphql(default_with = "CsvHeader::Words")]
    header: CsvHeader,
    /// Which columns, in which order; all but the payloads where absent. The payloads' columns need
    /// the scope `PAYLOADS_READ`.
    columns: Option<Vec<CsvColumn>>,
}

/// How a PDF is set.
#[derive(InputObject)]
pub(in crate::graphql) struct PdfOptions {
    #[graphql(default_with = "PdfReport::Table")]
    report: PdfReport,
    #[graphql(default_with = "PaperSize::A4")]
    paper: PaperSize,
}

/// What stands between two fields of a line.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "options::Delimiter")]
pub(in crate::graphql) enum CsvDelimiter {
    /// A comma, as RFC 4180 has it.
    Comma,
    /// A semicolon, as spreadsheets expect it where the comma is the decimal sign.
    Semicolon,
    /// A tab.
    Tab,
}

/// What the header row calls the columns.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "options::Header")]
pub(in crate::graphql) enum CsvHeader {
    /// Plain words: "Application from".
    Words,
    /// The names of the API's fields: applicationFrom.
    Names,
}

/// A column of a CSV file: a field of the record, or a part of its payload.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "options::Column")]
pub(in crate::graphql) enum CsvColumn {
    Id,
    OccurredAt,
    RecordedAt,
    Direction,
    ApplicationFrom,
    ApplicationTo,
    Action,
    RequestType,
    Outcome,
    UserEmail,
    LoginId,
    Operation,
    Method,
    Url,
    StatusCode,
    DurationMs,
    ClientIp,
    CorrelationId,
    Reference,
    ErrorMessage,
    /// A line each.
    RequestHeaders,
    /// Redacted; base64 where `REQUEST_ENCODING` says so, not all of it where `REQUEST_TRUNCATED` does. Excel shows
    /// 32,767 characters of a cell and LibreOffice 65,535; the file has them all.
    RequestBody,
    /// UTF8 or BASE64; nothing where there is no body.
    RequestEncoding,
    /// Bytes of the body as sent, before redaction and truncation.
    RequestSizeBytes,
    /// true where more was sent than is kept: 256 KiB a side.
    RequestTruncated,
    /// A line each.
    ResponseHeaders,
    /// Redacted; base64 where `RESPONSE_ENCODING` says so, not all of it where `RESPONSE_TRUNCATED` does. Excel shows
    /// 32,767 characters of a cell and LibreOffice 65,535; the file has them all.
    ResponseBody,
    /// UTF8 or BASE64; nothing where there is no body.
    ResponseEncoding,
    /// Bytes of the body as sent, before redaction and truncation.
    ResponseSizeBytes,
    /// true where more was sent than is kept: 256 KiB a side.
    ResponseTruncated,
}

/// What a PDF shows.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "options::ReportKind")]
pub(in crate::graphql) enum PdfReport {
    /// A summary, and a table with a row for each record.
    Table,
    /// A few records whole, at most 20, with their requests and responses opened up: for those who
    /// are to find the cause. Needs the scope `PAYLOADS_READ`. The filter says which: one record by
    /// its reference, calls that belong together by their correlationId.
    CaseFile,
}

/// The size of a page.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "options::Paper")]
pub(in crate::graphql) enum PaperSize {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// The options of the format, the usual ones where none are given.
pub(super) fn parse(
    format: ExportFormat,
    csv: Option<CsvOptions>,
    pdf: Option<PdfOptions>,
) -> Result<Options, Vec<Fault>> {
    let foreign = |field: &str, theirs: &str| {
        vec![Fault::new(field, format!("holds options of {theirs}, which is not the format asked for: leave it out"))]
    };
    match (format, csv, pdf) {
        (ExportFormat::Csv, _, Some(_)) => Err(foreign("pdf", "PDF")),
        (ExportFormat::Pdf, Some(_), _) => Err(foreign("csv", "CSV")),
        (ExportFormat::Csv, csv, None) => {
            let options = csv.map_or_else(|| Ok(options::CsvOptions::default()), CsvOptions::parse);
            options.map(Options::Csv).map_err(|fault| vec![fault.within("csv")])
        }
        (ExportFormat::Pdf, None, pdf) => Ok(Options::Pdf(pdf.map(PdfOptions::parse).unwrap_or_default())),
    }
}

impl CsvOptions {
    fn parse(self) -> Result<options::CsvOptions, Fault> {
        let columns = match self.columns {
            None => options::CsvOptions::default().columns,
            Some(columns) if columns.is_empty() => {
                return Err(Fault::new(
                    "columns",
                    "is an empty list: name a column, or leave it out for the usual ones",
                ));
            }
            Some(columns) => columns.into_iter().map(options::Column::from).collect(),
        };
        if let Some(twice) = (1..columns.len()).find(|at| columns[..*at].contains(&columns[*at])) {
            let remedy = format!("has {} twice: name each column once", columns[twice].name());
            return Err(Fault::new("columns", remedy));
        }
        Ok(options::CsvOptions { bom: self.bom, delimiter: self.delimiter.into(), header: self.header.into(), columns })
    }
}

impl PdfOptions {
    fn parse(self) -> options::PdfOptions {
        options::PdfOptions { report: self.report.into(), paper: self.paper.into() }
    }
}
