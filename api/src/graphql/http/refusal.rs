//! Requests that are not executed: with which status, and in which words.

use super::Media;
use crate::{auth::Refused as Stranger, error::code, graphql::guard};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// A request that is not executed.
pub(in crate::graphql) struct Refusal {
    pub(super) status: StatusCode,
    code: &'static str,
    message: String,
    /// The methods that would do, where the method would not.
    allow: Option<&'static str>,
    /// When the same would do.
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    pub(in crate::graphql) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), allow: None, retry_after: None }
    }

    /// A request that is no GraphQL request.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    /// A method that would not do.
    pub(super) fn method(allow: &'static str, message: &str) -> Self {
        let refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, message);
        Self { allow: Some(allow), ..refusal }
    }

    /// A browser that asks on behalf of another site.
    pub(in crate::graphql) fn foreign() -> Self {
        let words = "This request comes from another site's page, and is refused: ask from this server's own pages, \
                     or with an access token. PUBLIC_URL says which address is this server's own.";
        Self::new(StatusCode::FORBIDDEN, code::FORBIDDEN, words)
    }

    /// A document that cannot be executed came in a request that is well formed: older clients,
    /// who do not ask for GraphQL's own media type, are told so with 200.
    fn status(&self, media: Media) -> StatusCode {
        let well_formed = matches!(self.code, code::PARSE_FAILED | code::VALIDATION_FAILED | code::BAD_USER_INPUT);
        if media == Media::Json && well_formed { StatusCode::OK } else { self.status }
    }

    pub(in crate::graphql) fn into_response(self, media: Media) -> Response {
        let status = self.status(media);
        let error = guard::error(self.code, self.message);
        let mut response = answer(status, media, &serde_json::json!({ "errors": [error] }));
        if let Some(methods) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(when) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, when);
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"connector-log\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<guard::Refused> for Refusal {
    fn from(refused: guard::Refused) -> Self {
        Self::new(StatusCode::BAD_REQUEST, refused.code, refused.message)
    }
}

impl From<Stranger> for Refusal {
    fn from(refused: Stranger) -> Self {
        let status = match refused {
            Stranger::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Stranger::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Stranger::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNAUTHORIZED,
        };
        let retry_after = if let Stranger::TooMany(wait) = &refused { Some(wait.retry_after()) } else { None };
        let guard::Refused { code, message } = refused.into();
        Self { retry_after, ..Self::new(status, code, message) }
    }
}

impl From<Stranger> for guard::Refused {
    fn from(refused: Stranger) -> Self {
        let words = match refused {
            Stranger::NoToken => {
                "Send an access token: Authorization: Bearer TOKEN. `connector-log token create` makes one."
            }
            Stranger::BadToken => {
                "The access token is not valid, or no longer. `connector-log token create` makes another."
            }
            Stranger::NoSession => {
                "You are not signed in, or no longer: sign in at /auth/login, or send an access token."
            }
            Stranger::Unavailable => {
                let message = "The OpenID provider does not answer, so this JWT access token cannot be verified now. \
                               Try again in a minute, or use a token that `connector-log token create` makes.";
                return Self { code: code::UNAVAILABLE, message: message.to_owned() };
            }
            Stranger::TooMany(_) => {
                let message = "Too many requests come with this credential, or too many that are refused come from \
                               this address: wait as long as Retry-After says.";
                return Self { code: code::TOO_MANY, message: message.to_owned() };
            }
            Stranger::Internal(error) => {
                let message = async_graphql::Error::from(error).message;
                return Self { code: code::INTERNAL, message };
            }
        };
        Self { code: code::UNAUTHENTICATED, message: words.to_owned() }
    }
}

/// An answer as JSON.
pub(super) fn answer(status: StatusCode, media: Media, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
