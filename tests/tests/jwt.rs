//! Access tokens of the company's provider open the door as bearer tokens; whatever only looks like
//! one does not.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    Answer, Client, Place, Server, eventually, on_postgres, on_sqlite,
    provider::{Provider, VIEWER},
};

on_sqlite![
    an_access_token_of_the_provider_opens_the_door,
    what_only_looks_like_an_access_token_opens_nothing,
    an_id_token_is_no_access_token,
    keys_are_rotated_without_a_restart,
    a_flood_of_unknown_keys_is_no_flood_of_fetches,
    what_cannot_be_verified_now_is_said_so,
    half_a_provider_ends_the_start_with_a_sentence,
];
on_postgres![an_access_token_of_the_provider_opens_the_door, what_only_looks_like_an_access_token_opens_nothing];

async fn ask(client: &Client) -> Answer {
    client.answer(VIEWER, &Value::Null).await
}

async fn assert_refused(server: &Server, token: &str, what: &str) {
    let answer = ask(&server.client(token)).await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    // The same words as for any token that opens nothing.
    let unknown = ask(&server.client("clog_unknown")).await;
    assert_eq!(answer.body, unknown.body, "{what}");
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

async fn an_access_token_of_the_provider_opens_the_door(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    // As a program gets one.
    let robot = ask(&server.client(&provider.access_token().await)).await;
    let seen = json!({ "name": "robot", "scopes": ["LOGS_READ"], "domain": { "name": "Acme" } });
    assert_eq!(robot.body["data"]["viewer"], seen, "{}", robot.text);
    // As providers sent them before RFC 9068, for several audiences, a second over within the leeway.
    let now = chrono::Utc::now().timestamp();
    for kind in [
        json!({}),
        json!({ "header": { "typ": "JWT" } }),
        json!({ "header": { "typ": null } }),
        json!({ "header": { "typ": "application/AT+JWT" } }),
        json!({ "header": { "kid": null } }),
        json!({ "claims": { "aud": ["https://else.example", "https://log.example.com/api"] } }),
        json!({ "claims": { "exp": now - 1, "nbf": now + 1 } }),
    ] {
        let ann = ask(&server.client(&provider.forge(&kind).await)).await;
        assert_eq!(ann.body["data"]["viewer"]["name"], "ann@acme.example", "{kind}: {}", ann.text);
    }
    // Claims elsewhere, by a path.
    let mut settings = provider.settings();
    settings.push(("OIDC_SCOPES_CLAIM", "realm_access.roles scope"));
    settings.push(("OIDC_NAME_CLAIM", "/realm_access/roles/0"));
    let other = place.serve_with(&[], &settings).await;
    let ann = ask(&other.client(&provider.forge(&json!({})).await)).await;
    let seen = &ann.body["data"]["viewer"];
    assert_eq!((&seen["name"], &seen["scopes"]), (&json!("helpdesk"), &json!(["LOGS_READ"])), "{}", ann.text);
}

async fn what_only_looks_like_an_access_token_opens_nothing(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let now = chrono::Utc::now().timestamp();
    let mut tokens = Vec::new();
    for kind in [
        json!({ "by": "foreign" }),
        json!({ "by": "public" }),
        json!({ "by": "public", "header": { "alg": "RS256" } }),
        json!({ "by": "none" }),
        json!({ "by": "rsa", "header": { "alg": "none" } }),
        json!({ "by": "rsa", "header": { "alg": "PS256" } }),
        json!({ "by": "ec" }),
        json!({ "by": "ec", "header": { "alg": "RS256" } }),
        json!({ "header": { "kid": "nobody's" } }),
        json!({ "header": { "crit": ["b64"], "b64": true } }),
        json!({ "header": { "typ": "dpop+jwt" } }),
        json!({ "header": { "typ": "logout+jwt" } }),
        json!({ "claims": { "iss": "https://evil.example" } }),
        json!({ "claims": { "iss": [provider.issuer()] } }),
        json!({ "claims": { "iss": format!("{}/", provider.issuer()) } }),
        json!({ "claims": { "iss": null } }),
        json!({ "claims": { "aud": "https://else.example" } }),
        json!({ "claims": { "aud": [] } }),
        json!({ "claims": { "aud": null } }),
        json!({ "claims": { "exp": now - 90 } }),
        json!({ "claims": { "exp": null } }),
        json!({ "claims": { "exp": "2999" } }),
        json!({ "claims": { "nbf": now + 90 } }),
        json!({ "claims": { "sub": null } }),
        json!({ "claims": { "sub": "" } }),
        json!({ "claims": { "cnf": { "jkt": "a-key" } } }),
        json!({ "claims": { "groups": ["staff"] } }),
        json!({ "claims": { "groups": null } }),
    ] {
        tokens.push((provider.forge(&kind).await, kind.to_string()));
    }
    let good = provider.forge(&json!({})).await;
    assert_eq!(ask(&server.client(&good)).await.status, 200);
    let [head, claims, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let altered = if claims.starts_with("eyJ") { claims.replacen("eyJ", "eyK", 1) } else { String::new() };
    tokens.extend([
        (format!("{head}.{altered}.{signature}"), "an altered payload".to_owned()),
        (format!("{head}.{claims}."), "no signature".to_owned()),
        (format!("{head}.{claims}"), "two parts".to_owned()),
        (format!("{good}.{signature}"), "four parts".to_owned()),
        (format!("{head}.{claims}.{}", "A".repeat(20_000)), "far too long".to_owned()),
    ]);
    for (token, what) in &tokens {
        assert_refused(&server, token, what).await;
    }
    // The log says why, and repeats none of them.
    let log = format!("{:?}", server.log());
    assert!(log.contains("its signature is wrong") && log.contains("it is meant for another audience"));
    assert!(!log.contains(signature) && !log.contains(claims));
}

/// An ID token is signed by the same key and says much the same. Here even its audience is right.
async fn an_id_token_is_no_access_token(place: &Place) {
    let provider = Provider::of_acme();
    let mut settings = provider.settings();
    settings.push(("OIDC_AUDIENCE", "connector-log"));
    let server = place.serve_with(&[], &settings).await;
    let id_token = |more: &Value| {
        let mut claims = json!({ "aud": "connector-log" });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "header": { "typ": "JWT" }, "claims": claims })
    };
    for more in [
        json!({}),
        json!({ "nonce": "n" }),
        json!({ "at_hash": "h", "scope": "log" }),
        json!({ "typ": "ID", "scope": "log" }),
    ] {
        let token = provider.forge(&id_token(&more)).await;
        assert_refused(&server, &token, &more.to_string()).await;
    }
    let token = provider.forge(&id_token(&json!({ "scp": "log" }))).await;
    assert_eq!(ask(&server.client(&token)).await.status, 200);
    // Without an audience nobody is meant, and none is taken.
    settings.retain(|(name, _)| *name != "OIDC_AUDIENCE");
    let server = place.serve_with(&[], &settings).await;
    assert_refused(&server, &provider.access_token().await, "no audience").await;
}

