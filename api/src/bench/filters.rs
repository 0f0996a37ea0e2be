//! Each filter by itself, and some together: the newest page, the oldest page and the count. No
//! filter may cost a walk through the whole domain, and least of all one that nothing matches.

use super::{
    Bench, Tenant,
    client::Client,
    list::{LIGHT, document, instant},
    reading::middle,
    sample::{self, APPLICATIONS, SELF, USERS, email},
    table::{Table, millis},
};
use anyhow::Context as _;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const COUNT: &str =
    "query ($filter: ConnectorLogFilter) { connectorLogs(filter: $filter, first: 1) { totalCount { value exact } } }";
/// Times that a round asks each.
const EACH: u32 = 3;

/// What is asked, of whom, and what it took.
struct Case {
    client: Client,
    name: &'static str,
    variables: Value,
    matched: String,
    newest: Vec<Duration>,
    oldest: Vec<Duration>,
    count: Vec<Duration>,
}

/// Measures the filters in the log as it is.
pub(super) async fn measure(bench: &Bench, [first, second]: [&Tenant; 2], held: &str) -> anyhow::Result<Table> {
    let mut cases = cases(&bench.client(first)?, &bench.client(second)?).await?;
    let list = document(LIGHT);
    for case in &mut cases {
        ask(&list, case, "first").await?;
        let answer = case.client.ask(COUNT, &case.variables).await?;
        let count = &answer["connectorLogs"]["totalCount"];
        let more = if count["exact"] == false { "more than " } else { "" };
        case.matched = format!("{more}{}", count["value"]);
    }
    for round in 1..=bench.rounds * EACH {
        eprintln!("filters, round {round} of {}", bench.rounds * EACH);
        for case in &mut cases {
            let (newest, oldest) = (ask(&list, case, "first").await?, ask(&list, case, "last").await?);
            case.newest.push(newest);
            case.oldest.push(oldest);
            let begin = Instant::now();
            case.client.ask(COUNT, &case.variables).await?;
            case.count.push(begin.elapsed());
        }
    }
    let columns = ["filter", "matched", "50 newest, ms", "50 oldest, ms", "totalCount, ms"];
    let mut table = Table::new(format!("Filters at {held}, one caller"), &columns);
    let middle = |times: &[Duration]| millis(middle(times.iter().copied(), Ord::cmp).unwrap_or_default());
    for case in &cases {
        let times = [middle(&case.newest), middle(&case.oldest), middle(&case.count)];
        table.row([case.name.to_owned(), case.matched.clone()].into_iter().chain(times).collect());
    }
    Ok(table)
}

/// How long a page takes, from the list's one end or the other.
async fn ask(document: &str, case: &Case, end: &str) -> anyhow::Result<Duration> {
    let mut variables = case.variables.clone();
    variables[end] = json!(50);
    if end == "last" {
        variables["after"] = Value::Null;
    }
    let begin = Instant::now();
    case.client.ask(document, &variables).await?;
    Ok(begin.elapsed())
}

