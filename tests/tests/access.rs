//! Tokens: no way in without one, and no further in than its scopes say.

use serde_json::{Value, json};
use tests::{
    Place,
    logs::{call, with},
    on_both,
};

on_both![
    there_is_no_way_in_without_a_valid_token,
    a_revoked_token_opens_nothing,
    an_expired_token_opens_nothing,
    payloads_need_their_own_scope,
    each_operation_needs_its_scope,
    tokens_are_listed_and_never_shown_again,
];

const LIST: &str = "{ connectorLogs { nodes { id } } }";

async fn there_is_no_way_in_without_a_valid_token(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let token = place.token("Acme", &[]);
    let last = if token.ends_with('0') { "1" } else { "0" };
    let mistyped = token[..token.len() - 1].to_owned() + last;
    let unknown = "clog_".to_owned() + &"0".repeat(48);
    for bad in [&mistyped, &unknown, "", "nonsense", "clog_", &token.to_uppercase(), &token[..token.len() - 1]] {
        for query in [LIST, "{ __typename }", "mutation { exportLogs(input: { format: CSV }) { export { id } } }"] {
            let answer = server.client(bad).answer(query, &Value::Null).await;
            assert_eq!(answer.status, 401, "{bad}: {}", answer.text);
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            assert_eq!(answer.body["data"], Value::Null);
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let answer = server.stranger().answer(LIST, &Value::Null).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["extensions"]["code"]), (401, &json!("UNAUTHENTICATED")));
    let basic = server.stranger().post().basic_auth("token", Some(&token)).json(&json!({ "query": LIST })).send().await;
    assert_eq!(basic.unwrap().status(), 401);
    acme.ask(LIST, &Value::Null).await;
    server.client(&token).ask(LIST, &Value::Null).await;
    // Neither token nor what was tried is in the log.
    assert!(server.log().iter().all(|line| !line.to_string().contains("clog_")));
}

/// The id of the token of that name.
fn id_of(place: &Place, name: &str) -> String {
    let list = place.succeed(&["token", "list", "--domain", "Acme"]);
    let line = list.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no {name} in {list}"));
    line.split_whitespace().find(|word| word.starts_with("tok_")).unwrap().to_owned()
}

async fn a_revoked_token_opens_nothing(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let leaked = place.succeed(&["token", "create", "--domain", "Acme", "--name", "leaked"]);
    let thief = server.client(leaked.trim());
    thief.ask(LIST, &Value::Null).await;
    place.succeed(&["token", "revoke", &id_of(place, "leaked")]);
    assert_eq!(thief.answer(LIST, &Value::Null).await.status, 401, "from the next request on");
    acme.ask(LIST, &Value::Null).await;
    assert!(!place.run(&["token", "revoke", "tok_01h455vb4pex5vsknk084sn02q"]).status.success());
}

async fn an_expired_token_opens_nothing(place: &Place) {
    let server = place.serve().await;
    let token = place.succeed(&["token", "create", "--domain", "Acme", "--name", "short", "--expires", "1"]);
    let acme = server.client(token.trim());
    acme.ask(LIST, &Value::Null).await;
    // A day passes.
    let done =
        place.execute("UPDATE api_token SET expires_at = '2020-01-01 00:00:00+00:00' WHERE name = 'short'").await;
    assert_eq!(done, Ok(1));
    let fresh = place.serve().await;
    assert_eq!(fresh.client(token.trim()).answer(LIST, &Value::Null).await.status, 401);
    assert_eq!(acme.answer(LIST, &Value::Null).await.status, 401);
}

