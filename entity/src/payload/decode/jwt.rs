//! JSON Web Tokens: header and claims. The signature is a marker by now; what is encrypted stays so.

use super::{
    Kind, encoding,
    instant::beside,
    json::{self, scalar},
    message::{Message, Messages},
};
use serde_json::{Map, Value};

/// The longest token that is read. Those with all groups of a person have some 20 KiB.
const TOKEN_MAX: usize = 64 * 1024;
/// How a token begins: base64 of `{"`, or of a brace and white space.
const BEGINNINGS: &[&str] = &["eyJ", "eyI", "eyA", "ewo", "ew0", "ewk"];
/// Claims that are instants (RFC 7519, OpenID Connect, RFC 7591, Entra ID).
const INSTANTS: &[&str] = &["exp", "iat", "nbf", "auth_time", "updated_at", "xms_ssm", "expires_at"];
/// Claims in the order in which people look for them; others follow.
const FIRST: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "azp",
    "client_id",
    "appid",
    "exp",
    "nbf",
    "iat",
    "auth_time",
    "nonce",
    "jti",
    "email",
    "preferred_username",
    "upn",
    "unique_name",
    "name",
    "tid",
    "oid",
    "scope",
    "scp",
    "roles",
    "acr",
    "amr",
    "sid",
];

/// A token's two parts that can be read.
pub(super) struct Token {
    header: String,
    /// Absent where it is encrypted.
    claims: Option<String>,
}

impl Token {
    /// Reads a token in compact form; nothing where the text is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > TOKEN_MAX || !BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) {
            return None;
        }
        let mut parts = text.splitn(3, '.');
        let object = |part: &str| {
            let text = String::from_utf8(encoding::base64(part)?).ok()?;
            text.trim_start().starts_with('{').then_some(text)
        };
        let header = object(parts.next()?)?;
        let claims = object(parts.next()?);
        (claims.is_some() || header.contains("\"enc\"")).then_some(Self { header, claims })
    }

    fn parsed(text: &str) -> Map<String, Value> {
        match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object,
            _ => Map::new(),
        }
    }

    /// The claims; none where they are encrypted or broken.
    pub(super) fn claims(&self) -> Map<String, Value> {
        self.claims.as_deref().map(Self::parsed).unwrap_or_default()
    }

    /// A message about the token that stood at `place`.
    pub(super) fn message(&self, kind: Kind, place: &str) -> Message {
        let mut message = Message::new(kind);
        message.add("Found in", place);
        let header = Self::parsed(&self.header);
        for name in ["typ", "alg", "enc", "kid"] {
            message.maybe(name, header.get(name).and_then(scalar));
        }
        describe(&self.claims(), &mut message);
        let mut text = format!("{{\"header\":{}", self.header);
        if let Some(claims) = &self.claims {
            text.extend([",\"claims\":", claims]);
        } else {
            message.add("Encrypted", "yes");
        }
        text.push('}');
        message.with_text(json::indented(&text))
    }
}

/// Adds claims to a summary: known ones first, instants with their dates.
pub(super) fn describe(claims: &Map<String, Value>, message: &mut Message) {
    let known = FIRST.iter().filter_map(|name| claims.get_key_value(*name));
    let others = claims.iter().filter(|(name, _)| !FIRST.contains(&name.as_str()));
    for (name, value) in known.chain(others) {
        let instant = value.as_i64().filter(|_| INSTANTS.contains(&name.as_str()));
        match instant {
            Some(seconds) => message.add(name, beside(seconds)),
            None => message.maybe(name, claim(value)),
        }
    }
}

/// A claim on one line: what is nested is left to the text, but for lists of words.
pub(super) fn claim(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => {
            let words: Option<Vec<String>> = list.iter().map(scalar).collect();
            words.map(|words| words.join(", "))
        }
        Value::Object(object) => Some(object.keys().map(String::as_str).collect::<Vec<_>>().join(", ")),
        other => scalar(other),
    }
}

/// Adds a token to the messages, if the text is one.
pub(super) fn add(messages: &mut Messages, place: &str, text: &str) {
    if let Some(token) = Token::read(text) {
        messages.push(token.message(Kind::Jwt, place));
    }
}
