//! What goes and what stays, on small texts; what holds for all texts; how long it takes.

mod applications;
mod carriers;
mod case;
mod clouds;
mod documents;
mod grants;
mod kept;
mod names;
mod nested;
mod properties;
mod software;
mod time;

use super::{Redacted, Redactor, names::rule, pass::LISTED_MAX};

/// FNV-1a: enough of a hash to tell secrets apart here.
fn fingerprint(secret: &[u8]) -> [u8; 8] {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    secret.iter().fold(0xcbf2_9ce4_8422_2325, step).to_be_bytes()
}

fn marker(secret: &str) -> String {
    format!("[redacted:{}]", hex::encode(fingerprint(secret.as_bytes())))
}

/// The marker as it stands in URLs and forms.
fn escaped(secret: &str) -> String {
    marker(secret).replace('[', "%5B").replace(':', "%3A").replace(']', "%5D")
}

fn redactor() -> Redactor<'static> {
    Redactor::new(&fingerprint)
}

fn header(name: &str, value: &str) -> String {
    let mut headers = redactor().headers(vec![(name.to_owned(), value.to_owned())]).value;
    headers.pop().expect("as many as before").1
}

fn body(content_type: &str, text: &str) -> String {
    let redacted = redactor().body(Some(content_type), text.as_bytes().to_vec());
    String::from_utf8(redacted.value).expect("text stays text")
}

fn json(text: &str) -> String {
    let redacted = body("application/json", text);
    serde_json::from_str::<serde_json::Value>(&redacted).expect("JSON stays JSON");
    redacted
}

fn form(text: &str) -> String {
    body("application/x-www-form-urlencoded", text)
}

fn url(text: &str) -> String {
    redactor().url(text).value
}

fn text(text: &str) -> String {
    redactor().text(text).value
}

const CLAIMS: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0";
const JWT: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJlLWJ5dGVz";
