//! What is wrong with a question is said of the field that it is wrong with.

use serde_json::{Value, json};
use tests::{
    Client, Fault, Place,
    logs::{call, numbered},
    on_both,
};

on_both![
    a_filter_s_faults_name_their_field,
    a_page_s_faults_name_their_argument,
    a_cursor_is_the_server_s_own,
    an_id_that_is_none_is_an_error_and_an_unknown_one_is_null,
    an_export_s_faults_name_their_field,
];

const LIST: &str = "query ($filter: ConnectorLogFilter, $first: Int, $after: String, $last: Int, $before: String) {
    connectorLogs(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes { id } edges { cursor }
    }
}";

/// The fault names the field, or a part of it, and is the caller's to mend.
fn names(fault: &Fault, path: &str, of: &Value) {
    let field = fault.field.join(".");
    assert_eq!(fault.code, "BAD_USER_INPUT", "{of}: {fault:?}");
    assert!(field == path || field.starts_with(&format!("{path}.")), "{of}: {path} is not named by {fault:?}");
    assert!(!fault.message.is_empty());
}

/// Faults of a filter, with the field that is to be named.
fn bad_filters() -> Vec<(Value, &'static str)> {
    let days = |from: &str, to: &str, zone: &str| json!({ "from": from, "to": to, "timeZone": zone });
    vec![
        (json!({ "applications": [] }), "applications"),
        (json!({ "applicationFrom": [] }), "applicationFrom"),
        (json!({ "applicationTo": [] }), "applicationTo"),
        (json!({ "actions": [] }), "actions"),
        (json!({ "requestTypes": [] }), "requestTypes"),
        (json!({ "directions": [] }), "directions"),
        (json!({ "outcomes": [] }), "outcomes"),
        (json!({ "occurredAt": { "from": "2026-11-03T00:00:00Z", "to": "2026-11-02T00:00:00Z" } }), "occurredAt"),
        (json!({ "occurredOn": days("2026-11-03", "2026-11-02", "UTC") }), "occurredOn"),
        (json!({ "occurredOn": days("2026-11-01", "2026-11-02", "Europe/Atlantis") }), "occurredOn.timeZone"),
        (json!({ "occurredOn": days("2026-11-01", "2026-11-02", "") }), "occurredOn.timeZone"),
        (json!({ "occurredOn": days("2026-11-01", "2026-11-02", "CEST") }), "occurredOn.timeZone"),
        (json!({ "statusCode": { "from": 500, "to": 400 } }), "statusCode"),
        (json!({ "user": "an*" }), "user"),
        (json!({ "user": "*" }), "user"),
    ]
}

async fn a_filter_s_faults_name_their_field(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for (filter, field) in bad_filters() {
        let fault = acme.fault(LIST, &json!({ "filter": filter })).await;
        names(&fault, &format!("filter.{field}"), &filter);
    }
    let both = json!({
        "occurredAt": { "from": "2026-11-01T00:00:00Z" },
        "occurredOn": { "from": "2026-11-01", "to": "2026-11-02", "timeZone": "UTC" },
    });
    let fault = acme.fault(LIST, &json!({ "filter": both })).await;
    assert_eq!((fault.code.as_str(), fault.field[0].as_str()), ("BAD_USER_INPUT", "filter"), "{fault:?}");
    assert!(["occurredAt", "occurredOn"].contains(&fault.field[1].as_str()), "{fault:?}");
    // An instant without an offset, and a day that is none, do not even pass as values.
    for bad in [
        json!({ "occurredAt": { "from": "2026-11-03T00:00:00" } }),
        json!({ "occurredOn": { "from": "2026-02-29", "to": "2026-03-01", "timeZone": "UTC" } }),
    ] {
        let fault = acme.fault(LIST, &json!({ "filter": bad })).await;
        assert!(fault.message.contains("from") || fault.field.contains(&"from".to_owned()), "{bad}: {fault:?}");
    }
    // What is only narrow is no fault.
    for good in [
        json!({ "occurredAt": { "from": "2026-11-03T00:00:00Z", "to": "2026-11-03T00:00:00Z" } }),
        json!({ "occurredOn": { "from": "2026-11-03", "to": "2026-11-03", "timeZone": "Asia/Kathmandu" } }),
        json!({ "statusCode": { "from": 404, "to": 404 } }),
        json!({}),
        Value::Null,
    ] {
        acme.ask(LIST, &json!({ "filter": good })).await;
    }
}

