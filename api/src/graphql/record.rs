//! Recording: what callers send, and what becomes of it.

use super::{
    scalar::DateTime,
    viewer::{app, caller},
    vocabulary::{Action, Direction, PayloadEncoding, RequestType},
};
use crate::{
    error::{Error, code},
    metrics::recording::recorded as count,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::{
    clock,
    fault::Fault,
    log::{
        draft::{Draft, NewLog},
        record::record,
    },
    payload,
    token::Scope,
};
use serde::Deserialize;
use std::time::Instant;

/// Records to keep.
#[derive(InputObject)]
pub(super) struct RecordConnectorLogsInput {
    /// At most 1000.
    logs: Vec<ConnectorLogInput>,
}

/// One call, as its sender saw it.
#[derive(InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConnectorLogInput {
    /// The caller's own key for this record: the same key again is the same record, recorded once.
    /// Needs an occurredAt, which is part of what is the same.
    idempotency_key: Option<String>,
    /// Now, where absent. More than 5 minutes ahead is refused; as far back as the caller has records.
    occurred_at: Option<DateTime>,
    direction: Direction,
    /// Names. One not seen before joins the domain's applications.
    application_from: String,
    application_to: String,
    action: Action,
    request_type: RequestType,
    user_email: Option<String>,
    login_id: Option<String>,
    operation: Option<String>,
    method: Option<String>,
    url: Option<String>,
    status_code: Option<i32>,
    duration_ms: Option<i32>,
    client_ip: Option<String>,
    correlation_id: Option<String>,
    error_message: Option<String>,
    request: Option<PayloadInput>,
    response: Option<PayloadInput>,
}

/// One side of a call. A body of more than 256 KiB is cut, and the record says so.
#[derive(InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PayloadInput {
    headers: Option<Vec<HeaderInput>>,
    body: Option<String>,
    /// UTF8 where absent.
    encoding: Option<PayloadEncoding>,
}

/// One header.
#[derive(InputObject, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HeaderInput {
    name: String,
    value: String,
}

/// What became of the records.
#[derive(SimpleObject)]
pub(super) struct RecordConnectorLogsPayload {
    /// One for each input record, in its order; null where it was refused.
    ids: Vec<Option<ID>>,
    /// Records new to the log: repeats and refusals not counted.
    recorded_count: i32,
    user_errors: Vec<UserError>,
}

/// A fault in the input that the caller can mend.
#[derive(SimpleObject)]
pub(super) struct UserError {
    code: String,
    field: Vec<String>,
    message: String,
}

impl From<Fault> for UserError {
    fn from(fault: Fault) -> Self {
        Self { code: code::BAD_USER_INPUT.to_owned(), field: fault.field, message: fault.message }
    }
}

impl PayloadInput {
    fn draft(self) -> Result<payload::Draft, Fault> {
        let body = match (self.body, self.encoding) {
            (None, _) => None,
            (Some(text), None | Some(PayloadEncoding::Utf8)) => Some(text.into_bytes()),
            (Some(text), Some(PayloadEncoding::Base64)) => Some(STANDARD.decode(text.trim_ascii()).map_err(|_| {
                Fault::new(
                    "body",
                    "is not base64 (RFC 4648, section 4, with padding): encode it so, or send text as UTF8",
                )
            })?),
        };
        let headers = self.headers.unwrap_or_default().into_iter().map(|h| (h.name, h.value)).collect();
        Ok(payload::Draft { headers, body })
    }
}

impl ConnectorLogInput {
    fn draft(self) -> Result<Draft, Fault> {
        Ok(Draft {
            idempotency_key: self.idempotency_key,
            occurred_at: self.occurred_at.map(|at| at.instant("occurredAt")).transpose()?,
            direction: self.direction.into(),
            application_from: self.application_from,
            application_to: self.application_to,
            action: self.action.into(),
            request_type: self.request_type.into(),
            user_email: self.user_email,
            login_id: self.login_id,
            operation: self.operation,
            method: self.method,
            url: self.url,
            status_code: self.status_code,
            duration_ms: self.duration_ms,
            client_ip: self.client_ip,
            correlation_id: self.correlation_id,
            error_message: self.error_message,
            request: self.request.map(PayloadInput::draft).transpose().map_err(|f| f.within("request"))?,
            response: self.response.map(PayloadInput::draft).transpose().map_err(|f| f.within("response"))?,
        })
    }
}

/// One `ConnectorLogInput` from JSON, as `connector-log import` reads it a line at a time: the
/// same fields, the same faults.
///
/// # Errors
/// The first fault, with its field where it has one.
pub fn draft_from_json(json: serde_json::Value) -> Result<Draft, Fault> {
    let input: ConnectorLogInput = serde_path_to_error::deserialize(json).map_err(|error| {
        let path = error.path().iter().map(ToString::to_string).filter(|part| part != "?");
        Fault { field: path.collect(), message: error.inner().to_string() }
    })?;
    input.draft()
}

/// The most records of a call.
const RECORDS_MAX: usize = 1000;

#[derive(Default)]
pub(super) struct Mutation;

#[Object(name = "RecordMutation")]
impl Mutation {
    /// Up to 1000 records a call. Good records are kept when others in the call are refused.
    async fn record_connector_logs(
        &self,
        ctx: &Context<'_>,
        input: RecordConnectorLogsInput,
    ) -> Option<Result<RecordConnectorLogsPayload, Error>> {
        Some(keep(ctx, input.logs).await)
    }
}

async fn keep(ctx: &Context<'_>, inputs: Vec<ConnectorLogInput>) -> Result<RecordConnectorLogsPayload, Error> {
    let (app, caller) = (app(ctx), caller(ctx));
    caller.needs(Scope::LogsWrite)?;
    if inputs.len() > RECORDS_MAX {
        let remedy = format!("has {} records: send at most {RECORDS_MAX} a call", inputs.len());
        return Err(Fault::new("logs", remedy).within("input").into());
    }
    let (now, begun) = (clock::now(), Instant::now());
    let domain = caller.domain.clone();
    // Redaction walks every byte of every payload, which would hold up other requests.
    let checked = tokio::task::spawn_blocking(move || {
        let check = |input: ConnectorLogInput| NewLog::try_from_draft(input.draft()?, &domain, now);
        inputs.into_iter().map(check).collect::<Vec<_>>()
    });
    let checked = checked.await.map_err(|panic| Error::internal(&panic))?;
    let (mut good, mut places, mut user_errors) = (Vec::new(), Vec::new(), Vec::new());
    let mut ids = vec![None; checked.len()];
    for (place, checked) in checked.into_iter().enumerate() {
        match checked {
            Ok(log) => {
                good.push(log);
                places.push(place);
            }
            Err(fault) => user_errors.push(fault.within(place.to_string()).within("logs").into()),
        }
    }
    let recorded = record(&app.db, &caller.domain, good, now).await?;
    count(begun, ids.len(), places.len(), recorded.new);
    for (place, id) in places.into_iter().zip(recorded.ids) {
        ids[place] = Some(id.to_string().into());
    }
    Ok(RecordConnectorLogsPayload { ids, recorded_count: i32::try_from(recorded.new).unwrap_or(i32::MAX), user_errors })
}
