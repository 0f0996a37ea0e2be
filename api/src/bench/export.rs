//! Exports: from asking to the finished file.

use super::{
    Bench, Tenant,
    client::Client,
    reading::middle,
    table::{Table, ratio},
};
use anyhow::{Context as _, bail};
use entity::log::Action;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

const ASK: &str = "mutation ($input: ExportLogsInput!) { exportLogs(input: $input) \
                   { export { id recordCount } userErrors { field message } } }";
const LOOK: &str =
    "query ($id: ID!) { node(id: $id) { ... on Export { status error { message } file { sizeBytes } } } }";
/// How often it is looked whether the file is there.
const TICK: Duration = Duration::from_millis(5);
/// Exports of each format that a round takes.
const EACH: u32 = 3;
const ACTION: Action = Action::SsoSuccessful;

/// Measures exports from the log as it is.
pub(super) async fn measure(bench: &Bench, tenant: &Tenant, held: &str) -> anyhow::Result<Table> {
    let client = bench.client(tenant)?;
    let mut formats = [("CSV", Vec::new()), ("PDF", Vec::new())];
    let (mut yardstick, mut records) = (Vec::new(), 0);
    // The first of each format loads what the others find loaded.
    for (format, _) in &formats {
        records = finished(&client, format).await?.1;
    }
    for round in 1..=bench.rounds * EACH {
        eprintln!("exports, round {round} of {}", bench.rounds * EACH);
        for (format, times) in &mut formats {
            times.push(finished(&client, format).await?.0);
        }
        yardstick.push(bench.yardstick.thousand(tenant.domain.id, ACTION).await?);
    }
    let middle = |times: &[Duration]| middle(times.iter().copied(), Ord::cmp).unwrap_or_default().as_secs_f64();
    let base = middle(&yardstick);
    let columns = ["file", "seconds", "yardstick", "seconds", "ours : yardstick"];
    let mut table = Table::new(format!("Export of {records} records at {held}, from asking to COMPLETED"), &columns);
    for (format, times) in &formats {
        let ours = middle(times);
        let against = bench.yardstick.reading().to_owned();
        let cells = [format!("{ours:.3}"), against, format!("{base:.3}"), ratio(ours, base)];
        table.row([(*format).to_owned()].into_iter().chain(cells).collect());
    }
    Ok(table)
}

/// Asks for an export and waits for its file; the answer is how long that took, and how many
/// records the file has.
async fn finished(client: &Client, format: &str) -> anyhow::Result<(Duration, u64)> {
    let begin = Instant::now();
    let input = json!({ "format": format, "filter": { "actions": [ACTION] }, "timeZone": "Europe/Berlin" });
    let asked = client.ask(ASK, &json!({ "input": input })).await?;
    let export = &asked["exportLogs"]["export"];
    let id = export["id"].as_str().with_context(|| format!("no export: {asked}"))?;
    let records = export["recordCount"].as_u64().unwrap_or_default();
    loop {
        let looked: Value = client.ask(LOOK, &json!({ "id": id })).await?;
        match looked["node"]["status"].as_str() {
            Some("COMPLETED") => return Ok((begin.elapsed(), records)),
            Some("QUEUED" | "RUNNING") => sleep(TICK).await,
            _ => bail!("an export came to no good end: {looked}"),
        }
    }
}
