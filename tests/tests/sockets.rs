//! GraphQL over WebSocket as its protocol says: who is let in, with which code a socket closes, and
//! how much may go on at one.

use serde_json::{Value, json};
use tests::{Place, Server, eventually, live::Socket, logs::call, on_sqlite};

on_sqlite![
    what_is_no_message_closes_the_socket,
    who_is_not_let_in_is_told_so,
    a_socket_that_never_says_who_it_is_is_closed,
    operations_of_any_kind_go_over_a_socket,
    an_id_is_one_operation_s_at_a_time,
    operations_at_a_socket_are_bounded,
    connections_of_a_caller_are_bounded,
    who_has_seen_enough_sees_no_more,
    a_server_that_ends_says_so,
];

/// A variable that must have a value, and has none.
const NO_VALUE: &str = "query ($id: ID!) { node(id: $id) { id } }";
const TAIL: &str = "subscription { connectorLogRecorded { id } }";

async fn open(place: &Place) -> (Server, String, String) {
    let server = place.serve().await;
    let (url, token) = (server.url("/graphql"), place.token("Acme", &[]));
    (server, url, token)
}

async fn what_is_no_message_closes_the_socket(place: &Place) {
    let (_server, url, token) = open(place).await;
    for text in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":"nonsense"}"#,
        r#"{"type":"start","id":"1","payload":{"query":"{ viewer { name } }"}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ viewer { name } }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ viewer { name } }"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{ viewer { name } }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ viewer { name } }","variables":[]}}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping","payload":1}"#,
        &format!(r#"{{"type":"ping","payload":{{"a":{}1{}}}}}"#, "[".repeat(200), "]".repeat(200)),
    ] {
        let mut socket = Socket::with(&url, &token).await;
        socket.text(text.to_owned()).await;
        let (code, reason) = socket.closed().await;
        assert!(code == 4400 && reason.starts_with("Invalid message"), "{text:.80}: {code} {reason}");
    }
    let mut socket = Socket::with(&url, &token).await;
    socket.binary(br#"{"type":"ping"}"#.to_vec()).await;
    assert_eq!(socket.closed().await.0, 4400);
    let mut socket = Socket::with(&url, &token).await;
    socket.text(format!(r#"{{"type":"ping","payload":{{"a":"{}"}}}}"#, "x".repeat(1_500_000))).await;
    assert_eq!(socket.closed().await.0, 1009);
}

async fn who_is_not_let_in_is_told_so(place: &Place) {
    let (_server, url, token) = open(place).await;
    let unknown = format!("Bearer clog_{}", "0".repeat(48));
    for payload in [
        json!({}),
        Value::Null,
        json!({ "Authorization": unknown }),
        json!({ "Authorization": token }),
        json!({ "Authorization": { "Bearer": token } }),
        json!({ "Authorization": "Bearer \n" }),
        json!({ "token": token }),
    ] {
        let mut socket = Socket::offer(&url).await;
        socket.init(&payload).await;
        assert_eq!(socket.closed().await.0, 4403, "{payload}");
    }
    let mut socket = Socket::offer(&url).await;
    socket.subscribe("1", "{ viewer { name } }", &json!({})).await;
    assert_eq!(socket.closed().await, (4401, "Unauthorized".to_owned()));
    let mut socket = Socket::with(&url, &token).await;
    socket.init(&json!({ "Authorization": format!("Bearer {token}") })).await;
    assert_eq!(socket.closed().await, (4429, "Too many initialisation requests".to_owned()));
}

async fn a_socket_that_never_says_who_it_is_is_closed(place: &Place) {
    let server = place.serve_with(&[], &[("GRAPHQL_WS_INIT_TIMEOUT", "1")]).await;
    let (url, token) = (server.url("/graphql"), place.token("Acme", &[]));
    let mut known = Socket::with(&url, &token).await;
    let mut silent = Socket::offer(&url).await;
    silent.send(&json!({ "type": "ping" })).await;
    assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".to_owned()));
    // Who has said it may take its time.
    known.send(&json!({ "type": "ping", "payload": { "a": [1] } })).await;
    assert_eq!(known.next().await, json!({ "type": "pong", "payload": { "a": [1] } }));
}

async fn operations_of_any_kind_go_over_a_socket(place: &Place) {
    let (_server, url, token) = open(place).await;
    let mut socket = Socket::with(&url, &token).await;
    let mutation =
        "mutation ($logs: [ConnectorLogInput!]!) { m: recordConnectorLogs(input: { logs: $logs }) { recordedCount } }";
    socket.subscribe("m", mutation, &json!({ "logs": [call()] })).await;
    let payload = json!({ "data": { "m": { "recordedCount": 1 } } });
    assert_eq!(socket.next().await, json!({ "id": "m", "type": "next", "payload": payload }));
    assert_eq!(socket.next().await, json!({ "id": "m", "type": "complete" }));
    // Fields come in the order asked for, here as well.
    socket.subscribe("q", "{ connectorLogs { nodes { reference id } } viewer { scopes name } }", &json!({})).await;
    let next = socket.next().await;
    assert_eq!((next["id"].as_str(), next["type"].as_str()), (Some("q"), Some("next")));
    let data = next["payload"]["data"].clone();
    assert_eq!(data["viewer"]["name"], "tester");
    assert_eq!(data["connectorLogs"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(socket.next().await, json!({ "id": "q", "type": "complete" }));
    // What is not executed is an error; what fails while it is, is part of the answer.
    for document in ["{", "{ nonsense }", "query ($x: Int!) { viewer { name } }", "{ viewer }", NO_VALUE] {
        socket.subscribe("e", document, &json!({})).await;
        let error = socket.next().await;
        assert_eq!((error["id"].as_str(), error["type"].as_str()), (Some("e"), Some("error")), "{document}");
        assert!(error["payload"][0]["extensions"]["code"].is_string(), "{error}");
    }
    socket.subscribe("e", "{ connectorLogs(first: -1) { nodes { id } } }", &json!({})).await;
    let next = socket.next().await;
    assert_eq!(next["payload"]["data"], json!({ "connectorLogs": null }));
    assert_eq!(next["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(socket.next().await, json!({ "id": "e", "type": "complete" }));
}

async fn an_id_is_one_operation_s_at_a_time(place: &Place) {
    let (_server, url, token) = open(place).await;
    let mut socket = Socket::with(&url, &token).await;
    socket.subscribe("same", TAIL, &json!({})).await;
    socket.subscribe("same", TAIL, &json!({})).await;
    assert_eq!(socket.closed().await, (4409, "Subscriber for same already exists".to_owned()));
    let mut socket = Socket::with(&url, &token).await;
    for _ in 0..3 {
        socket.subscribe("same", TAIL, &json!({})).await;
        socket.send(&json!({ "id": "same", "type": "complete" })).await;
    }
    socket.subscribe("same", "{ viewer { name } }", &json!({})).await;
    assert_eq!(socket.next().await["payload"]["data"]["viewer"]["name"], "tester");
}

async fn operations_at_a_socket_are_bounded(place: &Place) {
    let (_server, url, token) = open(place).await;
    let mut socket = Socket::with(&url, &token).await;
    for n in 0..32 {
        socket.subscribe(&n.to_string(), TAIL, &json!({})).await;
    }
    socket.subscribe("one more", TAIL, &json!({})).await;
    let error = socket.next().await;
    assert_eq!((error["id"].as_str(), error["type"].as_str()), (Some("one more"), Some("error")));
    assert!(error["payload"][0]["message"].as_str().unwrap().starts_with("32 operations"), "{error}");
    socket.send(&json!({ "id": "7", "type": "complete" })).await;
    socket.subscribe("one more", "{ viewer { name } }", &json!({})).await;
    assert_eq!(socket.next().await["type"], "next");
}

async fn connections_of_a_caller_are_bounded(place: &Place) {
    let (server, url, token) = open(place).await;
    let mut sockets = Vec::new();
    for _ in 0..99 {
        sockets.push(Socket::with(&url, &token).await);
    }
    let request = || server.client(&token).post().json(&json!({ "query": TAIL })).header("accept", "text/event-stream");
    let events = request().send().await.unwrap();
    assert_eq!(events.status(), 200);
    let mut one_more = Socket::offer(&url).await;
    one_more.init(&json!({ "Authorization": format!("Bearer {token}") })).await;
    assert_eq!(one_more.closed().await.0, 1013);
    assert_eq!(request().send().await.unwrap().status(), 429);
    // Others have room, and so has this one when it leaves some.
    Socket::with(&url, &place.token("Acme", &[])).await;
    drop(events);
    eventually("there is room", async || (request().send().await.unwrap().status() == 200).then_some(())).await;
    server.client(&token).ask("{ viewer { name } }", &Value::Null).await;
}

async fn who_has_seen_enough_sees_no_more(place: &Place) {
    let (server, url, token) = open(place).await;
    let mut socket = Socket::with(&url, &token).await;
    socket.subscribe("1", TAIL, &json!({})).await;
    socket.subscribe("2", TAIL, &json!({})).await;
    socket.send(&json!({ "id": "1", "type": "complete" })).await;
    socket.send(&json!({ "id": "nobody", "type": "complete" })).await;
    socket.subscribe("3", "{ viewer { name } }", &json!({})).await;
    assert_eq!(socket.next().await["id"], "3");
    assert_eq!(socket.next().await["type"], "complete");
    server.client(&token).record(&[call()]).await;
    assert_eq!(socket.next().await["id"], "2");
}

async fn a_server_that_ends_says_so(place: &Place) {
    let (mut server, url, token) = open(place).await;
    let mut watching = Socket::with(&url, &token).await;
    watching.subscribe("1", TAIL, &json!({})).await;
    let mut silent = Socket::offer(&url).await;
    server.ask_to_stop();
    assert_eq!(watching.closed().await.0, 1001);
    assert_eq!(silent.closed().await.0, 1001);
    drop((watching, silent));
    assert!(server.ended().await.success());
}