/// The cases. What they need to know of the log is asked of the API.
async fn cases(client: &Client, outgoing: &Client) -> anyhow::Result<Vec<Case>> {
    let middle = sample::start() + sample::SPAN / 2;
    let day = json!({ "from": instant(middle), "to": instant(middle + TimeDelta::days(1)) });
    let found = client
        .ask(&document("reference correlationId"), &json!({ "first": 50, "filter": { "occurredAt": day } }))
        .await?;
    let page = &found["connectorLogs"];
    let nodes = page["nodes"].as_array().context("a page without records")?;
    let known = |field: &str| nodes.iter().map(|node| &node[field]).find(|value| value.is_string()).cloned();
    let reference = known("reference").context("no record has a reference")?;
    let correlation = known("correlationId").context("no record has a correlation id")?;
    let [frequent, rare] = USERS.map(email);
    let [often, seldom] = [APPLICATIONS[0], APPLICATIONS[APPLICATIONS.len() - 1]];
    let failures = json!({ "from": 500, "to": 599 });
    let filters = [
        ("none", json!({})),
        ("applications: the domain's own name", json!({ "applications": [SELF] })),
        ("applications: a frequent one", json!({ "applications": [often] })),
        ("applications: a rare one", json!({ "applications": [seldom] })),
        ("applications: an unknown name", json!({ "applications": ["Nobody"] })),
        ("applicationFrom: a rare one", json!({ "applicationFrom": [seldom] })),
        ("applicationTo: five of them", json!({ "applicationTo": APPLICATIONS[5..10] })),
        ("actions: a frequent one", json!({ "actions": ["SSO_SUCCESSFUL"] })),
        ("actions: a rare one", json!({ "actions": ["SLO_FAILED"] })),
        (
            "actions: six",
            json!({ "actions": ["SSO_INITIATED", "SSO_FAILED", "SSO_SUCCESSFUL", "SLO_INITIATED", "SLO_FAILED", "SLO_SUCCESSFUL"] }),
        ),
        ("requestTypes: one", json!({ "requestTypes": ["LOGOUT_CONNECTIONS"] })),
        ("occurredAt: a day in the middle", json!({ "occurredAt": day })),
        ("occurredAt: before all records", json!({ "occurredAt": { "to": "2020-01-01T00:00:00Z" } })),
        ("user: one with many calls", json!({ "user": frequent })),
        ("user: one with few", json!({ "user": rare })),
        ("user: nobody", json!({ "user": "nobody@example.com" })),
        ("user: a login id", json!({ "user": "u00007" })),
        ("user: a prefix of many", json!({ "user": "ann*" })),
        ("user: a prefix of nobody", json!({ "user": "zzz*" })),
        ("directions: one", json!({ "directions": ["INCOMING"] })),
        ("outcomes: FAILURE", json!({ "outcomes": ["FAILURE"] })),
        ("outcomes: UNKNOWN", json!({ "outcomes": ["UNKNOWN"] })),
        ("statusCode: 500 to 599", json!({ "statusCode": failures })),
        ("statusCode: 200 to 299", json!({ "statusCode": { "from": 200, "to": 299 } })),
        ("statusCode: 418", json!({ "statusCode": { "from": 418, "to": 418 } })),
        ("correlationId: one", json!({ "correlationId": correlation })),
        ("correlationId: none such", json!({ "correlationId": "no-such-thread" })),
        ("reference", json!({ "reference": reference })),
        ("user with many calls, rare action", json!({ "user": frequent, "actions": ["SLO_FAILED"] })),
        ("user with few, frequent action", json!({ "user": rare, "actions": ["SSO_SUCCESSFUL"] })),
        ("user prefix, applications", json!({ "user": "ann*", "applications": [often] })),
        ("two rare ones", json!({ "applications": [seldom], "actions": ["SLO_FAILED"] })),
        ("two that never meet", json!({ "actions": ["NOT_APPLICABLE"], "requestTypes": ["LOGOUT_CONNECTIONS"] })),
        ("rare direction and status", json!({ "directions": ["INCOMING"], "statusCode": { "from": 503, "to": 503 } })),
        (
            "frequent application, a day, FAILURE",
            json!({ "applications": [often], "occurredAt": day, "outcomes": ["FAILURE"] }),
        ),
    ];
    let mut cases: Vec<_> =
        filters.into_iter().map(|(name, filter)| case(client, name, json!({ "filter": filter }))).collect();
    let incoming = json!({ "filter": { "directions": ["INCOMING"] } });
    cases.push(case(outgoing, "directions: one that a domain has not", incoming));
    cases.push(case(client, "none, from the middle on", json!({ "after": page["pageInfo"]["endCursor"] })));
    Ok(cases)
}

fn case(client: &Client, name: &'static str, variables: Value) -> Case {
    Case {
        client: client.clone(),
        name,
        variables,
        matched: String::new(),
        newest: Vec::new(),
        oldest: Vec::new(),
        count: Vec::new(),
    }
}
