//! One entry of a HAR, with the habits of those who write them evened out.
//!
//! Unknown fields are passed over, and so are nulls and missing fields where the rest still makes
//! sense. A field of the wrong kind refuses the entry, with a sentence that names the field and
//! never repeats its value, which may be a secret.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use entity::fault::Fault;
use serde_json::{Map, Value};

/// What an entry says.
#[derive(Clone, Debug)]
pub(in crate::import) struct Entry {
    /// What the capture calls the exchange, where it gives it a name (`_exchangeId`).
    pub(in crate::import) exchange: Option<String>,
    pub(in crate::import) started: DateTime<Utc>,
    /// From the request to the end of the answer, in milliseconds.
    pub(in crate::import) time: Option<f64>,
    pub(in crate::import) method: String,
    pub(in crate::import) url: String,
    pub(in crate::import) request: Side,
    /// Absent where no HTTP answer came.
    pub(in crate::import) status: Option<i32>,
    pub(in crate::import) response: Side,
    /// What the transport said of a call that got no answer.
    pub(in crate::import) error: Option<String>,
    pub(in crate::import) client_ip: Option<String>,
}

/// Headers and body of a request or of its answer.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Side {
    pub(in crate::import) headers: Vec<(String, String)>,
    pub(in crate::import) body: Option<Vec<u8>>,
}

impl Side {
    /// The value of the first header of that name, whatever the case.
    pub(in crate::import) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type, in lower case and without parameters; empty where there is none.
    pub(in crate::import) fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

impl Entry {
    /// Reads an entry.
    pub(in crate::import) fn try_from_json(value: Value) -> Result<Self, Fault> {
        let Value::Object(mut entry) = value else {
            return Err(Fault::new("entry", "is no object"));
        };
        let mut request = object(&mut entry, "request")?.ok_or_else(|| Fault::new("request", "is missing"))?;
        let mut response = object(&mut entry, "response")?.unwrap_or_default();
        let of_request = |f: Fault| f.within("request");
        let of_response = |f: Fault| f.within("response");
        let url = text(&mut request, "url").and_then(needed("url")).map_err(of_request)?;
        if !is_http(&url) {
            return Err(Fault::new("url", "is no address of HTTP: only calls over HTTP are recorded").within("request"));
        }
        let method = text(&mut request, "method").and_then(needed("method")).map_err(of_request)?;
        let status = number(&response, "status").map_err(of_response)?;
        let response_error = text(&mut response, "_error").map_err(of_response)?;
        Ok(Self {
            exchange: text(&mut entry, "_exchangeId")?,
            started: text(&mut entry, "startedDateTime")
                .and_then(needed("startedDateTime"))
                .and_then(|t| instant(&t))?,
            time: number(&entry, "time")?,
            method: method.to_ascii_uppercase(),
            url,
            // Browsers write 0, some tools -1, where there was no answer.
            #[expect(clippy::cast_possible_truncation, reason = "the cast of a float saturates")]
            status: status.map(|n| n as i32).filter(|n| *n > 0),
            error: response_error.or(text(&mut entry, "_error")?),
            client_ip: text(&mut entry, "clientIPAddress")?.or(text(&mut entry, "_clientIPAddress")?),
            request: Side {
                headers: headers(&mut request).map_err(of_request)?,
                body: post_data(&mut request).map_err(of_request)?,
            },
            response: Side {
                headers: headers(&mut response).map_err(of_response)?,
                body: content(&mut response).map_err(of_response)?,
            },
        })
    }
}

fn is_http(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    ["http", "https", "ws", "wss"].iter().any(|s| s.eq_ignore_ascii_case(scheme))
}

/// RFC 3339, or the ISO 8601 that some tools write instead: an offset without its colon.
fn instant(text: &str) -> Result<DateTime<Utc>, Fault> {
    DateTime::parse_from_rfc3339(text.trim())
        .or_else(|_| DateTime::parse_from_str(text.trim(), "%Y-%m-%dT%H:%M:%S%.f%z"))
        .map(|t| t.to_utc())
        .map_err(|_| Fault::new("startedDateTime", "is no RFC 3339 time with its offset"))
}

fn headers(side: &mut Map<String, Value>) -> Result<Vec<(String, String)>, Fault> {
    let pairs = pairs(side, "headers")?;
    Ok(pairs.into_iter().filter(|(name, _)| !name.trim().is_empty()).collect())
}

/// A list of objects that have a `name` and a `value`.
fn pairs(side: &mut Map<String, Value>, field: &str) -> Result<Vec<(String, String)>, Fault> {
    let list = match side.remove(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Fault::new(field, "is no list")),
    };
    let mut pairs = Vec::with_capacity(list.len());
    for item in list {
        let Value::Object(mut item) = item else {
            return Err(Fault::new(field, "holds what is no object"));
        };
        let name = text(&mut item, "name").map_err(|f| f.within(field))?.unwrap_or_default();
        let value = text(&mut item, "value").map_err(|f| f.within(field))?.unwrap_or_default();
        pairs.push((name, value));
    }
    Ok(pairs)
}

