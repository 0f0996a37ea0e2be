//! Metrics, read as Prometheus' own client for Python reads them.

use crate::{Server, eventually};
use reqwest::{RequestBuilder, StatusCode, header::ACCEPT};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/test-tools/venv/bin/python");

/// The parser of `OpenMetrics` is the strict one of the two.
const READ: &str = "
import json, sys
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
parse = {'classic': parser, 'openmetrics': openmetrics}[sys.argv[1]].text_string_to_metric_families
families = list(parse(sys.stdin.read()))
assert all(f.type != 'unknown' and f.documentation for f in families), families
json.dump([[s.name, s.labels, s.value] for f in families for s in f.samples], sys.stdout)
";

/// What was read.
#[derive(Debug)]
pub struct Metrics {
    /// As it came.
    pub text: String,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    name: String,
    labels: Value,
    value: f64,
}

/// Reads an address of metrics in both forms, which must say the same, and answers with what is there.
pub async fn scrape(url: &str) -> Metrics {
    read_with(|| reqwest::Client::builder().no_proxy().build().unwrap().get(url)).await
}

/// The same with a request of the test's own.
pub async fn read_with(request: impl Fn() -> RequestBuilder) -> Metrics {
    let open =
        read(request().header(ACCEPT, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"), "openmetrics");
    let open = open.await;
    let classic = read(request(), "classic").await;
    // Bounds of buckets are written otherwise: 1 here, 1.0 there.
    let called = |sample: &Sample| {
        let mut labels = sample.labels.clone();
        labels.as_object_mut().unwrap().remove("le");
        format!("{} {labels}", sample.name)
    };
    let names = |metrics: &Metrics| metrics.samples.iter().map(called).collect::<BTreeSet<_>>();
    // The request for the first form is counted in the second.
    let missing: Vec<String> = names(&open).difference(&names(&classic)).cloned().collect();
    assert!(missing.is_empty(), "only in OpenMetrics: {missing:?}");
    classic
}

async fn read(request: RequestBuilder, form: &str) -> Metrics {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let python = Command::new(PYTHON).args(["-c", READ, form]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = python.expect("Python's prometheus-client: run scripts/install-test-packages");
    python.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{form} cannot be read:\n{text}");
    let samples: Vec<(String, Value, f64)> = serde_json::from_slice(&output.stdout).unwrap();
    let samples = samples.into_iter().map(|(name, labels, value)| Sample { name, labels, value }).collect();
    Metrics { text, samples }
}

impl Metrics {
    fn of<'a>(&'a self, name: &'a str, labels: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Sample> {
        let fits = move |sample: &&Sample| {
            sample.name == name && labels.iter().all(|(name, value)| sample.labels[name] == *value)
        };
        self.samples.iter().filter(fits)
    }

    /// The sum of all samples of that name that have these labels among others; none where there is
    /// no such sample.
    pub fn try_sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.of(name, labels).map(|sample| sample.value).reduce(|a, b| a + b)
    }

    /// The same, where there is one.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.try_sum(name, labels).unwrap_or_else(|| panic!("no {name} with {labels:?} in:\n{}", self.text))
    }

    /// The values that a label has in samples of that name.
    pub fn values(&self, name: &str, label: &str) -> BTreeSet<String> {
        self.of(name, &[]).map(|sample| sample.labels[label].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The names of all samples.
    pub fn names(&self) -> BTreeSet<&str> {
        self.samples.iter().map(|sample| sample.name.as_str()).collect()
    }
}

impl Server {
    /// A path at the address of its own (`METRICS_LISTEN`), once it is open.
    pub async fn own_url(&self, path: &str) -> String {
        let address = eventually("the address for metrics is open", async || {
            let log = self.log();
            let line = log.iter().find(|line| line["fields"]["message"] == "metrics and readiness are served")?;
            Some(line["fields"]["address"].as_str().unwrap().to_owned())
        });
        format!("http://{}{path}", address.await)
    }
}
