//! JWT access tokens of the same issuer as bearer tokens (RFC 9068, and what providers sent before
//! it), verified by `jsonwebtoken`.
//!
//! They are taken where `OIDC_AUDIENCE` says for whom they must be meant. An ID token is no access
//! token, though the same keys sign it: it says who signed in at some client, and that client, its
//! logs and its browser have it.

use super::{Person, Provider, domain_of, known::Known};
use crate::{
    app::App,
    auth::{self, Refused, Via, Viewer},
};
use axum::http::HeaderMap;
use chrono::DateTime;
use entity::access_event::Actor;
use jsonwebtoken::{DecodingKey, Header, Validation, decode, decode_header, errors::ErrorKind};
use serde_json::Value;
use std::sync::Arc;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: u64 = 30;
/// The longest token, in bytes. One with hundreds of groups has some kilobytes.
const LENGTH_MAX: usize = 16 * 1024;

/// Why a token opens nothing. The caller is never told which.
type Fault = &'static str;

/// Whether a text has the shape of a JWS: three parts of base64, none of them empty. A token of
/// ours has one part.
pub fn looks_like_one(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').count() == 3 && text.split('.').all(part)
}

/// Lets the bearer of an access token of the provider in.
pub async fn viewer(app: &App, provider: &Provider, headers: &HeaderMap, text: &str) -> Result<Viewer, Refused> {
    let (person, expires_at) = match verified(provider, text).await {
        Ok(verified) => verified,
        Err(Refusal::Unreachable) => return Err(Refused::Unavailable),
        Err(Refusal::Fault(reason)) => return Err(refused(app, headers, reason).await),
    };
    let domain = domain_of(app, provider, &person).await.map_err(|e| Refused::Internal(e.into()))?;
    let Some(domain) = domain else {
        return Err(refused(app, headers, "its domain is not known here").await);
    };
    let expires_at = DateTime::from_timestamp(expires_at, 0);
    Ok(Viewer { domain, name: person.name, scopes: person.scopes, via: Via::Jwt, expires_at, from: None })
}

async fn refused(app: &App, headers: &HeaderMap, reason: Fault) -> Refused {
    tracing::info!(reason, "a JWT was refused");
    auth::refuse(app, headers, Actor::default(), &format!("a JWT access token: {reason}")).await
}

enum Refusal {
    Fault(Fault),
    /// Whether it is good cannot be told now.
    Unreachable,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Whom the token vouches for, and until when (in seconds since 1970).
async fn verified(provider: &Provider, text: &str) -> Result<(Person, i64), Refusal> {
    let audience = provider.audience.as_deref().ok_or("no OIDC_AUDIENCE is set")?;
    if text.len() > LENGTH_MAX {
        return Err("it is too long".into());
    }
    // An algorithm that the library does not know, `none` among them, ends here.
    let header = decode_header(text).map_err(|_| "its header cannot be read")?;
    checked(provider, &header)?;
    let key = key(provider, &header).await?;
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[provider.issuer.as_str()]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims: Value = decode(text, &key, &validation).map_err(|error| words(error.kind()))?.claims;
    of_access_token(provider, &header, &claims)?;
    let person = provider.rules.read(&claims).map_err(|_| "its claims allow nothing here")?;
    let expires_at = claims["exp"].as_f64().ok_or("it has no expiry")?;
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 becomes its end, which is no instant")]
    let expires_at = expires_at as i64;
    Ok((person, expires_at))
}

/// What can be told before any key is looked for.
fn checked(provider: &Provider, header: &Header) -> Result<(), Fault> {
    if !provider.algorithms.allow(header.alg) {
        return Err("its algorithm is not among OIDC_ALGORITHMS");
    }
    // RFC 7515: what must be understood, and is not, makes a signature invalid.
    if header.crit.is_some() {
        return Err("it has critical header parameters");
    }
    let kinds = ["at+jwt", "application/at+jwt", "jwt"];
    let typ = header.typ.as_deref();
    if typ.is_some_and(|typ| !kinds.iter().any(|kind| typ.eq_ignore_ascii_case(kind))) {
        return Err("its type is none of an access token");
    }
    Ok(())
}

/// The key that it names, asked for anew where it is not known: keys are rotated.
async fn key(provider: &Provider, header: &Header) -> Result<DecodingKey, Refusal> {
    let find = |known: &Arc<Known>| known.key(header.kid.as_deref(), header.alg);
    let unreachable = |_| Refusal::Unreachable;
    let known = provider.known().await.map_err(unreachable)?;
    if let Some(key) = find(&known) {
        return Ok(key);
    }
    let known = provider.search(&known).await.map_err(unreachable)?;
    find(&known).ok_or(Refusal::Fault("its key is none of the provider's"))
}

/// Whether these are the claims of an access token which its bearer may use alone.
fn of_access_token(provider: &Provider, header: &Header, claims: &Value) -> Result<(), Fault> {
    let is = |name: &str| !claims[name].is_null();
    // One issuer: the library takes a list that has ours in it.
    if claims["iss"].as_str() != Some(provider.issuer.as_str()) {
        return Err("it has another issuer");
    }
    if is("nonce") || is("at_hash") || is("c_hash") || claims["typ"] == "ID" || claims["token_use"] == "id" {
        return Err("it is an ID token");
    }
    if is("events") || claims["typ"] == "Refresh" || claims["typ"] == "Logout" {
        return Err("it is no access token");
    }
    // RFC 7800: bound to a key of the holder's, which a bearer does not show.
    if is("cnf") {
        return Err("it is bound to a key");
    }
    // Where programs and people share a client (Entra ID), an ID token has the same audience.
    let declared = header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt"));
    let shared = provider.audience.as_deref() == Some(provider.client_id.as_str());
    let of_access = ["scope", "scp", "client_id", "azpacr", "appidacr"];
    if shared && !declared && !of_access.into_iter().any(is) {
        return Err("it may be an ID token: its audience is OIDC_CLIENT_ID, and no claim is an access token's");
    }
    Ok(())
}

fn words(kind: &ErrorKind) -> Fault {
    match kind {
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::ExpiredSignature => "it has expired",
        ErrorKind::ImmatureSignature => "it is not valid yet",
        ErrorKind::InvalidIssuer => "it has another issuer",
        ErrorKind::InvalidAudience => "it is meant for another audience",
        ErrorKind::MissingRequiredClaim(_) => "it lacks one of exp, iss, aud and sub",
        ErrorKind::InvalidAlgorithm => "its algorithm does not fit its key",
        _ => "it cannot be read",
    }
}