/// The body of a request: its text, or the form put together again from its fields.
fn post_data(request: &mut Map<String, Value>) -> Result<Option<Vec<u8>>, Fault> {
    let Some(mut data) = object(request, "postData")? else {
        return Ok(None);
    };
    let within = |f: Fault| f.within("postData");
    let encoding = text(&mut data, "encoding").map_err(within)?;
    if let Some(text) = text(&mut data, "text").map_err(within)?.filter(|t| !t.is_empty()) {
        return Ok(Some(bytes(text, encoding.as_deref())));
    }
    let params = pairs(&mut data, "params").map_err(within)?;
    if params.is_empty() {
        return Ok(None);
    }
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
    Ok(Some(form.into_bytes()))
}

fn content(response: &mut Map<String, Value>) -> Result<Option<Vec<u8>>, Fault> {
    let Some(mut content) = object(response, "content")? else {
        return Ok(None);
    };
    let within = |f: Fault| f.within("content");
    let encoding = text(&mut content, "encoding").map_err(within)?;
    let text = text(&mut content, "text").map_err(within)?.filter(|t| !t.is_empty());
    Ok(text.map(|text| bytes(text, encoding.as_deref())))
}

/// The bytes that a text stands for. What calls itself base64 and is none is kept as it stands.
fn bytes(text: String, encoding: Option<&str>) -> Vec<u8> {
    if encoding.is_some_and(|e| e.eq_ignore_ascii_case("base64")) {
        let packed: String = text.split_ascii_whitespace().collect();
        if let Ok(bytes) = BASE64_STANDARD.decode(packed) {
            return bytes;
        }
    }
    text.into_bytes()
}

fn object(from: &mut Map<String, Value>, field: &str) -> Result<Option<Map<String, Value>>, Fault> {
    match from.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(Fault::new(field, "is no object")),
    }
}

fn text(from: &mut Map<String, Value>, field: &str) -> Result<Option<String>, Fault> {
    match from.remove(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fault::new(field, "is no text")),
    }
}

fn needed(field: &str) -> impl FnOnce(Option<String>) -> Result<String, Fault> {
    move |text| text.filter(|t| !t.trim().is_empty()).ok_or_else(|| Fault::new(field, "is missing"))
}

fn number(from: &Map<String, Value>, field: &str) -> Result<Option<f64>, Fault> {
    match from.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| Fault::new(field, "is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn smallest() -> Value {
        json!({"startedDateTime": "2026-10-20T09:55:03.060320+02:00", "request": {"method": "get", "url": "https://a.example/"}})
    }

    #[test]
    fn what_is_missing_or_null_is_absent() {
        let mut value = smallest();
        value["response"] = json!({"status": 0, "_error": "net::ERR_FAILED", "content": null, "headers": null});
        let entry = Entry::try_from_json(value).unwrap();
        assert_eq!((entry.status, entry.error.as_deref()), (None, Some("net::ERR_FAILED")));
        assert_eq!(entry.started.to_rfc3339(), "2026-10-20T07:55:03.060320+00:00");
        assert_eq!(entry.method, "GET");
        assert_eq!(Entry::try_from_json(smallest()).unwrap().status, None);
    }

    #[test]
    fn bodies_are_the_bytes_that_were_sent() {
        let mut value = smallest();
        value["request"]["postData"] = json!({"params": [{"name": "a b", "value": "ü&"}]});
        value["response"] = json!({"status": 200, "content": {"text": "/+8\n=", "encoding": "base64"}});
        let entry = Entry::try_from_json(value).unwrap();
        assert_eq!(entry.request.body.as_deref(), Some(&b"a+b=%C3%BC%26"[..]));
        assert_eq!(entry.response.body.as_deref(), Some(&[0xff, 0xef][..]));
    }

    #[test]
    fn a_field_of_the_wrong_kind_is_named_and_not_repeated() {
        for (place, wrong, named) in [
            ("/request/url", json!(17), "request.url"),
            ("/request/url", json!("data:text/html,secret"), "request.url"),
            ("/startedDateTime", json!("secret"), "startedDateTime"),
            ("/request", json!("secret"), "request"),
        ] {
            let mut value = smallest();
            *value.pointer_mut(place).unwrap() = wrong;
            let fault = Entry::try_from_json(value).unwrap_err().to_string();
            assert!(fault.starts_with(named) && !fault.contains("secret"), "{fault}");
        }
    }
}