async fn a_page_s_faults_name_their_argument(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for (arguments, argument) in [
        (json!({ "first": 101 }), "first"),
        (json!({ "last": 101 }), "last"),
        (json!({ "first": -1 }), "first"),
        (json!({ "last": -1 }), "last"),
        (json!({ "first": 2_147_483_647 }), "first"),
        (json!({ "after": "nonsense" }), "after"),
        (json!({ "before": "" }), "before"),
        (json!({ "after": "log_00000000000000000000000000x" }), "after"),
    ] {
        names(&acme.fault(LIST, &arguments).await, argument, &arguments);
    }
    acme.ask(LIST, &json!({ "first": 100 })).await;
    acme.ask(LIST, &json!({ "last": 100 })).await;
}

async fn cursors(acme: &Client, query: &str, list: &str) -> Vec<String> {
    let edges = acme.ask(query, &json!({})).await[list]["edges"].clone();
    edges.as_array().unwrap().iter().map(|edge| edge["cursor"].as_str().unwrap().to_owned()).collect()
}

async fn a_cursor_is_the_server_s_own(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(3)).await;
    let export = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&export).await;
    let exports = "query ($after: String) { exports(first: 10, after: $after) { edges { cursor } } }";
    let of_log = cursors(&acme, LIST, "connectorLogs").await;
    let of_export = cursors(&acme, exports, "exports").await;
    assert_eq!((of_log.len(), of_export.len()), (3, 1));
    for argument in ["after", "before"] {
        let other_kind = json!({ argument: of_export[0] });
        names(&acme.fault(LIST, &other_kind).await, argument, &other_kind);
        let cut = json!({ argument: &of_log[0][..of_log[0].len() - 1] });
        names(&acme.fault(LIST, &cut).await, argument, &cut);
    }
    let other_kind = json!({ "after": of_log[0] });
    names(&acme.fault(exports, &other_kind).await, "after", &other_kind);
}

async fn an_id_that_is_none_is_an_error_and_an_unknown_one_is_null(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let id = &acme.record(&[call()]).await[0];
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    let nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for bad in ["", "nonsense", "log_", "log_zzz", "abc_01h455vb4pex5vsknk084sn02q", "42"] {
        names(&acme.fault(node, &json!({ "id": bad })).await, "id", &json!(bad));
        names(&acme.fault(nodes, &json!({ "ids": [id, bad] })).await, "ids", &json!(bad));
    }
    let last = if id.ends_with('0') { "1" } else { "0" };
    let unknown = id[..id.len() - 1].to_owned() + last;
    assert_eq!(acme.ask(node, &json!({ "id": unknown })).await["node"], Value::Null);
    let found = acme.ask(nodes, &json!({ "ids": [unknown, id, unknown, id] })).await;
    assert_eq!(found["nodes"], json!([null, { "id": id }, null, { "id": id }]));
}

async fn an_export_s_faults_name_their_field(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let query = "mutation ($input: ExportLogsInput!) { exportLogs(input: $input) { export { id } userErrors { field message } } }";
    let mut bad: Vec<(Value, String)> = (bad_filters().into_iter())
        .map(|(filter, field)| (json!({ "format": "CSV", "filter": filter }), format!("filter.{field}")))
        .collect();
    bad.push((json!({ "format": "PDF", "timeZone": "Europe/Atlantis" }), "timeZone".to_owned()));
    for (input, field) in bad {
        let answer = acme.answer(query, &json!({ "input": input })).await;
        let done = &answer.body["data"]["exportLogs"];
        assert_eq!(done["export"], Value::Null);
        let named = match done["userErrors"][0]["field"].as_array() {
            Some(field) => field,
            None => {
                answer.body["errors"][0]["extensions"]["field"].as_array().unwrap_or_else(|| panic!("{}", answer.text))
            }
        };
        let named: Vec<&str> = named.iter().map(|part| part.as_str().unwrap()).collect();
        let named = named.join(".");
        assert!(named.trim_start_matches("input.").starts_with(&field), "{input}: {named}");
    }
    let exports = acme.ask("{ exports { nodes { id } } }", &Value::Null).await;
    assert_eq!(exports["exports"]["nodes"], json!([]));
}
