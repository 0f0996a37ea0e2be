//! Payloads: read in one statement a side for a whole page, and bodies only where they are asked
//! for.

use super::{
    decoded::{self, DecodedMessage, Origin},
    vocabulary::PayloadEncoding,
};
use crate::{app::App, auth::Viewer as Caller, error::Error};
use async_graphql::{ComplexObject, Lookahead, SimpleObject};
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::{
    access_event::Kind,
    id::LogId,
    log,
    payload::{self, Head, Side},
    token::Scope,
};
use sea_orm::DatabaseTransaction;
use std::collections::{BTreeSet, HashMap};

/// One side of a call.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub(super) struct Payload {
    #[graphql(skip)]
    origin: Origin,
    headers: Vec<Header>,
    content_type: Option<String>,
    /// Redacted. UTF-8 text as it was sent; binary bodies as base64, with encoding BASE64.
    body: Option<String>,
    encoding: PayloadEncoding,
    /// Bytes as sent, before redaction and truncation.
    size_bytes: i32,
    /// Whether more was sent than is kept: 256 KiB a side.
    truncated: bool,
    redactions: Vec<Redaction>,
}

/// Where a secret stood. Equal fingerprints are equal secrets, within a domain.
#[derive(SimpleObject, Clone)]
pub(super) struct Redaction {
    /// url, headers or body, then the names on the way to it.
    path: String,
    /// What it was: password, access-token, cookie and so on.
    rule: String,
    /// A keyed hash of it, as its marker shows it.
    fingerprint: String,
}

impl From<payload::Redaction> for Redaction {
    fn from(it: payload::Redaction) -> Self {
        Self { path: it.path, rule: it.rule, fingerprint: it.fingerprint }
    }
}

/// One header, as sent.
#[derive(SimpleObject, Clone)]
pub(super) struct Header {
    name: String,
    value: String,
}

#[ComplexObject]
impl Payload {
    /// What the body, some headers and, of a request, the URL carry, opened up: SAML messages, JWTs, forms, OAuth errors.
    async fn decoded(&self) -> Vec<DecodedMessage> {
        let headers = self.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
        let body = self.body.as_deref().unwrap_or_default();
        let body = match self.encoding {
            PayloadEncoding::Utf8 => body.as_bytes().to_vec(),
            PayloadEncoding::Base64 => STANDARD.decode(body).unwrap_or_default(),
        };
        decoded::opened(self.origin.clone(), headers, body).await
    }
}

impl Payload {
    fn shown(origin: Origin, head: Head, body: Option<Vec<u8>>) -> Self {
        let (body, encoding) = match body.map(String::from_utf8) {
            None => (None, PayloadEncoding::Utf8),
            Some(Ok(text)) => (Some(text), PayloadEncoding::Utf8),
            Some(Err(binary)) => (Some(STANDARD.encode(binary.as_bytes())), PayloadEncoding::Base64),
        };
        Self {
            origin,
            content_type: head.headers.get("content-type").map(str::to_owned),
            headers: head.headers.0.into_iter().map(|h| Header { name: h.0, value: h.1 }).collect(),
            body,
            encoding,
            size_bytes: i32::try_from(head.size).unwrap_or(i32::MAX),
            truncated: head.truncated,
            redactions: head.redactions.0.into_iter().map(Redaction::from).collect(),
        }
    }
}

/// What is asked about the payloads of some records: which sides, and of which the bodies.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked {
    request: Option<WithBody>,
    response: Option<WithBody>,
}

#[derive(Clone, Copy)]
struct WithBody(bool);

impl Asked {
    /// What a selection on a record asks, in any of the places where records are selected.
    pub(super) fn by(records: &[Lookahead<'_>]) -> Self {
        let side = |name: &str| {
            let sides = || records.iter().map(|record| record.field(name)).filter(Lookahead::exists);
            let of_body = ["body", "encoding", "decoded"];
            let body = || sides().any(|side| of_body.iter().any(|field| side.field(field).exists()));
            sides().next().map(|_| WithBody(body()))
        };
        Self { request: side("request"), response: side("response") }
    }
}

/// One side of the payloads of some records, read in one statement, or two with their bodies; or
/// why they could not be read, which then is the answer of each.
pub(super) enum Read {
    /// Nobody asked.
    NotAsked,
    /// The records that have this side.
    Done(HashMap<LogId, Payload>),
    /// No answer.
    Failed(Error),
}

impl Read {
    /// The records of which something was read.
    fn ids(&self) -> impl Iterator<Item = LogId> {
        let done = if let Self::Done(payloads) = self { Some(payloads) } else { None };
        done.into_iter().flat_map(HashMap::keys).copied()
    }

    /// The side of one record.
    pub(super) fn take(&mut self, id: LogId) -> Result<Option<Payload>, Error> {
        match self {
            Self::Done(payloads) => Ok(payloads.remove(&id)),
            Self::Failed(error) => Err(error.clone()),
            Self::NotAsked => Ok(None),
        }
    }
}

/// Reads both sides as they are asked for. That they were read is written down before anybody
/// sees them; where it cannot be, nobody does.
pub(super) async fn read(
    app: &App,
    caller: &Caller,
    rows: &DatabaseTransaction,
    logs: &[log::Model],
    asked: Asked,
) -> [Read; 2] {
    let read = async |side, asked| match asked {
        None => Read::NotAsked,
        Some(WithBody(body)) => match side_of(caller, rows, side, logs, body).await {
            Ok(payloads) => Read::Done(payloads),
            Err(error) => Read::Failed(error),
        },
    };
    let sides = [read(Side::Request, asked.request).await, read(Side::Response, asked.response).await];
    let seen: BTreeSet<LogId> = sides.iter().flat_map(Read::ids).collect();
    if seen.is_empty() {
        return sides;
    }
    let seen = seen.iter().map(LogId::to_string).collect();
    match app.ledger.write(caller.does(Kind::PayloadsViewed, seen)).await {
        Ok(()) => sides,
        Err(error) => sides.map(|side| if side.ids().next().is_some() { Read::Failed(error.clone()) } else { side }),
    }
}

async fn side_of(
    caller: &Caller,
    rows: &DatabaseTransaction,
    side: Side,
    logs: &[log::Model],
    with_body: bool,
) -> Result<HashMap<LogId, Payload>, Error> {
    caller.needs(Scope::PayloadsRead)?;
    let ids = || logs.iter().map(|log| log.id);
    let calls: HashMap<LogId, &log::Model> = logs.iter().map(|log| (log.id, log)).collect();
    let heads = payload::heads(rows, caller.domain.id, side, ids()).await?;
    let mut bodies: HashMap<LogId, Vec<u8>> = if with_body {
        payload::bodies(rows, caller.domain.id, side, ids()).await?.into_iter().collect()
    } else {
        HashMap::new()
    };
    Ok(heads
        .into_iter()
        .map(|head| {
            let body = bodies.remove(&head.id);
            let url = calls.get(&head.id).and_then(|log| log.url.clone());
            (head.id, Payload::shown(Origin { side, url }, head, body))
        })
        .collect())
}
