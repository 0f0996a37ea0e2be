//! The claims of a JSON Web Token. Nothing is verified: a capture is evidence of what was said,
//! not of whether it was true.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The longest token that is looked at.
const TOKEN_MAX: usize = 64 << 10;

/// A token's claims, if it is a signed token in compact form.
pub(super) fn claims(token: &str) -> Option<Map<String, Value>> {
    if token.len() > TOKEN_MAX {
        return None;
    }
    let mut parts = token.trim().split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(claims)) => Some(claims),
        _ => None,
    }
}

/// A claim that is text and not empty.
pub(super) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// What stands under an `aud` or the like: a text, or the first of a list.
pub(super) fn first<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    match claims.get(name)? {
        Value::Array(list) => list.first()?.as_str(),
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signed_tokens_have_claims() {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(r#"{"sub":"anna","aud":["a","b"],"n":1}"#);
        let claims_of = claims(&format!("e30.{payload}.sig")).unwrap();
        assert_eq!(text(&claims_of, "sub"), Some("anna"));
        assert_eq!(first(&claims_of, "aud"), Some("a"));
        assert_eq!(text(&claims_of, "n"), None);
        for none in ["", "a.b", "a.b.c", "a.e30.c.d.e", &format!("x.{}.y", "A".repeat(70_000))] {
            assert!(claims(none).is_none());
        }
    }
}
