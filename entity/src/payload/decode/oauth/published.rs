//! What a provider publishes about itself: its discovery document and its keys.

use super::super::{
    Kind,
    certificate::{CERTIFICATES_MAX, Certificate},
    json::{self, text, word},
    jwt::claim,
    message::{Message, Messages},
};
use serde_json::{Map, Value};

/// Members of a discovery document in the order of interest.
const SHOWN: &[&str] = &[
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "end_session_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "check_session_iframe",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "backchannel_logout_supported",
    "frontchannel_logout_supported",
    "claims_supported",
];
/// How many keys of a set are described.
const KEYS_MAX: usize = 32;

/// Adds what an object is, if a provider publishes such; answers whether it was one.
pub(in super::super) fn add(messages: &mut Messages, object: &Map<String, Value>, body: &str) -> bool {
    let has = |name: &str| text(object, name).is_some();
    let discovery = has("issuer") && (has("authorization_endpoint") || has("token_endpoint") || has("jwks_uri"));
    if discovery {
        let mut message = Message::new(Kind::OidcDiscovery);
        for name in SHOWN {
            message.maybe(name, object.get(*name).and_then(claim));
        }
        messages.push(message.with_text(json::indented(body)));
        return true;
    }
    let keys = object.get("keys").and_then(Value::as_array);
    let Some(keys) = keys.filter(|keys| keys.iter().any(|key| key.get("kty").is_some())) else { return false };
    let mut message = Message::new(Kind::Jwks);
    message.add("Keys", keys.len().to_string());
    let mut certificates = CERTIFICATES_MAX;
    for key in keys.iter().filter_map(Value::as_object).take(KEYS_MAX) {
        describe(key, &mut certificates, &mut message);
    }
    messages.push(message.with_text(json::indented(body)));
    true
}

fn describe(key: &Map<String, Value>, certificates: &mut usize, message: &mut Message) {
    let words = ["kty", "alg", "use", "crv"].iter().filter_map(|name| Some(format!("{name} {}", word(key, name)?)));
    let kid = word(key, "kid").unwrap_or_else(|| "without kid".to_owned());
    message.add(format!("Key {kid}"), words.collect::<Vec<_>>().join(", "));
    message.maybe(format!("Key {kid} x5t"), word(key, "x5t"));
    // The first certificate is the key's; those behind it are its issuers'.
    let first = key.get("x5c").and_then(Value::as_array).and_then(|chain| chain.first()).and_then(Value::as_str);
    if let Some(first) = first.filter(|_| *certificates > 0) {
        *certificates -= 1;
        match Certificate::read(first) {
            Some(certificate) => certificate.describe(&format!("Key {kid} certificate"), message),
            None => message.add(format!("Key {kid} certificate"), "cannot be read"),
        }
    }
}
