//! Claims that a provider keeps out of its ID tokens, asked for at its userinfo endpoint (OpenID
//! Connect Core 1.0, section 5.3): some say there what groups a person has, and nowhere else.

use super::{Provider, verify::Client};
use openidconnect::{
    AccessToken, AdditionalClaims, SubjectIdentifier, UserInfoClaims, UserInfoError, core::CoreGenderClaim,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whatever there is beyond the standard claims.
#[derive(Debug, Deserialize, Serialize)]
struct Others {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for Others {}

/// Adds to verified claims what they lack of those that the settings name. The person must be the
/// same, and what the ID token says is never changed.
pub(super) async fn completed(
    provider: &Provider,
    client: &Client,
    token: &AccessToken,
    subject: &SubjectIdentifier,
    mut claims: Value,
) -> Value {
    let endpoint = client.user_info(token.clone(), Some(subject.clone()));
    let (Ok(request), true) = (endpoint, provider.rules.lack(&claims)) else {
        return claims;
    };
    let answer: Result<UserInfoClaims<Others, CoreGenderClaim>, _> = request.request_async(&provider.http).await;
    let more = answer.map(|more| serde_json::to_value(&more));
    match more {
        Ok(Ok(Value::Object(more))) => {
            if let Value::Object(known) = &mut claims {
                for (name, value) in more {
                    known.entry(name).or_insert(value);
                }
            }
        }
        Ok(_) => tracing::warn!("the provider's userinfo endpoint answered with no object"),
        Err(error) => {
            tracing::warn!(reason = words(&error), "the provider's userinfo endpoint was asked in vain");
        }
    }
    claims
}

/// Why there was no answer, without what was received.
fn words(error: &UserInfoError<super::http::Unanswered>) -> String {
    match error {
        UserInfoError::Request(error) => error.to_string(),
        UserInfoError::ClaimsVerification(_) => "it speaks of somebody else, or its signature is wrong".to_owned(),
        UserInfoError::Response(status, ..) => format!("it answered with status {status}"),
        _ => "its answer cannot be read".to_owned(),
    }
}
