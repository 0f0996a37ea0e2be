//! Two domains on one server see nothing of each other, whatever they ask: every field of the
//! schema is asked for, also those that are yet to come.

use serde_json::{Value, json};
use tests::{
    Client, Place, Server, get,
    live::Events,
    logs::{call, with},
    on_both,
    widest::Schema,
};

on_both![
    nothing_of_one_domain_is_in_any_answer_to_another,
    nothing_that_one_domain_does_touches_another,
    nothing_that_one_domain_watches_tells_of_another,
    another_domain_s_ids_are_like_ids_of_nothing,
    another_domain_s_ids_are_unknown,
    another_domain_s_values_match_nothing,
];

/// In every text that one domain records.
const MARK: &str = "alphamark";

struct Two {
    server: Server,
    alpha: Client,
    beta: Client,
    /// Of alpha: log, application, domain, export, token and access event.
    ids: Vec<String>,
    reference: String,
}

async fn two(place: &Place) -> Two {
    let server = place.serve_with(&[], &[("LOG", "info,sqlx::query=debug")]).await;
    let domain = format!("{MARK} domain");
    let alpha = server.client(place.succeed(&["token", "create", "--domain", &domain, "--name", MARK]).trim());
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
    let query = "{ viewer { domain { id } } tokens { nodes { id } }
        connectorLogs { nodes { id reference applicationTo { id } request { body } } } }";
    let data = alpha.ask(query, &Value::Null).await;
    let events = alpha.ask("{ accessEvents { nodes { id } } }", &Value::Null).await;
    let node = &data["connectorLogs"]["nodes"][0];
    let ids = [
        &node["id"],
        &node["applicationTo"]["id"],
        &data["viewer"]["domain"]["id"],
        &export["id"],
        &data["tokens"]["nodes"][0]["id"],
        &events["accessEvents"]["nodes"][0]["id"],
    ];
    let ids = ids.map(|id| id.as_str().unwrap().to_owned()).to_vec();
    let reference = node["reference"].as_str().unwrap().to_owned();
    Two { server, alpha, beta, ids, reference }
}

