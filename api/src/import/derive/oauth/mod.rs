//! OAuth 2.0 (RFC 6749) and OpenID Connect: what goes through the browser. The calls beside it
//! are in [`backchannel`].

pub(super) mod backchannel;

use super::{
    exchange::without_query,
    jwt,
    key::Key,
    message::{Back, Kind, Message, Name, Role},
    params::Params,
    person::{Person, Standing},
};
use serde_json::{Map, Value};
use url::Url;

/// The message that a query, a form, a redirect or a page's form carries.
pub(super) fn in_params(params: &Params) -> Option<Message> {
    // Requests and responses may travel within a signed token of their own (RFC 9101, JARM).
    let signed = ["request", "response"].iter().find_map(|name| jwt::claims(params.get(name)?));
    let params = &params.clone().and(texts(signed));
    if params.get("logout_token").is_some() {
        return logout_token(params);
    }
    if is_authorization_request(params) {
        return Some(authorization_request(params));
    }
    if is_authorization_response(params) {
        return Some(authorization_response(params));
    }
    if ["id_token_hint", "post_logout_redirect_uri"].iter().any(|name| params.get(name).is_some()) {
        return Some(end_session_request(params));
    }
    front_channel_logout(params)
}

fn is_authorization_request(params: &Params) -> bool {
    let asks = ["response_type", "request_uri"].iter().any(|name| params.get(name).is_some());
    asks && params.get("client_id").is_some() && params.get("grant_type").is_none()
}

/// A `code` or an `error` alone may be anything; beside a `state` or an `iss` it is OAuth's.
fn is_authorization_response(params: &Params) -> bool {
    let any = |names: &[&str]| names.iter().any(|name| params.get(name).is_some());
    // All registered errors are words in lower case.
    let is_word = |error: &str| error.len() > 3 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (any(&["code", "id_token", "access_token"]) || params.get("error").is_some_and(is_word))
        && any(&["state", "iss", "session_state"])
        && !any(&["grant_type", "client_secret", "id_token_hint"])
}

fn authorization_request(params: &Params) -> Message {
    let mut message = Message::new(Kind::SignInRequest, "oauth.authorize");
    let chance = |name: &str| params.get(name).and_then(|value| Key::by_chance(name, value));
    message.ties = ["state", "nonce", "request_uri"].into_iter().filter_map(chance).collect();
    message.mark = message.ties.first().copied();
    message.senders = client(params);
    message.sender_role = Some(Role::Client);
    message.person = ["login_hint", "username"]
        .iter()
        .find_map(|name| Person::named(params.get(name)?))
        .or_else(|| Person::of_claims(&jwt::claims(params.get("id_token_hint")?)?))
        .map(|person| (person, Standing::Claimed));
    message
}

/// How a client calls itself: by the host it is answered at, and by its id.
fn client(params: &Params) -> Vec<Name> {
    let host = params.get("redirect_uri").and_then(client_host).map(Name::Host);
    let id = params.get("client_id").map(|id| Name::Client(id.to_owned()));
    host.into_iter().chain(id).collect()
}

fn authorization_response(params: &Params) -> Message {
    let mut message = Message::new(Kind::SignInResponse, "oauth.authorization_response");
    let code = params.get("code").map(code_key);
    let state = params.get("state").and_then(|state| Key::by_chance("state", state));
    message.ties = code.into_iter().chain(state).collect();
    message.mark = message.ties.first().copied();
    message.senders = params.get("iss").map(|iss| Name::Entity(iss.to_owned())).into_iter().collect();
    message.sender_role = Some(Role::Provider);
    message.failure = failure(params.get("error"), params.get("error_description"));
    message.conclusive =
        message.failure.is_none() && (params.get("id_token").is_some() || params.get("access_token").is_some());
    if let Some(claims) = params.get("id_token").and_then(jwt::claims) {
        identify(&mut message, &claims);
    }
    message
}

/// `error: description`.
pub(super) fn failure(error: Option<&str>, description: Option<&str>) -> Option<String> {
    match (error?, description) {
        (error, Some(description)) => Some(format!("{error}: {description}")),
        (error, None) => Some(error.to_owned()),
    }
}

fn end_session_request(params: &Params) -> Message {
    let mut message = Message::new(Kind::SignOutRequest, "oidc.end_session");
    let value = |name| params.get(name).unwrap_or_default();
    let (hint, back, state) = (value("id_token_hint"), value("post_logout_redirect_uri"), value("state"));
    message.mark = Some(Key::new("end_session", &[hint, back, state]));
    message.ties = message.mark.into_iter().collect();
    message.sender_role = Some(Role::Client);
    message.back = Url::parse(back).ok().map(|url| {
        let by_chance = Key::by_chance("state", state).is_some();
        Back { key: back_key(&without_query(&url), state), by_chance }
    });
    message.senders = host(back).map(Name::Host).into_iter().collect();
    if let Some(claims) = jwt::claims(hint) {
        identify(&mut message, &claims);
        message.receivers = jwt::text(&claims, "iss").map(|iss| Name::Entity(iss.to_owned())).into_iter().collect();
        message.senders.extend(jwt::first(&claims, "aud").map(|id| Name::Client(id.to_owned())));
    } else if let Some(person) = params.get("logout_hint").and_then(Person::named) {
        message.person = Some((person, Standing::Claimed));
    }
    message.senders.extend(params.get("client_id").map(|id| Name::Client(id.to_owned())));
    // An ID token names its issuer as sender; here it is the one that is asked.
    message.senders.retain(|name| !matches!(name, Name::Entity(_)));
    message
}

