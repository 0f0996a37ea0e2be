//! Traces: a caller's trace goes on through the request into the export's job, in whichever process
//! that is worked on. Spans and log lines lead to each other, and neither tells a secret.

use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};
use tests::{
    Answer, Place, Server,
    collector::{Collector, Span},
    eventually,
    live::Socket,
    logs::{call, with},
    on_both, on_sqlite,
};

on_both![one_trace_goes_from_the_caller_to_the_worker];

mod alone {
    use super::{
        a_collector_that_is_down_stops_nothing, a_failed_attempt_is_an_error, a_span_tells_no_secret,
        an_operation_at_a_socket_is_traced, on_sqlite, what_is_left_is_sent_at_the_end, what_is_not_sent_is_not_there,
    };
    on_sqlite![
        a_span_tells_no_secret,
        a_failed_attempt_is_an_error,
        an_operation_at_a_socket_is_traced,
        what_is_left_is_sent_at_the_end,
        a_collector_that_is_down_stops_nothing,
        what_is_not_sent_is_not_there
    ];
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

const EXPORT: &str = "mutation Ask($input: ExportLogsInput!) { exportLogs(input: $input) { export { id } } }";

/// The span of that name in the caller's trace, once it is there.
async fn sent(collector: &Collector, name: &str) -> Span {
    eventually(&format!("the span {name} is sent"), async || {
        collector.spans().into_iter().find(|span| span.name == name && span.trace == TRACE)
    })
    .await
}

/// The lines of a log that show the trace.
fn lines(server: &Server) -> Vec<Value> {
    server.log().into_iter().filter(|line| line["span"]["trace_id"] == TRACE).collect()
}

async fn one_trace_goes_from_the_caller_to_the_worker(place: &Place) {
    let collector = Collector::start().await;
    let url = collector.url();
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")];
    let api = place.serve_with(&["--no-worker"], &settings).await;
    let mut of_worker = settings.to_vec();
    of_worker.push(("OTEL_SERVICE_NAME", "log-worker"));
    let worker = place.work(&of_worker);
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    let body = json!({ "query": EXPORT, "variables": { "input": { "format": "CSV" } } });
    let request = acme.post().header("traceparent", format!("00-{TRACE}-{CALLER}-01")).header("tracestate", "acme=7");
    let answer = Answer::of(request.json(&body).send().await.unwrap()).await;
    acme.completed(&answer.body["data"]["exportLogs"]["export"]).await;

    let asked = sent(&collector, "POST /graphql").await;
    assert_eq!((asked.parent.as_str(), asked.kind, asked.state.as_str()), (CALLER, 2, "acme=7"), "{asked:?}");
    assert_eq!(asked.service, "connector-log");
    for (name, value) in [
        ("http.request.method", "POST"),
        ("http.route", "/graphql"),
        ("http.response.status_code", "200"),
        ("graphql.operation.name", "Ask"),
        ("graphql.operation.type", "mutation"),
    ] {
        assert_eq!(asked.attributes.get(name).map(String::as_str), Some(value), "{name} of {asked:?}");
    }
    let made = sent(&collector, "export csv").await;
    assert_eq!((made.parent, made.kind, made.service.as_str()), (asked.id, 5, "log-worker"));
    assert_eq!(made.attributes["export"], answer.body["data"]["exportLogs"]["export"]["id"]);

    let of_request = lines(&api);
    assert!(of_request.iter().any(|line| line["span"]["request_id"] == answer.request_id().as_str()), "{of_request:?}");
    let of_job = lines(&worker);
    assert!(of_job.iter().any(|line| line["fields"]["message"] == "export completed"), "{of_job:?}");
}

async fn a_span_tells_no_secret(place: &Place) {
    let collector = Collector::start().await;
    let url = collector.url();
    let settings =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("LOG", "debug")];
    let server = place.serve_with(&[], &settings).await;
    let token = place.token("Acme", &[]);
    let acme = server.client(&token);
    acme.record(&[with(call(), &json!({ "userEmail": "ann@acme.example" }))]).await;
    acme.list(&json!({ "user": "ann@acme.example" })).await;
    acme.exported(&json!({ "format": "CSV" })).await;
    let download = eventually("the download's span is sent", async || {
        collector.spans().into_iter().find(|span| span.name == "GET /exports/{key}")
    })
    .await;
    assert_eq!(download.attributes["http.route"], "/exports/{key}");
    for span in collector.spans() {
        assert_eq!(span.events, 0, "what is logged is not sent: {span:?}");
        let all = format!("{span:?}");
        for word in [token.as_str(), "clog_", "ann@", "signature", "SELECT", "connectorLogs(", "Okta", "Acme"] {
            assert!(!all.contains(word), "{word} in {all}");
        }
    }
}

