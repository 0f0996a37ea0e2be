//! Other people's judgement: the audits, clients, compilers and scanners that those who integrate
//! with the API, or attack it, would come with. Each is run as its authors publish it.

use serde_json::json;
use tests::{
    Place, Server, Settings, eventually,
    logs::generated,
    node::{passes, schemathesis, script},
    on_sqlite,
};

on_sqlite![
    graphql_over_http_is_met_to_the_letter,
    relays_compiler_accepts_everything,
    sockets_keep_their_protocol,
    event_streams_keep_their_protocol,
    a_scanner_finds_nothing_in_production,
    nothing_fails_whatever_is_asked,
    a_stranger_is_told_nothing_whatever_it_asks,
];

/// A server, and a token of a domain that has records and an export.
async fn populated(place: &Place, settings: Settings<'_>) -> (Server, String) {
    let server = place.serve_with(&[], settings).await;
    let token = place.token("Acme", &[]);
    let acme = server.client(&token);
    acme.record(&generated(30)).await;
    acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    (server, token)
}

async fn graphql_over_http_is_met_to_the_letter(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    let said = passes(script("http-audit.mjs"), &server.url("/graphql"), Some(&token));
    assert!(said.contains("62 of 62"), "{said}");
}

async fn relays_compiler_accepts_everything(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    passes(script("relay.mjs"), &server.url("/graphql"), Some(&token));
}

async fn sockets_keep_their_protocol(place: &Place) {
    let (server, token) = populated(place, &[("GRAPHQL_WS_INIT_TIMEOUT", "2")]).await;
    passes(script("sockets.mjs"), &server.url("/graphql"), Some(&token));
}

async fn event_streams_keep_their_protocol(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    passes(script("sse.mjs"), &server.url("/graphql"), Some(&token));
}

async fn a_scanner_finds_nothing_in_production(place: &Place) {
    let (server, token) = populated(place, &[("PRODUCTION", "true")]).await;
    passes(script("cop.mjs"), &server.url("/graphql"), Some(&token));
}

async fn nothing_fails_whatever_is_asked(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    let said = passes(schemathesis(&["--max-examples", "50", "--seed", "1"]), &server.url("/graphql"), Some(&token));
    assert!(!said.contains("skipped"), "{said}");
    // It asked for exports too.
    eventually("its exports are completed", async || {
        let open = place.number("SELECT COUNT(*) FROM export WHERE completed_at IS NULL").await;
        (open == 0).then_some(())
    })
    .await;
}

async fn a_stranger_is_told_nothing_whatever_it_asks(place: &Place) {
    let (server, _) = populated(place, &[]).await;
    passes(schemathesis(&["--max-examples", "20", "--seed", "1"]), &server.url("/graphql"), None);
}
