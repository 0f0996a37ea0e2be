//! What holds for all texts: no panic, bounds, no word that was not in the payload.

use super::{super::message::OUTPUT_MAX, *};
use crate::payload::redact::Redactor;

/// Numbers that look random and are the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const TYPES: &[&str] = &[
    "",
    "application/json",
    FORM,
    "text/html",
    "text/xml",
    "text/plain",
    "multipart/form-data; boundary=b",
    "application/problem+json",
];

/// Pieces of every format, so that random texts reach into the readers.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "<",
    ">",
    "/>",
    "</",
    "=",
    "&",
    ";",
    "?",
    "#",
    "%",
    "+",
    " ",
    "\r\n",
    "\\u00",
    "&amp;",
    "&#x110000;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [",
    "<script>",
    "<form action=",
    "<input name=",
    "<title>",
    "--b",
    "name=",
    "SAMLResponse",
    "SAMLRequest=",
    "PHA6UmVzcG9uc2U+",
    "SAMLart=AAQA",
    "wresult=<a>",
    "wa=wsignin1.0",
    "client_id=",
    "response_type",
    "code",
    "state",
    "error",
    "error_description",
    "AADSTS50",
    "id_token",
    "eyJhIjox",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.x",
    "access_token",
    "token_type",
    "keys",
    "kty",
    "x5c",
    "MIIB",
    "schemas",
    "o:errorDetails",
    "é",
    "\u{FEFF}",
    "\0",
    "null",
    "12345678901234567890",
    "<html",
    "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'",
    "<d:Signature xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\">",
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>",
    "Trace ID:",
    r#"{"issuer":"a","jwks_uri":"b"}"#,
    r#"{"keys":[{"kty":"RSA","x5c":["MIIB"]}]}"#,
    r#"{"error":"invalid_grant"}"#,
    "\"error\":{\"code\":1,\"message\":\"x\"}",
    "[redacted:0123456789abcdef]",
    "\u{1F}\u{8B}\u{8}",
];

fn random_text(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(40) {
        match random.below(20) {
            0 => text.push(u8::try_from(random.below(256)).expect("a byte")),
            _ => text.extend(random.pick(PIECES).bytes()),
        }
    }
    text
}

#[test]
fn any_bytes_are_opened_or_left() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..20_000 {
        let text = random_text(&mut random);
        let words = String::from_utf8_lossy(&text).into_owned();
        let (content_type, url) = (random.pick(TYPES), format!("https://a/?{words}"));
        for given in [request(&url), response(&url)] {
            let given =
                given.header("Authorization", &words).header("Location", &url).header("WWW-Authenticate", &words);
            let messages = given.bytes(content_type, &text);
            let size = |m: &Message| m.text.len() + m.summary.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>();
            assert!(messages.iter().map(size).sum::<usize>() <= OUTPUT_MAX);
            assert!(messages.iter().all(|m| m.summary.iter().all(|(key, value)| !key.is_empty() && !value.is_empty())));
            seen.extend(kinds(&messages));
        }
    }
    assert!(seen.len() >= 15, "random texts reach few readers: {seen:?}");
}

/// Decoding is no way round redaction: what was taken out of a payload is in no message, wherever it stood.
#[test]
fn secrets_do_not_come_back() {
    let fingerprint = |_: &[u8]| [7; 8];
    let redactor = Redactor::new(&fingerprint);
    let secret = "Tr0ub4dor-And-3-more";
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.{}", secret.replace('-', "_"));
    let saml = format!(
        "<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\"><x:CipherValue xmlns:x=\"x\">{secret}</x:CipherValue></p:Response>"
    );
    for (content_type, body) in [
        (FORM, form(&[("user", "anna"), ("password", secret)])),
        (FORM, form(&[("grant_type", "authorization_code"), ("code", secret), ("client_secret", secret)])),
        (FORM, form(&[("SAMLResponse", &packed(&saml))])),
        ("application/json", format!(r#"{{"access_token":"{secret}","token_type":"Bearer","id_token":"{jwt}"}}"#)),
        ("application/json", format!(r#"{{"keys":[{{"kty":"RSA","d":"{secret}"}}]}}"#)),
        ("text/html", format!("<html><form><input name=password value={secret}></form><p>x</p></html>")),
        ("text/xml", format!("<a><password>{secret}</password></a>")),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{secret}\r\n--b--"),
        ),
    ] {
        let stored = redactor.body(Some(content_type), body.into_bytes()).value;
        let messages = request("https://a/token").bytes(content_type, &stored);
        assert!(!messages.is_empty(), "{content_type}");
        let shown = format!("{messages:?}");
        let bare = secret.replace('-', "_");
        assert!(!shown.contains(secret) && !shown.contains(&bare), "{shown}");
    }
}
