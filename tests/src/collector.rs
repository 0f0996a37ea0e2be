//! A collector of traces: OTLP over HTTP, with protobuf, as the OpenTelemetry project's own types
//! read it.

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
};
use prost::Message;
use std::{
    collections::BTreeMap,
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// A running collector. It ends with the test's runtime.
pub struct Collector {
    address: SocketAddr,
    spans: Spans,
}

type Spans = Arc<Mutex<Vec<Span>>>;

/// A span that was sent.
#[derive(Clone, Debug)]
pub struct Span {
    /// What its sender calls itself.
    pub service: String,
    /// What it is called.
    pub name: String,
    /// OpenTelemetry's number: 2 server, 5 consumer.
    pub kind: i32,
    /// Hexadecimal, as in a `traceparent`.
    pub trace: String,
    /// The same.
    pub id: String,
    /// The same; empty where it is the first of its trace.
    pub parent: String,
    /// The `tracestate` that it goes on with.
    pub state: String,
    /// OpenTelemetry's number: 2 is an error.
    pub status: i32,
    /// What is said of it.
    pub attributes: BTreeMap<String, String>,
    /// How many messages were sent with it.
    pub events: usize,
}

impl Collector {
    /// Starts one, on a port of its own.
    pub async fn start() -> Self {
        let spans = Spans::default();
        let paths = Router::new().route("/v1/traces", post(take)).with_state(spans.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, paths).await });
        Self { address, spans }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was sent so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

async fn take(State(spans): State<Spans>, body: Bytes) -> StatusCode {
    let request = ExportTraceServiceRequest::decode(body).expect("an OTLP request");
    for resource in request.resource_spans {
        let about = attributes(resource.resource.unwrap().attributes);
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.lock().unwrap().push(Span {
                service: about["service.name"].clone(),
                name: span.name,
                kind: span.kind,
                trace: hexadecimal(&span.trace_id),
                id: hexadecimal(&span.span_id),
                parent: hexadecimal(&span.parent_span_id),
                state: span.trace_state,
                status: span.status.map_or(0, |status| status.code),
                attributes: attributes(span.attributes),
                events: span.events.len(),
            });
        }
    }
    StatusCode::OK
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    };
    all.into_iter().map(|attribute| (attribute.key, text(attribute.value))).collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
