//! Recording: what is sent is what is found, in the order in which it was sent.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tests::{
    Place,
    logs::{call, instant, numbered, text, with},
    on_both,
};

on_both![
    ids_are_answered_in_the_order_of_the_records,
    a_record_comes_back_as_it_was_sent,
    a_record_that_says_little_has_nulls_and_the_present_time,
    the_outcome_follows_from_what_was_recorded,
    applications_are_learnt_by_name,
    nothing_recorded_can_be_changed_or_deleted,
];

async fn ids_are_answered_in_the_order_of_the_records(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let mut logs = numbered(1000);
    logs.reverse();
    logs.rotate_left(300);
    let done = acme.try_record(&logs).await;
    assert_eq!(done["recordedCount"], 1000);
    let ids = done["ids"].as_array().unwrap();
    assert_eq!(ids.len(), 1000);
    for some in [0, 1, 299, 300, 699, 700, 999] {
        let query = "query ($id: ID!) { node(id: $id) { id ... on ConnectorLog { correlationId } } }";
        let found = acme.ask(query, &json!({ "id": ids[some] })).await;
        assert_eq!(found["node"], json!({ "id": ids[some], "correlationId": logs[some]["correlationId"] }));
    }
    let mut newest_first: Vec<usize> = (0..1000).collect();
    newest_first.sort_by_key(|&n| std::cmp::Reverse(logs[n]["occurredAt"].as_str().unwrap()));
    let expected: Vec<&Value> = newest_first.iter().map(|&n| &ids[n]).collect();
    assert_eq!(json!(acme.list(&Value::Null).await), json!(expected));
}

async fn a_record_comes_back_as_it_was_sent(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let sent = json!({
        "occurredAt": "2026-10-25T02:30:00.123456+02:00",
        "direction": "OUTGOING",
        "applicationFrom": "Intranet 日本語",
        "applicationTo": "Müller & Söhne \"SSO\" 🦀",
        "action": "SSO_FAILED",
        "requestType": "AUTHENTICATION_CONNECTIONS",
        "userEmail": "Zoë.O'Connor@Example.com",
        "loginId": "ZOË \u{202e}x",
        "operation": "netsuite.customer.upsert",
        "method": "POST",
        "url": "https://idp.example/sso?page=1&lang=d%C3%A9#top",
        "statusCode": 503,
        "durationMs": 2_147_483_647,
        "clientIp": "2001:db8::1",
        "correlationId": "7f1c/α β",
        "errorMessage": "line one\r\nline two\t'quoted' \\ ; DROP TABLE connector_log; --",
    });
    let id = &acme.record(std::slice::from_ref(&sent)).await[0];
    let query = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog {
        occurredAt direction action requestType userEmail loginId operation method url statusCode durationMs
        clientIp correlationId errorMessage outcome
        applicationFrom { name } applicationTo { name }
    } } }";
    let found = acme.ask(query, &json!({ "id": id })).await["node"].clone();
    let expected = json!({
        "occurredAt": "2026-10-25T00:30:00.123456Z",
        "applicationFrom": { "name": sent["applicationFrom"] },
        "applicationTo": { "name": sent["applicationTo"] },
        "outcome": "FAILURE",
    });
    let expected = with(sent, &expected);
    assert!(found["occurredAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(instant(found["occurredAt"].as_str().unwrap()), instant(expected["occurredAt"].as_str().unwrap()));
    assert_eq!(with(found, &json!({ "occurredAt": expected["occurredAt"] })), expected);
}

async fn a_record_that_says_little_has_nulls_and_the_present_time(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let mut little = call();
    little.as_object_mut().unwrap().remove("occurredAt");
    let before = Utc::now() - TimeDelta::microseconds(1);
    acme.record(&[little]).await;
    let after = Utc::now();
    let query = "{ connectorLogs { nodes {
        occurredAt recordedAt userEmail loginId operation method url statusCode durationMs clientIp
        correlationId errorMessage request { body } response { body }
    } } }";
    let found = acme.ask(query, &Value::Null).await["connectorLogs"]["nodes"][0].clone();
    for (field, value) in found.as_object().unwrap() {
        match field.as_str() {
            "occurredAt" | "recordedAt" => {
                let at = instant(value.as_str().unwrap());
                assert!(before <= at && at <= after, "{field} is {at}, recorded between {before} and {after}");
            }
            _ => assert_eq!(*value, Value::Null, "{field}"),
        }
    }
}

