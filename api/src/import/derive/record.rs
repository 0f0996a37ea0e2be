//! The record itself: what the entry says as it stands, then what was found out about it.

use super::{person::Person, reading::Reading, verdict::Verdict};
use crate::import::{
    har::{Entry, Side},
    names,
};
use chrono::SecondsFormat;
use entity::{
    log::{Action, Direction, RequestType, draft::Draft},
    payload,
};
use std::net::IpAddr;

/// The longest correlation id that the log takes, in characters.
const CORRELATION_ID_MAX: usize = 255;

/// A record with all that needs no judgement.
pub(super) fn draft(entry: Entry, operation: Option<String>, error_message: Option<String>) -> Draft {
    let answered = entry.status.is_some() || !entry.response.headers.is_empty() || entry.response.body.is_some();
    Draft {
        idempotency_key: Some(key(&entry)),
        occurred_at: Some(entry.started),
        direction: Direction::Outgoing,
        application_from: String::new(),
        application_to: String::new(),
        action: Action::NotApplicable,
        request_type: RequestType::Other,
        user_email: None,
        login_id: None,
        operation,
        correlation_id: correlation_id(&entry),
        method: Some(entry.method),
        url: Some(entry.url),
        status_code: entry.status,
        duration_ms: entry.time.and_then(milliseconds),
        client_ip: entry.client_ip.filter(|ip| ip.trim().parse::<IpAddr>().is_ok()),
        error_message,
        request: Some(payload(entry.request)),
        response: answered.then(|| payload(entry.response)),
    }
}

/// Adds what was found out.
pub(super) fn decide(draft: &mut Draft, reading: &Reading, verdict: Verdict, person: Option<Person>) {
    let person = person.unwrap_or_default();
    draft.direction = if reading.incoming { Direction::Incoming } else { Direction::Outgoing };
    draft.application_from = verdict.from;
    draft.application_to = verdict.to;
    draft.action = verdict.action;
    draft.request_type = verdict.request_type;
    draft.user_email = person.email;
    draft.login_id = person.login;
    draft.operation = verdict.operation.map(str::to_owned).or(draft.operation.take());
}

fn payload(side: Side) -> payload::Draft {
    payload::Draft { headers: side.headers, body: side.body }
}

/// What makes an entry this entry: its time, method, address and bodies.
fn key(entry: &Entry) -> String {
    let started = entry.started.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let body = |side: &Side| side.body.clone().unwrap_or_default();
    let (request, response) = (body(&entry.request), body(&entry.response));
    let parts = [started.as_bytes(), entry.method.as_bytes(), entry.url.as_bytes(), &request, &response];
    names::key("har", &parts)
}

/// Whole milliseconds; `None` where the capture writes that it does not know (-1).
fn milliseconds(time: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "the cast of a float saturates")]
    let whole = time.round() as i32;
    (time >= 0.0).then_some(whole)
}

/// The caller's own thread: a header that is customary for it, or the trace's id (W3C Trace Context).
fn correlation_id(entry: &Entry) -> Option<String> {
    let find = |name: &str| entry.request.header(name).or_else(|| entry.response.header(name)).map(str::trim);
    let given = ["x-correlation-id", "x-request-id", "request-id", "client-request-id"].into_iter().find_map(find);
    let trace = || find("traceparent")?.split('-').nth(1).filter(|id| id.len() == 32);
    let id = given.or_else(trace)?;
    (!id.is_empty() && id.chars().count() <= CORRELATION_ID_MAX && !id.contains('\0')).then(|| id.to_owned())
}
