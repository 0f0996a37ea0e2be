//! The list: the 50 newest of an action within a range of dates, in the largest domain.

use super::{
    Bench, CONNECTIONS, Tenant,
    client::{Asked, Client, body, drive},
    reading::{Reading, Series},
    sample,
    table::Table,
    yardstick::Wanted,
};
use anyhow::ensure;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::{id::LogId, log::Action};
use serde_json::{Value, json};

/// All of a record but its payload.
pub(super) const LIGHT: &str = "id occurredAt recordedAt direction applicationFrom { id name } applicationTo { id name } \
     action requestType outcome userEmail loginId operation method url statusCode durationMs clientIp correlationId \
     reference errorMessage";
/// Its payload.
const PAYLOAD: &str = "request { ...Side } response { ...Side }";
const SIDE: &str = "fragment Side on Payload { headers { name value } contentType body encoding sizeBytes truncated }";
const BEGINS: &str = r#"{"data":{"connectorLogs":{"nodes":[{"#;
/// Records of a page.
const PAGE: usize = 50;

const ACTIONS: [Action; 4] = [Action::NotApplicable, Action::SsoInitiated, Action::SsoSuccessful, Action::SloInitiated];
/// The days on which a range begins. It ends a week later.
const DAYS: [i64; 8] = [0, 3, 6, 9, 12, 15, 18, 21];

/// The document for a page with those fields.
pub(super) fn document(fields: &str) -> String {
    format!(
        "query ($filter: ConnectorLogFilter, $first: Int, $last: Int, $after: String) {{ \
         connectorLogs(filter: $filter, first: $first, last: $last, after: $after) {{ \
         nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
}

/// An instant as the API takes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Every action with every range.
fn pages() -> impl Iterator<Item = (Action, DateTime<Utc>, DateTime<Utc>)> {
    let range = |day| {
        let from = sample::start() + TimeDelta::days(day);
        (from, from + TimeDelta::days(7))
    };
    DAYS.into_iter().flat_map(move |day| ACTIONS.map(|action| (action, range(day).0, range(day).1)))
}

/// Measures lists in the log as it is.
pub(super) async fn measure(bench: &Bench, tenant: &Tenant, held: &str) -> anyhow::Result<Table> {
    let mut series = [
        Series::new(format!("{PAGE} newest, no payload"), bench.yardstick.listing()),
        Series::new(format!("{PAGE} newest, with payload"), bench.yardstick.listing()),
    ];
    for round in 1..=bench.rounds {
        eprintln!("lists, round {round} of {}", bench.rounds);
        for (series, payload) in series.iter_mut().zip([false, true]) {
            let (reading, size) = lists(bench, tenant, payload).await?;
            if series.ours.is_empty() {
                series.what = format!("{} ({} KB)", series.what, size / 1000);
            }
            series.ours.push(reading);
            let wanted = |(action, from, to)| Wanted {
                domain: tenant.domain.id,
                action,
                from: LogId::first_at(from),
                to: LogId::first_at(to),
                payload,
            };
            let wanted: Vec<_> = pages().map(wanted).collect();
            let yardstick = bench.yardstick.list(bench.meter, &wanted, CONNECTIONS, bench.time).await?;
            series.yardstick.extend(yardstick);
        }
    }
    let title = format!("The list at {held}: action and a week, {CONNECTIONS} connections");
    Ok(Table::of_rates(title, "lists", &series))
}

/// Lists for a while; the answer says also how many bytes an answer has.
async fn lists(bench: &Bench, tenant: &Tenant, payload: bool) -> anyhow::Result<(Reading, usize)> {
    let fields = if payload { format!("{LIGHT} {PAYLOAD}") } else { LIGHT.to_owned() };
    let document = document(&fields) + if payload { SIDE } else { "" };
    let variables = |(action, from, to): (Action, _, _)| {
        let range = json!({ "from": instant(from), "to": instant(to) });
        json!({ "first": PAGE, "filter": { "actions": [action], "occurredAt": range } })
    };
    let variables: Vec<Value> = pages().map(variables).collect();
    let clients = (0..CONNECTIONS).map(|_| bench.client(tenant)).collect::<anyhow::Result<Vec<Client>>>()?;
    // Each page once beforehand: a connection to the database learns its statements, and we that
    // the answers are whole.
    for (place, variables) in variables.iter().enumerate() {
        let answer = clients[place % clients.len()].ask(&document, variables).await?;
        let nodes = answer["connectorLogs"]["nodes"].as_array().map_or(0, Vec::len);
        ensure!(nodes == PAGE, "a page has {nodes} records instead of {PAGE}: measure with more --records");
    }
    let bodies: Vec<_> = variables.iter().map(|variables| body(&document, variables)).collect();
    let size = clients[0].post(bodies[0].clone()).await?.len();
    let body = move |place: usize, number: usize| bodies[(place * 7 + number) % bodies.len()].clone();
    let reading = drive(clients, bench.time, bench.meter, Asked { body, begins: BEGINS }).await?;
    Ok((reading, size))
}
