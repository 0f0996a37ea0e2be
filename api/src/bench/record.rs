//! Recording: in batches of a thousand, and one record a request.

use super::{
    Bench, CONNECTIONS, Tenant,
    client::{Asked, Client, body, drive},
    reading::{Reading, Series},
    sample::{self, Directions, Sampler},
    table::Table,
    yardstick::Same,
};
use anyhow::ensure;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{clock, id::LogId};
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use uuid::Uuid;

const RECORD: &str = "mutation ($logs: [ConnectorLogInput!]!) { recordConnectorLogs(input: { logs: $logs }) \
                      { recordedCount userErrors { field message } ids } }";
const RECORDED: &str = r#"{"data":{"recordConnectorLogs":{"recordedCount":"#;
/// Records of a batch, and batches of a reading.
const MANY: u32 = 1000;
const BATCHES: u32 = 10;

/// Measures recording into the log as it is.
pub(super) async fn measure(bench: &Bench, into: &str) -> anyhow::Result<Table> {
    let recorded = bench.tenant("recorded").await?;
    let yardstick = bench.tenant("yardstick").await?;
    let many = format!("{MANY} records a request, 1 connection");
    let mut series = [
        Series::new(many, bench.yardstick.many()),
        Series::new("1 record a request, 1 connection", bench.yardstick.single()),
        Series::new(format!("1 record a request, {CONNECTIONS} connections"), bench.yardstick.single()),
    ];
    for round in 1..=bench.rounds {
        eprintln!("recording {into}, round {round} of {}", bench.rounds);
        let (ours, first, end) = batches(bench, &recorded).await?;
        let same = Same { from: recorded.domain.id, to: yardstick.domain.id, first, end };
        series[0].ours.push(ours);
        series[0].yardstick.push(bench.yardstick.add_many(bench.meter, same).await?);
        for (series, connections) in series[1..].iter_mut().zip([1, CONNECTIONS]) {
            series.ours.push(singles(bench, &recorded, connections).await?);
            let yardstick = bench.yardstick.add_single(bench.meter, same, connections, bench.time).await?;
            series.yardstick.extend(yardstick);
        }
    }
    Ok(Table::of_rates(format!("Recording {into}"), "records", &series))
}

/// Batches in turn; the answer says in which span of ids they lie.
pub(super) async fn batches(bench: &Bench, tenant: &Tenant) -> anyhow::Result<(Reading, LogId, LogId)> {
    let client = bench.client(tenant)?;
    let start = clock::now() - TimeDelta::days(1);
    let records = MANY * BATCHES;
    let at = |number: u32| start + TimeDelta::microseconds(i64::from(number));
    let mut sampler = Sampler::new(Uuid::new_v4().as_u64_pair().0);
    let bodies: Vec<Bytes> =
        (0..BATCHES).map(|batch| request(&mut sampler, (batch * MANY..(batch + 1) * MANY).map(at))).collect();
    client.ask("{ viewer { name } }", &json!({})).await?;
    let (before, begin) = (bench.meter.read(), Instant::now());
    let mut latencies = Vec::new();
    for body in bodies {
        let asked = Instant::now();
        let answer = client.post(body).await?;
        latencies.push(asked.elapsed());
        let all = format!("{RECORDED}{MANY},");
        ensure!(answer.starts_with(all.as_bytes()), "not all were recorded: {}", String::from_utf8_lossy(&answer));
    }
    let elapsed = begin.elapsed();
    let reading = Reading::new(records, elapsed, bench.meter.read().since(before, records)).with_latencies(latencies);
    Ok((reading, LogId::first_at(start), LogId::first_at(at(records))))
}

fn request(sampler: &mut Sampler, instants: impl Iterator<Item = DateTime<Utc>>) -> Bytes {
    let input = |at| sample::input(&sampler.draft(at, Directions::Both), &Uuid::new_v4().to_string());
    body(RECORD, &json!({ "logs": instants.map(input).collect::<Vec<_>>() }))
}

/// One record a request, on so many connections.
async fn singles(bench: &Bench, tenant: &Tenant, connections: u32) -> anyhow::Result<Reading> {
    let clients = (0..connections).map(|_| bench.client(tenant)).collect::<anyhow::Result<Vec<Client>>>()?;
    for client in &clients {
        client.ask("{ viewer { name } }", &json!({})).await?;
    }
    let seed = Arc::new(AtomicU64::new(0));
    let samplers = (0..connections).map(|_| Mutex::new(Sampler::new(seed.fetch_add(1, Ordering::Relaxed))));
    let samplers: Vec<_> = samplers.collect();
    let body = move |place: usize, _: usize| {
        let mut sampler = samplers[place].lock().unwrap_or_else(PoisonError::into_inner);
        request(&mut sampler, std::iter::once(clock::now()))
    };
    let begins = r#"{"data":{"recordConnectorLogs":{"recordedCount":1,"#;
    drive(clients, bench.time, bench.meter, Asked { body, begins }).await
}
