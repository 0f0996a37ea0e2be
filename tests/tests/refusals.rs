//! What cannot be recorded is refused one by one, with the path to the field; the good ones stay.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tests::{
    Place,
    logs::{call, numbered, text, with},
    on_both,
};

on_both![
    bad_records_are_refused_one_by_one,
    a_clock_may_be_five_minutes_ahead,
    an_instant_without_an_offset_is_refused,
    a_thousand_records_a_call_and_not_one_more,
    texts_hold_no_nul_but_everything_else,
];

async fn bad_records_are_refused_one_by_one(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let long = "x".repeat(100_000);
    let cases = [
        (json!({ "applicationFrom": "" }), "applicationFrom"),
        (json!({ "applicationTo": " \t" }), "applicationTo"),
        (json!({ "applicationTo": long }), "applicationTo"),
        (json!({ "userEmail": long }), "userEmail"),
        (json!({ "loginId": long }), "loginId"),
        (json!({ "statusCode": 99 }), "statusCode"),
        (json!({ "statusCode": 1000 }), "statusCode"),
        (json!({ "statusCode": -1 }), "statusCode"),
        (json!({ "durationMs": -1 }), "durationMs"),
        (json!({ "clientIp": "999.1.1.1" }), "clientIp"),
        (json!({ "clientIp": "[::1]:80" }), "clientIp"),
        (json!({ "correlationId": long }), "correlationId"),
        (json!({ "idempotencyKey": long }), "idempotencyKey"),
        (json!({ "idempotencyKey": "k", "occurredAt": null }), "occurredAt"),
        (json!({ "request": { "body": "no base64!", "encoding": "BASE64" } }), "request.body"),
        (json!({ "response": { "body": "YQ=", "encoding": "BASE64" } }), "response.body"),
        (
            json!({ "response": { "headers": [{ "name": "A", "value": "1" }, { "name": "", "value": "2" }] } }),
            "response.headers.1.name",
        ),
    ];
    // Each bad record stands between two good ones.
    let mut logs = vec![call()];
    for (bad, _) in &cases {
        logs.extend([with(call(), bad), call()]);
    }
    let done = acme.try_record(&logs).await;
    assert_eq!(done["recordedCount"], cases.len() + 1);
    let ids = done["ids"].as_array().unwrap();
    assert_eq!(ids.len(), logs.len());
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(id.is_null(), n % 2 == 1, "record {n}");
    }
    let errors = done["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), cases.len(), "{errors:#?}");
    for (n, (error, (bad, field))) in errors.iter().zip(&cases).enumerate() {
        let path = format!("logs.{}.{field}", 2 * n + 1);
        assert_eq!(error["field"], json!(path.split('.').collect::<Vec<_>>()), "{bad:.100}");
        assert!(!error["code"].as_str().unwrap().is_empty());
        assert!(!error["message"].as_str().unwrap().contains(&long), "a message repeats what was sent");
    }
    let kept: Vec<&Value> = ids.iter().filter(|id| !id.is_null()).collect();
    assert_eq!(acme.list(&Value::Null).await.len(), kept.len());
}

async fn a_clock_may_be_five_minutes_ahead(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let ahead = |minutes| with(call(), &json!({ "occurredAt": text(Utc::now() + TimeDelta::minutes(minutes)) }));
    let old = with(call(), &json!({ "occurredAt": "1999-12-31T23:59:59Z" }));
    let done = acme.try_record(&[ahead(4), ahead(10), old]).await;
    assert_eq!(done["recordedCount"], 2);
    assert_eq!(done["userErrors"][0]["field"], json!(["logs", "1", "occurredAt"]));
    assert_eq!(done["userErrors"].as_array().unwrap().len(), 1);
}

async fn an_instant_without_an_offset_is_refused(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for bad in ["2026-11-02T08:00:00", "2026-11-02", "yesterday", "2026-02-30T08:00:00Z", "2026-11-02 08:00:00"] {
        let done = acme.try_record(&[call(), with(call(), &json!({ "occurredAt": bad }))]).await;
        assert_eq!(done["recordedCount"], 1, "{bad}");
        assert_eq!(done["userErrors"][0]["field"], json!(["logs", "1", "occurredAt"]), "{bad}");
    }
    // Any offset will do.
    acme.record(&[with(call(), &json!({ "occurredAt": "2026-11-02T08:00:00-09:30" }))]).await;
}

async fn a_thousand_records_a_call_and_not_one_more(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let answer = acme.record_answer(&numbered(1001)).await;
    let in_call = &answer.body["data"]["recordConnectorLogs"]["userErrors"][0]["field"];
    let of_call = &answer.body["errors"][0]["extensions"]["field"];
    let field = [in_call, of_call].into_iter().find_map(Value::as_array).unwrap_or_else(|| panic!("{}", answer.text));
    assert_eq!(field.last().unwrap(), "logs");
    assert_eq!(acme.list(&Value::Null).await, [""; 0]);
    assert_eq!(acme.try_record(&numbered(1000)).await["recordedCount"], 1000);
}

async fn texts_hold_no_nul_but_everything_else(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let fields = ["userEmail", "loginId", "operation", "method", "url", "correlationId", "errorMessage"];
    let nul: Vec<Value> = fields.iter().map(|field| with(call(), &json!({ *field: "a\0b" }))).collect();
    let done = acme.try_record(&nul).await;
    assert_eq!(done["recordedCount"], 0);
    for (n, field) in fields.iter().enumerate() {
        assert_eq!(done["userErrors"][n]["field"], json!(["logs", n.to_string(), field]));
    }
    let odd = "\u{1}\u{7f}\u{85}\u{2028}\u{feff}\u{fffd}\u{10ffff}";
    acme.record(&[with(call(), &json!({ "errorMessage": odd }))]).await;
    let found = acme.ask("{ connectorLogs { nodes { errorMessage } } }", &Value::Null).await;
    assert_eq!(found["connectorLogs"]["nodes"][0]["errorMessage"], odd);
}
