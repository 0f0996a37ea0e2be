//! A GraphQL request out of an HTTP request: from its body, or from its query string.

use super::Refusal;
use crate::{error::code, graphql::guard::Asked};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, Uri, header},
};
use serde::Deserialize;

/// The most bytes of a request: a thousand records with payloads of a usual size.
const REQUEST_MAX: usize = 16 * 1024 * 1024;

/// A GraphQL request, as clients write it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::graphql) struct Params {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Params {
    /// What is asked; none where the document is missing.
    pub(in crate::graphql) fn asked(self) -> Option<Asked> {
        // Of no account here; it was read to see that it is an object.
        drop(self.extensions);
        let variables = self.variables.unwrap_or_default();
        Some(Asked { document: self.query?, operation_name: self.operation_name, variables })
    }

    pub(super) fn from_query(uri: &Uri) -> Result<Self, Refusal> {
        let mut params = Self::default();
        let object = |name: &str, text: &str| {
            serde_json::from_str(text)
                .map_err(|_| Refusal::malformed(format!("The parameter `{name}` is not a JSON object.")))
        };
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "query" => params.query = Some(value.into_owned()),
                "operationName" if !value.is_empty() => params.operation_name = Some(value.into_owned()),
                "variables" if !value.is_empty() => params.variables = object("variables", &value)?,
                "extensions" if !value.is_empty() => params.extensions = object("extensions", &value)?,
                _ => {}
            }
        }
        Ok(params)
    }

    pub(super) async fn from_body(headers: &HeaderMap, body: Body) -> Result<Self, Refusal> {
        let json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok()?.parse::<mime::Mime>().ok())
            .is_some_and(|m| {
                m.essence_str() == "application/json" && m.get_param(mime::CHARSET).is_none_or(|c| c == mime::UTF_8)
            });
        if !json {
            let words = "Send the request as application/json, in UTF-8.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code::BAD_REQUEST, words));
        }
        let body = read(headers, body).await?;
        if body.trim_ascii_start().starts_with(b"[") {
            let words = "The body is a list: batches are not taken, send one request at a time.";
            return Err(Refusal::malformed(words));
        }
        serde_json::from_slice(&body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Refusal::malformed(match error.classify() {
                serde_json::error::Category::Data => format!(
                    "The body is no GraphQL request ({place}): it is one JSON object; `query` and `operationName` are strings, `variables` and `extensions` objects."
                ),
                _ => format!("The body is not JSON, or nests deeper than 127 levels ({place})."),
            })
        })
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let too_large = || {
        let words = format!("The request is larger than {REQUEST_MAX} bytes: send fewer records a call.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, code::BAD_REQUEST, words)
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > REQUEST_MAX) {
        return Err(too_large());
    }
    match axum::body::to_bytes(body, REQUEST_MAX).await {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.to_string().contains("length limit") => Err(too_large()),
        Err(_) => Err(Refusal::malformed("The body ended before it was whole.")),
    }
}
