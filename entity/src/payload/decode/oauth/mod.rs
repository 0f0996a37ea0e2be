//! OAuth 2.0 (RFC 6749 and those after it) and OpenID Connect: what goes through queries and forms. Answers in JSON are
//! in `answers`, documents about a provider in `published`.

pub(super) mod answers;
pub(super) mod published;

use super::{
    Kind,
    carrier::Carrier,
    jwt::{self, Token},
    message::{Message, Messages},
    pairs::Pairs,
    saml::{self, Way},
};

/// Parameters that may hold a JSON Web Token.
const TOKENS: &[&str] = &[
    "id_token",
    "access_token",
    "id_token_hint",
    "request",
    "response",
    "client_assertion",
    "assertion",
    "subject_token",
    "actor_token",
    "token",
    "refresh_token",
];
/// Grants that bring an assertion of SAML (RFC 7522, RFC 8693), in base64url: that of markup begins with a P.
const ASSERTIONS: &[&str] = &["assertion", "client_assertion", "subject_token"];

/// Adds the messages in pairs; answers whether there were any.
pub(super) fn in_pairs(messages: &mut Messages, carrier: &Carrier<'_>, pairs: &Pairs, way: Way<'_>) -> bool {
    if let Some(token) = pairs.get("logout_token") {
        match Token::read(token) {
            Some(token) => messages.push(token.message(Kind::OidcLogoutToken, "logout_token")),
            None => messages.push(pairs.message(Kind::OidcLogoutToken)),
        }
        return true;
    }
    let Some(kind) = kind(carrier, pairs, way) else { return false };
    let mut message = Message::new(kind);
    way.describe(&mut message);
    for (name, value) in pairs.iter() {
        let token = TOKENS.contains(&name) && Token::read(value).is_some();
        message.add(name, if token { "a JSON Web Token, which follows" } else { value });
    }
    messages.push(message.with_text(pairs.lines()));
    for name in TOKENS {
        jwt::add(messages, name, pairs.get(name).unwrap_or_default());
    }
    let assertion = ASSERTIONS.iter().filter_map(|name| pairs.get(name)).find(|value| value.starts_with('P'));
    if let Some(xml) = assertion.and_then(super::encoding::message) {
        let document = super::xml::Document::read(&xml);
        if let Some(root) = document.root() {
            saml::add(messages, &document, root, &|message| message.add("Found in", "grant"));
        }
    }
    true
}

/// What the names of the pairs make of them. A `code` or a `token` alone may be anything, so it takes companions, or
/// the path of an endpoint that is called by its usual name.
fn kind(carrier: &Carrier<'_>, pairs: &Pairs, way: Way<'_>) -> Option<Kind> {
    if pairs.has("grant_type") && !way.is_query() {
        return Some(Kind::OauthTokenRequest);
    }
    if is_authorization_request(pairs) {
        let pushed =
            way == Way::Form && (pairs.has_any(&["client_secret", "client_assertion"]) || carrier.path_has(&["/par"]));
        return Some(if pushed { Kind::OauthParRequest } else { Kind::OauthAuthorizationRequest });
    }
    if pairs.get("error").is_some_and(is_error_code)
        && pairs.has_any(&["error_description", "state", "iss", "error_uri"])
    {
        return Some(Kind::OauthError);
    }
    if is_authorization_response(pairs) {
        return Some(Kind::OauthAuthorizationResponse);
    }
    if pairs.has_any(&["id_token_hint", "post_logout_redirect_uri"]) {
        return Some(Kind::OidcLogoutRequest);
    }
    if way == Way::Form && pairs.has("token") {
        if carrier.path_has(&["introspect"]) {
            return Some(Kind::OauthIntrospectionRequest);
        }
        if carrier.path_has(&["revoke", "revocation"]) {
            return Some(Kind::OauthRevocationRequest);
        }
    }
    if way == Way::Form && pairs.has("client_id") && carrier.path_has(&["device"]) && !pairs.has("user_code") {
        return Some(Kind::OauthDeviceRequest);
    }
    let logout = way.is_query() && pairs.has("iss") && pairs.has("sid") && pairs.iter().count() <= 4;
    logout.then_some(Kind::OidcFrontchannelLogout)
}

fn is_authorization_request(pairs: &Pairs) -> bool {
    (pairs.has_any(&["response_type", "request_uri"])
        || pairs.get("request").is_some_and(|it| Token::read(it).is_some()))
        && pairs.has("client_id")
        && !pairs.has("grant_type")
}

fn is_authorization_response(pairs: &Pairs) -> bool {
    let jarm = pairs.get("response").is_some_and(|response| Token::read(response).is_some());
    let given = pairs.has_any(&["code", "id_token", "access_token"])
        && pairs.has_any(&["state", "iss", "session_state", "token_type"]);
    (given || jarm) && !pairs.has_any(&["grant_type", "client_secret", "id_token_hint"])
}

/// Errors of RFC 6749 and of those after it, as IANA lists them.
const ERRORS: &[&str] = &[
    "access_denied",
    "account_selection_required",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "insufficient_scope",
    "insufficient_user_authentication",
    "interaction_required",
    "invalid_authorization_details",
    "invalid_client",
    "invalid_client_metadata",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_redirect_uri",
    "invalid_request",
    "invalid_request_object",
    "invalid_request_uri",
    "invalid_scope",
    "invalid_target",
    "invalid_token",
    "login_required",
    "registration_not_supported",
    "request_not_supported",
    "request_uri_not_supported",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unmet_authentication_requirements",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "use_dpop_nonce",
];

/// Whether an error is OAuth's: by its code, or because it is described as OAuth's are.
pub(super) fn is_error(error: &str, described: bool) -> bool {
    ERRORS.contains(&error) || (described && is_error_code(error))
}

/// Whether a word may be an error code: all registered ones are words in lower case.
fn is_error_code(error: &str) -> bool {
    error.len() > 3 && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
