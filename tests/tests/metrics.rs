//! Metrics count what was done, say what is true, and tell nothing about whom: read by Prometheus'
//! own client.

use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use tests::{
    Client, Place, Server, eventually, get,
    logs::{call, with},
    metrics::{Metrics, read_with, scrape},
    on_both, on_postgres, on_sqlite,
};

on_both![
    what_was_done_is_counted,
    what_failed_and_what_was_canceled_is_counted,
    every_process_says_the_same_of_the_queue,
];

mod away {
    use super::{on_postgres, without_its_database_the_rest_is_told};
    on_postgres![without_its_database_the_rest_is_told];
}

mod alone {
    use super::{
        metrics_are_for_whoever_has_the_token, names_of_operations_are_bounded, on_sqlite,
        the_dashboard_asks_for_what_there_is,
    };
    on_sqlite![
        names_of_operations_are_bounded,
        metrics_are_for_whoever_has_the_token,
        the_dashboard_asks_for_what_there_is
    ];
}

/// A record with a key, or one at fault.
fn keyed(key: &str) -> Value {
    with(call(), &json!({ "idempotencyKey": key, "userEmail": "ann@acme.example" }))
}

/// A server of which something of everything was asked.
async fn busy(place: &Place) -> (Server, Client) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&[keyed("a"), keyed("b"), keyed("c")]).await;
    acme.record(&[keyed("a"), keyed("b"), keyed("c")]).await;
    acme.try_record(&[with(keyed("d"), &json!({ "applicationFrom": "" }))]).await;
    for _ in 0..2 {
        acme.ask("query Whoami { viewer { name } }", &Value::Null).await;
    }
    acme.ask("{ viewer { name } }", &Value::Null).await;
    acme.fault("query TooMany { connectorLogs(first: 1000) { nodes { id } } }", &Value::Null).await;
    acme.answer("no GraphQL at all", &Value::Null).await;
    acme.exported(&json!({ "format": "CSV" })).await;
    acme.exported(&json!({ "format": "PDF" })).await;
    assert_eq!(get(&server.url("/no/such/path")).await.status(), 404);
    (server, acme)
}

/// What is told once the worker, whose exports are there before it has counted them, is idle.
async fn settled(server: &Server) -> Metrics {
    eventually("both exports are counted", async || {
        let seen = scrape(&server.url("/metrics")).await;
        let idle = seen.sum("connector_log_exports_in_work", &[]) < 0.5;
        (idle && seen.sum("connector_log_exports_ended_total", &[]) > 1.5).then_some(seen)
    })
    .await
}

async fn what_was_done_is_counted(place: &Place) {
    let (server, _) = busy(place).await;
    let seen = settled(&server).await;
    for (count, name, labels) in [
        (3.0, "connector_log_records_total", &[("result", "recorded")][..]),
        (3.0, "connector_log_records_total", &[("result", "repeated")]),
        (1.0, "connector_log_records_total", &[("result", "refused")]),
        (3.0, "connector_log_record_batch_size_count", &[]),
        (7.0, "connector_log_record_batch_size_sum", &[]),
        (3.0, "connector_log_record_duration_seconds_count", &[]),
        (2.0, "connector_log_graphql_operations_total", &[("operation", "Whoami"), ("type", "query")]),
        (2.0, "connector_log_graphql_operation_duration_seconds_count", &[("operation", "Whoami")]),
        (1.0, "connector_log_graphql_errors_total", &[("operation", "TooMany"), ("code", "BAD_USER_INPUT")]),
        (1.0, "connector_log_graphql_errors_total", &[("operation", "(refused)"), ("code", "GRAPHQL_PARSE_FAILED")]),
        (1.0, "connector_log_exports_ended_total", &[("format", "csv"), ("outcome", "completed")]),
        (1.0, "connector_log_exports_ended_total", &[("format", "pdf"), ("outcome", "completed")]),
        (0.0, "connector_log_exports_ended_total", &[("outcome", "canceled")]),
        (2.0, "connector_log_export_attempts_total", &[]),
        (2.0, "connector_log_export_duration_seconds_count", &[]),
        (2.0, "connector_log_export_work_duration_seconds_count", &[]),
        (2.0, "connector_log_store_operations_total", &[("operation", "fetch"), ("outcome", "ok")]),
        (2.0, "connector_log_http_requests_total", &[("route", "/exports/{key}"), ("status", "2xx")]),
        (1.0, "connector_log_http_requests_total", &[("route", "none"), ("status", "4xx")]),
        (0.0, "connector_log_exports", &[]),
        (0.0, "connector_log_queue_waiting", &[]),
        (0.0, "connector_log_queue_oldest_waiting_seconds", &[]),
        (1.0, "connector_log_up", &[("part", "database")]),
        (1.0, "connector_log_up", &[("part", "store")]),
        (1.0, "connector_log_up", &[("part", "worker")]),
        // This request.
        (1.0, "connector_log_http_requests_in_flight", &[]),
        (16.0, "connector_log_database_connections_max", &[]),
        (1.0, "connector_log_build_info", &[]),
    ] {
        assert!((seen.sum(name, labels) - count).abs() < 1e-9, "{name} {labels:?} is not {count}:\n{}", seen.text);
    }
    assert!(seen.sum("connector_log_graphql_operations_total", &[("operation", "(anonymous)")]) > 3.0);
    assert!(seen.sum("connector_log_export_duration_seconds_sum", &[]) > 0.0);
    assert!(seen.sum("connector_log_store_operations_total", &[("operation", "write"), ("outcome", "ok")]) >= 4.0);
    assert!(seen.sum("connector_log_database_connections", &[]) >= 1.0);
    assert!(seen.sum("process_resident_memory_bytes", &[]) > 1e6);
    assert!(seen.sum("process_open_fds", &[]) > 3.0 && seen.sum("process_cpu_seconds_total", &[]) > 0.0);
    let started = seen.sum("process_start_time_seconds", &[]);
    let now = chrono::Utc::now().timestamp();
    assert!((0.0..600.0).contains(&(f64::from(u32::try_from(now).unwrap()) - started)), "{started} {now}");
    assert_tells_nobody(&seen);
}

