//! Exports: what they are here, listed ([`list`]), asked for ([`ask`]) and ended or repeated
//! ([`again`]); how their files are written ([`options`]).

mod again;
mod ask;
mod list;
mod options;

use super::{
    connection::connection,
    log::Count,
    scalar::{DateTime, TimeZone},
    vocabulary::{ExportFormat, ExportStatus},
};
use crate::{
    app::App,
    auth::Viewer as Caller,
    download::{Links, Part},
};
use async_graphql::{ID, MergedObject, SimpleObject};
use entity::{
    clock,
    export::{self, Status},
    token::Scope,
};

pub(super) use list::Query;

/// What changes exports.
#[derive(MergedObject, Default)]
#[graphql(name = "ExportMutations")]
pub(super) struct Mutation(ask::Mutation, again::Mutation);

/// A file of the records that a filter matched when it was asked for.
#[derive(SimpleObject)]
pub(super) struct Export {
    pub(super) id: ID,
    format: ExportFormat,
    status: ExportStatus,
    /// The filter in words, as the report prints it.
    filter_summary: String,
    time_zone: TimeZone,
    /// Records that match, counted when the export was asked for (exact up to 10,000).
    matched_count: Count,
    /// Records in the file: at most 1000, the newest of those that match.
    record_count: i32,
    /// True where more matched than the file holds.
    truncated: bool,
    /// Whether the file shows requests and responses; then the scope `PAYLOADS_READ` is needed for it.
    shows_payloads: bool,
    /// 0 to 1.
    progress: f64,
    /// How often a worker has begun with it, since it was asked for last.
    attempts: i32,
    /// Null until COMPLETED, and once EXPIRED; null for a caller without `PAYLOADS_READ` where it shows payloads.
    file: Option<ExportFile>,
    /// Null unless FAILED.
    error: Option<ExportError>,
    requested_by: String,
    requested_at: DateTime,
    /// When it was completed, canceled or failed.
    completed_at: Option<DateTime>,
    /// When its file is removed; null until COMPLETED. repeatExport makes it anew.
    expires_at: Option<DateTime>,
}

/// A finished file.
#[derive(SimpleObject)]
pub(super) struct ExportFile {
    name: String,
    content_type: String,
    size_bytes: i32,
    sha256: String,
    /// A link that needs no other credential. Minted anew at each read; works until urlExpiresAt.
    url: String,
    /// A link to the manifest, JSON: what was exported, and the SHA-256 of its rows. Keep it beside
    /// the file, and `connector-log verify-report FILE` proves the file by it.
    manifest_url: String,
    url_expires_at: DateTime,
}

/// Why no file came.
#[derive(SimpleObject)]
pub(super) struct ExportError {
    code: String,
    message: String,
}

connection!(
    /// A page of exports, newest first.
    ExportConnection,
    ExportEdge,
    Export
);

impl Export {
    pub(super) fn shown(export: export::Model, app: &App, caller: &Caller) -> Self {
        let now = clock::now();
        let matched = export.matched();
        let records = u64::try_from(export.record_count).unwrap_or(0);
        let status = export.status_at(now);
        let shows_payloads = export.options.shows_payloads();
        let readable = !shows_payloads || caller.needs(Scope::PayloadsRead).is_ok();
        Self {
            id: export.id.to_string().into(),
            format: export.format.into(),
            status: status.into(),
            time_zone: TimeZone::stored(&export.time_zone),
            matched_count: matched.into(),
            record_count: i32::try_from(records).unwrap_or(i32::MAX),
            truncated: matched.value > records,
            shows_payloads,
            progress: export.progress,
            attempts: export.attempts,
            file: if readable { ExportFile::shown(&export, status, &app.links, caller) } else { None },
            error: export
                .error_code
                .zip(export.error_message)
                .filter(|_| status == Status::Failed)
                .map(|(code, message)| ExportError { code, message }),
            filter_summary: export.filter_summary,
            requested_by: export.requested_by,
            requested_at: export.requested_at.into(),
            completed_at: export.completed_at.map(DateTime::from),
            expires_at: export.expires_at.map(DateTime::from),
        }
    }
}

impl ExportFile {
    fn shown(export: &export::Model, status: Status, links: &Links, caller: &Caller) -> Option<Self> {
        if status != Status::Completed {
            return None;
        }
        let (by, now) = (caller.id(), clock::now());
        let (url, url_expires_at) = links.mint(export, Part::File, by.as_deref(), now);
        let (manifest_url, _) = links.mint(export, Part::Manifest, by.as_deref(), now);
        Some(Self {
            name: export.file_name.clone()?,
            content_type: export.format.content_type().to_owned(),
            size_bytes: i32::try_from(export.file_size?).unwrap_or(i32::MAX),
            sha256: export.file_sha256.clone()?,
            url: url.into(),
            manifest_url: manifest_url.into(),
            url_expires_at: url_expires_at.into(),
        })
    }
}
