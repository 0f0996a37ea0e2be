//! Requests: how many, how long, how many at once. By the route's template, for a path holds what a
//! caller likes.

use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use std::{sync::LazyLock, time::Instant};
use worker::metrics::{Durations, Seconds};

/// Of most things that somebody waits for, in seconds.
pub(super) const SECONDS: Seconds = Seconds(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

static REQUESTS: LazyLock<Family<Answered, Counter>> = LazyLock::new(Family::default);
static DURATION: LazyLock<Durations<Asked>> = LazyLock::new(|| Family::new_with_constructor(SECONDS));
static IN_FLIGHT: LazyLock<Gauge> = LazyLock::new(Gauge::default);

pub(super) fn register(registry: &mut Registry) {
    registry.register("http_requests", "HTTP requests that were answered, by class of status", REQUESTS.clone());
    let help = "How long it took until the answer to an HTTP request began";
    registry.register_with_unit("http_request_duration", help, Unit::Seconds, DURATION.clone());
    registry.register("http_requests_in_flight", "HTTP requests that wait for their answer", IN_FLIGHT.clone());
}

/// Counts a request, and times it.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let (method, begun, _waits) = (name(request.method()), Instant::now(), Waiting::begin());
    let response = next.run(request).await;
    let status = class(response.status());
    DURATION.get_or_create(&Asked { method, route: route.clone() }).observe(begun.elapsed().as_secs_f64());
    REQUESTS.get_or_create(&Answered { method, route, status }).inc();
    response
}

/// One that waits, until it is answered or its caller is gone.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        IN_FLIGHT.inc();
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        IN_FLIGHT.dec();
    }
}

/// A method that there is: anything is one to HTTP.
fn name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
