//! Downloads: links that need no other credential, work until they expire, and not after a
//! character was changed.
//!
//! A link names the file, the second in which it expires and who asked for it, and carries an
//! HMAC-SHA256 of the method, the export, the file's key in the store and both. From the store the
//! file comes by a link of the store's own (S3) or through us. Each use is written down before it
//! is served.

use crate::{app::App, error::Error, peer};
use anyhow::Context;
use axum::{
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use entity::{
    access_event::{Actor, Kind, NewEvent},
    clock,
    export::{self, Status, life},
    id::ExportId,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::{io::Write, net::IpAddr, path, str::FromStr, time::Duration};
use url::Url;
use worker::{
    metrics,
    store::{Fetched, disposition},
};

/// The key that signs links: 32 bytes.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl FromStr for Key {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut key = [0; 32];
        hex::decode_to_slice(text.trim(), &mut key).map_err(|_| "must be 64 hexadecimal digits")?;
        Ok(Self(key))
    }
}

impl Key {
    /// The key of a file, made now if there is none, readable by its owner alone.
    pub fn open(file: &path::Path) -> anyhow::Result<Self> {
        let shown = file.display();
        match std::fs::read_to_string(file) {
            Ok(text) => text.parse().map_err(|e| anyhow::anyhow!("the link key in {shown} {e}")),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                Self::make(file).with_context(|| format!("making the link key {shown}"))
            }
            Err(e) => Err(e).with_context(|| format!("reading the link key {shown}")),
        }
    }

    fn make(file: &path::Path) -> anyhow::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        // Written whole before it has its name: no other process ever reads half a key.
        let draft = file.with_extension(format!("{}.new", std::process::id()));
        let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        opened.write_all(hex::encode(key).as_bytes())?;
        opened.sync_all()?;
        let named = std::fs::hard_link(&draft, file);
        std::fs::remove_file(&draft)?;
        match named {
            Ok(()) => Ok(Self(key)),
            // Another process was quicker.
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Self::open(file),
            Err(e) => Err(e.into()),
        }
    }
}

/// What an export has in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its file.
    File,
    /// What was exported, in JSON.
    Manifest,
}

impl Part {
    fn key(self, export: &export::Model) -> String {
        match self {
            Self::File => export.object_key(),
            Self::Manifest => export.manifest_key(),
        }
    }
}

/// Makes links and checks them.
#[derive(Clone, Debug)]
pub struct Links {
    /// Signs.
    pub key: Key,
    /// What links begin with.
    pub public_url: Url,
    /// How long they work.
    pub ttl: Duration,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    expires: i64,
    /// The public id of the token or session that asked for the link; empty where it has none.
    by: String,
    signature: String,
}

impl Links {
    /// A link to a part of an export for somebody, by their token's or session's public id, and when
    /// it stops working.
    pub fn mint(
        &self,
        export: &export::Model,
        part: Part,
        by: Option<&str>,
        now: DateTime<Utc>,
    ) -> (Url, DateTime<Utc>) {
        let life = now.timestamp().saturating_add(i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX));
        // No link outlives its file.
        let expires = export.expires_at.map_or(life, |end| life.min(end.timestamp()));
        let key = part.key(export);
        let by = by.unwrap_or_default();
        let mut url = self.public_url.clone();
        let folder = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{folder}/exports/{key}"));
        let signature = hex::encode(self.mac(&Method::GET, export.id, &key, expires, by).finalize().into_bytes());
        url.query_pairs_mut()
            .clear()
            .append_pair("expires", &expires.to_string())
            .append_pair("by", by)
            .append_pair("signature", &signature);
        (url, DateTime::from_timestamp(expires, 0).unwrap_or(now))
    }

    fn mac(&self, method: &Method, export: ExportId, key: &str, expires: i64, by: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.key.0).expect("HMAC takes a key of any length");
        mac.update(format!("{method}\n{export}\n{key}\n{expires}\n{by}").as_bytes());
        mac
    }

    /// Whether the signature is ours, be the link over or not. Compared in constant time.
    fn is_ours(&self, method: &Method, export: ExportId, key: &str, signed: &Signed) -> bool {
        // One spelling only: what is not the very link that was minted is another link.
        let canonical = signed.signature.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let mac = self.mac(method, export, key, signed.expires, &signed.by);
        let genuine = hex::decode(&signed.signature).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok());
        canonical && genuine
    }
}