async fn nothing_of_one_domain_is_in_any_answer_to_another(place: &Place) {
    let Two { server: _server, alpha, beta, ids, .. } = two(place).await;
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

/// All that a domain sees of itself, but for what changes with each look: links, and who looked.
async fn seen(who: &Client, schema: &Schema, ids: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for (field, query) in schema.questions(ids) {
        if field != "accessEvents" {
            let mut data = who.ask(&query, &Value::Null).await;
            forget(&mut data, &["url", "manifestUrl", "urlExpiresAt", "lastUsedAt"]);
            all.push(data.to_string());
        }
    }
    all
}

fn forget(data: &mut Value, names: &[&str]) {
    match data {
        Value::Array(items) => items.iter_mut().for_each(|item| forget(item, names)),
        Value::Object(fields) => {
            fields.retain(|name, value| {
                !names.contains(&name.as_str()) || value.as_str().is_none_or(|v| v.contains(MARK))
            });
            fields.values_mut().for_each(|value| forget(value, names));
        }
        _ => {}
    }
}

async fn nothing_that_one_domain_does_touches_another(place: &Place) {
    let Two { server: _server, alpha, beta, ids, .. } = two(place).await;
    let schema = Schema::of(&alpha).await;
    let before = seen(&alpha, &schema, &ids).await;
    let own = beta.ask("{ tokens { nodes { id } } }", &Value::Null).await["tokens"]["nodes"][0]["id"].clone();
    let mutations = schema.mutations(&ids);
    assert!(mutations.len() >= 4);
    for (field, mutation) in mutations {
        let answer = beta.answer(&mutation, &Value::Null).await;
        assert_eq!(answer.body["errors"], Value::Null, "{mutation}: {}", answer.text);
        assert!(!answer.text.contains(MARK), "{field} tells beta of alpha: {}", answer.text);
        assert_eq!(seen(&alpha, &schema, &ids).await, before, "{mutation} by beta changed what alpha sees");
    }
    for export in beta.ask("{ exports { nodes { id } } }", &Value::Null).await["exports"]["nodes"].as_array().unwrap() {
        beta.completed(export).await;
    }
    // Nor is there any trace of beta's among those who looked at alpha's.
    let looked = alpha.ask("{ accessEvents(first: 100) { nodes { actorId } } }", &Value::Null).await;
    assert!(looked.to_string().contains(&ids[4]) && !looked.to_string().contains(own.as_str().unwrap()));
}

async fn nothing_that_one_domain_watches_tells_of_another(place: &Place) {
    let Two { server: _server, alpha, beta, ids, .. } = two(place).await;
    let subscriptions = Schema::of(&alpha).await.subscriptions(&ids);
    assert!(subscriptions.len() >= 2);
    let mut streams = Vec::new();
    for (field, query) in &subscriptions {
        let request = beta.post().json(&json!({ "query": query }));
        streams.push((field, Events::of(request).await));
    }
    let fence = with(call(), &json!({ "operation": "betas.own" }));
    let mark = with(call(), &json!({ "operation": MARK, "applicationFrom": format!("{MARK} from") }));
    alpha.record(&[mark]).await;
    beta.record(&[fence]).await;
    for (field, mut events) in streams {
        // To its end, or to what was recorded after alpha's own.
        while let Some((kind, data)) = events.next().await {
            let told = data.to_string();
            assert!(!told.contains(MARK), "{field} tells beta of alpha: {told}");
            if kind == "complete" || told.contains("betas.own") {
                break;
            }
        }
    }
}

/// The same id, but of nothing that there is.
fn of_nothing(id: &str) -> String {
    let (kind, body) = id.split_once('_').unwrap();
    let turned: String = body.chars().map(|c| if c == '0' { '1' } else { '0' }).skip(10).collect();
    format!("{kind}_{}{turned}", &body[..10])
}

async fn another_domain_s_ids_are_like_ids_of_nothing(place: &Place) {
    let Two { server, alpha, beta, ids, .. } = two(place).await;
    let schema = Schema::of(&alpha).await;
    let others = |operation: &str| ids.iter().fold(operation.to_owned(), |text, id| text.replace(id, &of_nothing(id)));
    for (field, operation) in [schema.questions(&ids), schema.mutations(&ids)].concat() {
        if !ids.iter().any(|id| operation.contains(id)) {
            continue;
        }
        let of_nothing = others(&operation);
        assert_ne!(operation, of_nothing);
        let (there, nowhere) =
            (beta.answer(&operation, &Value::Null).await, beta.answer(&of_nothing, &Value::Null).await);
        assert_eq!(others(&there.text), nowhere.text, "{field} tells that there is such a thing: {operation}");
        assert_eq!(there.status, nowhere.status);
        // Nor does it take longer: the database is asked the same.
        let there = server.statements(&there.request_id(), &beta).await.len();
        let nowhere = server.statements(&nowhere.request_id(), &beta).await.len();
        assert_eq!(there, nowhere, "{field} asks the database more about what there is: {operation}");
    }
}

async fn another_domain_s_ids_are_unknown(place: &Place) {
    let Two { server: _server, alpha, beta, ids, .. } = two(place).await;
    let (node, nodes) =
        ("query ($id: ID!) { node(id: $id) { id } }", "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }");
    for id in &ids {
        assert_eq!(alpha.ask(node, &json!({ "id": id })).await["node"]["id"], *id);
        assert_eq!(beta.ask(node, &json!({ "id": id })).await["node"], Value::Null, "{id}");
    }
    assert_eq!(beta.ask(nodes, &json!({ "ids": ids })).await["nodes"], json!([null, null, null, null, null, null]));
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
    let Two { server: _server, alpha, beta, ids, reference } = two(place).await;
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
