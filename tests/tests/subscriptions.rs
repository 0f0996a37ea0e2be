//! Watching: new records as they are recorded and exports as they go on, by whichever process, for
//! as long as whoever watches may see them, and nothing of another domain.

use serde_json::{Value, json};
use tests::{
    Client, Place, Server,
    live::{Events, Socket},
    logs::{call, with},
    on_both,
};

on_both![
    an_export_is_watched_to_its_end,
    an_export_of_nobody_s_or_of_others_is_unknown,
    the_tail_tells_what_matches_whoever_recorded_it,
    the_tail_tells_what_comes_late,
    the_tail_goes_on_as_events,
    watching_needs_its_scopes,
    nothing_of_another_domain_is_told,
    a_revoked_token_ends_what_was_begun_with_it,
    a_server_ends_in_the_midst_of_events,
];

const EXPORT: &str = "subscription ($id: ID!) { exportUpdated(id: $id) { progress id status file { name url } } }";
const TAIL: &str = "subscription ($filter: ConnectorLogFilter) {
    connectorLogRecorded(filter: $filter) { correlationId id applicationFrom { name } request { body } }
}";

/// Watches, and answers once that has begun.
async fn watch(socket: &mut Socket, query: &str, variables: &Value) {
    socket.subscribe("watch", query, variables).await;
    // A socket begins operations in the order in which they were asked.
    socket.subscribe("after", "{ viewer { name } }", &json!({})).await;
    assert_eq!(socket.next().await["id"], "after");
    assert_eq!(socket.next().await, json!({ "id": "after", "type": "complete" }));
}

/// The data of the next answer to what is watched.
async fn told(socket: &mut Socket) -> Value {
    let next = socket.next().await;
    assert_eq!((&next["id"], &next["type"]), (&json!("watch"), &json!("next")), "{next}");
    assert_eq!(next["payload"]["errors"], Value::Null, "{next}");
    next["payload"]["data"].clone()
}

fn marked(mark: &str) -> Value {
    let body = json!({ "headers": [], "body": format!("body of {mark}") });
    with(call(), &json!({ "correlationId": mark, "request": body }))
}

async fn an_export_is_watched_to_its_end(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let token = place.token("Acme", &[]);
    let acme = server.client(&token);
    acme.record(&tests::logs::numbered(700)).await;
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let variables = json!({ "id": export["id"] });
    let mut socket = Socket::with(&server.url("/graphql"), &token).await;
    socket.subscribe("watch", EXPORT, &variables).await;
    let mut seen = vec![told(&mut socket).await["exportUpdated"].clone()];
    assert_eq!((&seen[0]["status"], &seen[0]["file"]), (&json!("QUEUED"), &Value::Null), "as it is now");
    let body = json!({ "query": EXPORT, "variables": variables });
    let mut events = Events::of(acme.post().json(&body)).await;
    let (name, first) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &first["data"]["exportUpdated"]), ("next", &seen[0]));
    // Another process does the work.
    let _worker = place.work(&[]);
    while seen.last().unwrap()["status"] != "COMPLETED" {
        seen.push(told(&mut socket).await["exportUpdated"].clone());
    }
    assert_eq!(socket.next().await, json!({ "id": "watch", "type": "complete" }));
    let progress: Vec<f64> = seen.iter().map(|export| export["progress"].as_f64().unwrap()).collect();
    assert!(progress.is_sorted() && progress.last() == Some(&1.0), "{progress:?}");
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "only what is new is told: {seen:?}");
    let url = seen.last().unwrap()["file"]["url"].as_str().unwrap();
    assert_eq!(tests::get(url).await.status(), 200);
    let rest = events.rest().await;
    let (complete, told) = rest.split_last().unwrap();
    assert_eq!(complete, &("complete".to_owned(), Value::Null));
    assert_eq!(told.last().unwrap().1["data"]["exportUpdated"]["status"], "COMPLETED");
    // What has ended already is told as it is, and that is all.
    let events = Events::of(acme.post().json(&body)).await.rest().await;
    assert_eq!(events.len(), 2, "{events:?}");
}

async fn an_export_of_nobody_s_or_of_others_is_unknown(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let export = acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    let mut other = Socket::with(&server.url("/graphql"), &place.token("Other", &[])).await;
    let mut errors = Vec::new();
    for id in [
        export["id"].clone(),
        json!("exp_01h455vb4pex5vsknk084sn02q"),
        json!("log_01h455vb4pex5vsknk084sn02q"),
        json!(""),
    ] {
        other.subscribe("watch", EXPORT, &json!({ "id": id })).await;
        let next = other.next().await;
        assert_eq!((&next["type"], &next["payload"]["data"]), (&json!("next"), &Value::Null), "{next}");
        errors.push(next["payload"]["errors"].clone());
        assert_eq!(other.next().await, json!({ "id": "watch", "type": "complete" }));
    }
    assert_eq!(errors[0][0]["extensions"]["code"], "BAD_USER_INPUT", "{errors:?}");
    assert_eq!(errors[0][0]["extensions"]["field"], json!(["id"]));
    assert!(errors.iter().all(|error| error == &errors[0]), "one is not told from another: {errors:?}");
}

