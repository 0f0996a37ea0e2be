//! Errors that services answer in JSON, each in its own dialect. What fits none and still says that it is an error is an
//! `Kind::ApiError`.

mod microsoft;

pub(super) use microsoft::in_text as microsoft_in_text;

use super::{
    Kind,
    carrier::Carrier,
    json::{self, text, word},
    jwt::claim,
    message::{Message, Messages},
};
use serde_json::{Map, Value};

/// How many errors of a list are described.
const ERRORS_MAX: usize = 8;

/// Adds the error that an object is; answers whether it was one.
pub(super) fn add(messages: &mut Messages, carrier: &Carrier<'_>, object: &Map<String, Value>, body: &str) -> bool {
    let found = netsuite(carrier, object)
        .or_else(|| microsoft::read(object))
        .or_else(|| google(object))
        .or_else(|| scim(object))
        .or_else(|| okta(object))
        .or_else(|| problem(carrier, object));
    let Some(message) = found else { return false };
    messages.push(message.with_text(json::indented(body)));
    true
}

/// `SuiteTalk` REST (`o:errorDetails`) and `RESTlets` (`error.code` on NetSuite's hosts).
fn netsuite(carrier: &Carrier<'_>, object: &Map<String, Value>) -> Option<Message> {
    let mut message = Message::new(Kind::NetsuiteError);
    if let Some(details) = object.get("o:errorDetails").and_then(Value::as_array) {
        members(object, &["title", "status", "type"], &mut message);
        for detail in details.iter().filter_map(Value::as_object).take(ERRORS_MAX) {
            members(
                detail,
                &["o:errorCode", "detail", "o:errorPath", "o:errorQueryParam", "o:errorHeader", "o:errorUrl"],
                &mut message,
            );
        }
        return Some(message);
    }
    if word(object, "o:errorCode").is_some() {
        members(object, &["title", "status", "type", "o:errorCode", "detail"], &mut message);
        return Some(message);
    }
    let netsuite =
        carrier.host().is_some_and(|host| host.ends_with(".netsuite.com")) || carrier.path_has(&["/restlet.nl"]);
    let error = object.get("error").and_then(Value::as_object).filter(|_| netsuite)?;
    members(error, &["code", "message"], &mut message);
    Some(message)
}

/// Google's APIs: `error` with a number as `code`.
fn google(object: &Map<String, Value>) -> Option<Message> {
    let error = object.get("error")?.as_object()?;
    error.get("code").filter(|code| code.is_number())?;
    text(error, "message")?;
    let mut message = Message::new(Kind::GoogleError);
    members(error, &["code", "status", "message"], &mut message);
    for name in ["details", "errors"] {
        for detail in error
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .take(ERRORS_MAX)
        {
            members(detail, &["@type", "reason", "domain", "location", "message", "metadata"], &mut message);
        }
    }
    Some(message)
}

/// SCIM 2.0 (RFC 7644, 3.12).
fn scim(object: &Map<String, Value>) -> Option<Message> {
    let schemas = object.get("schemas")?.as_array()?;
    let error = schemas.iter().filter_map(Value::as_str).any(|schema| schema.ends_with(":Error"));
    let mut message = Message::new(if error { Kind::ScimError } else { Kind::ScimResource });
    let is_scim = schemas.iter().filter_map(Value::as_str).any(|schema| schema.starts_with("urn:ietf:params:scim:"));
    is_scim.then(|| {
        let shown: &[&str] = if error {
            &["status", "scimType", "detail"]
        } else {
            &[
                "schemas",
                "id",
                "externalId",
                "userName",
                "displayName",
                "active",
                "totalResults",
                "itemsPerPage",
                "startIndex",
            ]
        };
        members(object, shown, &mut message);
        for (name, list) in [("Operation", object.get("Operations")), ("Member", object.get("members"))] {
            if let Some(list) = list.and_then(Value::as_array) {
                message.add(format!("{name}s"), list.len().to_string());
            }
        }
        message
    })
}

/// Okta's API: a code of its own, a summary and an id for their support.
fn okta(object: &Map<String, Value>) -> Option<Message> {
    text(object, "errorCode").and(text(object, "errorSummary"))?;
    let mut message = Message::new(Kind::OktaError);
    members(object, &["errorCode", "errorSummary", "errorLink", "errorId"], &mut message);
    for cause in object.get("errorCauses").and_then(Value::as_array).into_iter().flatten().take(ERRORS_MAX) {
        message.maybe("errorCauses", cause.get("errorSummary").and_then(Value::as_str));
    }
    Some(message)
}

/// Problem details (RFC 9457): by their content type, or by two of their members where one is enough to tell.
fn problem(carrier: &Carrier<'_>, object: &Map<String, Value>) -> Option<Message> {
    let named = carrier.content_type().is_some_and(|kind| kind.contains("problem+json"));
    let looks = text(object, "title").is_some() && object.get("status").is_some_and(Value::is_number);
    (named || looks).then(|| {
        let mut message = Message::new(Kind::ProblemDetails);
        members(object, &["type", "title", "status", "detail", "instance"], &mut message);
        for (name, value) in object {
            if !["type", "title", "status", "detail", "instance"].contains(&name.as_str()) {
                message.maybe(name, claim(value));
            }
        }
        message
    })
}

/// Errors of no known dialect: an object or a list of objects that speaks of an error in the usual words.
pub(super) fn other(value: &Value, body: &str) -> Option<Message> {
    let mut message = Message::new(Kind::ApiError);
    let list = match value {
        Value::Object(object) => {
            match object.get("error").or_else(|| object.get("errors")).or_else(|| object.get("Errors")) {
                Some(Value::Object(error)) => vec![error],
                Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).take(ERRORS_MAX).collect(),
                Some(Value::String(error)) => {
                    message.add("error", error);
                    vec![object]
                }
                _ if text(object, "message").is_some() || text(object, "errorMessage").is_some() => vec![object],
                _ => return None,
            }
        }
        Value::Array(list) => {
            let errors = list.iter().filter_map(Value::as_object).filter(|error| error.contains_key("errorCode"));
            errors.take(ERRORS_MAX).collect()
        }
        _ => return None,
    };
    for error in list {
        members(
            error,
            &[
                "code",
                "errorCode",
                "status",
                "type",
                "title",
                "message",
                "errorMessage",
                "detail",
                "details",
                "description",
                "error_description",
                "path",
                "field",
                "requestId",
                "request_id",
            ],
            &mut message,
        );
    }
    (!message.summary.is_empty()).then(|| message.with_text(json::indented(body)))
}

/// Adds members by name, as they are on one line.
fn members(object: &Map<String, Value>, names: &[&str], message: &mut Message) {
    for name in names {
        message.maybe(name, object.get(*name).and_then(claim));
    }
}
