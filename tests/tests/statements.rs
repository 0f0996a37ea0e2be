//! What a question costs: as many SQL statements for a hundred records as for five, counts only
//! where they are asked for, payloads only where they are looked at. The server's own log tells.

use serde_json::{Value, json};
use tests::{
    Client, Place, Server,
    logs::{call, with},
    on_both,
};

on_both![
    statements_do_not_depend_on_the_number_of_records,
    counting_is_done_only_where_it_is_asked_for,
    payloads_are_read_only_where_they_are_looked_at,
];

async fn open(place: &Place) -> (Server, Client) {
    let server = place.serve_with(&[], &[("LOG", "info,sqlx::query=debug")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    // Each record with applications and payloads of its own, so that nothing is answered from
    // what another record has brought.
    let logs: Vec<Value> = (0..100)
        .map(|n| {
            let body = json!({ "headers": [{ "name": "N", "value": n.to_string() }], "body": format!("body {n}") });
            let from = format!("Application {n}");
            with(call(), &json!({ "applicationFrom": from, "request": body, "response": body }))
        })
        .collect();
    acme.record(&logs).await;
    (server, acme)
}

async fn statements(server: &Server, acme: &Client, query: &str, variables: &Value) -> Vec<String> {
    let answer = acme.answer(query, variables).await;
    assert_eq!(answer.body["errors"], Value::Null, "{query}");
    server.statements(&answer.request_id(), acme).await
}

async fn statements_do_not_depend_on_the_number_of_records(place: &Place) {
    let (server, acme) = open(place).await;
    let everything = "query ($first: Int) { connectorLogs(first: $first) {
        totalCount { value }
        pageInfo { hasNextPage hasPreviousPage }
        nodes {
            id occurredAt reference outcome
            applicationFrom { id name firstSeenAt lastSeenAt } applicationTo { id name firstSeenAt lastSeenAt }
            request { headers { name value } body sizeBytes } response { headers { name value } body sizeBytes }
        }
    } }";
    let few = statements(&server, &acme, everything, &json!({ "first": 5 })).await;
    let many = statements(&server, &acme, everything, &json!({ "first": 100 })).await;
    for table in ["connector_log", "application", "request_body", "response_body", "COUNT("] {
        assert!(few.iter().any(|s| s.contains(table)), "the log tells of no statement on {table}: {few:#?}");
    }
    assert_eq!(few.len(), many.len(), "{few:#?} {many:#?}");
    let ids = acme.list(&Value::Null).await;
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ConnectorLog { applicationFrom { name } request { body } } } }";
    let few = statements(&server, &acme, nodes, &json!({ "ids": &ids[..5] })).await;
    let many = statements(&server, &acme, nodes, &json!({ "ids": ids })).await;
    assert_eq!(few.len(), many.len(), "{few:#?} {many:#?}");
    let applications = "{ applications { id name firstSeenAt lastSeenAt } }";
    assert!(statements(&server, &acme, applications, &Value::Null).await.len() < 6);
}

async fn counting_is_done_only_where_it_is_asked_for(place: &Place) {
    let (server, acme) = open(place).await;
    let counts = |statements: &[String]| statements.iter().any(|s| s.to_uppercase().contains("COUNT("));
    let plain = "{ connectorLogs { nodes { id } pageInfo { hasNextPage } } }";
    let counted = "{ connectorLogs { nodes { id } totalCount { value } } }";
    let unasked =
        "query ($no: Boolean = false) { connectorLogs { nodes { id } totalCount @include(if: $no) { value } } }";
    assert!(!counts(&statements(&server, &acme, plain, &Value::Null).await));
    assert!(counts(&statements(&server, &acme, counted, &Value::Null).await));
    assert!(!counts(&statements(&server, &acme, unasked, &json!({})).await));
}

async fn payloads_are_read_only_where_they_are_looked_at(place: &Place) {
    let (server, acme) = open(place).await;
    let reads = |statements: &[String], what: &str| statements.iter().any(|s| s.contains(what));
    let list = "{ connectorLogs { totalCount { value } nodes { id url applicationFrom { name } } } }";
    let none = statements(&server, &acme, list, &Value::Null).await;
    assert!(reads(&none, "connector_log") && !reads(&none, "payload"), "{none:#?}");
    let heads = "{ connectorLogs { nodes { request { headers { name } sizeBytes truncated } } } }";
    let heads = statements(&server, &acme, heads, &Value::Null).await;
    assert!(reads(&heads, "payload") && !reads(&heads, "_body"), "{heads:#?}");
    let bodies = "{ connectorLogs { nodes { request { body } } } }";
    let bodies = statements(&server, &acme, bodies, &Value::Null).await;
    assert!(reads(&bodies, "request_body") && !reads(&bodies, "response_body"), "{bodies:#?}");
}