async fn payloads_need_their_own_scope(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let body = json!({ "headers": [{ "name": "X-Deep", "value": "deep in" }], "body": "deep in" });
    acme.record(&[with(call(), &json!({ "method": "GET", "request": body, "response": body }))]).await;
    let query = "{ connectorLogs { totalCount { value } nodes { method request { headers { value } body } response { body } } } }";
    let reader = server.client(&place.token("Acme", &["LOGS_READ"]));
    let answer = reader.answer(query, &Value::Null).await;
    assert_eq!(answer.status, 200);
    let list = &answer.body["data"]["connectorLogs"];
    assert_eq!(list["nodes"], json!([{ "method": "GET", "request": null, "response": null }]), "{}", answer.text);
    assert_eq!(list["totalCount"]["value"], 1);
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    for (error, side) in errors.iter().zip(["request", "response"]) {
        assert_eq!(error["path"], json!(["connectorLogs", "nodes", 0, side]));
        assert_eq!(error["extensions"]["code"], "FORBIDDEN");
        assert!(error["message"].as_str().unwrap().contains("PAYLOADS_READ"), "{error}");
    }
    assert!(!answer.text.contains("deep in"));
    let both = server.client(&place.token("Acme", &["LOGS_READ", "PAYLOADS_READ"]));
    assert_eq!(both.ask(query, &Value::Null).await["connectorLogs"]["nodes"][0]["request"]["body"], "deep in");
}

async fn each_operation_needs_its_scope(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let id = json!(acme.record(&[call()]).await[0]);
    let export = "mutation { done: exportLogs(input: { format: CSV }) { export { id } } }";
    let record = "mutation ($logs: [ConnectorLogInput!]!) { done: recordConnectorLogs(input: { logs: $logs }) { recordedCount } }";
    // What each needs; to export is to read as well.
    let operations = [
        ("LOGS_READ", "{ done: connectorLogs { nodes { id } } }", Value::Null),
        ("LOGS_READ", "{ done: applications { id } }", Value::Null),
        ("LOGS_READ", "query ($id: ID!) { done: node(id: $id) { id } }", json!({ "id": id })),
        ("LOGS_READ", "query ($id: ID!) { done: nodes(ids: [$id]) { id } }", json!({ "id": id })),
        ("LOGS_WRITE", record, json!({ "logs": [call()] })),
        ("EXPORTS_WRITE", export, Value::Null),
    ];
    for has in ["LOGS_READ", "PAYLOADS_READ", "LOGS_WRITE", "EXPORTS_WRITE", "ADMIN"] {
        let caller = server.client(&place.token("Acme", &[has]));
        for (needs, query, variables) in &operations {
            let answer = caller.answer(query, variables).await;
            let done = &answer.body["data"]["done"];
            let error = &answer.body["errors"][0];
            if has == *needs && query != &export {
                assert!(error.is_null() && !done.is_null(), "{has} {query}: {}", answer.text);
            } else {
                let names = |scope: &str| error["message"].as_str().is_some_and(|m| m.contains(scope));
                assert!(done.is_null() || *done == json!([null]), "{has} {query}: {}", answer.text);
                assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{has} {query}");
                assert!(names(needs) || (query == &export && names("LOGS_READ")), "{has} {query}: {error}");
            }
        }
    }
    assert_eq!(acme.list(&Value::Null).await.len(), 2);
    let exports = acme.ask("{ exports { nodes { id } } }", &Value::Null).await;
    assert_eq!(exports["exports"]["nodes"], json!([]));
    let exporter = server.client(&place.token("Acme", &["LOGS_READ", "EXPORTS_WRITE"]));
    let asked = exporter.export(&json!({ "format": "CSV" })).await;
    assert_eq!(exporter.completed(&asked).await["recordCount"], 2);
}

async fn tokens_are_listed_and_never_shown_again(place: &Place) {
    let server = place.serve().await;
    let token = place.token("Acme", &["LOGS_READ"]);
    let list = place.succeed(&["token", "list", "--domain", "Acme"]);
    assert!(list.contains("tester") && list.contains("LOGS_READ"), "{list}");
    assert!(!list.contains(&token) && !list.contains("clog_"), "{list}");
    assert!(!place.run(&["token", "list", "--domain", "Nobody"]).status.success());
    // Nor is it in the database, in any form that opens anything.
    let secret = token.strip_prefix("clog_").unwrap();
    assert_eq!((token.len(), secret.bytes().all(|b| b.is_ascii_hexdigit())), (53, true));
    let found = "SELECT COUNT(*) FROM api_token WHERE CAST(hash AS text) LIKE";
    assert_eq!(place.number(&format!("{found} '%{secret}%'")).await, 0);
    server.client(&token).ask(LIST, &Value::Null).await;
}
