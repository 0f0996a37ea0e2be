//! The records that are measured with: the same ones each time, and as uneven as life. Few
//! applications and few people make most of the calls; most calls are no sign-in, and few fail.

use super::{body, dice::Dice};
use chrono::{DateTime, SecondsFormat, TimeDelta, TimeZone as _, Utc};
use entity::{
    log::{Action, Direction, RequestType, draft::Draft},
    payload,
};
use serde_json::{Value, json};

/// When the first of them occurred.
pub(super) fn start() -> DateTime<Utc> {
    Utc.timestamp_opt(1_780_272_000, 0).single().unwrap_or(DateTime::UNIX_EPOCH)
}

/// How long a time they lie in.
pub(super) const SPAN: TimeDelta = TimeDelta::days(30);

/// What the domain calls itself.
pub(super) const SELF: &str = "Intranet";
/// Whom it talks to, the most frequent first.
pub(super) const APPLICATIONS: [&str; 15] = [
    "Okta",
    "Salesforce",
    "Microsoft 365",
    "NetSuite",
    "Workday",
    "Jira",
    "ServiceNow",
    "Slack",
    "GitLab",
    "Zoom",
    "Concur",
    "Box",
    "Zendesk",
    "DocuSign",
    "Legacy LDAP Bridge",
];
/// Two to the power of this is one more than there are applications.
const APPLICATION_BITS: u32 = 4;
/// Two to the power of this is one more than a domain has users.
const USER_BITS: u32 = 14;
/// The user who makes the most calls, and one who makes hardly any.
pub(super) const USERS: [u32; 2] = [0, (1 << USER_BITS) - 2];

const FIRST_NAMES: [&str; 16] = [
    "ann", "ben", "chiara", "dmitri", "elif", "farid", "grace", "hugo", "ines", "jonas", "kavya", "liam", "mei",
    "noor", "olga", "pedro",
];

const ACTIONS: [(u32, Action); 6] = [
    (220, Action::SsoInitiated),
    (200, Action::SsoSuccessful),
    (40, Action::SsoFailed),
    (70, Action::SloInitiated),
    (65, Action::SloSuccessful),
    (5, Action::SloFailed),
];
const STATUSES: [(u32, i32); 9] =
    [(60, 302), (40, 204), (40, 201), (20, 401), (20, 404), (10, 403), (5, 429), (5, 500), (2, 503)];

/// A user's email.
pub(super) fn email(user: u32) -> String {
    let first = FIRST_NAMES[usize::try_from(user).unwrap_or(0) % FIRST_NAMES.len()];
    format!("{first}.{user:05}@example.com")
}

/// Which ways a domain's calls go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directions {
    /// One in three is incoming.
    Both,
    /// None is incoming.
    Outgoing,
}

/// Makes records.
pub(super) struct Sampler(Dice);

impl Sampler {
    /// The records of that seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(Dice::new(seed))
    }

    /// Up to `below`.
    pub(super) fn number(&mut self, below: u32) -> u32 {
        self.0.below(below)
    }

    /// The next record.
    pub(super) fn draft(&mut self, at: DateTime<Utc>, directions: Directions) -> Draft {
        let dice = &mut self.0;
        let application = APPLICATIONS[usize::try_from(dice.zipf(APPLICATION_BITS)).unwrap_or(0)];
        let host = format!("{}.example", application.to_lowercase().replace(' ', "-"));
        let incoming = dice.once_in(3) && directions == Directions::Both;
        let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
        let (from, to) = match direction {
            Direction::Incoming => (application, SELF),
            Direction::Outgoing => (SELF, application),
        };
        let action = dice.weighted(Action::NotApplicable, &ACTIONS, 1000);
        let status = dice.weighted(200, &STATUSES, 1000);
        let user = dice.zipf(USER_BITS);
        let email = email(user);
        let request = body::request(dice, &host, &email);
        let response = body::response(dice, &email);
        Draft {
            idempotency_key: None,
            occurred_at: Some(at),
            direction,
            application_from: from.to_owned(),
            application_to: to.to_owned(),
            action,
            request_type: request_type(dice, action),
            login_id: dice.once_in(2).then(|| format!("u{user:05}")),
            operation: (action == Action::NotApplicable).then(|| format!("object{}.upsert", dice.below(30))),
            method: Some(if dice.once_in(3) { "GET" } else { "POST" }.to_owned()),
            url: Some(format!("https://{host}/api/v2/objects/{}?expand=lines", dice.hex(24))),
            status_code: (!dice.once_in(25)).then_some(status),
            duration_ms: i32::try_from(5 + dice.zipf(12)).ok(),
            client_ip: Some(format!("198.51.100.{}", dice.below(256))),
            correlation_id: (!dice.once_in(4)).then(|| dice.hex(20)),
            error_message: (status >= 400).then(|| format!("the remote side answered with {status}")),
            user_email: Some(email),
            request: Some(request),
            response: Some(response),
        }
    }
}

fn request_type(dice: &mut Dice, action: Action) -> RequestType {
    let connection = dice.once_in(3);
    match action {
        Action::NotApplicable => RequestType::Other,
        Action::SloInitiated | Action::SloFailed | Action::SloSuccessful if connection => {
            RequestType::LogoutConnections
        }
        Action::SloInitiated | Action::SloFailed | Action::SloSuccessful => RequestType::LogoutApplications,
        _ if connection => RequestType::AuthenticationConnections,
        _ => RequestType::AuthenticationApplications,
    }
}

/// A record as the API takes it, under a key.
pub(super) fn input(draft: &Draft, key: &str) -> Value {
    json!({
        "idempotencyKey": key,
        "occurredAt": draft.occurred_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        "direction": draft.direction,
        "applicationFrom": draft.application_from,
        "applicationTo": draft.application_to,
        "action": draft.action,
        "requestType": draft.request_type,
        "userEmail": draft.user_email,
        "loginId": draft.login_id,
        "operation": draft.operation,
        "method": draft.method,
        "url": draft.url,
        "statusCode": draft.status_code,
        "durationMs": draft.duration_ms,
        "clientIp": draft.client_ip,
        "correlationId": draft.correlation_id,
        "errorMessage": draft.error_message,
        "request": draft.request.as_ref().map(side),
        "response": draft.response.as_ref().map(side),
    })
}

fn side(side: &payload::Draft) -> Value {
    let headers: Vec<Value> =
        side.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "headers": headers, "body": side.body.as_deref().map(String::from_utf8_lossy) })
}
