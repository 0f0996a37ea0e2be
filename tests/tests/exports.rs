//! The list of exports: newest first, by state, format, who asked and when, and every fault of the
//! filter told.

use serde_json::{Value, json};
use tests::{Client, Place, get, logs::numbered, on_both};

on_both![
    exports_are_found_by_what_they_are,
    a_filter_s_faults_are_told,
    what_is_there_is_neither_repeated_nor_canceled_nor_lost,
];

const LIST: &str = "query ($filter: ExportFilter, $first: Int, $after: String) {
    exports(filter: $filter, first: $first, after: $after) {
        nodes { id status format requestedBy requestedAt }
        pageInfo { hasNextPage endCursor }
    }
}";

async fn ids(acme: &Client, filter: Value) -> Vec<Value> {
    let list = acme.ask(LIST, &json!({ "filter": filter })).await;
    list["exports"]["nodes"].as_array().unwrap().iter().map(|export| export["id"].clone()).collect()
}

async fn exports_are_found_by_what_they_are(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let other = place.succeed(&["token", "create", "--domain", "Acme", "--name", "dashboard"]);
    let dashboard = server.client(other.trim());
    acme.record(&numbered(3)).await;
    let csv = acme.export(&json!({ "format": "CSV" })).await;
    let pdf = acme.export(&json!({ "format": "PDF" })).await;
    let theirs = dashboard.export(&json!({ "format": "CSV" })).await;
    let cancel =
        "mutation ($id: ID!) { cancelExport(input: { id: $id }) { export { status } userErrors { message } } }";
    let canceled = acme.ask(cancel, &json!({ "id": pdf["id"] })).await["cancelExport"].clone();
    assert_eq!(canceled, json!({ "export": { "status": "CANCELED" }, "userErrors": [] }));
    let [csv_id, pdf_id, theirs_id] = [&csv["id"], &pdf["id"], &theirs["id"]].map(Clone::clone);
    let at = csv["requestedAt"].clone();
    let later = theirs["requestedAt"].clone();
    for (filter, expected) in [
        (Value::Null, vec![&theirs_id, &pdf_id, &csv_id]),
        (json!({}), vec![&theirs_id, &pdf_id, &csv_id]),
        (json!({ "statuses": ["QUEUED"] }), vec![&theirs_id, &csv_id]),
        (json!({ "statuses": ["CANCELED", "COMPLETED"] }), vec![&pdf_id]),
        (json!({ "statuses": ["RUNNING", "FAILED", "EXPIRED"] }), vec![]),
        (json!({ "formats": ["PDF"] }), vec![&pdf_id]),
        (json!({ "formats": ["CSV"], "requestedBy": "tester" }), vec![&csv_id]),
        (json!({ "requestedBy": "dashboard" }), vec![&theirs_id]),
        (json!({ "requestedBy": "dash" }), vec![]),
        (json!({ "requestedAt": { "from": at, "to": later } }), vec![&pdf_id, &csv_id]),
        (json!({ "requestedAt": { "from": later } }), vec![&theirs_id]),
    ] {
        assert_eq!(ids(&acme, filter.clone()).await, expected.into_iter().cloned().collect::<Vec<_>>(), "{filter}");
    }
    // Pages walk what the filter leaves.
    let filter = json!({ "formats": ["CSV"] });
    let first = acme.ask(LIST, &json!({ "filter": filter, "first": 1 })).await["exports"].clone();
    assert_eq!((&first["nodes"][0]["id"], &first["pageInfo"]["hasNextPage"]), (&theirs_id, &json!(true)));
    let after = &first["pageInfo"]["endCursor"];
    let rest = acme.ask(LIST, &json!({ "filter": filter, "first": 1, "after": after })).await["exports"].clone();
    assert_eq!((&rest["nodes"][0]["id"], &rest["pageInfo"]["hasNextPage"]), (&csv_id, &json!(false)));
    let _worker = place.work(&[]);
    for export in [&csv, &theirs] {
        acme.completed(export).await;
    }
    assert_eq!(ids(&acme, json!({ "statuses": ["COMPLETED"] })).await, [theirs_id, csv_id]);
}

async fn a_filter_s_faults_are_told(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for (filter, field) in [
        (json!({ "statuses": [] }), vec!["filter", "statuses"]),
        (json!({ "formats": [] }), vec!["filter", "formats"]),
        (json!({ "requestedBy": "" }), vec!["filter", "requestedBy"]),
        (json!({ "requestedBy": "a\u{0}b" }), vec!["filter", "requestedBy"]),
        (json!({ "requestedAt": {} }), vec!["filter", "requestedAt", "from"]),
        (
            json!({ "requestedAt": { "from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z" } }),
            vec!["filter", "requestedAt", "from"],
        ),
    ] {
        let fault = acme.fault(LIST, &json!({ "filter": filter })).await;
        assert_eq!(
            (fault.code.as_str(), fault.field),
            ("BAD_USER_INPUT", field.iter().map(|f| (*f).to_owned()).collect())
        );
        assert!(fault.message.contains(": "), "{}", fault.message);
    }
}

async fn what_is_there_is_neither_repeated_nor_canceled_nor_lost(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(3)).await;
    let export = acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    for mutation in ["cancelExport", "repeatExport"] {
        let ask = format!(
            "mutation ($id: ID!) {{ {mutation}(input: {{ id: $id }}) {{ export {{ id }} userErrors {{ field message }} }} }}"
        );
        let done = acme.ask(&ask, &json!({ "id": export["id"] })).await[mutation].clone();
        assert_eq!((&done["export"], &done["userErrors"][0]["field"]), (&Value::Null, &json!(["id"])), "{mutation}");
        assert!(done["userErrors"][0]["message"].as_str().unwrap().contains("COMPLETED"), "{done}");
    }
    let now = acme.export_now(&export["id"]).await;
    assert_eq!((&now["status"], &now["file"]["sha256"]), (&json!("COMPLETED"), &export["file"]["sha256"]));
    assert_eq!(get(now["file"]["url"].as_str().unwrap()).await.status(), 200, "the file is there still");
}
