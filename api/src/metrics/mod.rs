//! `/metrics`: what Prometheus reads. What this process has done is counted as it does it, here and
//! in `worker::metrics`; what is true now ([`state`], [`process`]) is looked up when somebody asks.
//!
//! Names begin with `connector_log_`, but for the process' own, which every program calls the same.
//! No label holds a domain, a user, a token or anything of a record, and none takes values without end.

pub(crate) mod graphql;
pub(crate) mod http;
mod process;
pub(crate) mod recording;
mod state;

pub(crate) use state::Now;

use crate::settings::Secret;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{prometheus_text, text},
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{fmt, sync::Arc};

/// What all names begin with.
const PREFIX: &str = "connector_log";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What there is to read, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    counted: Registry,
    now: Now,
    token: Option<Secret>,
}

impl Metrics {
    /// Shows what is counted, and what is true now, to whoever has the token, if there is one.
    pub(crate) fn of(now: Now, token: Option<Secret>) -> Self {
        let mut counted = Registry::with_prefix(PREFIX);
        let build = Family::<_, Gauge>::default();
        build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        counted.register("build_info", "The program, always 1", build);
        http::register(&mut counted);
        graphql::register(&mut counted);
        recording::register(&mut counted);
        worker::metrics::register(&mut counted);
        Self(Arc::new(Shown { counted, now, token }))
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.0.token else { return true };
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent =
            sent.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        sent.is_some_and(|(_, sent)| token.is(sent.trim()))
    }

    /// The text, as `OpenMetrics` has it or as Prometheus always had.
    async fn text(&self, open: bool) -> Result<String, fmt::Error> {
        let (now, process) = (self.0.now.registry().await, process::registry());
        let mut text = String::new();
        for registry in [&self.0.counted, &now, &process] {
            if open {
                text::encode_registry(&mut text, registry)?;
            } else {
                prometheus_text::encode(&mut text, registry)?;
            }
        }
        if open {
            text::encode_eof(&mut text)?;
        }
        Ok(text)
    }
}

/// `GET /metrics`
pub(crate) async fn serve(State(metrics): State<Metrics>, headers: HeaderMap) -> Response {
    if !metrics.admits(&headers) {
        let challenge = (header::WWW_AUTHENTICATE, "Bearer realm=\"metrics\"");
        let words = "Send the token (METRICS_TOKEN) as Authorization: Bearer.\n";
        return (StatusCode::UNAUTHORIZED, [challenge], words).into_response();
    }
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let open = accepts.into_iter().any(|accept| accept.contains("application/openmetrics-text"));
    match metrics.text(open).await {
        Ok(text) => {
            let form = if open { OPENMETRICS } else { prometheus_text::CONTENT_TYPE };
            ([(header::CONTENT_TYPE, form)], text).into_response()
        }
        // Writing into a string fails only where a metric contradicts itself.
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
