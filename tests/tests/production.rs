//! What is open where people try things, and closed where strangers may reach the server; and
//! that another site's page makes a browser do nothing here.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tests::{
    Answer, Client, Place, Server, get,
    live::{PROTOCOL, Socket},
    on_sqlite,
};

on_sqlite![
    in_production_the_schema_is_not_told,
    each_door_has_a_setting_of_its_own,
    a_mutation_never_comes_by_get,
    another_site_s_page_is_refused_where_a_cookie_vouches,
    another_site_s_page_opens_no_socket,
];

const SCHEMA: &str = "{ __schema { types { name } } }";

async fn open(place: &Place, settings: &[(&str, &str)]) -> (Server, Client) {
    let server = place.serve_with(&[], settings).await;
    let client = server.client(&place.token("Acme", &[]));
    (server, client)
}

async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

async fn in_production_the_schema_is_not_told(place: &Place) {
    let (server, acme) = open(place, &[("PRODUCTION", "true")]).await;
    for document in [
        SCHEMA,
        "{ __type(name: \"Query\") { name } }",
        "{ viewer { name } ...F } fragment F on Query { a: __type(name: \"Query\") { name } }",
        "query A { viewer { name } } query B { __schema { types { name } } }",
        "mutation { __schema { types { name } } }",
    ] {
        let fault = acme.fault(document, &Value::Null).await;
        assert_eq!(fault.code, "GRAPHQL_VALIDATION_FAILED");
        assert!(fault.message.contains("INTROSPECTION"), "{fault:?}");
    }
    let mut socket = Socket::offer(&server.url("/graphql")).await;
    socket.init(&json!({ "authorization": format!("Bearer {}", place.token("Acme", &[])) })).await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket.subscribe("1", SCHEMA, &json!({})).await;
    assert_eq!(socket.next().await["type"], "error");
    // What a type is called is part of an answer, and stays.
    let named = acme.ask("{ __typename viewer { __typename } }", &Value::Null).await;
    assert_eq!(named, json!({ "__typename": "Query", "viewer": { "__typename": "Viewer" } }));
    for path in ["/schema.graphql", "/graphiql", "/graphiql.js", "/graphiql.css"] {
        assert_eq!(get(&server.url(path)).await.status(), 404, "{path}");
    }
    // Where a sign-in ends is somewhere.
    assert_eq!(get(&server.url("/")).await.status(), 200);
    let answer = send(by_get(&server, &place.token("Acme", &[]), "{ viewer { name } }")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}

fn by_get(server: &Server, token: &str, query: &str) -> RequestBuilder {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = reqwest::Url::parse_with_params(&server.url("/graphql"), [("query", query)]).unwrap();
    http.get(url).bearer_auth(token)
}

async fn each_door_has_a_setting_of_its_own(place: &Place) {
    let token = place.token("Acme", &[]);
    for (production, opened) in [("true", true), ("false", false)] {
        for only in ["INTROSPECTION", "GRAPHIQL", "GRAPHQL_GET"] {
            let setting = (only, if opened { "true" } else { "false" });
            let (server, acme) = open(place, &[("PRODUCTION", production), setting]).await;
            let told = acme.answer(SCHEMA, &Value::Null).await.body["data"]["__schema"].is_object();
            let file = get(&server.url("/schema.graphql")).await.status() == 200;
            let page = get(&server.url("/graphiql")).await.status() == 200;
            let by_get = send(by_get(&server, &token, "{ viewer { name } }")).await.status == 200;
            for (door, is_open) in
                [("INTROSPECTION", told), ("INTROSPECTION", file), ("GRAPHIQL", page), ("GRAPHQL_GET", by_get)]
            {
                assert_eq!(is_open, (door == only) == opened, "{door} with PRODUCTION={production} {setting:?}");
            }
        }
    }
}

async fn a_mutation_never_comes_by_get(place: &Place) {
    let server = place.serve().await;
    let token = place.token("Acme", &[]);
    for mutation in [
        "mutation { exportLogs(input: { format: CSV }) { export { id } } }",
        "mutation Named { exportLogs(input: { format: CSV }) { export { id } } }",
        "mutation Named { exportLogs(input: { format: CSV }) { export { id } } } fragment F on Query { __typename }",
    ] {
        let answer = send(by_get(&server, &token, mutation)).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{mutation}: {}", answer.text);
    }
    let exports = server.client(&token).ask("{ exports { nodes { id } } }", &Value::Null).await;
    assert_eq!(exports["exports"]["nodes"], json!([]));
}

/// Headers of a request, and whether a page of another site is behind it.
const PAGES: [(&[(&str, &str)], bool); 8] = [
    (&[], false),
    (&[("sec-fetch-site", "same-origin")], false),
    (&[("sec-fetch-site", "none")], false),
    (&[("origin", "https://log.example.com")], false),
    (&[("sec-fetch-site", "cross-site")], true),
    (&[("sec-fetch-site", "same-site")], true),
    (&[("origin", "https://evil.example")], true),
    (&[("origin", "null")], true),
];

async fn another_site_s_page_is_refused_where_a_cookie_vouches(place: &Place) {
    let settings = [("PUBLIC_URL", "https://log.example.com/logs")];
    let (server, acme) = open(place, &settings).await;
    let stranger = server.stranger();
    let body = json!({ "query": "{ viewer { name } }" });
    let with = |mut request: RequestBuilder, headers: &[(&str, &str)]| {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    };
    let own = server.url("");
    for (headers, foreign) in PAGES.into_iter().chain([(&[("origin", own.as_str())][..], false)]) {
        let by_cookie = with(stranger.post().json(&body), headers).header("cookie", "session=x");
        let answer = send(by_cookie).await;
        // Nobody is known by this cookie; those who are refused are not even asked.
        assert_eq!(answer.status, if foreign { 403 } else { 401 }, "{headers:?}: {}", answer.text);
        let url = server.url("/graphql?query={viewer{name}}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let by_get = with(http.get(url), headers).header("cookie", "session=x");
        assert_eq!(send(by_get).await.status, if foreign { 403 } else { 401 }, "{headers:?} by GET");
        // A token is nothing that another site's page could make a browser send.
        let answer = send(with(acme.post().json(&body), headers)).await;
        assert_eq!(answer.status, 200, "{headers:?}: {}", answer.text);
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

async fn another_site_s_page_opens_no_socket(place: &Place) {
    let settings = [("PUBLIC_URL", "https://log.example.com/logs")];
    let (server, _) = open(place, &settings).await;
    let (url, token) = (server.url("/graphql"), format!("Bearer {}", place.token("Acme", &[])));
    for (headers, foreign) in PAGES {
        let headers: Vec<_> = headers.iter().copied().chain([PROTOCOL, ("authorization", &token)]).collect();
        match Socket::open(&url, &headers).await {
            Ok(mut socket) => {
                assert!(!foreign, "{headers:?}");
                // The request's own header vouches where the first message does not.
                socket.init(&json!({})).await;
                assert_eq!(socket.next().await["type"], "connection_ack");
            }
            Err(status) => assert_eq!((status, foreign), (403, true), "{headers:?}"),
        }
    }
    for protocol in ["graphql-ws", "chat", "graphql-transport-ws2"] {
        let offered = Socket::open(&url, &[("Sec-WebSocket-Protocol", protocol)]).await;
        assert_eq!(offered.err(), Some(400), "{protocol}");
    }
}
