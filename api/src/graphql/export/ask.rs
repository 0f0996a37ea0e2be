//! An export is asked for.

use super::{
    Export,
    options::{self, CsvOptions, PdfOptions},
};
use crate::{
    app::App,
    error::Error,
    graphql::{
        filter::ConnectorLogFilter,
        record::UserError,
        scalar::TimeZone,
        viewer::{app, caller},
        vocabulary::ExportFormat,
    },
    telemetry,
};
use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono_tz::Tz;
use entity::{
    access_event::{Kind, NewEvent},
    export::life::open::{CASE_MAX, NewExport},
    fault::Fault,
    log::{filter::Filter, page},
    token::Scope,
};
use worker::request::{Requested, request};

/// What to export.
#[derive(InputObject)]
pub(in crate::graphql) struct ExportLogsInput {
    format: ExportFormat,
    filter: Option<ConnectorLogFilter>,
    /// In which the report prints its times; UTC where absent.
    time_zone: Option<TimeZone>,
    /// How a CSV file is written.
    csv: Option<CsvOptions>,
    /// How a PDF is set.
    pdf: Option<PdfOptions>,
    /// The same key again answers with the same export.
    idempotency_key: Option<String>,
}

/// The export that was asked for.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ExportLogsPayload {
    export: Option<Export>,
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct Mutation;

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
        Err(faults) => return Ok(refused(faults)),
    };
    let detail = new.options.shows_payloads().then(|| "with payloads".to_owned());
    if detail.is_some() {
        caller.needs(Scope::PayloadsRead)?;
    }
    let export = match request(&app.db, &app.queue, &caller.domain, new).await? {
        Requested::Export(export) => *export,
        Requested::NoCase(matched) => return Ok(refused(vec![no_case(matched)])),
    };
    let event = NewEvent { detail, ..caller.does(Kind::ExportRequested, vec![export.id.to_string()]) };
    app.ledger.write(event).await?;
    Ok(ExportLogsPayload { export: Some(Export::shown(export, app, caller)), user_errors: Vec::new() })
}

fn refused(faults: Vec<Fault>) -> ExportLogsPayload {
    ExportLogsPayload { export: None, user_errors: faults.into_iter().map(UserError::from).collect() }
}

fn no_case(matched: page::Count) -> Fault {
    let remedy = if matched.value == 0 {
        "matches no record, and a case file shows at least one: check it with connectorLogs".to_owned()
    } else {
        let more = if matched.exact { "" } else { "more than " };
        let value = matched.value;
        format!(
            "matches {more}{value} records, and a case file shows at most {CASE_MAX}: narrow it, or ask for the table"
        )
    };
    Fault::new("filter", remedy)
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
        match options::parse(self.format, self.csv, self.pdf) {
            Ok(options) if faults.is_empty() => Ok(NewExport {
                options,
                filter,
                zone,
                requested_by: requested_by.to_owned(),
                idempotency_key: key,
                trace_context: telemetry::traceparent(),
            }),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }
}
