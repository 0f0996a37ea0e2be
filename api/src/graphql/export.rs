//! Exports: asked for, listed, and their files.

use super::{
    connection::{connection, read},
    filter::ConnectorLogFilter,
    log::Count,
    page::Window,
    record::UserError,
    scalar::{DateTime, TimeZone},
    viewer::{app, caller},
    vocabulary::{ExportFormat, ExportStatus},
};
use crate::{app::App, auth::Viewer as Caller, download::Links, error::Error};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono_tz::Tz;
use entity::{
    access_event::Kind,
    clock,
    db::within,
    export::{self, Status, life::NewExport},
    fault::Fault,
    id::ExportId,
    log::filter::Filter,
    token::Scope,
};
use worker::request::request;

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
    /// 0 to 1.
    progress: f64,
    /// Null until COMPLETED.
    file: Option<ExportFile>,
    /// Null unless FAILED.
    error: Option<ExportError>,
    requested_by: String,
    requested_at: DateTime,
    completed_at: Option<DateTime>,
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
        let matched = export.matched();
        let records = u64::try_from(export.record_count).unwrap_or(0);
        Self {
            id: export.id.to_string().into(),
            format: export.format.into(),
            status: export.status.into(),
            time_zone: TimeZone::stored(&export.time_zone),
            matched_count: matched.into(),
            record_count: i32::try_from(records).unwrap_or(i32::MAX),
            truncated: matched.value > records,
            progress: export.progress,
            file: ExportFile::shown(&export, &app.links, caller),
            error: export
                .error_code
                .zip(export.error_message)
                .filter(|_| export.status == Status::Failed)
                .map(|(code, message)| ExportError { code, message }),
            filter_summary: export.filter_summary,
            requested_by: export.requested_by,
            requested_at: export.requested_at.into(),
            completed_at: export.completed_at.map(DateTime::from),
        }
    }
}

impl ExportFile {
    fn shown(export: &export::Model, links: &Links, caller: &Caller) -> Option<Self> {
        if export.status != Status::Completed {
            return None;
        }
        let (url, url_expires_at) = links.mint(export, caller.id().as_deref(), clock::now());
        Some(Self {
            name: export.file_name.clone()?,
            content_type: export.format.content_type().to_owned(),
            size_bytes: i32::try_from(export.file_size?).unwrap_or(i32::MAX),
            sha256: export.file_sha256.clone()?,
            url: url.into(),
            url_expires_at: url_expires_at.into(),
        })
    }
}

#[derive(Default)]
pub(super) struct Query;

#[Object(name = "ExportQuery")]
impl Query {
    /// The domain's exports, newest first. first/last: default 50, at most 100, more is an error.
    async fn exports(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<ExportConnection, Error>> {
        let window = Window::parse(first, after.as_deref(), last, before.as_deref(), false);
        Some(list(ctx, window).await)
    }
}

async fn list(ctx: &Context<'_>, window: Result<Window<ExportId>, Vec<Fault>>) -> Result<ExportConnection, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsRead)?;
    let window = window?;
    let tx = within(&app.db, caller.domain.id).await?;
    let rows = |stretch| export::rows(&tx, caller.domain.id, stretch);
    let (exports, page_info) = read(ctx, &window, rows, |export| export.id.to_string()).await?;
    Ok(ExportConnection::of(exports.into_iter().map(|export| Export::shown(export, app, caller)), page_info))
}

/// What to export.
#[derive(InputObject)]
pub(super) struct ExportLogsInput {
    format: ExportFormat,
    filter: Option<ConnectorLogFilter>,
    /// In which the report prints its times; UTC where absent.
    time_zone: Option<TimeZone>,
    /// The same key again answers with the same export.
    idempotency_key: Option<String>,
}

/// The export that was asked for.
#[derive(SimpleObject)]
pub(super) struct ExportLogsPayload {
    export: Option<Export>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(super) struct Mutation;

#[Object(name = "ExportMutation")]
impl Mutation {
    /// Freezes the matching records (newest 1000), queues the job, answers at once.
    async fn export_logs(&self, ctx: &Context<'_>, input: ExportLogsInput) -> Option<Result<ExportLogsPayload, Error>> {
        Some(ask(ctx, input).await)
    }
}

async fn ask(ctx: &Context<'_>, input: ExportLogsInput) -> Result<ExportLogsPayload, Error> {
    let (app, caller): (&App, _) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsRead)?;
    caller.needs(Scope::ExportsWrite)?;
    let new = match input.parse(&caller.name) {
        Ok(new) => new,
        Err(faults) => {
            let user_errors = faults.into_iter().map(UserError::from).collect();
            return Ok(ExportLogsPayload { export: None, user_errors });
        }
    };
    let export = request(&app.db, &app.queue, &caller.domain, new).await?;
    app.ledger.write(caller.does(Kind::ExportRequested, vec![export.id.to_string()])).await?;
    Ok(ExportLogsPayload { export: Some(Export::shown(export, app, caller)), user_errors: Vec::new() })
}

/// The longest key, in characters.
const KEY_MAX: usize = 255;

impl ExportLogsInput {
    fn parse(self, requested_by: &str) -> Result<NewExport, Vec<Fault>> {
        let mut faults = Vec::new();
        let filter = match self.filter.map_or_else(|| Ok(Filter::default()), ConnectorLogFilter::parse) {
            Ok(filter) => filter,
            Err(more) => {
                faults.extend(more);
                Filter::default()
            }
        };
        let zone = match self.time_zone.map_or(Ok(Tz::UTC), |zone| zone.zone("timeZone")) {
            Ok(zone) => zone,
            Err(fault) => {
                faults.push(fault);
                Tz::UTC
            }
        };
        let key = self.idempotency_key;
        if key.as_ref().is_some_and(|k| k.is_empty() || k.contains('\0') || k.chars().count() > KEY_MAX) {
            faults.push(Fault::new(
                "idempotencyKey",
                format!("is empty, holds a NUL character or is longer than {KEY_MAX} characters: choose another"),
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(NewExport {
            format: self.format.into(),
            filter,
            zone,
            requested_by: requested_by.to_owned(),
            idempotency_key: key,
        })
    }
}