async fn what_failed_and_what_was_canceled_is_counted(place: &Place) {
    let settings = [("EXPORT_PATIENCE", "1")];
    let server = place.serve_with(&["--no-worker"], &settings).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    let unwanted = acme.export(&json!({ "format": "PDF" })).await;
    let cancel = "mutation ($id: ID!) { cancelExport(input: { id: $id }) { export { status } } }";
    let canceled = acme.ask(cancel, &json!({ "id": unwanted["id"] })).await;
    assert_eq!(canceled["cancelExport"]["export"]["status"], "CANCELED");
    let ended = "connector_log_exports_ended_total";
    let seen = scrape(&server.url("/metrics")).await;
    assert!((seen.sum(ended, &[("outcome", "canceled"), ("format", "pdf")]) - 1.0).abs() < 1e-9, "{}", seen.text);
    // A file where the folder should be: nothing can be stored.
    let server = place.serve_with(&[], &settings).await;
    fs::remove_dir_all(place.path("exports")).unwrap();
    place.write("exports", "");
    server.client(&place.token("Acme", &[])).export(&json!({ "format": "CSV" })).await;
    let seen = eventually("an export has failed", async || {
        let seen = scrape(&server.url("/metrics")).await;
        seen.try_sum(ended, &[("outcome", "failed")]).is_some_and(|failed| failed > 0.5).then_some(seen)
    })
    .await;
    assert!(seen.sum(ended, &[("outcome", "failed"), ("code", "STORE_UNAVAILABLE")]) > 0.5, "{}", seen.text);
    for outcome in ["put_off", "failed"] {
        assert!(seen.sum("connector_log_export_attempts_total", &[("outcome", outcome)]) > 0.5, "{outcome}");
    }
    assert!(seen.sum("connector_log_store_operations_total", &[("outcome", "error")]) > 0.5);
}

/// No label says whose records there are, who asks, or what is in them.
fn assert_tells_nobody(seen: &Metrics) {
    for word in ["acme", "tester", "ann@", "okta", "intranet", "clog_", "exp_", "log_0", "tok_"] {
        assert!(!seen.text.to_lowercase().contains(word), "{word} in:\n{}", seen.text);
    }
}

async fn names_of_operations_are_bounded(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    for n in 0..500 {
        acme.ask(&format!("query Q{n} {{ viewer {{ name }} }}"), &Value::Null).await;
    }
    let long = "L".repeat(5000);
    acme.ask(&format!("query {long} {{ viewer {{ name }} }}"), &Value::Null).await;
    let seen = scrape(&server.url("/metrics")).await;
    let name = "connector_log_graphql_operations_total";
    let mut kept: BTreeSet<String> = (0..200).map(|n| format!("Q{n}")).collect();
    kept.insert("(other)".to_owned());
    assert_eq!(seen.values(name, "operation"), kept);
    assert!((seen.sum(name, &[("operation", "(other)")]) - 301.0).abs() < 1e-9);
    assert!(seen.text.len() < 500_000, "{} bytes", seen.text.len());
}

