//! Sessions: begun by a sign-in, told by a cookie, over when the person signs out or time is up.

use super::{Person, Provider, cookies::Jar};
use crate::{
    app::App,
    auth::{Refused, Via, Viewer},
    error::Error,
    peer,
};
use axum::http::{HeaderMap, HeaderValue};
use entity::{
    access_event::Kind,
    clock, domain,
    session::{self, New},
};
use sea_orm::DbErr;
use std::{net::IpAddr, sync::Arc};

/// Begins a session, and answers with the header that sets its cookie.
pub(super) async fn begin(
    app: &App,
    provider: &Provider,
    domain: Arc<domain::Model>,
    person: Person,
    from: Option<IpAddr>,
) -> Result<Option<HeaderValue>, DbErr> {
    let expires_at = clock::now() + provider.ttl;
    let new = New {
        domain: domain.id,
        name: &person.name,
        issuer: provider.issuer.as_str(),
        subject: &person.subject,
        scopes: &person.scopes,
        expires_at,
    };
    let (id, secret) = session::begin(&app.db, new).await?;
    tracing::info!(session = %id, domain = domain.name, "signed in");
    let via = Via::Session(id);
    let viewer = Viewer { domain, name: person.name, scopes: person.scopes, via, expires_at: Some(expires_at), from };
    app.ledger.note(viewer.does(Kind::SignedIn, vec![id.to_string()])).await;
    Ok(Jar::Session.set(provider, secret.reveal(), provider.ttl.num_seconds()))
}

/// Lets in whoever has a session's cookie.
///
/// A cookie comes along whoever caused the request: what is let in by one must be checked for
/// having been sent by our own pages.
pub async fn viewer(app: &App, provider: &Provider, headers: &HeaderMap) -> Result<Viewer, Refused> {
    let internal = |e: DbErr| Refused::Internal(e.into());
    let secret = Jar::Session.read(provider, headers).ok_or(Refused::NoToken)?;
    let found = session::verify(&app.db, secret, clock::now()).await.map_err(internal)?.ok_or(Refused::NoSession)?;
    let domain = app.domains.get(&app.db, found.domain_id).await.map_err(internal)?.ok_or(Refused::NoSession)?;
    Ok(Viewer {
        domain,
        name: found.name,
        scopes: found.scopes.0,
        via: Via::Session(found.id),
        expires_at: Some(found.expires_at),
        from: None,
    })
}

/// Ends the session of the browser that asks, if it has one.
pub(super) async fn end(app: &App, provider: &Provider, headers: &HeaderMap) -> Result<(), Error> {
    let viewer = match viewer(app, provider, headers).await {
        Ok(viewer) => Viewer { from: peer::address(headers), ..viewer },
        Err(Refused::Internal(error)) => return Err(error),
        Err(_) => return Ok(()),
    };
    let Via::Session(id) = viewer.via else {
        return Ok(());
    };
    if session::end(&app.db, viewer.domain.id, id).await? {
        tracing::info!(session = %id, domain = viewer.domain.name, "signed out");
        app.ledger.note(viewer.does(Kind::SignedOut, vec![id.to_string()])).await;
    }
    Ok(())
}
