//! How many match: exact up to ten thousand, and no more work than that beyond.

use serde_json::{Value, json};
use tests::{Place, logs::numbered, on_both};

on_both![ten_thousand_are_counted_and_no_more];

async fn ten_thousand_are_counted_and_no_more(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let query = "query ($filter: ConnectorLogFilter) { connectorLogs(filter: $filter, first: 1) { totalCount { value exact } } }";
    let count = async |filter: &Value| {
        acme.ask(query, &json!({ "filter": filter })).await["connectorLogs"]["totalCount"].clone()
    };
    assert_eq!(count(&Value::Null).await, json!({ "value": 0, "exact": true }));
    let logs = numbered(10_001);
    acme.record(&logs[..10_000]).await;
    assert_eq!(count(&Value::Null).await, json!({ "value": 10_000, "exact": true }));
    acme.record(&logs[10_000..]).await;
    assert_eq!(count(&Value::Null).await, json!({ "value": 10_000, "exact": false }));
    // A filter counts what it means, on either of two columns too.
    assert_eq!(count(&json!({ "correlationId": "n-77" })).await, json!({ "value": 1, "exact": true }));
    assert_eq!(
        count(&json!({ "applications": ["Okta", "Intranet"] })).await,
        json!({ "value": 10_000, "exact": false })
    );
    // An export tells the same, and takes the newest thousand.
    let export = acme.export(&json!({ "format": "CSV" })).await;
    assert_eq!(export["matchedCount"], json!({ "value": 10_000, "exact": false }));
    assert_eq!((&export["recordCount"], &export["truncated"]), (&json!(1000), &json!(true)));
    acme.completed(&export).await;
}
