//! What it costs to know who asks: the check that each request passes, beside a whole request
//! that asks for nothing else.

use super::{
    Bench, CONNECTIONS, Tenant,
    client::{Asked, Client, body, drive},
    reading::{Reading, middle},
    table::Table,
};
use anyhow::Context as _;
use entity::{db::within, token};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Checks of one round.
const CHECKS: u32 = 2_000;
/// A request that asks for nothing.
const NOTHING: &str = "{ __typename }";

/// Measures the check.
pub(super) async fn measure(bench: &Bench, tenant: &Tenant) -> anyhow::Result<Table> {
    let (mut checks, mut walls, mut requests) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=bench.rounds {
        eprintln!("the auth check, round {round} of {}", bench.rounds);
        checks.push(each(async || token::find(&bench.db, tenant.secret.reveal()).await.map(drop)).await?);
        walls.push(each(async || within(&bench.db, tenant.domain.id).await.map(drop)).await?);
        let clients = (0..CONNECTIONS).map(|_| bench.client(tenant)).collect::<anyhow::Result<Vec<Client>>>()?;
        let asked = body(NOTHING, &Value::Null);
        let body = move |_, _| asked.clone();
        requests.push(drive(clients, bench.time, bench.meter, Asked { body, begins: r#"{"data":"# }).await?);
    }
    let request = Reading::median(&requests).context("nothing was measured")?;
    let micros = |time: Option<Duration>| time.map_or_else(super::table::dash, |time| time.as_micros().to_string());
    let mut table = Table::new("Who asks", &["what", "µs", "a second"]);
    let one = |all: Vec<Duration>| vec![micros(middle(all.into_iter(), Ord::cmp)), super::table::dash()];
    table.row([vec!["the check of a token, one after another".to_owned()], one(checks)].concat());
    table.row([vec!["a transaction bound to a domain, begun".to_owned()], one(walls)].concat());
    let whole = format!("{NOTHING} over {CONNECTIONS} connections: the server's CPU");
    table.row(vec![whole, micros(request.cpu.process), format!("{:.0}", request.per_second)]);
    Ok(table)
}

/// How long one of many takes.
async fn each<E: Into<anyhow::Error>>(mut once: impl AsyncFnMut() -> Result<(), E>) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    for _ in 0..CHECKS {
        once().await.map_err(Into::into)?;
    }
    Ok(begun.elapsed() / CHECKS)
}
