//! Who looked: payloads, exports, downloads, tokens and refusals are written down before the
//! answer goes out, for those with the scope ADMIN to read, and nobody changes it.

use serde_json::{Value, json};
use tests::{
    Client, Place, get,
    logs::{call, with},
    on_both,
};

on_both![
    what_is_looked_at_is_written_down,
    what_is_refused_is_written_down,
    only_administrators_read_it,
    a_forwarded_address_is_believed_only_of_a_proxy_of_ours,
];

const EVENTS: &str = "query ($first: Int, $after: String) { accessEvents(first: $first, after: $after) {
    nodes { id occurredAt kind actor actorId clientIp subjects detail }
    pageInfo { hasNextPage endCursor }
} }";

/// The domain's events, oldest first.
async fn events(admin: &Client) -> Vec<Value> {
    let data = admin.ask(EVENTS, &json!({ "first": 100 })).await;
    let mut nodes = data["accessEvents"]["nodes"].as_array().unwrap().clone();
    nodes.reverse();
    nodes
}

/// The kinds of events, oldest first.
async fn kinds(admin: &Client) -> Vec<String> {
    events(admin).await.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

async fn what_is_looked_at_is_written_down(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let own = acme.ask("{ tokens { nodes { id name } } }", &Value::Null).await["tokens"]["nodes"][0].clone();
    let body = json!({ "headers": [], "body": "looked at" });
    let ids = acme
        .record(&[with(call(), &json!({ "request": body })), with(call(), &json!({ "response": body })), call()])
        .await;
    assert_eq!(kinds(&acme).await, ["TOKEN_CREATED"], "neither recording nor asking for one's tokens is a look");
    acme.ask("{ connectorLogs { nodes { id url reference } } }", &Value::Null).await;
    assert_eq!(kinds(&acme).await.len(), 1, "a list without payloads is none either");
    acme.ask("{ connectorLogs { nodes { request { body } response { sizeBytes } } } }", &Value::Null).await;
    let node = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { response { body } } } }";
    acme.ask(node, &json!({ "id": ids[1] })).await;
    acme.ask(node, &json!({ "id": ids[2] })).await;
    let export = acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    let url = export["file"]["url"].as_str().unwrap();
    assert_eq!(get(url).await.status(), 200);
    assert_eq!(get(&url.replace("signature=", "signature=0")).await.status(), 403);
    let made = acme.ask(
        "mutation { createToken(input: { name: \"short-lived\", scopes: [LOGS_READ] }) { token { id } } }",
        &Value::Null,
    );
    let made = made.await["createToken"]["token"]["id"].clone();
    acme.ask("mutation ($id: ID!) { revokeToken(input: { id: $id }) { token { state } } }", &json!({ "id": made }))
        .await;
    let mut seen: Vec<&String> = ids[..2].iter().collect();
    seen.sort();
    let expected = [
        ("TOKEN_CREATED", json!([own["id"]]), json!("tester")),
        ("PAYLOADS_VIEWED", json!(seen), Value::Null),
        ("PAYLOADS_VIEWED", json!([ids[1]]), Value::Null),
        ("EXPORT_REQUESTED", json!([export["id"]]), Value::Null),
        ("FILE_DOWNLOADED", json!([export["id"]]), Value::Null),
        ("TOKEN_CREATED", json!([made]), json!("short-lived")),
        ("TOKEN_REVOKED", json!([made]), json!("short-lived")),
    ];
    let told = events(&acme).await;
    let shown: Vec<_> =
        told.iter().map(|e| (e["kind"].as_str().unwrap(), e["subjects"].clone(), e["detail"].clone())).collect();
    assert_eq!(shown, expected);
    assert_eq!((&told[0]["actor"], &told[0]["clientIp"]), (&json!("command line"), &Value::Null));
    for event in &told[1..] {
        assert_eq!((&event["actorId"], &event["clientIp"]), (&own["id"], &json!("127.0.0.1")), "{event}");
    }
    assert_eq!(told[1]["actor"], own["name"]);
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let ids: Vec<&Value> = told.iter().map(|event| &event["id"]).collect();
    let found = acme.ask(nodes, &json!({ "ids": ids })).await;
    assert_eq!(found["nodes"], json!(ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>()));
    // Page by page as well, newest first.
    let (mut after, mut paged) = (Value::Null, Vec::new());
    loop {
        let page = acme.ask(EVENTS, &json!({ "first": 3, "after": after })).await["accessEvents"].clone();
        paged.extend(page["nodes"].as_array().unwrap().iter().map(|event| event["id"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    paged.reverse();
    assert_eq!(json!(paged), json!(ids));
    drop(server);
}

async fn what_is_refused_is_written_down(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let weak = server.client(&place.token("Acme", &["LOGS_READ"]));
    let read = "{ connectorLogs { nodes { request { body } } } }";
    acme.record(&[with(call(), &json!({ "request": { "body": "guarded" } }))]).await;
    weak.answer(read, &Value::Null).await;
    weak.answer("{ accessEvents { nodes { id } } }", &Value::Null).await;
    let list = acme.ask("{ tokens { nodes { id scopes } } }", &Value::Null).await;
    let id = list["tokens"]["nodes"].as_array().unwrap().iter().find(|t| t["scopes"] == json!(["LOGS_READ"]));
    let id = id.unwrap()["id"].as_str().unwrap().to_owned();
    place.succeed(&["token", "revoke", &id]);
    assert_eq!(weak.answer(read, &Value::Null).await.status, 401);
    let unknown = "clog_".to_owned() + &"0".repeat(48);
    assert_eq!(server.client(&unknown).answer(read, &Value::Null).await.status, 401);
    let told = events(&acme).await;
    let refused: Vec<_> = told.iter().filter(|event| event["kind"] == "REFUSED").collect();
    let details: Vec<_> = refused.iter().map(|event| event["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["lacks PAYLOADS_READ", "lacks ADMIN", "a revoked token"]);
    assert!(refused.iter().all(|event| event["actorId"] == id.as_str() && event["clientIp"] == "127.0.0.1"));
    // A token that nobody knows is no domain's: whoever runs the server finds it in the table.
    let strangers = "SELECT COUNT(*) FROM access_event WHERE domain_id IS NULL AND detail = 'an unknown token'";
    assert_eq!(place.number(strangers).await, 1);
    assert!(told.iter().all(|event| event["detail"] != "an unknown token"));
    let listed = place.succeed(&["access"]);
    assert!(listed.lines().count() == 2 && listed.contains("REFUSED") && listed.contains("127.0.0.1"), "{listed}");
    let own = place.succeed(&["access", "--domain", "Acme"]);
    assert!(own.contains("lacks ADMIN") && own.contains(&id) && !own.contains("an unknown token"), "{own}");
}

async fn only_administrators_read_it(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let event = events(&acme).await[0]["id"].clone();
    let all_but = server.client(&place.token("Acme", &["LOGS_READ", "PAYLOADS_READ", "LOGS_WRITE", "EXPORTS_WRITE"]));
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    for (query, variables) in [(EVENTS, Value::Null), (node, json!({ "id": event }))] {
        let fault = all_but.fault(query, &variables).await;
        assert_eq!(fault.code, "FORBIDDEN");
        assert!(fault.message.contains("ADMIN"), "{fault:?}");
    }
    let admin = server.client(&place.token("Acme", &["ADMIN"]));
    assert_eq!(admin.ask(node, &json!({ "id": event })).await["node"]["id"], event);
}

async fn a_forwarded_address_is_believed_only_of_a_proxy_of_ours(place: &Place) {
    let body = json!({ "query": "{ connectorLogs { nodes { request { body } } } }" });
    for (proxies, shown) in [("", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.9"), ("10.0.0.1", "127.0.0.1")] {
        let server = place.serve_with(&[], &[("TRUSTED_PROXIES", proxies)]).await;
        let acme = server.client(&place.token("Acme", &[]));
        acme.record(&[with(call(), &json!({ "request": { "body": "seen" } }))]).await;
        let forwarded = [("X-Forwarded-For", "6.6.6.6, 203.0.113.9"), ("X-Connector-Log-Peer", "6.6.6.6")];
        let request =
            forwarded.iter().fold(acme.post().json(&body), |request, (name, value)| request.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), 200);
        let last = events(&acme).await.pop().unwrap();
        assert_eq!((&last["kind"], &last["clientIp"]), (&json!("PAYLOADS_VIEWED"), &json!(shown)), "{proxies}");
    }
}
