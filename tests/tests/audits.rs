//! Other people's judgement: the audits, clients, compilers and scanners that those who integrate
//! with the API, or attack it, would come with. Each is run as its authors publish it.

use std::process::Command;
use tests::{
    Place, Server, Settings, eventually,
    logs::generated,
    node::{passes, schemathesis, script},
    on_postgres, on_sqlite,
};

on_sqlite![
    graphql_over_http_is_met_to_the_letter,
    relays_compiler_accepts_everything,
    sockets_keep_their_protocol,
    event_streams_keep_their_protocol,
    a_scanner_finds_nothing_in_production,
    a_stranger_is_told_nothing_whatever_it_asks,
];

// The database that minds: a NUL is no text to it.
on_postgres![nothing_fails_whatever_is_asked];

/// Nobody asks as often as a scanner does.
const UNLIMITED: Settings = &[("RATE_PER_TOKEN", "0"), ("RATE_PER_ADDRESS", "0"), ("RATE_OF_REFUSALS", "0")];

/// A server, and a token of a domain that has records.
async fn populated(place: &Place, settings: Settings<'_>) -> (Server, String) {
    let server = place.serve_with(&[], settings).await;
    let token = place.token("Acme", &[]);
    server.client(&token).record(&generated(30)).await;
    (server, token)
}

/// Waits for the exports that others asked for.
async fn exports_are_completed(place: &Place) {
    eventually("the exports are completed", async || {
        let open = place.number("SELECT COUNT(*) FROM export WHERE completed_at IS NULL").await;
        (open == 0).then_some(())
    })
    .await;
}

/// Schemathesis, with so many documents a field; the same ones each time.
fn documents(place: &Place, count: &str) -> Command {
    let schema = place.write("schema.graphql", place.succeed(&["schema"]));
    let mut command = schemathesis(&["--max-examples", count, "--seed", "1"]);
    command.env("SCHEMA", schema);
    command
}

async fn graphql_over_http_is_met_to_the_letter(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    let said = passes(script("http-audit.mjs"), &server.url("/graphql"), Some(&token));
    assert!(said.contains("61 of 61"), "{said}");
}

async fn relays_compiler_accepts_everything(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    passes(script("relay.mjs"), &server.url("/graphql"), Some(&token));
}

async fn sockets_keep_their_protocol(place: &Place) {
    let (server, token) = populated(place, &[("GRAPHQL_WS_INIT_TIMEOUT", "5")]).await;
    passes(script("sockets.mjs"), &server.url("/graphql"), Some(&token));
    exports_are_completed(place).await;
}

async fn event_streams_keep_their_protocol(place: &Place) {
    let (server, token) = populated(place, &[]).await;
    passes(script("sse.mjs"), &server.url("/graphql"), Some(&token));
    exports_are_completed(place).await;
}

async fn a_scanner_finds_nothing_in_production(place: &Place) {
    let (server, token) = populated(place, &[("PRODUCTION", "true")]).await;
    passes(script("cop.mjs"), &server.url("/graphql"), Some(&token));
}

async fn nothing_fails_whatever_is_asked(place: &Place) {
    let (server, token) = populated(place, UNLIMITED).await;
    let said = passes(documents(place, "40"), &server.url("/graphql"), Some(&token));
    // A field that it did not know how to ask for would be left out without a word.
    let count = |label: &str| said.split_once(label).unwrap().1.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    assert_eq!(count("Tested: "), count("Selected: "), "{said}");
    exports_are_completed(place).await;
}

async fn a_stranger_is_told_nothing_whatever_it_asks(place: &Place) {
    let (server, _) = populated(place, UNLIMITED).await;
    passes(documents(place, "20"), &server.url("/graphql"), None);
}