async fn keys_are_rotated_without_a_restart(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let old = provider.access_token().await;
    assert_eq!(ask(&server.client(&old)).await.status, 200);
    provider.control("rotate", &json!({})).await;
    let new = provider.access_token().await;
    assert_eq!(ask(&server.client(&new)).await.status, 200);
    assert_refused(&server, &old, "a key that was taken away").await;
}

async fn a_flood_of_unknown_keys_is_no_flood_of_fetches(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    assert_eq!(ask(&server.client(&provider.access_token().await)).await.status, 200);
    assert_eq!(provider.key_fetches().await, 1);
    let forged = provider.forge(&json!({ "by": "foreign", "header": { "kid": "unknown" } })).await;
    let caller = server.client(&forged);
    let flood = (0..100).map(async |_| ask(&caller).await.status);
    assert!(futures::future::join_all(flood).await.iter().all(|status| *status == 401));
    // One for the first of them; the machine may be so slow that half a minute passes, and then
    // another.
    assert!(provider.key_fetches().await <= 3, "{} fetches", provider.key_fetches().await);
}

async fn what_cannot_be_verified_now_is_said_so(place: &Place) {
    let provider = Provider::of_acme();
    let token = provider.access_token().await;
    provider.control("silence", &json!({ "silent": true })).await;
    let server = place.serve_with(&[], &provider.settings()).await;
    let answer = ask(&server.client(&token)).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "SERVICE_UNAVAILABLE");
    assert!(answer.text.contains("does not answer"), "{}", answer.text);
    // What can be told without the provider is told, and our own tokens know nothing of it.
    let none = provider.forge(&json!({ "by": "none" })).await;
    assert_refused(&server, &none, "alg none").await;
    assert_eq!(ask(&server.client(&place.token("Acme", &[]))).await.status, 200);
    provider.control("silence", &json!({ "silent": false })).await;
    eventually("the provider is asked again", async || (ask(&server.client(&token)).await.status == 200).then_some(()))
        .await;
    // What is known of it goes on while it is silent.
    provider.control("silence", &json!({ "silent": true })).await;
    assert_eq!(ask(&server.client(&token)).await.status, 200);
}