async fn the_tail_tells_what_matches_whoever_recorded_it(place: &Place) {
    let (server, token) = (place.serve().await, place.token("Acme", &[]));
    let acme = server.client(&token);
    acme.record(&[marked("before")]).await;
    let mut socket = Socket::with(&server.url("/graphql"), &token).await;
    // An application that is not known yet is learnt while it is waited for.
    let filter = json!({ "applications": ["Okta", "Yet to come"], "directions": ["INCOMING"] });
    watch(&mut socket, TAIL, &json!({ "filter": filter })).await;
    let no_match = [json!({ "direction": "OUTGOING" }), json!({ "applicationFrom": "Nobody" })];
    let no_match: Vec<Value> = no_match.iter().map(|more| with(marked("other"), more)).collect();
    let mark = async |socket: &mut Socket| told(socket).await["connectorLogRecorded"].clone();
    acme.record(&no_match).await;
    let ids = acme.record(&[marked("here")]).await;
    let record = mark(&mut socket).await;
    let expected = json!({
        "correlationId": "here", "id": ids[0], "applicationFrom": { "name": "Okta" }, "request": { "body": "body of here" },
    });
    assert_eq!(record, expected);
    let elsewhere = place.serve_with(&["--no-worker"], &[]).await;
    elsewhere.client(&token).record(&no_match).await;
    elsewhere
        .client(&token)
        .record(&[with(marked("elsewhere"), &json!({ "applicationTo": "Yet to come", "applicationFrom": "X" }))])
        .await;
    assert_eq!(mark(&mut socket).await["correlationId"], "elsewhere");
    let line = marked("imported").to_string();
    let file = place.write("log.ndjson", line);
    place.succeed(&["import", "--domain", "Acme", file.to_str().unwrap()]);
    assert_eq!(mark(&mut socket).await["correlationId"], "imported");
    // A call of long ago is new when it is recorded now; one that is there already is not.
    let old = with(marked("old"), &json!({ "occurredAt": "2001-01-01T00:00:00Z", "idempotencyKey": "k" }));
    acme.record(std::slice::from_ref(&old)).await;
    assert_eq!(mark(&mut socket).await["correlationId"], "old");
    acme.record(&[old]).await;
    // A batch is told whole, each record once.
    let batch: Vec<Value> = (0..1200).map(|n| marked(&format!("n-{n}"))).collect();
    acme.record(&batch).await;
    let mut marks = Vec::new();
    for _ in 0..1200 {
        marks.push(mark(&mut socket).await["correlationId"].as_str().unwrap().to_owned());
    }
    marks.sort();
    marks.dedup();
    assert!(marks.len() == 1200 && marks.iter().all(|mark| mark.starts_with("n-")), "{} {:?}", marks.len(), marks[0]);
}

async fn the_tail_tells_what_comes_late(place: &Place) {
    let (server, token) = (place.serve().await, place.token("Acme", &[]));
    let acme = server.client(&token);
    let mut socket = Socket::with(&server.url("/graphql"), &token).await;
    watch(&mut socket, TAIL, &json!({})).await;
    acme.record(&[marked("in time")]).await;
    assert_eq!(told(&mut socket).await["connectorLogRecorded"]["correlationId"], "in time");
    // A record that another process learnt of ten seconds ago, and whose transaction ends now.
    let (id, then) = match place.kind() {
        tests::Kind::Sqlite => ("randomblob(16)", "strftime('%Y-%m-%dT%H:%M:%f', 'now', '-10 seconds') || '+00:00'"),
        tests::Kind::Postgres => ("gen_random_uuid()", "now() - interval '10 seconds'"),
    };
    let rest = "domain_id, direction, application_from, application_to, action, request_type, outcome";
    let insert = format!(
        "INSERT INTO connector_log ({rest}, correlation_id, id, recorded_at) \
         SELECT {rest}, 'late', {id}, {then} FROM connector_log"
    );
    assert_eq!(place.execute(&insert).await, Ok(1));
    assert_eq!(told(&mut socket).await["connectorLogRecorded"]["correlationId"], "late");
}

/// The first event, recorded again and again until it comes: a request for events has begun when
/// its first event says so.
async fn first(events: &mut Events, acme: &Client) -> Value {
    let next = events.next();
    tokio::pin!(next);
    let again = [marked("event")];
    loop {
        tokio::select! {
            event = &mut next => return event.unwrap().1,
            _ = acme.record(&again) => {}
        }
    }
}

