//! Payloads opened up, through the front door: what is recorded is read back as messages, by those who may read payloads,
//! and without the secrets that were taken out of it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tests::{
    Client, Place,
    logs::{call, with},
    on_both,
};

on_both![both_sides_are_opened, secrets_stay_markers, only_readers_of_payloads_see_messages, any_body_has_an_answer];

const DECODED: &str =
    "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { request { ...P } response { ...P } } } }
    fragment P on Payload { decoded { kind summary { key value } text } }";

async fn opened(client: &Client, log: Value) -> Value {
    let ids = client.record(&[log]).await;
    client.ask(DECODED, &json!({ "id": ids[0] })).await["node"].clone()
}

fn side(content_type: &str, body: &str) -> Value {
    json!({ "headers": [{ "name": "Content-Type", "value": content_type }], "body": body })
}

/// The first value of a key of a message.
fn value<'a>(message: &'a Value, key: &str) -> &'a str {
    let pairs = message["summary"].as_array().unwrap();
    pairs.iter().find(|pair| pair["key"] == key).map_or("", |pair| pair["value"].as_str().unwrap())
}

async fn both_sides_are_opened(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let url = "https://op.example.com/auth?client_id=c1&response_type=code&redirect_uri=https%3A%2F%2Frp.example%2Fcb&scope=openid";
    let xml = r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_q" Destination="https://sp.example/acs"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></p:Status></p:Response>"#;
    let page = format!(
        r#"<html><form action="https://sp.example/acs"><input name="SAMLResponse" value="{}"></form></html>"#,
        STANDARD.encode(xml)
    );
    // The request has no body: its URL belongs to it all the same, and to the request alone.
    let log =
        json!({ "method": "GET", "url": url, "request": { "headers": [] }, "response": side("text/html", &page) });
    let node = opened(&acme, with(call(), &log)).await;
    let (asked, answered) = (&node["request"]["decoded"], &node["response"]["decoded"]);
    assert_eq!((asked.as_array().unwrap().len(), answered.as_array().unwrap().len()), (1, 1), "{node:#}");
    assert_eq!(asked[0]["kind"], "OAUTH_AUTHORIZATION_REQUEST");
    assert_eq!(value(&asked[0], "redirect_uri"), "https://rp.example/cb");
    assert_eq!(answered[0]["kind"], "SAML_RESPONSE");
    for (key, said) in
        [("ID", "_r"), ("InResponseTo", "_q"), ("Status", "Responder"), ("Form posts to", "https://sp.example/acs")]
    {
        assert_eq!(value(&answered[0], key), said, "{key}");
    }
    assert!(answered[0]["text"].as_str().unwrap().contains("\n  <p:Status>\n    <p:StatusCode"));
}

async fn secrets_stay_markers(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let secret = "Tr0ub4dor-and-3-more";
    let form = format!("grant_type=password&username=anna&password={secret}&client_secret={secret}");
    let answer = format!(r#"{{"access_token":"{secret}","token_type":"Bearer","expires_in":60}}"#);
    let log = json!({
        "url": format!("https://op.example.com/token?access_token={secret}"),
        "request": side("application/x-www-form-urlencoded", &form), "response": side("application/json", &answer),
    });
    let node = opened(&acme, with(call(), &log)).await;
    assert!(!node.to_string().contains(secret), "{node:#}");
    let (asked, answered) = (&node["request"]["decoded"][0], &node["response"]["decoded"][0]);
    assert_eq!((&asked["kind"], &answered["kind"]), (&json!("OAUTH_TOKEN_REQUEST"), &json!("OAUTH_TOKEN_RESPONSE")));
    assert_eq!(value(asked, "username"), "anna");
    assert!(value(asked, "password").starts_with("[redacted:"));
    assert_eq!(value(asked, "password"), value(answered, "access_token"), "equal secrets have one fingerprint");
}

async fn only_readers_of_payloads_see_messages(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let log = with(call(), &json!({ "request": side("application/json", r#"{"a":1}"#) }));
    let ids = acme.record(&[log]).await;
    let reader = server.client(&place.token("Acme", &["LOGS_READ"]));
    let answer = reader.answer(DECODED, &json!({ "id": ids[0] })).await;
    assert_eq!(answer.body["data"]["node"]["request"], Value::Null);
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let other = server.client(&place.token("Other", &["LOGS_READ", "PAYLOADS_READ"]));
    assert_eq!(other.ask(DECODED, &json!({ "id": ids[0] })).await["node"], Value::Null);
}

async fn any_body_has_an_answer(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let laughs = r#"<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>"#;
    for (content_type, body, kinds) in [
        ("text/plain", "OK".to_owned(), json!([])),
        ("text/xml", laughs.to_owned(), json!(["XML"])),
        ("text/xml", "<a>".repeat(400_000), json!(["XML"])),
        ("application/json", "[".repeat(1_000_000), json!(["JSON"])),
    ] {
        let node = opened(&acme, with(call(), &json!({ "request": side(content_type, &body) }))).await;
        let messages = node["request"]["decoded"].as_array().unwrap();
        let found: Value = messages.iter().map(|message| message["kind"].clone()).collect();
        assert_eq!(found, kinds);
        assert!(!node.to_string().contains("haha") && node.to_string().len() < 1 << 20);
    }
    let binary = json!({ "request": { "headers": [], "body": STANDARD.encode([0xFF, 0xFE, b'<', 0, b'a', 0, b'/', 0, b'>', 0]), "encoding": "BASE64" } });
    let node = opened(&acme, with(call(), &binary)).await;
    assert_eq!(node["request"]["decoded"][0]["text"], "<a/>\n");
}
