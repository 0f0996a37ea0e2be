//! OAuth 2.0 and OpenID Connect beside the browser: token, userinfo, introspection (RFC 7662),
//! revocation (RFC 7009), pushed requests (RFC 9126), discovery (RFC 8414), keys.

use super::{code_key, failure, identify};
use crate::import::derive::{
    context::Context,
    exchange::Exchange,
    jwt,
    key::Key,
    message::{Grant, Kind, Message, Name, Role},
    params::Params,
    person::{Person, Standing},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

/// The endpoints that a discovery document names, with the operation that each stands for.
pub(in crate::import::derive) const ENDPOINTS: [(&str, &str); 7] = [
    ("token_endpoint", "oauth.token"),
    ("userinfo_endpoint", "oidc.userinfo"),
    ("jwks_uri", "oidc.jwks"),
    ("introspection_endpoint", "oauth.introspect"),
    ("revocation_endpoint", "oauth.revoke"),
    ("pushed_authorization_request_endpoint", "oauth.par"),
    ("device_authorization_endpoint", "oauth.device_authorization"),
];

/// The call that an exchange is, if it is one of these.
pub(in crate::import::derive) fn call(exchange: &Exchange<'_>, context: &Context) -> Option<Message> {
    if exchange.is_post() {
        let form = exchange.form.clone().and(exchange.json_request.clone());
        if form.get("grant_type").is_some() {
            return Some(token(exchange, &form));
        }
    }
    let operation = operation(exchange, context)?;
    let mut message = Message::new(Kind::Step, operation);
    let bearer = exchange.bearer().map(token_key);
    let given = ["token", "refresh_token"].iter().find_map(|name| exchange.form.get(name)).map(token_key);
    message.ties = bearer.into_iter().chain(given).collect();
    for name in ["state", "nonce"] {
        message.ties.extend(exchange.form.get(name).and_then(|value| Key::by_chance(name, value)));
    }
    message.senders = client(exchange, &exchange.form);
    message.sender_role = Some(Role::Client);
    let answer = exchange.json.clone().unwrap_or_default();
    message.failure = failure(jwt::text(&answer, "error"), jwt::text(&answer, "error_description"));
    match operation {
        "oidc.userinfo" | "oauth.introspect" => {
            message.person = Person::of_claims(&answer).map(|person| (person, Standing::Asserted));
            if let (Some(iss), Some(sub)) = (jwt::text(&answer, "iss"), jwt::text(&answer, "sub")) {
                message.subjects.push(Key::new("sub", &[iss, sub]));
            }
        }
        "oauth.par" => {
            message.ties.extend(jwt::text(&answer, "request_uri").and_then(|u| Key::by_chance("request_uri", u)));
        }
        _ => {}
    }
    Some(message)
}

/// Which of the calls it is: by the endpoint that a discovery document named, by the path where
/// the standard sets one, by what the answer is.
fn operation(exchange: &Exchange<'_>, context: &Context) -> Option<&'static str> {
    let path = exchange.path();
    let well_known = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
    if exchange.entry.method == "GET" && well_known.iter().any(|known| path.contains(known)) {
        return Some("oidc.discovery");
    }
    if let Some(operation) = exchange.endpoint().and_then(|url| context.endpoint(&url)) {
        return Some(operation);
    }
    let answer = exchange.json.as_ref();
    let says = |name: &str| answer.is_some_and(|a| a.contains_key(name));
    if answer.is_some_and(is_key_set) {
        return Some("oidc.jwks");
    }
    if let Some(token) = exchange.bearer() {
        let userinfo = path.ends_with("/userinfo") || (says("sub") && context.knows(token_key(token)));
        return userinfo.then_some("oidc.userinfo");
    }
    if !exchange.is_post() || exchange.form.is_empty() {
        return None;
    }
    if exchange.form.get("token").is_some() {
        if answer.is_some_and(|a| a.get("active").is_some_and(Value::is_boolean)) {
            return Some("oauth.introspect");
        }
        return path.to_ascii_lowercase().contains("revo").then_some("oauth.revoke");
    }
    if exchange.form.get("response_type").is_some() && says("request_uri") {
        return Some("oauth.par");
    }
    (says("device_code") && says("user_code")).then_some("oauth.device_authorization")
}

fn is_key_set(answer: &Map<String, Value>) -> bool {
    let keys = answer.get("keys").and_then(Value::as_array);
    keys.is_some_and(|keys| !keys.is_empty() && keys.iter().all(|key| key.get("kty").is_some()))
}

fn token(exchange: &Exchange<'_>, form: &Params) -> Message {
    let grant = match form.get("grant_type").unwrap_or_default() {
        "authorization_code" => Grant::Code,
        "password" => Grant::Password,
        "refresh_token" => Grant::Refresh,
        "urn:ietf:params:oauth:grant-type:device_code" => Grant::Device,
        _ => Grant::Other,
    };
    let answer = exchange.json.clone().unwrap_or_default();
    let kind = if grant == Grant::Other { Kind::Other } else { Kind::Token(grant) };
    let mut message = Message::new(kind, "oauth.token");
    let code = form.get("code").map(code_key);
    let tokens = [form.get("refresh_token"), jwt::text(&answer, "refresh_token"), jwt::text(&answer, "access_token")];
    message.ties = code.into_iter().chain(tokens.into_iter().flatten().map(token_key)).collect();
    message.mark = code;
    message.sender_role = Some(Role::Client);
    message.failure = failure(jwt::text(&answer, "error"), jwt::text(&answer, "error_description"));
    message.conclusive = jwt::text(&answer, "access_token").is_some() || jwt::text(&answer, "id_token").is_some();
    message.senders = client(exchange, form);
    if let Some(claims) = jwt::text(&answer, "id_token").and_then(jwt::claims) {
        let senders = std::mem::take(&mut message.senders);
        identify(&mut message, &claims);
        // The issuer is the one that answers.
        message.receivers = std::mem::replace(&mut message.senders, senders);
    }
    if grant == Grant::Password && message.person.is_none() {
        message.person = form.get("username").and_then(Person::named).map(|person| (person, Standing::Claimed));
    }
    message
}

/// How the client of a call names itself: in the form, by password, by a token of its own.
fn client(exchange: &Exchange<'_>, form: &Params) -> Vec<Name> {
    let redirect = form.get("redirect_uri").and_then(super::client_host).map(Name::Host);
    let basic = || {
        let (scheme, packed) = exchange.entry.request.header("authorization")?.split_once(' ')?;
        let plain = BASE64_STANDARD.decode(packed.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let plain = String::from_utf8(plain).ok()?;
        let id = plain.split(':').next()?.to_owned();
        // RFC 6749, 2.3.1: the id is written as in a form.
        form_urlencoded::parse(format!("id={id}").as_bytes()).next().map(|(_, id)| id.into_owned())
    };
    let assertion = || jwt::text(&jwt::claims(form.get("client_assertion")?)?, "sub").map(str::to_owned);
    let id = form.get("client_id").map(str::to_owned).or_else(basic).or_else(assertion);
    redirect.into_iter().chain(id.filter(|id| !id.is_empty()).map(Name::Client)).collect()
}

pub(in crate::import::derive) fn token_key(token: &str) -> Key {
    Key::new("token", &[token])
}