async fn the_tail_goes_on_as_events(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let body = json!({ "query": TAIL, "variables": { "filter": { "correlationId": "event" } } });
    let mut events = Events::of(acme.post().json(&body)).await;
    let record = first(&mut events, &acme).await["data"]["connectorLogRecorded"].clone();
    assert_eq!((&record["correlationId"], &record["request"]["body"]), (&json!("event"), &json!("body of event")));
    // Nobody is told of a subscription that it would have to wait for.
    let answer = acme.answer(TAIL, &json!({})).await;
    assert_eq!(answer.status, 406);
    assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"));
}

async fn watching_needs_its_scopes(place: &Place) {
    let server = place.serve().await;
    let url = server.url("/graphql");
    let mut socket = Socket::with(&url, &place.token("Acme", &["LOGS_WRITE", "PAYLOADS_READ"])).await;
    for (query, variables) in [(TAIL, json!({})), (EXPORT, json!({ "id": "exp_01h455vb4pex5vsknk084sn02q" }))] {
        socket.subscribe("watch", query, &variables).await;
        let error = &socket.next().await["payload"]["errors"][0];
        assert_eq!(error["extensions"], json!({ "code": "FORBIDDEN", "scope": "LOGS_READ" }));
        assert_eq!(socket.next().await["type"], "complete");
    }
    let mut socket = Socket::with(&url, &place.token("Acme", &["LOGS_READ"])).await;
    watch(&mut socket, TAIL, &json!({})).await;
    server.client(&place.token("Acme", &[])).record(&[marked("secret")]).await;
    let next = socket.next().await;
    let record = &next["payload"]["data"]["connectorLogRecorded"];
    assert_eq!((&record["correlationId"], &record["request"]), (&json!("secret"), &Value::Null));
    assert_eq!(next["payload"]["errors"][0]["extensions"]["scope"], "PAYLOADS_READ");
    assert!(!next.to_string().contains("body of"));
}

async fn nothing_of_another_domain_is_told(place: &Place) {
    let server = place.serve().await;
    let (alpha, beta) = (place.token("Alpha", &[]), place.token("Beta", &[]));
    let mut socket = Socket::with(&server.url("/graphql"), &beta).await;
    watch(&mut socket, TAIL, &json!({})).await;
    let mut filtered = Socket::with(&server.url("/graphql"), &beta).await;
    watch(&mut filtered, TAIL, &json!({ "filter": { "correlationId": "alpha" } })).await;
    let mut own = Socket::with(&server.url("/graphql"), &alpha).await;
    watch(&mut own, TAIL, &json!({})).await;
    server.client(&alpha).record(&[marked("alpha")]).await;
    assert_eq!(told(&mut own).await["connectorLogRecorded"]["correlationId"], "alpha");
    // What comes after it is the first that beta sees.
    server.client(&beta).record(&[marked("beta")]).await;
    assert_eq!(told(&mut socket).await["connectorLogRecorded"]["correlationId"], "beta");
    server.client(&beta).record(&[with(marked("alpha"), &json!({ "applicationFrom": "Beta's" }))]).await;
    assert_eq!(told(&mut filtered).await["connectorLogRecorded"]["applicationFrom"]["name"], "Beta's");
}

async fn a_revoked_token_ends_what_was_begun_with_it(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let leaked = place.succeed(&["token", "create", "--domain", "Acme", "--name", "leaked"]).trim().to_owned();
    let mut socket = Socket::with(&server.url("/graphql"), &leaked).await;
    watch(&mut socket, TAIL, &json!({})).await;
    let body = json!({ "query": TAIL });
    let mut events = Events::of(server.client(&leaked).post().json(&body)).await;
    first(&mut events, &acme).await;
    let tokens = place.succeed(&["token", "list", "--domain", "Acme"]);
    let line = tokens.lines().find(|line| line.contains("leaked")).unwrap();
    let id = line.split_whitespace().find(|word| word.starts_with("tok_")).unwrap();
    place.succeed(&["token", "revoke", id]);
    assert_eq!(socket.closed().await.0, 4403);
    let rest = events.rest().await;
    let [.., (next, last), (complete, _)] = &rest[..] else { panic!("{rest:?}") };
    assert_eq!((next.as_str(), complete.as_str()), ("next", "complete"));
    assert_eq!(last["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{last}");
}

async fn a_server_ends_in_the_midst_of_events(place: &Place) {
    let (mut server, acme): (Server, Client) = place.open("Acme").await;
    let mut events = Events::of(acme.post().json(&json!({ "query": TAIL }))).await;
    first(&mut events, &acme).await;
    server.ask_to_stop();
    let rest = events.rest().await;
    assert!(rest.iter().all(|(name, _)| name == "next"), "clients ask again where nothing says complete: {rest:?}");
    assert!(server.ended().await.success());
}
