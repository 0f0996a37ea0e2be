//! What somebody wants recorded, and what makes it recordable.
//!
//! Every way in (the GraphQL mutation, a line of NDJSON, an entry of a HAR) fills a [`Draft`];
//! [`NewLog::try_from_draft`] is the one place that says what a record may hold.

use super::{Action, Direction, Outcome, RequestType, filter::user_key};
use crate::{
    application, domain,
    fault::Fault,
    payload::draft::{Draft as PayloadDraft, NewSide},
    payload::redact::Redactor,
};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization;

/// A record as its sender wrote it. Empty texts count as absent.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract's ConnectorLogInput")]
pub struct Draft {
    pub idempotency_key: Option<String>,
    pub occurred_at: Option<DateTime<Utc>>,
    pub direction: Direction,
    pub application_from: String,
    pub application_to: String,
    pub action: Action,
    pub request_type: RequestType,
    pub user_email: Option<String>,
    pub login_id: Option<String>,
    pub operation: Option<String>,
    pub method: Option<String>,
    pub url: Option<String>,
    pub status_code: Option<i32>,
    pub duration_ms: Option<i32>,
    pub client_ip: Option<String>,
    pub correlation_id: Option<String>,
    pub error_message: Option<String>,
    pub request: Option<PayloadDraft>,
    pub response: Option<PayloadDraft>,
}

/// A record that may be written: every value checked, every text within its bound.
#[derive(Clone, Debug)]
pub struct NewLog {
    pub(super) idempotency_key: Option<String>,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) direction: Direction,
    pub(super) application_from: String,
    pub(super) application_to: String,
    pub(super) action: Action,
    pub(super) request_type: RequestType,
    pub(super) outcome: Outcome,
    pub(super) user_email: Option<String>,
    pub(super) login_id: Option<String>,
    pub(super) user_email_key: Option<String>,
    pub(super) login_id_key: Option<String>,
    pub(super) operation: Option<String>,
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
    pub(super) status_code: Option<i16>,
    pub(super) duration_ms: Option<i32>,
    pub(super) client_ip: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) error_message: Option<String>,
    pub(super) request: Option<NewSide>,
    pub(super) response: Option<NewSide>,
}

/// How far ahead of our clock a sender's may be.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Bounds of the texts, in characters. The texts that an index holds are the shorter ones.
mod max {
    pub(super) const KEY: usize = 255;
    pub(super) const USER: usize = 320;
    pub(super) const OPERATION: usize = 200;
    pub(super) const METHOD: usize = 32;
    pub(super) const URL: usize = 65_536;
    pub(super) const CORRELATION_ID: usize = 255;
    pub(super) const ERROR_MESSAGE: usize = 65_536;
}

impl NewLog {
    /// Checks a draft for `domain`, under whose key its secrets leave their fingerprints; `now` is
    /// the time of recording. Takes as long as the payloads are large: megabytes are not for an
    /// async task.
    ///
    /// # Errors
    /// The first fault found, with its field in the contract's spelling.
    pub fn try_from_draft(draft: Draft, domain: &domain::Model, now: DateTime<Utc>) -> Result<Self, Fault> {
        let fingerprint = |secret: &[u8]| domain.fingerprint(secret);
        let redactor = Redactor::new(&fingerprint);
        // What people search by stays as it is to the byte, but for what is a credential by its looks.
        let label = |field: &str, given: Option<String>, max: usize| {
            text(field, given, max).map(|text| text.map(|text| redactor.label(&text).value))
        };
        let name = |field: &str, given: &str| application_name(field, given).map(|name| redactor.label(&name).value);
        let idempotency_key = label("idempotencyKey", draft.idempotency_key, max::KEY)?;
        let occurred_at = occurred_at(draft.occurred_at, idempotency_key.is_some(), now)?;
        let user_email = label("userEmail", draft.user_email, max::USER)?;
        let login_id = label("loginId", draft.login_id, max::USER)?;
        let status_code = status_code(draft.status_code)?;
        let error_message =
            text("errorMessage", draft.error_message, max::ERROR_MESSAGE)?.map(|message| redactor.text(&message).value);
        let side = |draft: Option<PayloadDraft>, name: &str| {
            draft.map(|side| NewSide::try_from_draft(side, &redactor)).transpose().map_err(|f| f.within(name))
        };
        let mut request = side(draft.request, "request")?;
        let url = text("url", draft.url, max::URL)?.map(|url| {
            let redacted = redactor.url(&url);
            match &mut request {
                Some(request) => request.noting("url", redacted),
                None => redacted.value,
            }
        });
        if draft.duration_ms.is_some_and(|ms| ms < 0) {
            return Err(Fault::new("durationMs", "is negative: give the milliseconds from request to answer"));
        }
        Ok(Self {
            idempotency_key,
            occurred_at,
            direction: draft.direction,
            application_from: name("applicationFrom", &draft.application_from)?,
            application_to: name("applicationTo", &draft.application_to)?,
            action: draft.action,
            request_type: draft.request_type,
            outcome: Outcome::of(draft.action, status_code, error_message.is_some()),
            user_email_key: key_of("userEmail", user_email.as_deref())?,
            login_id_key: key_of("loginId", login_id.as_deref())?,
            user_email,
            login_id,
            operation: label("operation", draft.operation, max::OPERATION)?,
            method: label("method", draft.method, max::METHOD)?,
            url,
            status_code,
            duration_ms: draft.duration_ms,
            client_ip: client_ip(draft.client_ip)?,
            correlation_id: label("correlationId", draft.correlation_id, max::CORRELATION_ID)?,
            error_message,
            response: side(draft.response, "response")?,
            request,
        })
    }
}

