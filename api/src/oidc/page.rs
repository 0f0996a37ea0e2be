//! What a person reads when a sign-in comes to nothing: a sentence, what to do, and nothing of what
//! the provider sent. The log has the reason, without codes and tokens.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

/// Why there was no sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The path to go to afterwards is none of ours.
    BadReturn,
    /// No cookie, another browser's, one completed already, or too late.
    NotBegun,
    /// The person or the provider said no.
    Denied,
    /// The provider refused for a reason of its own.
    Refused,
    /// What came back is not what the provider must send.
    Unverified,
    /// The provider does not answer.
    Unreachable,
    /// The account has no group that allows anything.
    NoScope,
    /// The account belongs to no domain here.
    NoDomain,
    /// Our fault.
    Internal,
}

impl Failure {
    fn status(self) -> StatusCode {
        match self {
            Self::BadReturn | Self::NotBegun | Self::Refused | Self::Unverified => StatusCode::BAD_REQUEST,
            Self::Denied | Self::NoScope | Self::NoDomain => StatusCode::FORBIDDEN,
            Self::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::BadReturn => "The address to go to afterwards is not a path of this server.",
            Self::NotBegun => {
                "This sign-in was not begun in this browser, took longer than ten minutes, or was completed already. \
                 Please sign in again."
            }
            Self::Denied => "The sign-in was cancelled, or your provider did not allow it.",
            Self::Refused => {
                "Your provider refused the sign-in. Please sign in again; if it goes on, tell your administrator the \
                 time: the server's log has the reason."
            }
            Self::Unverified => {
                "What your provider answered could not be verified, so nobody was signed in. Please sign in again; if \
                 it goes on, tell your administrator the time: the server's log has the reason."
            }
            Self::Unreachable => {
                "Your sign-in provider does not answer at the moment. Please try again in a minute. Access tokens go \
                 on working."
            }
            Self::NoScope => {
                "You are known to your provider, but your account is in no group that may use the connector log. Ask \
                 your administrator to add you to one."
            }
            Self::NoDomain => {
                "You are known to your provider, but your account belongs to no domain of this connector log. Ask your \
                 administrator."
            }
            Self::Internal => {
                "Something went wrong on our side. Please sign in again; if it goes on, tell your administrator the \
                 time: the server's log has the cause."
            }
        }
    }

    /// What the log calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::BadReturn => "a return address that is none of ours",
            Self::NotBegun => "no sign-in of this browser",
            Self::Denied => "denied by the person or the provider",
            Self::Refused => "refused by the provider",
            Self::Unverified => "an answer that cannot be verified",
            Self::Unreachable => "no answer from the provider",
            Self::NoScope => "no group that allows anything",
            Self::NoDomain => "no domain that is known here",
            Self::Internal => "an error of ours",
        }
    }
}

/// No script, no style, no frame.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>Not signed in – Connector Log</title>\n\
             <h1>Not signed in</h1>\n<p>{}</p>\n<p><a href=\"login\">Sign in again</a></p>\n",
            self.sentence()
        );
        let mut response = (self.status(), Html(page)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
