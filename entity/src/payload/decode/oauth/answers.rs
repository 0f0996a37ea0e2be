//! What endpoints of OAuth and OpenID Connect answer in JSON.

use super::super::{
    Kind,
    carrier::Carrier,
    instant::beside,
    json::{self, scalar, text},
    jwt::{self, Token},
    message::{Message, Messages},
    xml,
};
use serde_json::{Map, Value};

/// Members of an answer that are tokens.
const TOKENS: &[&str] = &["id_token", "access_token", "refresh_token", "logout_token"];
/// Claims of which one beside `sub` makes an object a person's (OpenID Connect Core, 5.1).
const PERSON: &[&str] =
    &["name", "email", "preferred_username", "given_name", "family_name", "email_verified", "locale", "groups"];

/// Adds what an object is, if it is an answer of OAuth's; answers whether it was one.
pub(in super::super) fn add(
    messages: &mut Messages,
    carrier: &Carrier<'_>,
    object: &Map<String, Value>,
    body: &str,
) -> bool {
    let has = |name: &str| text(object, name).is_some();
    if has("id_token") || (has("access_token") && object.contains_key("token_type")) {
        return tokens(messages, object, body);
    }
    let kind = if text(object, "error").is_some_and(|error| super::is_error(error, has("error_description"))) {
        Kind::OauthError
    } else if has("device_code") || (has("user_code") && has("verification_uri")) {
        Kind::OauthDeviceResponse
    } else if has("request_uri") && object.contains_key("expires_in") {
        Kind::OauthParResponse
    } else if matches!(object.get("active"), Some(Value::Bool(_))) && is_introspection(carrier, object) {
        Kind::OauthIntrospectionResponse
    } else if has("sub") && (carrier.path_has(&["userinfo"]) || PERSON.iter().any(|name| object.contains_key(*name))) {
        Kind::OidcUserinfo
    } else {
        return false;
    };
    let mut message = Message::new(kind);
    jwt::describe(object, &mut message);
    messages.push(message.with_text(json::indented(body)));
    true
}

/// `active` is a person's and a session's too: an answer about a token says more of a token, or comes from where tokens
/// are asked about.
fn is_introspection(carrier: &Carrier<'_>, object: &Map<String, Value>) -> bool {
    let of_token = ["token_type", "client_id", "exp", "iat", "scope", "iss"];
    carrier.path_has(&["introspect"]) || of_token.iter().any(|name| object.contains_key(*name))
}

fn tokens(messages: &mut Messages, object: &Map<String, Value>, body: &str) -> bool {
    let mut message = Message::new(Kind::OauthTokenResponse);
    for (name, value) in object {
        let token = value.as_str().filter(|value| TOKENS.contains(&name.as_str()) && Token::read(value).is_some());
        match (token, value) {
            (Some(_), _) => message.add(name, "a JSON Web Token, which follows"),
            (None, Value::Number(seconds)) if matches!(name.as_str(), "expires_on" | "not_before" | "expires_at") => {
                message.add(name, seconds.as_i64().map_or_else(|| seconds.to_string(), beside));
            }
            (None, value) => message.maybe(name, jwt::claim(value).or_else(|| scalar(value))),
        }
    }
    messages.push(message.with_text(json::indented(body)));
    for name in TOKENS {
        jwt::add(messages, name, text(object, name).unwrap_or_default());
    }
    // Token exchange may give an assertion of SAML (RFC 8693).
    let saml = text(object, "access_token").filter(|token| token.starts_with('P'));
    if let Some(xml) = saml.and_then(super::super::encoding::message) {
        let document = xml::Document::read(&xml);
        if let Some(root) = document.root() {
            super::saml::add(messages, &document, root, &|message| message.add("Found in", "access_token"));
        }
    }
    true
}
