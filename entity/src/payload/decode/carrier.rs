//! One side of a call as it is stored, and the way through it: the URL, the headers, then the body by its looks and its
//! content type.

use super::{
    Kind,
    encoding::{self, Packed},
    errors, federation, headers, json, jwt,
    message::{Message, Messages},
    multipart, oauth, page,
    pairs::Pairs,
    saml::{self, Way},
    soap,
};
use crate::payload::{Headers, Side};
use serde_json::Value;

/// One side of a payload, without its secrets.
#[derive(Clone, Copy)]
pub struct Carrier<'a> {
    /// Request or response.
    pub side: Side,
    /// The URL that was called; it belongs to both sides, and its query to the request.
    pub url: Option<&'a str>,
    /// The headers of this side.
    pub headers: &'a Headers,
    /// The body of this side, as far as it is kept.
    pub body: &'a [u8],
}

impl<'a> Carrier<'a> {
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)
    }

    pub(super) fn headers_called(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.0.iter().filter(move |header| header.0.eq_ignore_ascii_case(name)).map(|header| header.1.as_str())
    }

    /// The content type in lower case, with its parameters as they are.
    pub(super) fn content_type(&self) -> Option<&'a str> {
        self.header("content-type")
    }

    fn is(&self, kinds: &[&str]) -> bool {
        let found = self.content_type().unwrap_or_default().split(';').next().unwrap_or_default();
        let found = found.trim().to_ascii_lowercase();
        kinds.iter().any(|kind| found.ends_with(kind))
    }

    fn path(&self) -> &'a str {
        let url = self.url.unwrap_or_default().split(['?', '#']).next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').map_or("", |slash| &rest[slash..])
    }

    /// Whether the path of the URL has one of these words in it, in lower case.
    pub(super) fn path_has(&self, words: &[&str]) -> bool {
        let path = self.path().to_ascii_lowercase();
        words.iter().any(|word| path.contains(word))
    }

    /// The host that was called.
    pub(super) fn host(&self) -> Option<&'a str> {
        let (_, rest) = self.url?.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next()?;
        host.rsplit('@').next()?.split(':').next()
    }
}

/// Opens one side: all messages that it carries, in the order URL, headers, body.
pub fn decode(carrier: &Carrier<'_>) -> Vec<Message> {
    let mut messages = Messages::new();
    match carrier.side {
        Side::Request => {
            let pairs = Pairs::of_url(carrier.url.unwrap_or_default());
            in_pairs(&mut messages, carrier, &pairs, Way::Query);
            headers::of_request(&mut messages, carrier);
        }
        Side::Response => headers::of_response(&mut messages, carrier),
    }
    body(&mut messages, carrier);
    messages.into_list()
}

/// Adds the messages of protocols in pairs; answers whether there were any.
pub(super) fn in_pairs(messages: &mut Messages, carrier: &Carrier<'_>, pairs: &Pairs, way: Way<'_>) -> bool {
    let known = saml::in_pairs(messages, pairs, way)
        || federation::in_pairs(messages, pairs, way)
        || oauth::in_pairs(messages, carrier, pairs, way);
    let microsoft = pairs.get("error_description").and_then(errors::microsoft_in_text);
    if let Some(error) = microsoft {
        messages.push(error);
    }
    known
}

fn body(messages: &mut Messages, carrier: &Carrier<'_>) {
    let inflated =
        carrier.body.starts_with(&[0x1F, 0x8B, 8]).then(|| encoding::inflate(carrier.body, Packed::Gzip)).flatten();
    let bytes = inflated.as_deref().unwrap_or(carrier.body);
    if carrier.is(&["multipart/form-data", "multipart/related", "multipart/mixed"]) {
        return in_parts(messages, carrier, &encoding::text(bytes));
    }
    let text = encoding::text(bytes);
    // Of what is neither text nor in the encoding it claims, nothing is to be said.
    if text.contains('\0') || text.trim().is_empty() {
        return;
    }
    let text = text.as_ref();
    match text.trim_start().as_bytes() {
        // The page of a redirect is for browsers of 1995.
        [b'<', ..] if is_page(carrier, text) && carrier.header("location").is_some() => {}
        [b'<', ..] if is_page(carrier, text) => page::add(messages, carrier, text),
        [b'<', ..] => soap::add(messages, text),
        [b'{' | b'[', ..] => in_json(messages, carrier, text),
        _ if carrier.is(&["x-www-form-urlencoded"]) => in_form(messages, carrier, text),
        [b'e', ..] if jwt::Token::read(text).is_some() => jwt::add(messages, "body", text),
        _ if carrier.is(&["html"]) => page::add(messages, carrier, text),
        _ => {}
    }
}

/// HTML by its content type or by its first tag; XHTML with an XML declaration is a page too.
fn is_page(carrier: &Carrier<'_>, text: &str) -> bool {
    let start = text.trim_start();
    let start = &start.as_bytes()[..start.len().min(256)].to_ascii_lowercase();
    let has = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
    let page = has(b"<!doctype html") || has(b"<html");
    page || (carrier.is(&["/html"]) && !start.starts_with(b"<?xml") && !has(b":envelope") && !has(b":response"))
}

fn in_form(messages: &mut Messages, carrier: &Carrier<'_>, text: &str) {
    let pairs = Pairs::parse(text.trim());
    if !in_pairs(messages, carrier, &pairs, Way::Form) && !pairs.is_empty() {
        messages.push(pairs.message(Kind::Form));
        pairs.iter().for_each(|(name, value)| jwt::add(messages, name, value));
    }
}

fn in_parts(messages: &mut Messages, carrier: &Carrier<'_>, text: &str) {
    let Some((message, pairs)) = multipart::read(carrier.content_type().unwrap_or_default(), text) else { return };
    if !in_pairs(messages, carrier, &pairs, Way::Form) {
        messages.push(message);
    }
}

fn in_json(messages: &mut Messages, carrier: &Carrier<'_>, text: &str) {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        // Cut off, too deep, or no JSON: in the first cases its lines still help.
        if carrier.is(&["json"]) {
            messages.push(Message::new(Kind::Json).with_text(json::indented(text)));
        }
        return;
    };
    if let Value::Object(object) = &value {
        let known = errors::add(messages, carrier, object, text)
            || oauth::published::add(messages, object, text)
            || oauth::answers::add(messages, carrier, object, text);
        if known {
            return;
        }
    }
    if carrier.side == Side::Response
        && let Some(error) = errors::other(&value, text)
    {
        return messages.push(error);
    }
    let mut message = Message::new(Kind::Json);
    if let Value::Object(object) = &value {
        for (name, value) in object {
            message.maybe(name, json::scalar(value));
        }
    }
    if let Value::Array(list) = &value {
        message.add("Elements", list.len().to_string());
    }
    messages.push(message.with_text(json::indented(text)));
    if let Value::Object(object) = &value {
        let texts = object.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        texts.for_each(|(name, text)| jwt::add(messages, name, text));
    }
}
