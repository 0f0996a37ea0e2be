//! What is opened and how it reads, by standard; what nobody may do to the decoder; what holds for any bytes.

mod carriers;
mod errors;
mod hostile;
mod oauth;
mod properties;
mod saml;
mod trust;

use super::{Carrier, Kind, Message, decode};
use crate::payload::{Header, Headers, Side};
use base64::{Engine, engine::general_purpose::STANDARD};

/// A side to be opened, put together word by word.
struct Given<'a> {
    side: Side,
    url: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

fn request(url: &str) -> Given<'_> {
    Given { side: Side::Request, url, headers: Vec::new() }
}

fn response(url: &str) -> Given<'_> {
    Given { side: Side::Response, url, headers: Vec::new() }
}

impl<'a> Given<'a> {
    fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn bytes(self, content_type: &'a str, body: &[u8]) -> Vec<Message> {
        let given = if content_type.is_empty() { self } else { self.header("Content-Type", content_type) };
        let headers = given.headers.iter().map(|(name, value)| Header((*name).to_owned(), (*value).to_owned()));
        let headers = Headers(headers.collect());
        decode(&Carrier { side: given.side, url: Some(given.url), headers: &headers, body })
    }

    fn body(self, content_type: &'a str, body: &str) -> Vec<Message> {
        self.bytes(content_type, body.as_bytes())
    }

    fn opened(self) -> Vec<Message> {
        self.bytes("", b"")
    }
}

impl Message {
    /// All values of a key, in order.
    fn all(&self, key: &str) -> Vec<&str> {
        self.summary.iter().filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).collect()
    }

    /// The first value of a key, or nothing at all.
    fn get(&self, key: &str) -> &str {
        self.all(key).first().copied().unwrap_or_default()
    }

    #[track_caller]
    fn says(&self, pairs: &[(&str, &str)]) {
        for (key, value) in pairs {
            assert_eq!(self.get(key), *value, "{key} in {:#?}", self.summary);
        }
    }
}

fn kinds(messages: &[Message]) -> Vec<Kind> {
    messages.iter().map(|message| message.kind).collect()
}

/// The only message there is.
#[track_caller]
fn only(messages: Vec<Message>) -> Message {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    messages.into_iter().next().expect("one")
}

fn packed(text: &str) -> String {
    STANDARD.encode(text)
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A token with these claims, its signature taken out.
fn token(claims: &str) -> String {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k1","typ":"JWT"}"#);
    format!("{header}.{}.[redacted:0123456789abcdef]", URL_SAFE_NO_PAD.encode(claims))
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A certificate of nobody's, made for these tests.
const CERTIFICATE: &str = "MIIBuzCCAWKgAwIBAgIDGis8MAoGCCqGSM49BAMCMDwxCzAJBgNVBAYTAkRFMRMwEQYDVQQKDApFeGFtcGxlIEFHMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5jb20wHhcNMjYxMTI1MTAzNTUwWhcNMzYxMTIyMTAzNTUwWjA8MQswCQYDVQQGEwJERTETMBEGA1UECgwKRXhhbXBsZSBBRzEYMBYGA1UEAwwPaWRwLmV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzEOI+9v5qTHrs7GBwF20mDOWS0Uzc4i3vF6w6GbD37CYW2G1JO1BfgWlz385Qb+HsOzE7N/ymW3kBj0EmNz2nqNTMFEwHQYDVR0OBBYEFMerl8zZynHCAYleWHMPM+3ymQDDMB8GA1UdIwQYMBaAFMerl8zZynHCAYleWHMPM+3ymQDDMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgV9n2mlaF2FzmdSEeOZcFEt3+f2VepPwL5MKEO5hx7cUCIBwORXUKKVg4pKZvfGMKxIkC00NHEuxV6OndHnkDz4LV";

#[test]
fn names_of_kinds_are_stable_words() {
    let mut names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')));
    assert!(Kind::ALL.iter().all(|kind| kind.meaning().ends_with('.')));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Kind::ALL.len());
}