async fn half_a_provider_ends_the_start_with_a_sentence(place: &Place) {
    let whole = [
        ("OIDC_ISSUER", "https://login.example.com"),
        ("OIDC_CLIENT_ID", "log"),
        ("OIDC_DOMAIN", "Acme"),
        ("OIDC_DEFAULT_SCOPES", "LOGS_READ"),
    ];
    let refused = async |settings: &[(&str, &str)], words: &str| {
        let mut command = tokio::process::Command::from(place.command(&["serve"], settings));
        // One that starts goes on, and is ended.
        let ended = tokio::time::timeout(Duration::from_mins(1), command.kill_on_drop(true).output()).await;
        let output = ended.unwrap_or_else(|_| panic!("the server starts with {settings:?}")).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && stderr.contains(words), "{settings:?}: {stderr}");
        stderr
    };
    for (missing, words) in [
        ("OIDC_ISSUER", "OIDC_CLIENT_ID is given, but OIDC_ISSUER"),
        ("OIDC_CLIENT_ID", "OIDC_CLIENT_ID"),
        ("OIDC_DOMAIN", "OIDC_DOMAIN_CLAIM"),
        ("OIDC_DEFAULT_SCOPES", "nobody may do anything"),
    ] {
        let half: Vec<_> = whole.into_iter().filter(|(name, _)| *name != missing).collect();
        refused(&half, words).await;
    }
    for (name, value, words) in [
        ("OIDC_ISSUER", "http://login.example.com", "https"),
        ("OIDC_ISSUER", "login.example.com", "https"),
        ("OIDC_ALGORITHMS", "HS256", "HS256"),
        ("OIDC_ALGORITHMS", "RS256,none", "none"),
        ("OIDC_ALGORITHMS", ",", "no algorithm"),
        ("OIDC_SCOPES", "log-admins", "must look like"),
        ("OIDC_SCOPES", "log-admins=EVERYTHING", "EVERYTHING"),
        ("OIDC_DEFAULT_SCOPES", "READ", "LOGS_READ"),
        ("OIDC_DOMAIN_CLAIM", "company", "give one of them"),
        ("OIDC_DOMAINS", "acme", "must look like"),
        ("SESSION_TTL", "0", "SESSION_TTL"),
    ] {
        let mut settings = whole.to_vec();
        settings.push((name, value));
        let stderr = refused(&settings, words).await;
        assert!(stderr.contains(name) || stderr.contains(&name.to_lowercase().replace('_', "-")), "{name}: {stderr}");
    }
}