fn occurred_at(given: Option<DateTime<Utc>>, keyed: bool, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let fault = |message: &str| Err(Fault::new("occurredAt", message));
    match given {
        None if keyed => fault(
            "is needed beside an idempotencyKey: the two together say which record this is, \
             so that sending it again records nothing",
        ),
        None => Ok(now.trunc_subsecs(6)),
        Some(at) if at > now + CLOCK_TOLERANCE => {
            fault("is more than 5 minutes in the future: give the time at which the call was made, and check the clock")
        }
        Some(at) if at < DateTime::UNIX_EPOCH => fault("is before 1970: give the time at which the call was made"),
        Some(at) => Ok(at.trunc_subsecs(6)),
    }
}

fn text(field: &str, given: Option<String>, max: usize) -> Result<Option<String>, Fault> {
    let Some(text) = given.filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    if text.contains('\0') {
        return Err(Fault::new(field, "holds a NUL character: leave it out, or send it within a payload body"));
    }
    if text.len() > max && text.chars().count() > max {
        return Err(Fault::new(field, format!("is longer than {max} characters: shorten it")));
    }
    Ok(Some(text))
}

/// A name as it is compared: NFC, without white space at its ends.
pub fn normal_name(name: &str) -> String {
    name.trim().nfc().collect()
}

fn application_name(field: &str, given: &str) -> Result<String, Fault> {
    text(field, Some(normal_name(given)), application::NAME_MAX)?
        .ok_or_else(|| Fault::new(field, "is empty: name the application"))
}

/// The longest key that the index holds, in bytes.
const USER_KEY_MAX: usize = 2000;

fn key_of(field: &str, text: Option<&str>) -> Result<Option<String>, Fault> {
    let key = text.map(user_key).filter(|key| !key.is_empty());
    if key.as_ref().is_some_and(|key| key.len() > USER_KEY_MAX) {
        return Err(Fault::new(field, "is too long once its characters are written out: shorten it"));
    }
    Ok(key)
}

fn status_code(given: Option<i32>) -> Result<Option<i16>, Fault> {
    match given {
        None => Ok(None),
        Some(status @ 100..=999) => Ok(i16::try_from(status).ok()),
        Some(_) => {
            Err(Fault::new("statusCode", "is no HTTP status: give three digits, or leave it out where no answer came"))
        }
    }
}

fn client_ip(given: Option<String>) -> Result<Option<String>, Fault> {
    let Some(text) = given.filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    let address: IpAddr = text.trim().parse().map_err(|_| {
        Fault::new("clientIp", "is no IP address: give IPv4 or IPv6, without port or brackets, such as 203.0.113.7")
    })?;
    Ok(Some(address.to_canonical().to_string()))
}
