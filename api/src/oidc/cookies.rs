//! The two cookies: one holds a sign-in that was begun, the other a session's secret.
//!
//! Both are out of scripts' reach (`HttpOnly`) and never sent with a request that another site makes
//! in the background (`SameSite=Lax`). `Strict` would keep them from the provider's redirect back
//! to us as well, and no sign-in would ever be completed. Over https they are `Secure` and bear the
//! prefix `__Host-`, so that no other host of the company's domain can set them (RFC 6265bis).

use super::Provider;
use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

/// What a cookie is for.
#[derive(Clone, Copy)]
pub(super) enum Jar {
    /// A sign-in that was begun.
    SignIn,
    /// A session.
    Session,
}

impl Jar {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::SignIn, true) => "__Host-connector_log_sign_in",
            (Self::SignIn, false) => "connector_log_sign_in",
            (Self::Session, true) => "__Host-connector_log_session",
            (Self::Session, false) => "connector_log_session",
        }
    }

    /// What the browser sent.
    pub(super) fn read<'h>(self, provider: &Provider, headers: &'h HeaderMap) -> Option<&'h str> {
        let name = self.name(provider.secure());
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The header that sets it, for so many seconds.
    pub(super) fn set(self, provider: &Provider, value: &str, seconds: i64) -> Option<HeaderValue> {
        let name = self.name(provider.secure());
        let cookie = Cookie::build((name, value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(provider.secure())
            .max_age(cookie::time::Duration::seconds(seconds));
        HeaderValue::from_str(&cookie.build().to_string()).ok()
    }

    /// The header that takes it away.
    pub(super) fn clear(self, provider: &Provider) -> Option<HeaderValue> {
        self.set(provider, "", 0)
    }
}
