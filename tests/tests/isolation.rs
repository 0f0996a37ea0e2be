//! Two domains on one server see nothing of each other, whatever they ask: every field of the
//! schema is asked for, also those that are yet to come.

use serde_json::{Value, json};
use tests::{
    Client, Place, Server, get,
    logs::{call, with},
    on_both,
    widest::Schema,
};

on_both![
    nothing_of_one_domain_is_in_any_answer_to_another,
    another_domain_s_ids_are_unknown,
    another_domain_s_values_match_nothing,
];

/// In every text that one domain records.
const MARK: &str = "alphamark";

struct Two {
    _server: Server,
    alpha: Client,
    beta: Client,
    /// Of alpha: log, application, domain and export.
    ids: Vec<String>,
    reference: String,
}

async fn two(place: &Place) -> Two {
    let server = place.serve().await;
    let alpha = server.client(&place.token(&format!("{MARK} domain"), &[]));
    let beta = server.client(&place.token("beta domain", &[]));
    let body = json!({ "headers": [{ "name": "X-Mark", "value": MARK }], "body": MARK });
    let log = json!({
        "applicationFrom": format!("{MARK} from"),
        "applicationTo": format!("{MARK} to"),
        "userEmail": format!("{MARK}@example.com"),
        "loginId": MARK,
        "operation": MARK,
        "url": format!("https://{MARK}.example/"),
        "correlationId": MARK,
        "errorMessage": MARK,
        "request": body,
        "response": body,
    });
    alpha.record(&[with(call(), &log), with(call(), &log)]).await;
    beta.record(&[call()]).await;
    let filter = json!({ "user": MARK });
    let export = alpha.completed(&alpha.export(&json!({ "format": "CSV", "filter": filter })).await).await;
    let query = "{ viewer { domain { id } } connectorLogs { nodes { id reference applicationTo { id } } } }";
    let data = alpha.ask(query, &Value::Null).await;
    let node = &data["connectorLogs"]["nodes"][0];
    let ids = [&node["id"], &node["applicationTo"]["id"], &data["viewer"]["domain"]["id"], &export["id"]];
    let ids = ids.map(|id| id.as_str().unwrap().to_owned()).to_vec();
    let reference = node["reference"].as_str().unwrap().to_owned();
    Two { _server: server, alpha, beta, ids, reference }
}

async fn nothing_of_one_domain_is_in_any_answer_to_another(place: &Place) {
    let Two { _server, alpha, beta, ids, .. } = two(place).await;
    let questions = Schema::of(&alpha).await.questions(&ids);
    assert!(questions.len() >= 5);
    for (field, query) in questions {
        let own = alpha.answer(&query, &Value::Null).await;
        assert!(own.body["errors"].is_null(), "{query}: {}", own.text);
        assert!(
            own.text.contains(MARK),
            "{field} shows alpha nothing of its own, so this proves nothing: {}",
            own.text
        );
        let answer = beta.answer(&query, &Value::Null).await;
        assert!(!answer.text.contains(MARK), "{field} tells beta of alpha: {}", answer.text);
        if !query.contains(&ids[0]) {
            let told = ids.iter().find(|id| answer.text.contains(*id));
            assert!(told.is_none(), "{field} tells beta of {told:?}");
        }
    }
}

async fn another_domain_s_ids_are_unknown(place: &Place) {
    let Two { _server, alpha, beta, ids, .. } = two(place).await;
    let (node, nodes) =
        ("query ($id: ID!) { node(id: $id) { id } }", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }");
    for id in &ids {
        assert_eq!(alpha.ask(node, &json!({ "id": id })).await["node"]["id"], *id);
        assert_eq!(beta.ask(node, &json!({ "id": id })).await["node"], Value::Null, "{id}");
    }
    assert_eq!(beta.ask(nodes, &json!({ "ids": ids })).await["nodes"], json!([null, null, null, null]));
    // A link is the one thing that opens a file, and it names its export.
    let own = beta.completed(&beta.export(&json!({ "format": "CSV" })).await).await;
    let url = own["file"]["url"].as_str().unwrap();
    let others = url.replace(own["id"].as_str().unwrap(), &ids[3]);
    assert_ne!(url, others);
    assert!(get(&others).await.status().is_client_error());
    let file = get(url).await.text().await.unwrap();
    assert!(!file.contains(MARK) && file.lines().count() == 2);
}

async fn another_domain_s_values_match_nothing(place: &Place) {
    let Two { _server, alpha, beta, ids, reference } = two(place).await;
    for (filter, alphas) in [
        (json!({ "applications": [format!("{MARK} from")] }), 2),
        (json!({ "applicationTo": [format!("{MARK} to")] }), 2),
        (json!({ "user": MARK }), 2),
        (json!({ "user": "alpha*" }), 2),
        (json!({ "correlationId": MARK }), 2),
        (json!({ "reference": reference }), 1),
    ] {
        assert_eq!(alpha.list(&filter).await.len(), alphas, "{filter}");
        assert_eq!(beta.list(&filter).await.len(), 0, "{filter}");
    }
    let count = "{ connectorLogs { totalCount { value } } applications { name } exports { nodes { id } } }";
    let seen = beta.ask(count, &Value::Null).await;
    assert_eq!(seen["connectorLogs"]["totalCount"]["value"], 1);
    assert_eq!(seen["applications"].as_array().unwrap().len(), 2);
    assert_eq!(seen["exports"]["nodes"], json!([]));
    // A cursor of the other domain is a place in the order, and shows nothing that is not one's own.
    let cursor = alpha.ask("{ connectorLogs { pageInfo { endCursor } } }", &Value::Null).await;
    let after = &cursor["connectorLogs"]["pageInfo"]["endCursor"];
    let query = "query ($after: String) { connectorLogs(before: $after, last: 10) { nodes { id } } }";
    let answer = beta.answer(query, &json!({ "after": after })).await;
    assert!(ids.iter().all(|id| !answer.text.contains(id)));
}