/// What is known again of a way back: the address and, where one was given, the state.
pub(super) fn back_key(endpoint: &str, state: &str) -> Key {
    Key::new("back", &[endpoint, state])
}

fn logout_token(params: &Params) -> Option<Message> {
    let claims = jwt::claims(params.get("logout_token")?)?;
    let mut message = Message::new(Kind::SignOutNotice, "oidc.backchannel_logout");
    identify(&mut message, &claims);
    message.sender_role = Some(Role::Provider);
    message.receivers = jwt::first(&claims, "aud").map(|id| Name::Client(id.to_owned())).into_iter().collect();
    Some(message)
}

/// OpenID Connect front-channel logout: an issuer and a session, and nothing else.
fn front_channel_logout(params: &Params) -> Option<Message> {
    let (iss, sid) = (params.get("iss")?, params.get("sid")?);
    let mut message = Message::new(Kind::SignOutNotice, "oidc.frontchannel_logout");
    message.subjects.push(Key::new("sid", &[iss, sid]));
    message.senders.push(Name::Entity(iss.to_owned()));
    message.sender_role = Some(Role::Provider);
    Some(message)
}

/// Takes over what an ID token or a logout token says of person, session and issuer.
pub(super) fn identify(message: &mut Message, claims: &Map<String, Value>) {
    let text = |name| jwt::text(claims, name);
    if let Some(iss) = text("iss") {
        message.subjects.extend(text("sub").map(|sub| Key::new("sub", &[iss, sub])));
        message.subjects.extend(text("sid").map(|sid| Key::new("sid", &[iss, sid])));
        message.senders.push(Name::Entity(iss.to_owned()));
    }
    message.ties.extend(text("nonce").and_then(|nonce| Key::by_chance("nonce", nonce)));
    if let Some(person) = Person::of_claims(claims) {
        message.person = Some((person, Standing::Asserted));
    }
}

pub(super) fn code_key(code: &str) -> Key {
    Key::new("code", &[code])
}

/// The host of a client's own address. A program on somebody's device is answered there, at an
/// address that is everybody's.
fn client_host(url: &str) -> Option<String> {
    host(url).filter(|host| !["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str()))
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

fn texts(claims: Option<Map<String, Value>>) -> Params {
    let mut params = Params::default();
    for (name, value) in claims.unwrap_or_default() {
        // Its own issuer and times are not the request's.
        if let (Value::String(value), false) = (value, ["iss", "aud", "sub", "jti"].contains(&name.as_str())) {
            params.push(name, value);
        }
    }
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Option<Message> {
        in_params(&Params::parse(query.as_bytes()))
    }

    #[test]
    fn requests_and_responses_are_told_from_what_only_looks_like_them() {
        for (query, kind) in [
            (
                "response_type=code&client_id=a&state=WVG1rwYMRxx7&redirect_uri=https://rp.example/cb",
                Kind::SignInRequest,
            ),
            ("client_id=a&request_uri=urn:x:1aB2cD3e", Kind::SignInRequest),
            ("code=abc&state=WVG1rwYMRxx7", Kind::SignInResponse),
            ("error=access_denied&state=x", Kind::SignInResponse),
            ("post_logout_redirect_uri=https://rp.example/", Kind::SignOutRequest),
            ("iss=https://op.example&sid=1", Kind::SignOutNotice),
        ] {
            assert_eq!(read(query).map(|m| m.kind), Some(kind), "{query}");
        }
        for query in
            ["code=SAVE20", "error=1", "state=CA", "client_id=a", "code=1&grant_type=authorization_code&state=x", ""]
        {
            assert!(read(query).is_none(), "{query}");
        }
    }

    #[test]
    fn an_error_is_a_failure_and_a_code_proves_nothing_yet() {
        let error = read("error=access_denied&error_description=No+thanks&state=WVG1rwYMRxx7").unwrap();
        assert_eq!(error.failure.as_deref(), Some("access_denied: No thanks"));
        assert!(!read("code=abc&state=WVG1rwYMRxx7").unwrap().conclusive);
    }

    #[test]
    fn a_hint_names_who_is_expected() {
        let request = read("response_type=code&client_id=a&login_hint=anna%40a.example").unwrap();
        let (person, standing) = request.person.unwrap();
        assert_eq!((person.email.as_deref(), standing), (Some("anna@a.example"), Standing::Claimed));
    }
}
