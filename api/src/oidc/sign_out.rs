//! Signing out: the session's row ends, in every process at once, and the cookie goes. At the
//! provider as well where the person asks for it (RP-Initiated Logout 1.0).

use super::{Provider, cookies::Jar, not_set, page::Failure, session, sign_in::redirect};
use crate::{app::App, origin};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use openidconnect::{EndSessionUrl, LogoutRequest, PostLogoutRedirectUrl};

/// `POST /auth/logout`: 204; with `?provider=true` on to the provider's own sign-out.
pub async fn logout(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(provider) = &app.oidc else {
        return not_set();
    };
    // A form on a page of ours comes with `Origin: null`, for our pages tell nobody where they are.
    let own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    if !own && origin::foreign(&headers, &uri, &provider.public_url) {
        let words = "Sign out from a page of this server.\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    // The error is in the log already, under an id.
    if session::end(&app, provider, &headers).await.is_err() {
        return Failure::Internal.into_response();
    }
    let clear = Jar::Session.clear(provider);
    let further = uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "provider=true"));
    if further && let Some(address) = at_provider(provider).await {
        return redirect(&address, [clear]);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(clear) = clear {
        response.headers_mut().append(header::SET_COOKIE, clear);
    }
    response
}

/// Where the provider's own session is ended, if it has such a place and answers. Ours is over
/// whether or not it does.
async fn at_provider(provider: &Provider) -> Option<String> {
    let known = provider.known().await.ok()?;
    let address = known.metadata.additional_metadata().end_session_endpoint.clone();
    let address = address.filter(super::provider::is_safe)?;
    let back = PostLogoutRedirectUrl::new(provider.public_url.to_string()).ok()?;
    let request = LogoutRequest::from(EndSessionUrl::from_url(address))
        .set_client_id(provider.client_id.clone())
        .set_post_logout_redirect_uri(back);
    Some(request.http_get_url().to_string())
}
