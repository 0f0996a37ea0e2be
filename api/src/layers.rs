//! What every request passes on its way in, and every answer on its way out, whatever its path.

use crate::{
    metrics,
    peer::{self, Gate},
    settings::limits::Limits,
    telemetry,
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    decompression::RequestDecompressionLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::RequestBodyTimeoutLayer,
    trace::{DefaultOnResponse, OnResponse, TraceLayer},
};
use tracing::Level;
use url::Url;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The headers of every answer that does not set its own: nothing is guessed, framed, cached,
/// loaded from elsewhere or told to elsewhere.
const HEADERS: [(HeaderName, &str); 8] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];
/// Where people reach the server by HTTPS, browsers shall never try otherwise: a year.
const HTTPS_ONLY: &str = "max-age=31536000; includeSubDomains";

/// The paths, behind all that every request passes.
pub(crate) fn around(paths: Router, gate: Gate, limits: &Limits, public_url: &Url) -> Router {
    let (patience, client_patience) = (limits.request_timeout, limits.client_timeout);
    let inner = ServiceBuilder::new()
        .layer(from_fn(move |request, next| timely(patience, request, next)))
        .layer(RequestBodyTimeoutLayer::new(client_patience))
        // Bodies are bounded by whoever reads them, behind this: what counts is their size unpacked.
        .layer(RequestDecompressionLayer::new());
    let middle =
        ServiceBuilder::new().layer(CatchPanicLayer::custom(panicked)).layer(from_fn_with_state(gate, peer::pass));
    let mut paths = paths.layer(inner).layer(middle);
    let https = (public_url.scheme() == "https").then_some((header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY));
    for (name, value) in HEADERS.into_iter().chain(https) {
        paths = paths.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    paths = paths.layer(SetResponseHeaderLayer::if_not_present(header::CONNECTION, goodbye));
    let outer = ServiceBuilder::new()
        .layer(from_fn(plain_request_id))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(answered))
        .layer(from_fn(metrics::http::measure))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID));
    paths.layer(outer)
}

fn span(request: &Request) -> tracing::Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or_default();
    telemetry::request(request, id)
}

/// Of a body that is too large the rest is not read: the connection ends, and clients that are not
/// told would send their next request into it.
fn goodbye(response: &Response) -> Option<HeaderValue> {
    (response.status() == StatusCode::PAYLOAD_TOO_LARGE).then(|| HeaderValue::from_static("close"))
}

fn answered(response: &Response, took: Duration, span: &tracing::Span) {
    telemetry::answered(span, response.status());
    DefaultOnResponse::new().level(Level::INFO).on_response(response, took, span);
}

/// The longest request id of a caller's own.
const REQUEST_ID_MAX: usize = 128;

/// A caller's own request id is kept where it is one: the log repeats it.
async fn plain_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        let id = id.as_bytes();
        (1..=REQUEST_ID_MAX).contains(&id.len())
            && id.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !plain(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

/// An id for each request that has none.
#[derive(Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::now_v7().to_string()).ok().map(RequestId::new)
    }
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request panicked");
    let sentence = "Something went wrong on our side. The header x-request-id says under which id the log has it.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
}

/// Gives up a request whose answer does not begin in time.
async fn timely(patience: Duration, request: Request, next: Next) -> Response {
    if let Ok(response) = tokio::time::timeout(patience, next.run(request)).await {
        return response;
    }
    tracing::warn!("a request took too long and was given up");
    let sentence = format!("This took longer than {} seconds and was given up: ask for less.\n", patience.as_secs());
    (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response()
}
