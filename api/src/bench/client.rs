//! Somebody who asks the server over HTTP, and many who ask at once.

use super::{cpu::Meter, reading::Reading};
use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// One caller on one connection.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: String,
    token: String,
}

/// A request's body.
pub(super) fn body(query: &str, variables: &Value) -> Bytes {
    json!({ "query": query, "variables": variables }).to_string().into()
}

impl Client {
    /// A caller with a token.
    pub(super) fn new(endpoint: &str, token: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().http1_only().tcp_nodelay(true).build()?;
        Ok(Self { http, endpoint: endpoint.to_owned(), token: token.to_owned() })
    }

    /// Asks, and answers with the body as it came.
    pub(super) async fn post(&self, body: Bytes) -> anyhow::Result<Bytes> {
        let request = self.http.post(&self.endpoint).bearer_auth(&self.token);
        let response = request.header("content-type", "application/json").body(body).send().await?;
        let status = response.status();
        let answer = response.bytes().await?;
        if !status.is_success() {
            bail!("the server answered with {status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(answer)
    }

    /// Asks what must succeed, and answers with the data.
    pub(super) async fn ask(&self, query: &str, variables: &Value) -> anyhow::Result<Value> {
        let answer = self.post(body(query, variables)).await?;
        let mut answer: Value = serde_json::from_slice(&answer).context("the answer is no JSON")?;
        match answer.get("errors") {
            Some(errors) => bail!("the server answered with {errors}"),
            None => Ok(answer["data"].take()),
        }
    }
}

/// What callers ask, and how a right answer begins.
pub(super) struct Asked<F> {
    /// The body that a connection sends as its nth.
    pub(super) body: F,
    /// The first letters of a right answer.
    pub(super) begins: &'static str,
}

/// Has each client ask again as soon as it has its answer, until the time is over.
pub(super) async fn drive<F>(
    clients: Vec<Client>,
    time: Duration,
    meter: Meter,
    asked: Asked<F>,
) -> anyhow::Result<Reading>
where
    F: Fn(usize, usize) -> Bytes + Send + Sync + 'static,
{
    let asked = Arc::new(asked);
    let (before, begin) = (meter.read(), Instant::now());
    let callers = clients.into_iter().enumerate().map(|(place, client)| {
        let asked = asked.clone();
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while begin.elapsed() < time {
                let body = (asked.body)(place, latencies.len());
                let start = Instant::now();
                let answer = client.post(body).await?;
                latencies.push(start.elapsed());
                if !answer.starts_with(asked.begins.as_bytes()) {
                    bail!("an answer was not as it should be: {}", String::from_utf8_lossy(&answer));
                }
            }
            Ok(latencies)
        })
    });
    let mut latencies = Vec::new();
    for ended in try_join_all(callers).await? {
        latencies.extend(ended?);
    }
    let elapsed = begin.elapsed();
    let requests = u32::try_from(latencies.len())?;
    Ok(Reading::new(requests, elapsed, meter.read().since(before, requests)).with_latencies(latencies))
}
