//! From an authorization code to verified claims: the exchange, and the ID token's validation
//! (OpenID Connect Core 1.0, section 3.1.3.7) by `openidconnect`.

use super::{Provider, known::Known, page::Failure, userinfo};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse,
    PkceCodeVerifier, RequestTokenError, SignatureVerificationError, SubjectIdentifier, TokenResponse,
    core::{CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier, CoreTokenResponse},
};
use openidconnect::{EndpointMaybeSet, EndpointNotSet, EndpointSet};
use serde_json::Value;
use std::sync::Arc;

/// The library's client, with what discovery has told.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The client of a provider as it is known.
pub(super) fn client(provider: &Provider, known: &Known) -> Client {
    let metadata = known.metadata.clone();
    let methods = metadata.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
    let client =
        CoreClient::from_provider_metadata(metadata, provider.client_id.clone(), provider.client_secret.clone())
            .set_redirect_uri(provider.redirect.clone());
    // Basic is what a provider must take that says nothing (OpenID Connect Discovery 1.0).
    let basic = methods.is_empty() || methods.contains(&CoreClientAuthMethod::ClientSecretBasic);
    client.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
}

/// What the provider says about the person who came back with this code.
pub(super) async fn claims(
    provider: &Provider,
    known: &Arc<Known>,
    code: String,
    verifier: String,
    nonce: &Nonce,
) -> Result<Value, Failure> {
    let mut client = client(provider, known);
    let answer = exchange(provider, &client, code, verifier).await?;
    let Some(token) = answer.id_token() else {
        return Err(unverified("the answer has no ID token"));
    };
    let mut result = verified(provider, &client, token, &answer, nonce);
    // Keys were rotated since we looked.
    let unknown = ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey);
    if result.as_ref().is_err_and(|error| *error == unknown) {
        let known = provider.search(known).await.map_err(|_| Failure::Unreachable)?;
        client = self::client(provider, &known);
        result = verified(provider, &client, token, &answer, nonce);
    }
    let (subject, claims) = result.map_err(|error| unverified(&words(&error)))?;
    Ok(userinfo::completed(provider, &client, answer.access_token(), &subject, claims).await)
}

fn unverified(reason: &str) -> Failure {
    tracing::info!(reason, "an ID token was refused");
    Failure::Unverified
}

async fn exchange(
    provider: &Provider,
    client: &Client,
    code: String,
    verifier: String,
) -> Result<CoreTokenResponse, Failure> {
    let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| {
        tracing::warn!("the OpenID provider names no token endpoint");
        Failure::Unverified
    })?;
    let sent = request.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&provider.http).await;
    sent.map_err(|error| match error {
        RequestTokenError::ServerResponse(answer) => {
            tracing::info!(error = %answer.error(), "the OpenID provider refused a code");
            Failure::Refused
        }
        RequestTokenError::Request(error) => {
            tracing::warn!(reason = %error, "the OpenID provider did not exchange a code");
            Failure::Unreachable
        }
        // The library's own words; what was received is not among them.
        RequestTokenError::Parse(error, _) => {
            unverified(&format!("the token endpoint's answer cannot be read, at {}", error.path()))
        }
        RequestTokenError::Other(_) => unverified("the token endpoint's answer cannot be read"),
    })
}

fn verified(
    provider: &Provider,
    client: &Client,
    token: &CoreIdToken,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<(SubjectIdentifier, Value), ClaimsVerificationError> {
    let verifier: CoreIdTokenVerifier<'_> = client.id_token_verifier().set_allowed_algs(provider.algorithms.twins());
    let claims = token.claims(&verifier, nonce)?;
    if claims.authorized_party().is_some_and(|party| **party != *provider.client_id) {
        return Err(ClaimsVerificationError::Other("azp is another client".to_owned()));
    }
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(ClaimsVerificationError::SignatureVerification)?;
        let key = token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
        let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key)
            .map_err(|_| ClaimsVerificationError::Other("at_hash cannot be computed".to_owned()))?;
        if actual != *expected {
            return Err(ClaimsVerificationError::Other("at_hash is another access token's".to_owned()));
        }
    }
    let all = payload(&token.to_string());
    let all = all.ok_or_else(|| ClaimsVerificationError::Other("the payload cannot be read".to_owned()))?;
    Ok((claims.subject().clone(), all))
}

/// All claims of a token that is verified: the library's own type keeps the standard ones alone.
fn payload(token: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}

/// What was wrong, without what was sent.
fn words(error: &ClaimsVerificationError) -> String {
    match error {
        ClaimsVerificationError::Expired(_) => "it has expired".to_owned(),
        ClaimsVerificationError::InvalidAudience(_) => "it is meant for another audience".to_owned(),
        ClaimsVerificationError::InvalidIssuer(_) => "it has another issuer".to_owned(),
        ClaimsVerificationError::InvalidNonce(_) => "its nonce is another sign-in's".to_owned(),
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoMatchingKey => "its key is none of the provider's".to_owned(),
            SignatureVerificationError::DisallowedAlg(_) => "its algorithm is not among OIDC_ALGORITHMS".to_owned(),
            SignatureVerificationError::NoSignature => "it has no signature".to_owned(),
            _ => "its signature is wrong".to_owned(),
        },
        ClaimsVerificationError::Other(words) => words.clone(),
        _ => "it is not what was asked for".to_owned(),
    }
}
