//! Traces: a span goes on with the trace of whoever asked for its work, in another process as well.
//! W3C Trace Context: the export's row carries the `traceparent` of the request that made it.
//!
//! Where no traces are sent, there is no context, and nothing here does anything.

use entity::export;
use opentelemetry::{
    Context,
    propagation::Extractor,
    trace::{Status, TraceContextExt},
};
use std::collections::HashMap;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The name of Trace Context's header.
pub const TRACEPARENT: &str = "traceparent";

/// The span of an attempt at an export, which the log's lines of the attempt show.
pub fn attempt(export: &export::Model) -> Span {
    let (id, format) = (export.id, export.format.extension());
    let span = tracing::info_span!(
        "attempt", export = %id, attempt = export.attempts, format,
        trace_id = Empty, otel.name = Empty, otel.kind = Empty,
    );
    let asked: HashMap<String, String> =
        export.trace_context.iter().map(|parent| (TRACEPARENT.to_owned(), parent.clone())).collect();
    go_on(&span, &asked, "consumer", &format!("export {format}"));
    span
}

/// Says of the current span that its work came to no good end.
pub fn failed(code: &'static str) {
    let span = Span::current();
    span.set_attribute("error.type", code);
    span.set_status(Status::error(""));
}

/// Makes a fresh span the next of the trace that `from` carries, or the first of its own, and has
/// it show the trace's id. `kind` is OpenTelemetry's word for it: server, consumer.
pub fn go_on(span: &Span, from: &dyn Extractor, kind: &str, name: &str) {
    let parent = opentelemetry::global::get_text_map_propagator(|propagator| propagator.extract(from));
    // Where no traces are sent, no span takes a parent.
    if span.set_parent(parent).is_ok() {
        begin(span, kind, name);
    }
}

/// Names a span, before it begins by showing the trace's id.
pub fn begin(span: &Span, kind: &str, name: &str) {
    span.record("otel.kind", kind);
    span.record("otel.name", name);
    let context = span.context();
    if context.has_active_span() {
        span.record("trace_id", tracing::field::display(context.span().span_context().trace_id()));
    }
}

/// What tells others of the current span: a `traceparent`. None where no traces are sent.
pub fn traceparent() -> Option<String> {
    let context: Context = Span::current().context();
    let mut headers = HashMap::new();
    opentelemetry::global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut headers));
    headers.remove(TRACEPARENT)
}
