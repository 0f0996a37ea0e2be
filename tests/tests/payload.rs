//! Payloads: kept to the byte up to 256 KiB a side, cut and flagged beyond, never refused for it.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tests::{
    Answer, Client, Place, eventually,
    logs::{call, with},
    on_both,
};

on_both![
    both_sides_come_back_as_they_were_sent,
    a_long_body_is_cut_and_says_so,
    a_body_is_not_cut_within_a_character,
    a_body_that_is_no_text_comes_back_as_base64,
    a_request_of_sixteen_mebibytes_is_taken_and_no_more,
];

const KEPT: usize = 256 * 1024;

const SIDES: &str = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { request { ...P } response { ...P } } } }
    fragment P on Payload { headers { name value } contentType body encoding sizeBytes truncated }";

/// Records one call with a request and answers with that request as it is kept.
async fn kept(acme: &Client, request: &Value) -> Value {
    let ids = acme.record(&[with(call(), &json!({ "request": request }))]).await;
    acme.ask(SIDES, &json!({ "id": ids[0] })).await["node"]["request"].clone()
}

async fn both_sides_come_back_as_they_were_sent(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let header = |name: &str, value: &str| json!({ "name": name, "value": value });
    let request = json!({
        "headers": [header("Accept", "a"), header("X-Odd", ""), header("accept", "b"), header("Content-Type", "text/plain; charset=utf-8")],
        "body": "Grüße \u{0}\u{1} 🦀\r\n",
    });
    let response = json!({ "headers": [], "body": "" });
    let log = with(call(), &json!({ "request": request, "response": response }));
    let id = &acme.record(&[log]).await[0];
    let found = acme.ask(SIDES, &json!({ "id": id })).await["node"].clone();
    let request = with(
        request,
        &json!({
            "contentType": "text/plain; charset=utf-8", "encoding": "UTF8", "truncated": false,
            "sizeBytes": "Grüße \u{0}\u{1} 🦀\r\n".len(),
        }),
    );
    let response =
        with(response, &json!({ "contentType": null, "encoding": "UTF8", "sizeBytes": 0, "truncated": false }));
    assert_eq!(found, json!({ "request": request, "response": response }));
    // A side without a body has none, and a call without a side has no side.
    let bare = kept(&acme, &json!({ "headers": [header("Accept", "a")] })).await;
    assert_eq!((&bare["body"], &bare["sizeBytes"]), (&Value::Null, &json!(0)));
    let none = acme.record(&[call()]).await;
    assert_eq!(acme.ask(SIDES, &json!({ "id": none[0] })).await["node"], json!({ "request": null, "response": null }));
}

async fn a_long_body_is_cut_and_says_so(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for (sent, cut) in [(KEPT - 1, false), (KEPT, false), (KEPT + 1, true), (3_000_000, true)] {
        let body: String = ('a'..='z').cycle().take(sent).collect();
        let found = kept(&acme, &json!({ "body": body })).await;
        assert_eq!(found["truncated"], cut, "{sent} bytes");
        assert_eq!(found["sizeBytes"], sent);
        assert!(found["body"] == body[..sent.min(KEPT)], "the body of {sent} bytes is another");
    }
}

async fn a_body_is_not_cut_within_a_character(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for (before, letter) in [(KEPT - 1, "ü"), (KEPT - 1, "日"), (KEPT - 2, "日"), (KEPT - 3, "🦀"), (KEPT - 1, "🦀")]
    {
        let body = "x".repeat(before) + letter + "tail";
        let found = kept(&acme, &json!({ "body": body })).await;
        assert_eq!(found["sizeBytes"], body.len(), "{letter} after {before}");
        assert_eq!((&found["encoding"], &found["truncated"]), (&json!("UTF8"), &json!(true)));
        assert!(found["body"] == body[..before], "{letter} after {before}: cut elsewhere");
    }
    // One that fits to its last byte stays.
    let body = "x".repeat(KEPT - 4) + "🦀";
    assert!(kept(&acme, &json!({ "body": body })).await["body"] == body);
}

async fn a_body_that_is_no_text_comes_back_as_base64(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let bytes: Vec<u8> = (0..=255).collect();
    let sent = json!({ "body": STANDARD.encode(&bytes), "encoding": "BASE64" });
    let found = kept(&acme, &sent).await;
    assert_eq!(
        (&found["body"], &found["encoding"], &found["sizeBytes"]),
        (&sent["body"], &sent["encoding"], &json!(256))
    );
    let long = STANDARD.encode(vec![0xff; KEPT + 10]);
    let found = kept(&acme, &json!({ "body": long, "encoding": "BASE64" })).await;
    assert_eq!(STANDARD.decode(found["body"].as_str().unwrap()).unwrap(), vec![0xff; KEPT]);
    assert_eq!((&found["sizeBytes"], &found["truncated"]), (&json!(KEPT + 10), &json!(true)));
    // Text that was sent as base64 is text.
    let found = kept(&acme, &json!({ "body": STANDARD.encode("Grüße"), "encoding": "BASE64" })).await;
    assert_eq!((&found["body"], &found["encoding"]), (&json!("Grüße"), &json!("UTF8")));
}

async fn a_request_of_sixteen_mebibytes_is_taken_and_no_more(place: &Place) {
    const MOST: usize = 16 * 1024 * 1024;
    let (_server, acme) = place.open("Acme").await;
    let log = with(call(), &json!({ "request": { "body": "x".repeat(500_000) } }));
    let query =
        "mutation ($logs: [ConnectorLogInput!]!) { recordConnectorLogs(input: { logs: $logs }) { recordedCount } }";
    let mut body = json!({ "query": query, "variables": { "logs": vec![log; 33] } }).to_string();
    assert!(body.len() < MOST);
    body += &" ".repeat(MOST - body.len());
    let send =
        async |body: &str| acme.post().header(CONTENT_TYPE, "application/json").body(body.to_owned()).send().await;
    let taken = Answer::of(send(&body).await.unwrap()).await;
    assert_eq!((taken.status, &taken.body["data"]["recordConnectorLogs"]["recordedCount"]), (200, &json!(33)));
    body.push(' ');
    // A server that does not read what it refuses may close before all is sent: then ask again.
    let refused = eventually("the answer arrives", async || send(&body).await.ok()).await;
    assert_eq!(refused.status(), 413);
    assert_eq!(acme.list(&Value::Null).await.len(), 33);
}