async fn the_outcome_follows_from_what_was_recorded(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let cases = [
        (json!({ "action": "SSO_INITIATED", "statusCode": 302 }), "PENDING"),
        (json!({ "action": "SLO_INITIATED", "statusCode": 500 }), "PENDING"),
        (json!({ "action": "SSO_SUCCESSFUL", "statusCode": 404 }), "SUCCESS"),
        (json!({ "action": "SLO_SUCCESSFUL" }), "SUCCESS"),
        (json!({ "action": "SSO_FAILED", "statusCode": 200 }), "FAILURE"),
        (json!({ "action": "SLO_FAILED" }), "FAILURE"),
        (json!({ "statusCode": 200 }), "SUCCESS"),
        (json!({ "statusCode": 303 }), "SUCCESS"),
        (json!({ "statusCode": 400 }), "FAILURE"),
        (json!({ "statusCode": 599 }), "FAILURE"),
        (json!({ "errorMessage": "connection refused" }), "FAILURE"),
        (json!({}), "UNKNOWN"),
    ];
    let logs: Vec<Value> = cases.iter().map(|(more, _)| with(call(), more)).collect();
    let ids = acme.record(&logs).await;
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ConnectorLog { outcome } } }";
    let found = acme.ask(query, &json!({ "ids": ids })).await;
    for ((more, expected), found) in cases.iter().zip(found["nodes"].as_array().unwrap()) {
        assert_eq!(found["outcome"], *expected, "{more}");
    }
}

async fn applications_are_learnt_by_name(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let query = "{ applications { name firstSeenAt lastSeenAt } }";
    assert_eq!(acme.ask(query, &Value::Null).await["applications"], json!([]));
    let at = |text: &str, from: &str, to: &str| {
        with(call(), &json!({ "occurredAt": text, "applicationFrom": from, "applicationTo": to }))
    };
    acme.record(&[
        at("2026-11-01T10:00:00Z", "Zoom", "Intranet"),
        at("2026-11-03T10:00:00Z", "Intranet", "Zoom"),
        at("2026-11-02T10:00:00Z", "Intranet", "Café"),
    ])
    .await;
    acme.record(&[at("2026-10-01T10:00:00Z", "Intranet", "Café")]).await;
    let found = acme.ask(query, &Value::Null).await["applications"].clone();
    let seen: Vec<(&str, String, String)> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|a| {
            let time = |field: &str| text(instant(a[field].as_str().unwrap()));
            (a["name"].as_str().unwrap(), time("firstSeenAt"), time("lastSeenAt"))
        })
        .collect();
    let day = |text: &str| format!("2026-{text}T10:00:00.000000Z");
    assert_eq!(
        seen,
        [
            ("Café", day("10-01"), day("11-02")),
            ("Intranet", day("10-01"), day("11-03")),
            ("Zoom", day("11-01"), day("11-03")),
        ]
    );
}

async fn nothing_recorded_can_be_changed_or_deleted(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let body = json!({ "headers": [], "body": "kept" });
    let ids = acme.record(&[with(call(), &json!({ "method": "GET", "request": body }))]).await;
    for table in ["connector_log", "payload"] {
        assert_eq!(place.number(&format!("SELECT COUNT(*) FROM {table}")).await, 1);
        let column = if table == "payload" { "request_size = 0" } else { "method = 'PUT'" };
        place.execute(&format!("UPDATE {table} SET {column}")).await.expect_err("an update is refused");
        place.execute(&format!("DELETE FROM {table}")).await.expect_err("a deletion is refused");
    }
    let query = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { method request { body sizeBytes } } } }";
    let found = acme.ask(query, &json!({ "id": ids[0] })).await;
    assert_eq!(found["node"], json!({ "method": "GET", "request": { "body": "kept", "sizeBytes": 4 } }));
}
