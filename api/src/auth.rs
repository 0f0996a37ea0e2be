//! From a bearer token (RFC 6750) to a [`Viewer`]: who asks, in which domain, and what they may do.

use crate::{app::App, error::Error};
use axum::http::{HeaderMap, header::AUTHORIZATION};
use entity::{clock, domain, token, token::Scope};
use std::sync::Arc;

/// Who asks. Everything that is answered is bound to this domain.
#[derive(Clone)]
pub struct Viewer {
    /// The domain that the token opens.
    pub domain: Arc<domain::Model>,
    /// The token's name.
    pub name: String,
    /// What the token allows.
    pub scopes: Vec<Scope>,
}

impl Viewer {
    /// Nothing, or the error that names the missing scope.
    pub fn needs(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Error::Forbidden(scope)) }
    }
}

/// Why nobody is let in.
#[derive(Debug)]
pub enum Refused {
    /// No token was sent.
    NoToken,
    /// A token that is unknown, expired or revoked: which of them is nobody's business.
    BadToken,
    /// Our fault.
    Internal(Error),
}

/// Lets the bearer of a token in.
pub async fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Refused> {
    let internal = |e: sea_orm::DbErr| Refused::Internal(e.into());
    let text = bearer(headers).ok_or(Refused::NoToken)?;
    let token = token::verify(&app.db, text, clock::now()).await.map_err(internal)?.ok_or(Refused::BadToken)?;
    let domain = app.domains.get(&app.db, token.domain_id).await.map_err(internal)?.ok_or(Refused::BadToken)?;
    Ok(Viewer { domain, name: token.name, scopes: token.scopes.0 })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
