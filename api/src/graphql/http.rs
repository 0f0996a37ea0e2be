//! GraphQL over HTTP, to the letter of its specification: media types are negotiated, a mutation
//! needs POST, and what is no GraphQL request says so with a status.

use super::{guard, order::Order};
use crate::{
    app::App,
    auth::{self, Refused},
    error::code,
};
use async_graphql::{
    ErrorExtensionValues, Request, Response as Answer, ServerError, Variables, parser::types::OperationType,
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

/// The most bytes of a request.
const REQUEST_MAX: usize = 16 * 1024 * 1024;

/// A GraphQL request, in a body or in a query string.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// In which media type the answer goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Media {
    /// `application/graphql-response+json`: the status says what kind of answer it is.
    GraphQl,
    /// `application/json`, for older clients: a well-formed request is answered with 200.
    Json,
}

impl Media {
    const ALL: [(Self, &'static str); 2] =
        [(Self::Json, "application/json"), (Self::GraphQl, "application/graphql-response+json")];

    /// The best that the caller accepts; none where it accepts neither.
    fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accepted: Vec<&str> =
            headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).collect();
        if accepted.iter().all(|range| range.trim().is_empty()) {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for range in accepted {
            let Ok(range) = range.trim().parse::<mime::Mime>() else {
                continue;
            };
            let quality = range.get_param("q").and_then(|q| q.as_str().parse().ok()).unwrap_or(1.0f32);
            let media = Self::ALL.iter().find(|(_, name)| match (range.type_().as_str(), range.subtype().as_str()) {
                ("*" | "application", "*") => true,
                _ => range.essence_str() == *name,
            });
            if let Some((media, _)) = media
                && quality > 0.0
                && best.is_none_or(|(q, _)| quality > q)
            {
                best = Some((quality, *media));
            }
        }
        best.map(|(_, media)| media)
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// A request that is not executed.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    /// A document that cannot be executed came in a request that is well formed: older clients,
    /// who do not ask for GraphQL's own media type, are told so with 200.
    fn status(&self, media: Media) -> StatusCode {
        let well_formed = matches!(self.code, code::PARSE_FAILED | code::VALIDATION_FAILED);
        if media == Media::Json && well_formed { StatusCode::OK } else { self.status }
    }

    fn into_response(self, media: Media) -> Response {
        let status = self.status(media);
        let mut error = ServerError::new(self.message, None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code);
        error.extensions = Some(extensions);
        answer(status, media, &serde_json::json!({ "errors": [error] }))
    }
}

fn answer(status: StatusCode, media: Media, body: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, media.content_type())], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `GET` and `POST /graphql`
pub(crate) async fn serve(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media) = Media::negotiate(&headers) else {
        let words = "Accept application/graphql-response+json or application/json.";
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, code::BAD_REQUEST, words).into_response(Media::Json);
    };
    if method != Method::GET && method != Method::POST {
        return only(
            "GET, POST",
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, "Use POST, or GET for queries."),
            media,
        );
    }
    let viewer = match auth::viewer(&app, &headers).await {
        Ok(viewer) => viewer,
        Err(refused) => return unauthenticated(refused, media),
    };
    let (request, order) = match request(&method, &uri, &headers, body).await {
        Ok(request) => request,
        Err(refusal) if refusal.status == StatusCode::METHOD_NOT_ALLOWED => {
            return only("POST", refusal, media);
        }
        Err(refusal) => return refusal.into_response(media),
    };
    let schema = app.schema.clone();
    let mut done = schema.execute(request.data(viewer).data(app)).await;
    if let Some(order) = order {
        order.apply(&mut done.data);
    }
    completed(done, media)
}

fn only(methods: &'static str, refusal: Refusal, media: Media) -> Response {
    let mut response = refusal.into_response(media);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

fn unauthenticated(refused: Refused, media: Media) -> Response {
    let words = match refused {
        Refused::NoToken => {
            "Send an access token: Authorization: Bearer TOKEN. `connector-log token create` makes one."
        }
        Refused::BadToken => "The access token is not valid, or no longer. `connector-log token create` makes another.",
        Refused::Internal(error) => {
            let error = async_graphql::Error::from(error);
            return Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, error.message).into_response(media);
        }
    };
    let mut response = Refusal::new(StatusCode::UNAUTHORIZED, code::UNAUTHENTICATED, words).into_response(media);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"connector-log\""));
    response
}

/// The request, parsed and within bounds.
async fn request(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Request, Option<Order>), Refusal> {
    let params = if method == Method::GET { from_query(uri)? } else { from_body(headers, body).await? };
    let document = params
        .query
        .ok_or_else(|| Refusal::malformed("The parameter `query` is missing: it holds the GraphQL document."))?;
    let refused = |words: String| Refusal::new(StatusCode::BAD_REQUEST, code::VALIDATION_FAILED, words);
    guard::nesting(&document).map_err(refused)?;
    let variables = Variables::from_json(serde_json::Value::Object(params.variables.unwrap_or_default()));
    let mut request = Request::new(document).variables(variables);
    drop(params.extensions);
    if let Some(name) = params.operation_name {
        request = request.operation_name(name);
    }
    let name = request.operation_name.clone();
    let parsed = request.parsed_query().map_err(|error| {
        let place = error.locations.first().map(|p| format!(" (line {}, column {})", p.line, p.column));
        let words = format!("{}{}", error.message.trim(), place.unwrap_or_default());
        Refusal::new(StatusCode::BAD_REQUEST, code::PARSE_FAILED, words)
    })?;
    guard::expansion(parsed).map_err(refused)?;
    if method == Method::GET && guard::operation(parsed, name.as_deref()).is_some_and(|ty| ty != OperationType::Query) {
        let words = "GET executes queries only: send the mutation with POST.";
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, code::BAD_REQUEST, words));
    }
    let order = Order::of(parsed, name.as_deref());
    Ok((request, order))
}

fn from_query(uri: &Uri) -> Result<Params, Refusal> {
    let mut params = Params { query: None, operation_name: None, variables: None, extensions: None };
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

async fn from_body(headers: &HeaderMap, body: Body) -> Result<Params, Refusal> {
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
    serde_json::from_slice(&body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Refusal::malformed(match error.classify() {
            serde_json::error::Category::Data => format!(
                "The body is no GraphQL request ({place}): it is one JSON object; `query` and `operationName` are strings, `variables` and `extensions` objects."
            ),
            _ => format!("The body is not JSON ({place})."),
        })
    })
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
        Err(error) if announced.is_none() && error.to_string().contains("length limit") => Err(too_large()),
        Err(_) => Err(Refusal::malformed("The body ended before it was whole.")),
    }
}

/// An answer with its status: a request that could not be executed has no `data`, and says so
/// with its status to those who asked for the newer media type.
fn completed(mut done: Answer, media: Media) -> Response {
    let request_error =
        done.data == async_graphql::Value::Null && done.errors.iter().all(|e| e.path.is_empty()) && done.is_err();
    for error in &mut done.errors {
        let kind = if error.path.is_empty() { code::VALIDATION_FAILED } else { code::BAD_USER_INPUT };
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", kind);
        }
    }
    if !request_error {
        return answer(StatusCode::OK, media, &done);
    }
    let status = if media == Media::GraphQl { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    answer(status, media, &serde_json::json!({ "errors": done.errors }))
}
