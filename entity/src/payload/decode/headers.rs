//! Headers that carry messages: where the browser is sent, who calls, and why a call is refused.

use super::{
    Kind,
    carrier::{self, Carrier},
    errors,
    instant::beside,
    jwt::Token,
    message::{Message, Messages},
    pairs::Pairs,
    saml::Way,
};

/// How many parameters of a header are read.
const PARAMETERS_MAX: usize = 40;

/// Adds what the headers of a request carry.
pub(super) fn of_request(messages: &mut Messages, carrier: &Carrier<'_>) {
    if let Some(value) = carrier.header("authorization") {
        let (scheme, credential) = value.trim().split_once(' ').unwrap_or((value, ""));
        if scheme.eq_ignore_ascii_case("oauth") {
            messages.push(oauth1(credential));
        } else if let Some(token) = Token::read(credential) {
            messages.push(token.message(Kind::Jwt, "Authorization"));
        }
    }
    if let Some(token) = carrier.header("dpop").and_then(Token::read) {
        messages.push(token.message(Kind::Jwt, "DPoP"));
    }
}

/// Adds what the headers of a response carry.
pub(super) fn of_response(messages: &mut Messages, carrier: &Carrier<'_>) {
    if let Some(location) = carrier.header("location") {
        let pairs = Pairs::of_url(location);
        carrier::in_pairs(messages, carrier, &pairs, Way::Redirect(location));
    }
    for challenge in carrier.headers_called("www-authenticate") {
        messages_of(messages, challenge);
    }
}

/// `Bearer error="invalid_token", error_description="…"` (RFC 6750).
fn messages_of(messages: &mut Messages, challenge: &str) {
    let Some((scheme, rest)) = challenge.trim().split_once(' ') else { return };
    let parameters = parameters(rest);
    if !parameters.iter().any(|(name, _)| name == "error") {
        return;
    }
    let mut message = Message::new(Kind::OauthError);
    message.add("Found in", "WWW-Authenticate");
    message.add("Scheme", scheme);
    for (name, value) in &parameters {
        message.add(name, value);
    }
    messages.push(message.with_lines());
    if let Some(error) = errors::microsoft_in_text(challenge) {
        messages.push(error);
    }
}

/// The parameters that OAuth 1.0 signs (RFC 5849): the clock is among them.
fn oauth1(credential: &str) -> Message {
    let mut message = Message::new(Kind::Oauth1Request);
    for (name, value) in parameters(credential) {
        let escaped = format!("v={}", value.replace('+', "%2B"));
        let plain = Pairs::parse(&escaped);
        let plain = plain.get("v").unwrap_or_default();
        match plain.parse().ok().filter(|_| name == "oauth_timestamp") {
            Some(seconds) => message.add(name, beside(seconds)),
            None => message.add(name, plain),
        }
    }
    message.with_lines()
}

/// `name="value", name=value`.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, behind)) = rest.split_once('=').filter(|_| found.len() < PARAMETERS_MAX) {
        let name = name.trim_start_matches([',', ' ', '\t']).trim();
        let behind = behind.trim_start();
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => behind.split_once(',').unwrap_or((behind, "")),
        };
        found.push((name.to_owned(), value.trim().to_owned()));
        rest = next;
    }
    found
}
