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
    export::{self, life},
    id::ExportId,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::{io::Write, net::IpAddr, path, str::FromStr, time::Duration};
use url::Url;
use worker::store::{Fetched, disposition};

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
    /// A link to an export's file for somebody, by their token's or session's public id, and when
    /// it stops working.
    pub fn mint(&self, export: &export::Model, by: Option<&str>, now: DateTime<Utc>) -> (Url, DateTime<Utc>) {
        let expires = now.timestamp().saturating_add(i64::try_from(self.ttl.as_secs()).unwrap_or(i64::MAX));
        let key = export.object_key();
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

    /// Whether the signature is ours and the link has not expired. Compared in constant time.
    fn holds(&self, method: &Method, export: ExportId, key: &str, signed: &Signed, now: DateTime<Utc>) -> bool {
        // One spelling only: what is not the very link that was minted is another link.
        let canonical = signed.signature.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let mac = self.mac(method, export, key, signed.expires, &signed.by);
        let genuine = hex::decode(&signed.signature).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok());
        canonical && genuine && now.timestamp() < signed.expires
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
    if !app.links.holds(&method, id, &key, &signed, clock::now()) {
        return refusal(
            StatusCode::FORBIDDEN,
            "This link is not valid, or no longer: ask for the export's file again to get a new one.",
        );
    }
    match file(&app, id, &key, signed.by, peer::address(&headers)).await {
        Ok(Some(response)) => response,
        Ok(None) => refusal(StatusCode::NOT_FOUND, "There is no such file."),
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

async fn file(
    app: &App,
    id: ExportId,
    key: &str,
    by: String,
    from: Option<IpAddr>,
) -> anyhow::Result<Option<Response>> {
    let Some(export) = life::completed(&app.db, id).await?.filter(|export| export.object_key() == key) else {
        return Ok(None);
    };
    let fetched = app.store.fetch(key).await?;
    if fetched.is_some() {
        let asker = Some(by).filter(|by| !by.is_empty());
        let actor = Actor { domain: Some(export.domain_id), name: None, id: asker, from };
        let event = NewEvent { kind: Kind::FileDownloaded, actor, subjects: vec![id.to_string()], detail: None };
        app.ledger.write(event).await.map_err(|_| anyhow::anyhow!("who fetched the file could not be written down"))?;
    }
    match fetched {
        None => Ok(None),
        Some(Fetched::Link(url)) => {
            let location = HeaderValue::from_str(url.as_str())?;
            Ok(Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location), no_store()]).into_response()))
        }
        Some(Fetched::Stream(size, bytes)) => Ok(Some(attachment(&export, size, Body::from_stream(bytes))?)),
    }
}

fn attachment(export: &export::Model, size: u64, body: Body) -> anyhow::Result<Response> {
    let name = export.file_name.as_deref().unwrap_or("export");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(export.format.content_type())),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition(name))?),
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
