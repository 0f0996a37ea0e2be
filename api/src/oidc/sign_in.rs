//! Signing in: the authorization code flow with PKCE (RFC 7636, S256), state and nonce.
//!
//! A sign-in that was begun is bound to its browser by a cookie, good for ten minutes and for one
//! use (`entity::sign_in`). Any process may complete what another began.

use super::{
    Provider,
    claims::{Person, Stranger},
    cookies::Jar,
    domain_of, not_set,
    page::Failure,
    return_to, session, verify,
};
use crate::{app::App, auth, peer};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use entity::{access_event::Actor, clock, sign_in};
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, core::CoreAuthenticationFlow};
use subtle::ConstantTimeEq;

/// How long somebody may take to sign in at the provider.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// The values of one parameter of a query string.
fn parameters(query: Option<&str>, name: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.filter(|(known, _)| known == name).map(|(_, value)| value.into_owned()).collect()
}

/// Its value; none where it is absent, or there more than once.
fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    <[String; 1]>::try_from(parameters(query, name)).ok().map(|[value]| value)
}

/// `GET /auth/login?return=/path`: to the provider, and back to that path.
pub async fn login(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let Some(provider) = &app.oidc else {
        return not_set();
    };
    match begin(&app, provider, query.as_deref()).await {
        Ok(response) => response,
        Err(failure) => refused(provider, failure, false),
    }
}

async fn begin(app: &App, provider: &Provider, query: Option<&str>) -> Result<Response, Failure> {
    let asked = parameter(query, "return").unwrap_or_else(|| return_to::start(&provider.public_url).to_owned());
    let path = return_to::checked(&asked, &provider.public_url).ok_or(Failure::BadReturn)?;
    let known = provider.known().await.map_err(|_| Failure::Unreachable)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let client = verify::client(provider, &known);
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(provider.scopes.clone())
        .set_pkce_challenge(challenge)
        .url();
    if !super::provider::is_safe(&address) {
        tracing::warn!("the OpenID provider names an authorization endpoint that is not https");
        return Err(Failure::Unverified);
    }
    let cookie = format!("{}.{}.{}", state.secret(), nonce.secret(), verifier.secret());
    let now = clock::now();
    sign_in::begin(&app.db, &cookie, path, now, now + PATIENCE).await.map_err(internal)?;
    let set = Jar::SignIn.set(provider, &cookie, PATIENCE.num_seconds());
    Ok(redirect(address.as_str(), [set]))
}

/// `GET /auth/callback`: back from the provider.
pub async fn callback(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Some(provider) = &app.oidc else {
        return not_set();
    };
    match complete(&app, provider, query.as_deref(), &headers).await {
        Ok(response) => response,
        Err(Refusal { failure, over, name }) => {
            let actor = Actor { name, ..Actor::default() };
            // What becomes of the list of who looked is no concern of who is refused.
            let _ = auth::refuse(&app, &headers, actor, &format!("a sign-in: {}", failure.name())).await;
            refused(provider, failure, over)
        }
    }
}

/// Why a sign-in was not completed, and whether it is over with that. Somebody else's answer, sent
/// to this browser by another site, ends nothing.
struct Refusal {
    failure: Failure,
    over: bool,
    /// Who it was, where the provider vouches for somebody who may not come in.
    name: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, over: true, name: None }
    }
}

async fn complete(
    app: &App,
    provider: &Provider,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let not_begun = Refusal { failure: Failure::NotBegun, over: false, name: None };
    let cookie = Jar::SignIn.read(provider, headers);
    let (Some(cookie), Some(state)) = (cookie, parameter(query, "state")) else {
        return Err(not_begun);
    };
    let mut parts = cookie.split('.');
    let (Some(expected), Some(nonce), Some(verifier)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(not_begun);
    };
    if !bool::from(expected.as_bytes().ct_eq(state.as_bytes())) {
        return Err(not_begun);
    }
    let path = sign_in::take(&app.db, cookie, clock::now()).await.map_err(internal)?.ok_or(Failure::NotBegun)?;
    let known = provider.known().await.map_err(|_| Failure::Unreachable)?;
    // RFC 9207: an answer of another issuer, sent here to mix the two up.
    let issuers = parameters(query, "iss");
    let promised = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
    if (promised && issuers.is_empty()) || issuers.iter().any(|issuer| issuer != provider.issuer.as_str()) {
        tracing::info!("an answer of another issuer was refused");
        return Err(Failure::Unverified.into());
    }
    if let Some(error) = parameter(query, "error") {
        let error: String = error.chars().take(100).collect();
        tracing::info!(error, "the OpenID provider let nobody in");
        return Err(if error == "access_denied" { Failure::Denied } else { Failure::Refused }.into());
    }
    let code = parameter(query, "code").ok_or(Failure::Unverified)?;
    let nonce = Nonce::new(nonce.to_owned());
    let claims = verify::claims(provider, &known, code, verifier.to_owned(), &nonce).await?;
    let named = |failure| Refusal { failure, over: true, name: provider.rules.name(&claims) };
    let person = provider.rules.read(&claims).map_err(|stranger| match stranger {
        Stranger::Unnamed => Failure::Unverified.into(),
        Stranger::Elsewhere => named(Failure::NoDomain),
        Stranger::Powerless => named(Failure::NoScope),
    })?;
    let_in(app, provider, person, &path, headers).await.map_err(named)
}

async fn let_in(
    app: &App,
    provider: &Provider,
    person: Person,
    path: &str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let domain = domain_of(app, provider, &person).await.map_err(internal)?.ok_or(Failure::NoDomain)?;
    // Whoever signs in anew leaves nothing of before behind.
    session::end(app, provider, headers).await.map_err(|_| Failure::Internal)?;
    let set = session::begin(app, provider, domain, person, peer::address(headers)).await.map_err(internal)?;
    let address = return_to::address(path, &provider.public_url);
    Ok(redirect(&address, [set, Jar::SignIn.clear(provider)]))
}

fn internal(error: sea_orm::DbErr) -> Failure {
    // Logs the cause under an id.
    let _ = crate::error::Error::from(error);
    Failure::Internal
}

fn refused(provider: &Provider, failure: Failure, over: bool) -> Response {
    tracing::info!(reason = failure.name(), "a sign-in was refused");
    let mut response = failure.into_response();
    if let Some(clear) = Jar::SignIn.clear(provider).filter(|_| over) {
        response.headers_mut().append(header::SET_COOKIE, clear);
    }
    response
}

/// On to another address, by GET, with cookies; never kept by a cache.
pub(super) fn redirect<const N: usize>(address: &str, cookies: [Option<HeaderValue>; N]) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return Failure::Internal.into_response();
    };
    let no_store = HeaderValue::from_static("no-store");
    let mut response =
        (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::CACHE_CONTROL, no_store)]).into_response();
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