async fn a_failed_attempt_is_an_error(place: &Place) {
    let collector = Collector::start().await;
    let url = collector.url();
    let mut settings = vec![("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")];
    settings.push(("EXPORT_PATIENCE", "1"));
    let server = place.serve_with(&[], &settings).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    // A file where the folder should be: nothing can be stored.
    fs::remove_dir_all(place.path("exports")).unwrap();
    place.write("exports", "");
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let attempts = eventually("both attempts are sent", async || {
        let attempts: Vec<Span> = collector.spans().into_iter().filter(|span| span.name == "export csv").collect();
        (attempts.len() == 2).then_some(attempts)
    })
    .await;
    for attempt in &attempts {
        assert_eq!((attempt.status, &*attempt.attributes["error.type"]), (2, "STORE_UNAVAILABLE"), "{attempt:?}");
    }
    assert_eq!((&attempts[0].trace, &attempts[0].parent), (&attempts[1].trace, &attempts[1].parent));
    assert_eq!(acme.export_now(&export["id"]).await["status"], "FAILED");
}

async fn an_operation_at_a_socket_is_traced(place: &Place) {
    let collector = Collector::start().await;
    let url = collector.url();
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "100")];
    let server = place.serve_with(&[], &settings).await;
    let token = place.token("Acme", &[]);
    server.client(&token).record(&[call()]).await;
    let mut socket = Socket::with(&server.url("/graphql"), &token).await;
    socket.subscribe("export", EXPORT, &json!({ "input": { "format": "CSV" } })).await;
    let find = async |name: &str| {
        eventually(&format!("the span {name} is sent"), async || collector.spans().into_iter().find(|s| s.name == name))
            .await
    };
    let asked = find("GraphQL operation").await;
    assert_eq!(asked.attributes["graphql.operation.name"], "Ask");
    let made = find("export csv").await;
    assert_eq!((&made.trace, &made.parent), (&asked.trace, &asked.id));
    drop(socket);
    let opened = find("GET /graphql").await;
    assert_eq!((opened.trace, opened.id), (asked.trace, asked.parent));
}

async fn what_is_left_is_sent_at_the_end(place: &Place) {
    let collector = Collector::start().await;
    let url = collector.url();
    // So long that nothing is sent before the end by itself.
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "600000")];
    let mut server = place.serve_with(&[], &settings).await;
    server.client(&place.token("Acme", &[])).ask("query Last { viewer { name } }", &Value::Null).await;
    assert!(collector.spans().is_empty());
    assert_eq!(server.stop().await.code(), Some(0));
    let spans = collector.spans();
    assert!(spans.iter().any(|s| s.attributes.get("graphql.operation.name").is_some_and(|n| n == "Last")), "{spans:?}");
}

async fn a_collector_that_is_down_stops_nothing(place: &Place) {
    // Port 1 is nobody's.
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"), ("OTEL_BSP_SCHEDULE_DELAY", "10")];
    let mut server = place.serve_with(&[], &settings).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    let complaints = |server: &Server| {
        let of_it = |line: &Value| line["fields"]["message"].as_str().is_some_and(|m| m.contains("takes no traces"));
        server.log().into_iter().filter(of_it).count()
    };
    eventually("it is missed", async || (complaints(&server) > 0).then_some(())).await;
    let begun = Instant::now();
    for _ in 0..200 {
        acme.ask("{ viewer { name } }", &Value::Null).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "200 questions took {:?}", begun.elapsed());
    assert!(!acme.exported(&json!({ "format": "CSV" })).await.is_empty());
    let begun = Instant::now();
    assert_eq!(server.stop().await.code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20), "the end took {:?}", begun.elapsed());
    assert_eq!(complaints(&server), 1, "it is said once");
}

async fn what_is_not_sent_is_not_there(place: &Place) {
    let server = place.serve().await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&[call()]).await;
    let request = acme.post().header("traceparent", format!("00-{TRACE}-{CALLER}-01"));
    let body = json!({ "query": EXPORT, "variables": { "input": { "format": "CSV" } } });
    let answer = Answer::of(request.json(&body).send().await.unwrap()).await;
    acme.completed(&answer.body["data"]["exportLogs"]["export"]).await;
    assert_eq!(place.number("SELECT COUNT(*) FROM export WHERE trace_context IS NOT NULL").await, 0);
    for line in server.log() {
        assert!(!line.to_string().contains("otel") && line["span"]["trace_id"].is_null(), "{line}");
    }
    let refused = place.command(&["serve"], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]).output().unwrap();
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT") && stderr.contains("http://collector:4318"), "{stderr}");
}
