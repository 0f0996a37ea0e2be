//! Signing in through the company's own OpenID provider, and its access tokens.
//!
//! People: `GET /auth/login` → the provider → `GET /auth/callback` → a session, whose secret is a
//! cookie ([`sign_in`], [`session`]); `POST /auth/logout` ends it ([`sign_out`]). Programs: a JWT
//! access token of the same issuer is a bearer token ([`jwt`]). Both come by [`claims`] to a domain
//! and scopes. What is verified is verified by `openidconnect` and `jsonwebtoken`.
//!
//! Nothing here is asked of a caller who has a token of ours: that door stays open whatever becomes
//! of the provider.

pub mod claims;
mod cookies;
mod http;
pub mod jwt;
mod known;
mod page;
pub mod provider;
mod return_to;
pub mod session;
pub mod sign_in;
pub mod sign_out;
mod userinfo;
mod verify;

pub use provider::Provider;

use crate::{app::App, settings::Oidc};
use anyhow::{Context, bail};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use claims::{DomainRule, Person, Rules};
use entity::domain;
use openidconnect::{ClientId, ClientSecret, RedirectUrl, Scope};
use provider::Parts;
use std::sync::Arc;
use url::Url;

/// The provider that the settings describe; none where they describe none.
///
/// # Errors
/// A sentence where they describe half of one.
pub fn open(settings: &Oidc, public_url: &Url) -> anyhow::Result<Option<Provider>> {
    let Some(issuer) = &settings.oidc_issuer else {
        let alone = [
            ("OIDC_CLIENT_ID", settings.oidc_client_id.is_some()),
            ("OIDC_CLIENT_SECRET", settings.oidc_client_secret.is_some()),
            ("OIDC_AUDIENCE", settings.oidc_audience.is_some()),
            ("OIDC_DOMAIN", settings.oidc_domain.is_some()),
            ("OIDC_DOMAIN_CLAIM", settings.oidc_domain_claim.is_some()),
            ("OIDC_SCOPES", settings.oidc_scopes.is_some()),
            ("OIDC_DEFAULT_SCOPES", settings.oidc_default_scopes.is_some()),
        ];
        if let Some((name, _)) = alone.into_iter().find(|(_, given)| *given) {
            bail!("{name} is given, but OIDC_ISSUER (--oidc-issuer) is not: give the provider's address, or neither");
        }
        return Ok(None);
    };
    let Some(client_id) = settings.oidc_client_id.clone() else {
        bail!(
            "OIDC_ISSUER is given, but OIDC_CLIENT_ID (--oidc-client-id) is not: the provider knows this server by it"
        );
    };
    let redirect = format!("{}/auth/callback", public_url.as_str().trim_end_matches('/'));
    let asked = settings.oidc_extra_scopes.split_whitespace().filter(|scope| *scope != "openid");
    Ok(Some(Provider::new(Parts {
        issuer: issuer.0.clone(),
        client_id: ClientId::new(client_id),
        client_secret: settings.oidc_client_secret.clone().map(|secret| ClientSecret::new(secret.0)),
        audience: settings.oidc_audience.clone(),
        scopes: asked.map(|scope| Scope::new(scope.to_owned())).collect(),
        algorithms: settings.oidc_algorithms.clone(),
        rules: rules(settings)?,
        ttl: TimeDelta::hours(settings.session_ttl.into()),
        public_url: public_url.clone(),
        redirect: RedirectUrl::new(redirect).context("PUBLIC_URL")?,
        http: http::Http::new().context("preparing to ask the OpenID provider")?,
        cache: known::Cache::default(),
    })))
}

fn rules(settings: &Oidc) -> anyhow::Result<Rules> {
    let domain = match (&settings.oidc_domain, &settings.oidc_domain_claim, &settings.oidc_domains) {
        (Some(name), None, None) if name.chars().count() <= domain::NAME_MAX => DomainRule::Fixed(name.clone()),
        (Some(_), None, None) => bail!("OIDC_DOMAIN is longer than {} characters", domain::NAME_MAX),
        (None, Some(claim), names) => DomainRule::Claim(claim.clone(), names.clone()),
        (Some(_), Some(_), _) => bail!("OIDC_DOMAIN and OIDC_DOMAIN_CLAIM are both given: give one of them"),
        (_, None, Some(_)) => bail!("OIDC_DOMAINS is given, but OIDC_DOMAIN_CLAIM is not: name the claim that it maps"),
        (None, None, None) => bail!(
            "OIDC_ISSUER is given, but it is not said which domain people come into: give OIDC_DOMAIN, or \
             OIDC_DOMAIN_CLAIM where a claim names it"
        ),
    };
    if settings.oidc_scopes.is_none() && settings.oidc_default_scopes.is_none() {
        bail!(
            "OIDC_ISSUER is given, but nobody may do anything: give OIDC_SCOPES, such as \
             \"log-admins=ADMIN,LOGS_READ,PAYLOADS_READ\", or OIDC_DEFAULT_SCOPES"
        );
    }
    Ok(Rules {
        domain,
        groups: settings.oidc_scopes_claim.split_whitespace().map(str::to_owned).collect(),
        scopes: settings.oidc_scopes.clone().unwrap_or_default(),
        everybody: settings.oidc_default_scopes.clone().unwrap_or_default(),
        name: settings.oidc_name_claim.clone(),
    })
}

/// The domain that a person comes into. The one that the settings name is made where it is new;
/// what a claim names must be there: a claim makes no domains.
async fn domain_of(
    app: &App,
    provider: &Provider,
    person: &Person,
) -> Result<Option<Arc<domain::Model>>, sea_orm::DbErr> {
    let found = match provider.rules.domain {
        DomainRule::Fixed(_) => Some(domain::open(&app.db, &person.domain).await?),
        DomainRule::Claim(..) => domain::by_name(&app.db, &person.domain).await?,
    };
    Ok(found.map(Arc::new))
}

/// What a path under `/auth` answers where no provider is set.
fn not_set() -> Response {
    let words = "Signing in is not set up on this server (OIDC_ISSUER). Use an access token.\n";
    (StatusCode::NOT_FOUND, words).into_response()
}