/// `GET /exports/{key}?expires=…&by=…&signature=…`
pub(crate) async fn download(
    State(app): State<App>,
    method: Method,
    Path(key): Path<String>,
    headers: HeaderMap,
    signed: Result<Query<Signed>, QueryRejection>,
) -> Response {
    let Some((id, Query(signed))) = export::id_of(&key).zip(signed.ok()) else {
        return refusal(StatusCode::NOT_FOUND, "There is no such file.");
    };
    let refused = || {
        let words = "This link is not valid, or no longer: ask for the export's file again to get a new one.";
        refusal(StatusCode::FORBIDDEN, words)
    };
    if !app.links.is_ours(&method, id, &key, &signed) {
        return refused();
    }
    match file(&app, id, &key, signed, peer::address(&headers)).await {
        Ok(Found::Answer(response)) => response,
        Ok(Found::Expired) => refusal(
            StatusCode::GONE,
            "This file's time is over. Ask for the export again with repeatExport: it will be the same.",
        ),
        Ok(Found::Over) => refused(),
        Ok(Found::Nothing) => refusal(StatusCode::NOT_FOUND, "There is no such file."),
        Err(error) => {
            let id = match Error::internal(&format!("{error:#}")) {
                Error::Internal(id) => id.to_string(),
                _ => String::new(),
            };
            refusal(
                StatusCode::BAD_GATEWAY,
                &format!("The file could not be read. The server's log says why, under {id}."),
            )
        }
    }
}

/// What lies behind a link that is ours.
enum Found {
    Answer(Response),
    /// The file's time is over.
    Expired,
    /// The link's time is over.
    Over,
    Nothing,
}

async fn file(app: &App, id: ExportId, key: &str, signed: Signed, from: Option<IpAddr>) -> anyhow::Result<Found> {
    let Some(export) = life::by_id(&app.db, id).await? else { return Ok(Found::Nothing) };
    // Signed once, and no key of this edition: it is one of an edition before.
    let Some(part) = [Part::File, Part::Manifest].into_iter().find(|part| part.key(&export) == key) else {
        return Ok(Found::Expired);
    };
    let now = clock::now();
    match export.status_at(now) {
        Status::Expired => return Ok(Found::Expired),
        _ if now.timestamp() >= signed.expires => return Ok(Found::Over),
        Status::Completed => {}
        _ => return Ok(Found::Nothing),
    }
    let Some(fetched) = metrics::store("fetch", app.store.fetch(key)).await? else { return Ok(Found::Nothing) };
    let asker = Some(signed.by).filter(|by| !by.is_empty());
    let actor = Actor { domain: Some(export.domain_id), name: None, id: asker, from };
    let event = NewEvent { kind: Kind::FileDownloaded, actor, subjects: vec![id.to_string()], detail: None };
    app.ledger.write(event).await.map_err(|_| anyhow::anyhow!("who fetched the file could not be written down"))?;
    Ok(Found::Answer(match fetched {
        Fetched::Link(url) => {
            let location = HeaderValue::from_str(url.as_str())?;
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location), no_store()]).into_response()
        }
        Fetched::Stream(size, bytes) => attachment(&export, part, size, Body::from_stream(bytes))?,
    }))
}

fn attachment(export: &export::Model, part: Part, size: u64, body: Body) -> anyhow::Result<Response> {
    let mut name = export.file_name.clone().unwrap_or_else(|| "export".to_owned());
    let mut content_type = export.format.content_type();
    if part == Part::Manifest {
        name.push_str(export::MANIFEST);
        content_type = "application/json";
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(&name))?),
        (header::CONTENT_LENGTH, HeaderValue::from(size)),
        no_store(),
    ];
    Ok((headers, body).into_response())
}

fn no_store() -> (header::HeaderName, HeaderValue) {
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"))
}

fn refusal(status: StatusCode, sentence: &str) -> Response {
    (status, [no_store()], format!("{sentence}\n")).into_response()
}
