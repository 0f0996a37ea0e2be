//! The same key is the same record, recorded once: within a call, across calls and processes.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{
    Place,
    logs::{call, numbered, with},
    on_both,
};

on_both![
    a_key_is_one_record_within_a_call,
    a_key_is_one_record_across_calls_and_restarts,
    a_key_is_one_record_across_processes_at_once,
    a_key_belongs_to_its_domain,
];

fn keyed(key: &str) -> Value {
    with(call(), &json!({ "idempotencyKey": key }))
}

async fn a_key_is_one_record_within_a_call(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let done = acme.try_record(&[keyed("a"), keyed("b"), keyed("a"), call(), keyed("a"), call()]).await;
    assert_eq!(done["recordedCount"], 4);
    assert_eq!(done["userErrors"], json!([]));
    let ids = done["ids"].as_array().unwrap();
    assert_eq!(ids[0], ids[2]);
    assert_eq!(ids[0], ids[4]);
    assert_ne!(ids[0], ids[1]);
    assert_ne!(ids[3], ids[5]);
    assert_eq!(acme.list(&Value::Null).await.len(), 4);
}

async fn a_key_is_one_record_across_calls_and_restarts(place: &Place) {
    let token = place.token("Acme", &[]);
    let first = place.serve().await;
    let acme = first.client(&token);
    let once = acme.try_record(&[with(keyed("a"), &json!({ "method": "GET" }))]).await;
    assert_eq!(once["recordedCount"], 1);
    let again = acme.try_record(&[with(keyed("a"), &json!({ "method": "PUT" })), keyed("b")]).await;
    assert_eq!(again["recordedCount"], 1);
    assert_eq!(again["ids"][0], once["ids"][0]);
    drop(first);
    let second = place.serve().await;
    let acme = second.client(&token);
    let later = acme.try_record(&[keyed("b"), keyed("a")]).await;
    assert_eq!(later["recordedCount"], 0);
    assert_eq!(later["ids"], json!([again["ids"][1], once["ids"][0]]));
    // What was recorded first stays.
    let query = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { method } } }";
    assert_eq!(acme.ask(query, &json!({ "id": once["ids"][0] })).await["node"]["method"], "GET");
}

async fn a_key_is_one_record_across_processes_at_once(place: &Place) {
    let (one, acme) = place.open("Acme").await;
    let two = place.serve_with(&["--no-worker"], &[]).await;
    let token = place.token("Acme", &[]);
    let logs: Vec<Value> = (numbered(60).into_iter().enumerate())
        .map(|(n, log)| {
            with(log, &json!({ "idempotencyKey": format!("k-{n}"), "applicationFrom": format!("App {n}") }))
        })
        .collect();
    let clients = [one.client(&token), two.client(&token)];
    let calls = (0..8).map(|n| clients[n % 2].try_record(&logs));
    let done = join_all(calls).await;
    let recorded: u64 = done.iter().map(|d| d["recordedCount"].as_u64().unwrap()).sum();
    assert_eq!(recorded, 60);
    assert!(done.iter().all(|d| d["ids"] == done[0]["ids"] && d["userErrors"] == json!([])));
    assert_eq!(acme.list(&Value::Null).await.len(), 60);
    let applications = acme.ask("{ applications { name } }", &Value::Null).await;
    assert_eq!(applications["applications"].as_array().unwrap().len(), 61);
}

async fn a_key_belongs_to_its_domain(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let globex = server.client(&place.token("Globex", &[]));
    let ours = acme.try_record(&[keyed("a")]).await;
    let theirs = globex.try_record(&[keyed("a")]).await;
    assert_eq!((&ours["recordedCount"], &theirs["recordedCount"]), (&json!(1), &json!(1)));
    assert_ne!(ours["ids"], theirs["ids"]);
}
