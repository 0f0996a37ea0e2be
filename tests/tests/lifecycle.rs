//! Start, stop and start again: the first start opens a way in, a later one goes on with the same
//! data, and an end that is asked for is a clean one.

use serde_json::{Value, json};
use tests::{
    Place, S3, Server, eventually, get,
    logs::{call, numbered},
    on_both, on_postgres,
};

on_both![
    the_first_start_opens_a_way_in_and_the_next_goes_on,
    an_end_that_is_asked_for_is_a_clean_one,
    a_worker_asked_to_end_finishes_what_it_has_begun,
    the_log_is_structured_and_carries_the_request_s_id,
    liveness_and_readiness_are_told,
];

mod away {
    use super::{a_server_without_its_database_is_alive_but_not_ready, on_postgres};
    on_postgres![a_server_without_its_database_is_alive_but_not_ready];
}

/// The token among what a server has printed.
async fn printed_token(server: &Server) -> String {
    eventually("a token is printed", async || {
        let printed = server.printed();
        printed.split_whitespace().find(|word| word.starts_with("clog_")).map(str::to_owned)
    })
    .await
}

async fn the_first_start_opens_a_way_in_and_the_next_goes_on(place: &Place) {
    let first = place.serve().await;
    let token = printed_token(&first).await;
    for address in [first.url("/graphiql"), first.url("/graphql")] {
        assert!(first.printed().contains(&address), "{}", first.printed());
    }
    let caller = first.client(&token);
    let ids = caller.record(&numbered(3)).await;
    let export = caller.completed(&caller.export(&json!({ "format": "CSV" })).await).await;
    drop(first);
    let second = place.serve().await;
    let caller = second.client(&token);
    assert_eq!(caller.list(&Value::Null).await, ids.into_iter().rev().collect::<Vec<_>>());
    let url = caller.export_now(&export["id"]).await["file"]["url"].clone();
    assert_eq!(get(url.as_str().unwrap()).await.text().await.unwrap().lines().count(), 4);
    // A link that was given out before still works, but for the address.
    let before = export["file"]["url"].as_str().unwrap();
    let path = &before[before.find("/exports/").unwrap()..];
    assert_eq!(get(&second.url(path)).await.status(), 200);
    assert!(!second.printed().contains("clog_"), "no second first token");
}

async fn an_end_that_is_asked_for_is_a_clean_one(place: &Place) {
    let mut all = vec![
        ("serve", place.serve().await),
        ("serve --no-worker", place.serve_with(&["--no-worker"], &[]).await),
        ("worker", place.work(&[])),
    ];
    for (name, server) in &mut all {
        eventually("it is ready", async || {
            let ready = |line: &Value| line["fields"]["message"].as_str().is_some_and(|m| m.ends_with("ready"));
            server.log().iter().any(ready).then_some(())
        })
        .await;
        let ended = server.stop().await;
        assert_eq!(ended.code(), Some(0), "{name}: {ended}");
        assert!(server.log().iter().all(|line| line["level"] != "ERROR"), "{name}: {:?}", server.log());
    }
}

async fn a_worker_asked_to_end_finishes_what_it_has_begun(place: &Place) {
    let s3 = S3::start().await;
    let settings = s3.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let api = place.serve_with(&["--no-worker"], &settings).await;
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    s3.close();
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let mut worker = place.work(&settings);
    eventually("the worker is about to put its file", async || (s3.puts().len() == 1).then_some(())).await;
    worker.ask_to_stop();
    eventually("it has heard", async || {
        worker.log().iter().any(|l| l["fields"]["message"] == "stopping").then_some(())
    })
    .await;
    s3.open();
    assert_eq!(worker.ended().await.code(), Some(0));
    let now = acme.export_now(&export["id"]).await;
    assert_eq!(now["status"], "COMPLETED", "{now}");
}

async fn the_log_is_structured_and_carries_the_request_s_id(place: &Place) {
    let server = place.serve_with(&[], &[("LOG", "debug")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let answer = acme.answer("{ connectorLogs { nodes { id } } }", &Value::Null).await;
    let id = answer.request_id();
    let statements = server.statements(&id, &acme).await;
    assert!(statements.iter().any(|statement| statement.contains("connector_log")), "{statements:?}");
    let other = acme.answer("{ viewer { name } }", &Value::Null).await.request_id();
    assert_ne!(other, id);
    for line in server.log() {
        assert!(line["level"].is_string() && line["fields"].is_object(), "a line that is not JSON: {line}");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        // No token, and nothing of a link's signature.
        assert!(!line.to_string().contains("clog_"), "{line}");
    }
}

async fn liveness_and_readiness_are_told(place: &Place) {
    let server = place.serve().await;
    for path in ["/healthz", "/readyz"] {
        let answer = get(&server.url(path)).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
}

async fn a_server_without_its_database_is_alive_but_not_ready(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&[call()]).await;
    place.take_database_away().await;
    eventually("it is not ready any more", async || (get(&server.url("/readyz")).await.status() == 503).then_some(()))
        .await;
    assert_eq!(get(&server.url("/healthz")).await.status(), 200);
    // A question fails with an id for whoever reads the log, and without a word of SQL.
    let answer = acme.answer("{ connectorLogs { nodes { id } } }", &Value::Null).await;
    assert!(!answer.body["errors"].is_null(), "{}", answer.text);
    for word in ["SELECT", "select", "sqlx", "postgres", "database \"", "promise_"] {
        assert!(!answer.text.contains(word), "{}", answer.text);
    }
}
