//! Traces by OTLP: each request is a span, and goes on with its caller's trace (W3C Trace Context).
//! Sent only where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to. Spans hold what a request was and
//! how it ended: never a query string, a body, a token, or a value of a record.
//!
//! Spans are sent in batches, by a thread of its own. Where the collector does not take them, they
//! are lost, and that is all.

use crate::settings::Telemetry;
use anyhow::Context as _;
use async_graphql::parser::types::OperationType;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, StatusCode},
};
use opentelemetry::{
    KeyValue, global,
    trace::{Status, TracerProvider},
};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Span, Subscriber, field::Empty, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};
use worker::trace;

pub use worker::trace::traceparent;

/// How long the collector may take for one batch.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest name of an operation, in characters: clients choose it.
const NAME_MAX: usize = 64;
/// How long the last batch may take once the process is to end.
const LAST: Duration = Duration::from_secs(3);

/// The traces of this process, on their way to a collector.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send, where the settings say where to.
    ///
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn open(settings: &Telemetry) -> anyhow::Result<Option<Self>> {
        let Some(collector) = &settings.otel_exporter_otlp_endpoint else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new()?)
            .with_endpoint(collector.traces())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .build()
            .context("OTEL_EXPORTER_OTLP_ENDPOINT (--otel-exporter-otlp-endpoint)")?;
        let resource = Resource::builder()
            .with_service_name(settings.otel_service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Some(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())))
    }

    /// What makes OpenTelemetry's spans of our own. What is logged within them is not sent: messages
    /// are for the log.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(filter_fn(ours).with_max_level_hint(LevelFilter::INFO))
    }

    /// Sends what is left.
    pub async fn end(self) {
        // It blocks, while the runtime must go on to send.
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!("the last spans could not be sent");
        }
    }
}

fn ours(what: &Metadata<'_>) -> bool {
    let room =
        |name: &str| what.target().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    what.is_span() && *what.level() <= Level::INFO && (room("api") || room("worker"))
}

/// The span of a request. Of its address the path only: a query string may hold a signature.
pub(crate) fn request(request: &Request, id: &str) -> Span {
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::info_span!(
        "request", request_id = id, %method, path,
        trace_id = Empty, otel.name = Empty, otel.kind = Empty,
    );
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    span.set_attribute("http.request.method", method.as_str().to_owned());
    span.set_attribute("url.path", path.to_owned());
    if let Some(route) = route {
        span.set_attribute("http.route", route.to_owned());
    }
    let name = route.map_or_else(|| method.to_string(), |route| format!("{method} {route}"));
    trace::go_on(&span, &HeaderExtractor(request.headers()), "server", &name);
    span
}

/// Says how a request was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_attribute("error.type", status.as_str().to_owned());
        span.set_status(Status::error(""));
    }
}

/// The span of an operation at a socket: the next of the request's that opened it.
pub(crate) fn at_socket(opened: &Span, headers: &HeaderMap) -> Span {
    let id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let span = tracing::info_span!(
        parent: opened, "operation", request_id = id,
        trace_id = Empty, otel.name = Empty, otel.kind = Empty,
    );
    trace::begin(&span, "server", "GraphQL operation");
    span
}

/// Says of the current span which operation it executes.
pub(crate) fn operation(name: Option<&str>, kind: Option<OperationType>) {
    let span = Span::current();
    if let Some(name) = name {
        span.set_attribute("graphql.operation.name", name.chars().take(NAME_MAX).collect::<String>());
    }
    if let Some(kind) = kind {
        span.set_attribute("graphql.operation.type", kind.to_string());
    }
}

/// What sends batches: in the runtime, for reqwest works nowhere else, and the exporter's thread is
/// outside. It says once that the collector does not take them, and once that it does again.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
    failing: AtomicBool,
}

impl Sender {
    fn new() -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { http, runtime: Handle::current(), failing: AtomicBool::new(false) })
    }

    async fn send(&self, request: opentelemetry_http::Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = async move {
            let answer = http.execute(request.try_into()?).await?;
            let status = answer.status();
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            Ok::<_, reqwest::Error>(response)
        };
        let answer = self.runtime.spawn(sent).await?;
        let well = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
        if self.failing.swap(!well, Ordering::Relaxed) == well {
            if well {
                tracing::info!("the collector takes traces again");
            } else {
                let why = answer.as_ref().map_or_else(|_| "it does not answer".to_owned(), |a| a.status().to_string());
                tracing::warn!(why, "the collector (OTEL_EXPORTER_OTLP_ENDPOINT) takes no traces: they are lost");
            }
        }
        Ok(answer.map_err(reqwest::Error::without_url)?)
    }
}

impl HttpClient for Sender {
    // What #[async_trait] makes of `async fn send_bytes(&self, request: Request<Bytes>)`.
    fn send_bytes<'a, 'all>(
        &'a self,
        request: opentelemetry_http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'all>>
    where
        'a: 'all,
        Self: 'all,
    {
        Box::pin(self.send(request))
    }
}
