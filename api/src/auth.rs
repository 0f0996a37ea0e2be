//! From a bearer token (RFC 6750) or a session's cookie to a [`Viewer`]: who asks, in which domain,
//! and what they may do. A token of ours opens the door whatever becomes of the company's provider.

use crate::{
    app::App,
    error::Error,
    oidc,
    peer::{self, Wait},
};
use axum::http::{HeaderMap, header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use entity::{
    access_event::{Actor, Kind, NewEvent},
    clock, domain,
    id::{SessionId, TokenId},
    token,
    token::Scope,
};
use std::{net::IpAddr, sync::Arc};

/// Who asks. Everything that is answered is bound to this domain.
#[derive(Clone)]
pub struct Viewer {
    /// The domain that the token opens.
    pub domain: Arc<domain::Model>,
    /// The token's name.
    pub name: String,
    /// What the token allows.
    pub scopes: Vec<Scope>,
    /// By what the caller came in.
    pub via: Via,
    /// From when on it opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where the request came from.
    pub from: Option<IpAddr>,
}

/// By what a caller came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A token of ours.
    Token(TokenId),
    /// The cookie of somebody who signed in: the browser sends it by itself.
    Session(SessionId),
    /// An access token of the company's provider.
    Jwt,
}

impl Viewer {
    /// Nothing, or the error that names the missing scope.
    pub fn needs(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Error::Forbidden(scope)) }
    }

    /// The public id of the token or session; a provider's token has none.
    pub fn id(&self) -> Option<String> {
        match self.via {
            Via::Token(id) => Some(id.to_string()),
            Via::Session(id) => Some(id.to_string()),
            Via::Jwt => None,
        }
    }

    /// The caller, as the list of who looked names them.
    pub fn actor(&self) -> Actor {
        Actor { domain: Some(self.domain.id), name: Some(self.name.clone()), id: self.id(), from: self.from }
    }

    /// What the caller does, as an event to be written down.
    pub fn does(&self, kind: Kind, subjects: Vec<String>) -> NewEvent {
        NewEvent { kind, actor: self.actor(), subjects, detail: None }
    }
}

/// Why nobody is let in.
#[derive(Debug)]
pub enum Refused {
    /// No token was sent.
    NoToken,
    /// A token that is unknown, expired or revoked: which of them is nobody's business.
    BadToken,
    /// A session that has ended or never was.
    NoSession,
    /// A provider's token that may be good: the provider does not answer, so nobody can tell.
    Unavailable,
    /// Too many requests, or too many attempts.
    TooMany(Wait),
    /// Our fault.
    Internal(Error),
}

/// Lets the bearer of a token in or, where none is sent, whoever has signed in.
pub async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Refused> {
    let viewer = match (bearer(headers), &app.oidc) {
        (Some(text), Some(provider)) if oidc::jwt::looks_like_one(text) => {
            oidc::jwt::viewer(app, provider, headers, text).await?
        }
        (Some(text), _) => by_token(app, headers, text).await?,
        (None, Some(provider)) => oidc::session::viewer(app, provider, headers).await?,
        (None, None) => return Err(Refused::NoToken),
    };
    Ok(Viewer { from: peer::address(headers), ..viewer })
}

/// The same for one more request, which counts towards those that the caller may send.
pub async fn next_request(app: &App, headers: &HeaderMap) -> Result<Viewer, Refused> {
    let viewer = viewer(app, headers).await?;
    app.gate.bearer(viewer.id().as_deref().unwrap_or(&viewer.name)).map_err(Refused::TooMany)?;
    Ok(viewer)
}

/// Lets the bearer of one of our own tokens in. One that does not open anything any more is an
/// attempt that its domain is told of.
async fn by_token(app: &App, headers: &HeaderMap, text: &str) -> Result<Viewer, Refused> {
    let internal = |e: sea_orm::DbErr| Refused::Internal(e.into());
    let now = clock::now();
    let Some(token) = token::find(&app.db, text).await.map_err(internal)? else {
        return Err(refuse(app, headers, Actor::default(), "an unknown token").await);
    };
    let domain = app.domains.get(&app.db, token.domain_id).await.map_err(internal)?.ok_or(Refused::BadToken)?;
    let state = token.state(now);
    if state == token::State::Valid {
        token::used(&app.db, &token, now).await.map_err(internal)?;
    }
    let viewer = Viewer {
        domain,
        name: token.name,
        scopes: token.scopes.0,
        via: Via::Token(token.id),
        expires_at: token.expires_at,
        from: None,
    };
    let why = match state {
        token::State::Valid => return Ok(viewer),
        token::State::Expired => "an expired token",
        token::State::Revoked => "a revoked token",
    };
    Err(refuse(app, headers, viewer.actor(), why).await)
}

/// Turns somebody away, and writes it down: but not whoever comes so often that the list of who
/// looked would be theirs.
pub(crate) async fn refuse(app: &App, headers: &HeaderMap, actor: Actor, why: &str) -> Refused {
    let from = peer::address(headers);
    if let Err(wait) = app.gate.refused(from) {
        return Refused::TooMany(wait);
    }
    let actor = Actor { from, ..actor };
    let event = NewEvent { kind: Kind::Refused, actor, subjects: Vec::new(), detail: Some(why.to_owned()) };
    app.ledger.note(event).await;
    Refused::BadToken
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
