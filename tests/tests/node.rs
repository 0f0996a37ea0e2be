//! Each object has an id by which it is found again, and the caller is told who it is.

use serde_json::{Value, json};
use tests::{Place, logs::call, on_both};

on_both![every_kind_of_object_is_found_by_its_id, the_viewer_is_told_who_it_is];

async fn every_kind_of_object_is_found_by_its_id(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&[call()]).await;
    let export = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&export).await;
    let query = "{
        viewer { domain { id } }
        applications { id }
        connectorLogs { nodes { id applicationFrom { id } } }
        exports { nodes { id } }
    }";
    let data = acme.ask(query, &Value::Null).await;
    let ids = json!([
        data["viewer"]["domain"]["id"],
        data["applications"][0]["id"],
        data["connectorLogs"]["nodes"][0]["id"],
        data["connectorLogs"]["nodes"][0]["applicationFrom"]["id"],
        data["exports"]["nodes"][0]["id"],
    ]);
    assert_eq!(data["exports"]["nodes"][0]["id"], export["id"]);
    let kinds = ["Domain", "Application", "ConnectorLog", "Application", "Export"];
    let nodes = acme.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", &json!({ "ids": ids })).await;
    for (n, kind) in kinds.iter().enumerate() {
        let expected = json!({ "__typename": kind, "id": ids[n] });
        assert_eq!(nodes["nodes"][n], expected);
        let node = acme.ask("query ($id: ID!) { node(id: $id) { __typename id } }", &json!({ "id": ids[n] })).await;
        assert_eq!(node["node"], expected);
        // An id says what it is of.
        let prefix = ids[n].as_str().unwrap().split('_').next().unwrap();
        let others = (0..kinds.len()).filter(|&m| kinds[m] != *kind);
        others.for_each(|m| assert!(!ids[m].as_str().unwrap().starts_with(&format!("{prefix}_"))));
    }
}

async fn the_viewer_is_told_who_it_is(place: &Place) {
    let (server, acme) = place.open("Acme & Söhne").await;
    let query = "{ viewer { name scopes domain { name createdAt } } }";
    let viewer = acme.ask(query, &Value::Null).await["viewer"].clone();
    assert_eq!((&viewer["name"], &viewer["domain"]["name"]), (&json!("tester"), &json!("Acme & Söhne")));
    for scope in ["LOGS_READ", "PAYLOADS_READ", "LOGS_WRITE", "EXPORTS_WRITE"] {
        assert!(viewer["scopes"].as_array().unwrap().contains(&json!(scope)), "{viewer}");
    }
    let narrow = server.client(&place.token("Acme & Söhne", &["LOGS_READ"]));
    assert_eq!(narrow.ask(query, &Value::Null).await["viewer"]["scopes"], json!(["LOGS_READ"]));
}
