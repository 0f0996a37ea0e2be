//! How the process is watched: metrics, readiness and traces.
#![expect(clippy::doc_markdown, reason = "the comments are help text, printed as it stands")]

use super::quiet::quiet;
use clap::Args;
use std::{fmt, net::SocketAddr, str::FromStr};
use subtle::ConstantTimeEq;
use url::Url;

/// How the process is watched.
#[derive(Clone, Debug, Args)]
pub struct Telemetry {
    /// An address of its own for /metrics, /healthz and /readyz, as a worker needs it to be watched;
    /// port 0 takes a free one, and nothing is opened where nothing is said
    #[arg(long, env = "METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// What whoever reads /metrics must send (Authorization: Bearer …), 16 characters at least. In
    /// production, LISTEN's address serves /metrics only where a token is set
    #[arg(long, env = "METRICS_TOKEN", hide_env_values = true, value_parser = quiet::<Secret>())]
    pub metrics_token: Option<Secret>,
    /// Where traces are sent by OTLP over HTTP, such as http://collector:4318; nowhere, where
    /// nothing is said. The other OTEL_… variables for exporting spans hold as well
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true, value_parser = quiet::<Collector>())]
    pub otel_exporter_otlp_endpoint: Option<Collector>,
    /// What traces call this program
    #[arg(long, env = "OTEL_SERVICE_NAME", default_value = "connector-log")]
    pub otel_service_name: String,
}

/// A token that somebody else chose. It is never shown.
#[derive(Clone)]
pub struct Secret(String);

/// The fewest characters of a secret.
const SECRET_MIN: usize = 16;

impl Secret {
    /// Whether it is this one, in a time that does not tell how much of it is.
    pub fn is(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.len() >= SECRET_MIN && text.bytes().all(|b| b.is_ascii_graphic());
        plain.then(|| Self(text.to_owned())).ok_or_else(|| {
            format!(
                "is shorter than {SECRET_MIN} characters, or has others than visible ASCII: take openssl rand -hex 32"
            )
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whoever collects traces.
#[derive(Clone)]
pub struct Collector(Url);

impl Collector {
    /// Where it takes traces: OTLP/HTTP's path under its address.
    pub fn traces(&self) -> String {
        format!("{}/v1/traces", self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for Collector {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.filter(|url| url.query().is_none() && url.fragment().is_none());
        url.map(Self).ok_or("must be an http or https address, such as http://collector:4318")
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector(…)")
    }
}
