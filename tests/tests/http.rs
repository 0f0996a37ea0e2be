//! GraphQL over HTTP as its specification says, and what every answer carries.

use reqwest::{
    Method, RequestBuilder, Url,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use tests::{Answer, Client, Place, get, logs::call, on_sqlite};

on_sqlite![
    a_request_is_json_and_nothing_else,
    a_mutation_needs_post,
    what_is_no_request_says_so,
    the_media_type_is_negotiated,
    an_answer_has_no_data_where_nothing_was_executed,
    operations_are_chosen_by_name,
    pages_are_served_beside_the_api,
    every_answer_has_an_id,
];

const QUERY: &str = r#"{"query":"{ viewer { name } }"}"#;

async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

async fn a_request_is_json_and_nothing_else(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for taken in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        assert_eq!(send(acme.post().header(CONTENT_TYPE, taken).body(QUERY)).await.status, 200, "{taken}");
    }
    for refused in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "nonsense",
    ] {
        assert_eq!(send(acme.post().header(CONTENT_TYPE, refused).body(QUERY)).await.status, 415, "{refused}");
    }
    assert_eq!(send(acme.post().body(QUERY)).await.status, 415, "no type at all");
}

async fn a_mutation_needs_post(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let token = place.token("Acme", &[]);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mutation = "mutation { exportLogs(input: { format: CSV }) { export { id } } }";
    let by_get = |query| {
        let url = Url::parse_with_params(&server.url("/graphql"), [("query", query)]).unwrap();
        send(http.get(url).bearer_auth(&token))
    };
    let answer = by_get(mutation).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "POST");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let body = json!({ "query": mutation }).to_string();
        let request = http.request(method, server.url("/graphql")).bearer_auth(&token);
        let answer = send(request.header(CONTENT_TYPE, "application/json").body(body)).await;
        assert_eq!(answer.status, 405);
        assert!(answer.header("allow").contains("POST"));
    }
    let exports = acme.ask("{ exports { nodes { id } } }", &Value::Null).await;
    assert_eq!(exports["exports"]["nodes"], json!([]));
    assert_eq!(by_get("{ viewer { name } }").await.body["data"]["viewer"]["name"], "tester");
}

async fn what_is_no_request_says_so(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let batch = format!("[{QUERY},{QUERY}]");
    for body in [
        "",
        "{",
        "nonsense",
        "null",
        "42",
        "[]",
        "{}",
        &batch,
        "\u{feff}",
        r#"{"query":42}"#,
        r#"{"query":null}"#,
        r#"{"query":"{ viewer { name } }","variables":[]}"#,
        r#"{"query":"{ viewer { name } }","variables":"{}"}"#,
        r#"{"query":"{ viewer { name } }","operationName":7}"#,
    ] {
        let answer = send(acme.post().header(CONTENT_TYPE, "application/json").body(body.to_owned())).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        assert!(answer.body["errors"][0]["message"].is_string(), "{body}: {}", answer.text);
        assert!(!answer.text.contains("line: 1") && !answer.text.contains("Error("), "Rust's words: {}", answer.text);
    }
}

async fn the_media_type_is_negotiated(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let newer = "application/graphql-response+json";
    let answer = async |accept: &str| {
        send(acme.post().header(ACCEPT, accept).header(CONTENT_TYPE, "application/json").body(QUERY)).await
    };
    for (accept, expected) in [
        ("application/json", "application/json"),
        (newer, newer),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html, application/graphql-response+json;q=0.9", newer),
        ("application/graphql-response+json, application/json;q=0.9", newer),
        ("application/graphql-response+json;q=0.5, application/json", "application/json"),
    ] {
        let answer = answer(accept).await;
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.header("content-type").split(';').next(), Some(expected), "{accept}");
    }
    assert_eq!(answer("text/html").await.status, 406);
}

async fn an_answer_has_no_data_where_nothing_was_executed(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for query in [
        "{",
        "{ nonsense }",
        "query ($x: Int!) { viewer { name } }",
        "{ connectorLogs(first: \"x\") { nodes { id } } }",
        "{ viewer }",
    ] {
        for (accept, status) in [("application/graphql-response+json", 400), ("application/json", 200)] {
            let body = json!({ "query": query });
            let answer = send(acme.post().header(ACCEPT, accept).json(&body)).await;
            // A document that does not even parse is malformed for the older type too.
            assert!(
                answer.status == status || (query == "{" && answer.status == 400),
                "{query} {accept}: {}",
                answer.text
            );
            assert!(answer.body["errors"][0]["message"].is_string());
            assert_eq!(answer.body.get("data"), None, "{query}: {}", answer.text);
            assert!(answer.body["errors"][0]["extensions"]["code"].is_string(), "{}", answer.text);
        }
    }
}

async fn operations_are_chosen_by_name(place: &Place) {
    let server = place.serve().await;
    let acme = server.client(&place.token("Acme", &["LOGS_READ"]));
    let document =
        "query A { a: viewer { name } } query B($x: Boolean = true) { b: viewer { scopes name @include(if: $x) } }";
    let ask = async |more: Value| {
        let mut body = json!({ "query": document });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        send(acme.post().json(&body)).await.body
    };
    assert_eq!(ask(json!({ "operationName": "A" })).await["data"], json!({ "a": { "name": "tester" } }));
    assert_eq!(
        ask(json!({ "operationName": "B", "variables": { "x": false } })).await["data"],
        json!({ "b": { "scopes": ["LOGS_READ"] } })
    );
    for unclear in [json!({}), json!({ "operationName": "C" })] {
        assert!(ask(unclear).await["errors"][0]["message"].is_string());
    }
}

async fn pages_are_served_beside_the_api(place: &Place) {
    let server = place.serve().await;
    let page = get(&server.url("/graphiql")).await;
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.text().await.unwrap().to_lowercase().contains("graphiql"));
    let schema = get(&server.url("/schema.graphql")).await.text().await.unwrap();
    assert_eq!(schema, place.succeed(&["schema"]));
    assert_eq!(get(&server.url("/nowhere")).await.status(), 404);
}

async fn every_answer_has_an_id(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let mut ids = Vec::new();
    for path in ["/healthz", "/nowhere", "/schema.graphql", "/exports/exp_x"] {
        let answer = Answer::of(get(&server.url(path)).await).await;
        ids.push(answer.request_id());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let client: &Client = &acme;
    ids.push(client.answer("{ viewer { name } }", &Value::Null).await.request_id());
    ids.push(client.record_answer(&[call()]).await.request_id());
    ids.push(server.stranger().answer("{ viewer { name } }", &Value::Null).await.request_id());
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "each its own");
}
