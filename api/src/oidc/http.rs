//! How the provider is asked: no redirect is followed, no answer is waited for long, none is read
//! beyond what a provider has to say, and nothing goes over a line that others can read.

use super::provider::is_safe;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::{pin::Pin, time::Duration};
use url::Url;

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take until it is reached.
const CONNECT: Duration = Duration::from_secs(5);
/// The most bytes of an answer. Key sets with certificate chains have some tens of kilobytes.
const ANSWER_MAX: usize = 1024 * 1024;

/// What asks the provider.
pub(super) struct Http(reqwest::Client);

/// Why there is no answer. The words name no address: one may hold a code.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    /// An address that a provider names and nobody should follow.
    #[error("the provider names an address that is not https")]
    NotSecure,
    /// No connection, no answer in time, or half of one.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// More than anybody has to say.
    #[error("the provider's answer is larger than {ANSWER_MAX} bytes")]
    TooLarge,
}

impl Http {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .referer(false)
            .user_agent(concat!("connector-log/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let safe = Url::parse(&request.uri().to_string()).is_ok_and(|url| is_safe(&url));
        if !safe {
            return Err(Unanswered::NotSecure);
        }
        let request = request.try_into().map_err(unreachable)?;
        let mut response = self.0.execute(request).await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(Unanswered::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// The cause of causes, for reqwest's own words say little more than "error sending request".
fn unreachable(error: reqwest::Error) -> Unanswered {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    Unanswered::Unreachable(cause.to_string())
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
