//! Tokens through the API: administrators make, list and revoke them, and see when they were used.

use serde_json::{Value, json};
use tests::{Place, on_both};

on_both![
    administrators_make_and_revoke_tokens,
    a_revoked_token_opens_nothing_in_any_process,
    bad_input_is_told_and_makes_nothing,
    without_the_scope_nothing_is_made_or_shown,
];

const CREATE: &str = "mutation ($input: CreateTokenInput!) { createToken(input: $input) {
    secret token { id name scopes state createdAt expiresAt revokedAt lastUsedAt } userErrors { code field message }
} }";
const REVOKE: &str = "mutation ($id: ID!) { revokeToken(input: { id: $id }) {
    token { id state revokedAt } userErrors { code field message }
} }";
const LIST: &str = "{ connectorLogs { nodes { id } } }";

async fn administrators_make_and_revoke_tokens(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let input = json!({ "name": " dashboard ", "scopes": ["LOGS_READ", "LOGS_READ"], "expiresAt": "2099-01-01T01:00:00+01:00" });
    let made = acme.ask(CREATE, &json!({ "input": input })).await["createToken"].clone();
    let token = &made["token"];
    assert_eq!(made["userErrors"], json!([]));
    assert_eq!(
        (&token["name"], &token["scopes"], &token["state"], &token["expiresAt"], &token["lastUsedAt"]),
        (&json!("dashboard"), &json!(["LOGS_READ"]), &json!("VALID"), &json!("2099-01-01T00:00:00Z"), &Value::Null)
    );
    let dashboard = server.client(made["secret"].as_str().unwrap());
    dashboard.ask(LIST, &Value::Null).await;
    let viewer = dashboard.ask("{ viewer { name scopes domain { name } } }", &Value::Null).await;
    assert_eq!(viewer["viewer"], json!({ "name": "dashboard", "scopes": ["LOGS_READ"], "domain": { "name": "Acme" } }));
    let shown = acme.answer("{ tokens { nodes { id name state lastUsedAt } } }", &Value::Null).await;
    let listed = &shown.body["data"]["tokens"]["nodes"][0];
    assert_eq!((&listed["id"], &listed["state"]), (&token["id"], &json!("VALID")));
    assert!(listed["lastUsedAt"].is_string(), "{listed}");
    let secret = made["secret"].as_str().unwrap();
    assert!(!shown.text.contains(secret) && !shown.text.contains("clog_"), "a token is shown once");
    assert!(place.succeed(&["token", "list", "--domain", "Acme"]).contains("dashboard"));
    let revoked = acme.ask(REVOKE, &json!({ "id": token["id"] })).await["revokeToken"].clone();
    assert_eq!((&revoked["token"]["state"], &revoked["userErrors"]), (&json!("REVOKED"), &json!([])));
    assert_eq!(dashboard.answer(LIST, &Value::Null).await.status, 401);
    let again = acme.ask(REVOKE, &json!({ "id": token["id"] })).await["revokeToken"].clone();
    assert_eq!((&again["token"], &again["userErrors"][0]["field"]), (&Value::Null, &json!(["id"])));
    let node = "query ($id: ID!) { node(id: $id) { ... on Token { name state } } }";
    let node = acme.ask(node, &json!({ "id": token["id"] })).await;
    assert_eq!(node["node"], json!({ "name": "dashboard", "state": "REVOKED" }));
}

async fn a_revoked_token_opens_nothing_in_any_process(place: &Place) {
    let (one, acme) = place.open("Acme").await;
    let two = place.serve_with(&["--no-worker"], &[]).await;
    let input = json!({ "name": "leaked", "scopes": ["LOGS_READ"] });
    let made = acme.ask(CREATE, &json!({ "input": input })).await["createToken"].clone();
    let thieves = [one.client(made["secret"].as_str().unwrap()), two.client(made["secret"].as_str().unwrap())];
    for thief in &thieves {
        thief.ask(LIST, &Value::Null).await;
    }
    acme.ask(REVOKE, &json!({ "id": made["token"]["id"] })).await;
    for thief in &thieves {
        assert_eq!(thief.answer(LIST, &Value::Null).await.status, 401, "from the next request on");
    }
}

async fn bad_input_is_told_and_makes_nothing(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let long = "n".repeat(201);
    for (input, field) in [
        (json!({ "name": " ", "scopes": ["ADMIN"] }), "name"),
        (json!({ "name": "a\u{0}b", "scopes": ["ADMIN"] }), "name"),
        (json!({ "name": long, "scopes": ["ADMIN"] }), "name"),
        (json!({ "name": "token", "scopes": [] }), "scopes"),
        (json!({ "name": "token", "scopes": ["ADMIN"], "expiresAt": "2001-01-01T00:00:00Z" }), "expiresAt"),
        (json!({ "name": "token", "scopes": ["ADMIN"], "expiresAt": "tomorrow" }), "expiresAt"),
    ] {
        let done = acme.ask(CREATE, &json!({ "input": input })).await["createToken"].clone();
        assert_eq!((&done["token"], &done["secret"]), (&Value::Null, &Value::Null), "{input}");
        let error = &done["userErrors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!([field]), &json!("BAD_USER_INPUT")), "{input}");
    }
    for id in ["nonsense", "tok_01h455vb4pex5vsknk084sn02q", "exp_01h455vb4pex5vsknk084sn02q", "\u{0}"] {
        let done = acme.ask(REVOKE, &json!({ "id": id })).await["revokeToken"].clone();
        assert_eq!((&done["token"], &done["userErrors"][0]["field"]), (&Value::Null, &json!(["id"])), "{id}");
    }
    let left = acme.ask("{ tokens { nodes { state } } }", &Value::Null).await;
    assert_eq!(left["tokens"]["nodes"], json!([{ "state": "VALID" }]));
}

async fn without_the_scope_nothing_is_made_or_shown(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let own = acme.ask("{ tokens { nodes { id } } }", &Value::Null).await["tokens"]["nodes"][0]["id"].clone();
    let other = server.client(&place.token("Acme", &["LOGS_READ", "PAYLOADS_READ", "LOGS_WRITE", "EXPORTS_WRITE"]));
    let input = json!({ "input": { "name": "more", "scopes": ["ADMIN"] } });
    for (query, variables) in [
        (CREATE, input),
        (REVOKE, json!({ "id": own })),
        ("{ tokens { nodes { id } } }", Value::Null),
        ("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": own })),
    ] {
        let fault = other.fault(query, &variables).await;
        assert_eq!(fault.code, "FORBIDDEN", "{query}");
        assert!(fault.message.contains("ADMIN"), "{fault:?}");
    }
    let left = acme.ask("{ tokens { nodes { state } } }", &Value::Null).await;
    assert_eq!(left["tokens"]["nodes"], json!([{ "state": "VALID" }, { "state": "VALID" }]));
}