async fn every_process_says_the_same_of_the_queue(place: &Place) {
    let one = place.serve_with(&["--no-worker"], &[]).await;
    let other = place.serve_with(&["--no-worker"], &[]).await;
    let acme = one.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    let export = acme.export(&json!({ "format": "CSV" })).await;
    for server in [&one, &other] {
        let seen = eventually("both see it waiting", async || {
            let seen = scrape(&server.url("/metrics")).await;
            (seen.sum("connector_log_queue_oldest_waiting_seconds", &[]) > 0.0).then_some(seen)
        })
        .await;
        for (count, name, labels) in [
            (1.0, "connector_log_exports", &[("state", "queued")][..]),
            (0.0, "connector_log_exports", &[("state", "running")]),
            (1.0, "connector_log_queue_waiting", &[]),
        ] {
            assert!((seen.sum(name, labels) - count).abs() < 1e-9, "{name} {labels:?}:\n{}", seen.text);
        }
        assert!(seen.sum("connector_log_exports_oldest_seconds", &[]) > 0.0);
        // Nobody works here.
        assert_eq!(seen.try_sum("connector_log_exports_in_work", &[]), None);
        assert_eq!(seen.try_sum("connector_log_up", &[("part", "worker")]), None);
    }
    let worker = place.work(&[("METRICS_LISTEN", "127.0.0.1:0")]);
    let own = worker.own_url("/metrics").await;
    acme.completed(&export).await;
    let done = |seen: &Metrics| seen.sum("connector_log_exports_ended_total", &[("outcome", "completed")]);
    let seen = eventually("the worker has counted it", async || {
        let seen = scrape(&own).await;
        (done(&seen) > 0.5 && seen.sum("connector_log_exports", &[]) < 0.5).then_some(seen)
    })
    .await;
    assert!(seen.sum("connector_log_exports_in_work", &[]) >= 0.0);
    assert!((seen.sum("connector_log_up", &[("part", "worker")]) - 1.0).abs() < 1e-9);
    assert_tells_nobody(&seen);
    // The sum over all processes is one: who did the work has counted it.
    assert!(done(&scrape(&one.url("/metrics")).await) + done(&scrape(&other.url("/metrics")).await) < 0.5);
}

async fn without_its_database_the_rest_is_told(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&[call()]).await;
    place.take_database_away().await;
    let seen = eventually("the database is missed", async || {
        let seen = scrape(&server.url("/metrics")).await;
        (seen.sum("connector_log_up", &[("part", "database")]) < 0.5).then_some(seen)
    })
    .await;
    assert!((seen.sum("connector_log_records_total", &[("result", "recorded")]) - 1.0).abs() < 1e-9);
    assert!((seen.sum("connector_log_up", &[("part", "store")]) - 1.0).abs() < 1e-9);
    assert_eq!(seen.try_sum("connector_log_exports", &[]), None, "what nobody knows is not said");
}

const TOKEN: &str = "a-token-for-those-who-watch";

async fn metrics_are_for_whoever_has_the_token(place: &Place) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let own = ("METRICS_LISTEN", "127.0.0.1:0");
    let exposed = place.serve_with(&[], &[("PRODUCTION", "true"), own]).await;
    assert_eq!(get(&exposed.url("/metrics")).await.status(), 404);
    assert_eq!(get(&exposed.url("/readyz")).await.status(), 200);
    scrape(&exposed.own_url("/metrics").await).await;
    drop(exposed);
    let server = place.serve_with(&[], &[("PRODUCTION", "true"), ("METRICS_TOKEN", TOKEN), own]).await;
    for url in [server.url("/metrics"), server.own_url("/metrics").await] {
        let stranger = get(&url).await;
        assert_eq!(stranger.status(), 401);
        assert!(stranger.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        for wrong in [&TOKEN[1..], "", "a-token-for-those-who-watcH", &format!("{TOKEN}x")] {
            assert_eq!(http.get(&url).bearer_auth(wrong).send().await.unwrap().status(), 401, "{wrong}");
        }
        assert_eq!(http.get(&url).basic_auth("watcher", Some(TOKEN)).send().await.unwrap().status(), 401);
        read_with(|| http.get(&url).bearer_auth(TOKEN)).await;
    }
    assert!(server.log().iter().all(|line| !line.to_string().contains(TOKEN)));
    let refused = place.command(&["serve"], &[("METRICS_TOKEN", "sh0rt")]).output().unwrap();
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(stderr.contains("METRICS_TOKEN") && !stderr.contains("sh0rt"), "{stderr}");
}

async fn the_dashboard_asks_for_what_there_is(place: &Place) {
    let dashboard = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/grafana.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let mut asked = BTreeSet::new();
    names(&dashboard, &mut asked);
    assert!(asked.len() > 25, "{asked:?}");
    let (server, _) = busy(place).await;
    let seen = scrape(&server.url("/metrics")).await;
    let missing: Vec<&String> = asked.iter().filter(|name| !seen.names().contains(name.as_str())).collect();
    assert!(missing.is_empty(), "the dashboard asks for what nobody tells: {missing:?}\n{}", seen.text);
    // Nothing is told that nobody looks at.
    let told: BTreeSet<&str> = seen.names().into_iter().filter(|name| name.starts_with("connector_log_")).collect();
    let part = |name: &str| ["_sum", "_count", "_bucket"].iter().any(|ending| name.ends_with(ending));
    let unseen: Vec<&&str> = told.iter().filter(|name| !part(name) && !asked.contains(**name)).collect();
    assert!(unseen.is_empty(), "no panel shows {unseen:?}");
}

/// The names of metrics in all expressions.
fn names(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::String(text) => {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            found.extend(
                words.filter(|w| w.starts_with("connector_log_") || w.starts_with("process_")).map(str::to_owned),
            );
        }
        Value::Array(all) => all.iter().for_each(|json| names(json, found)),
        Value::Object(fields) => fields.values().for_each(|json| names(json, found)),
        _ => {}
    }
}
