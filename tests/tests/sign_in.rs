//! A sign-in is completed once, by the browser that began it, with the ID token that was asked for,
//! and ends on a page of this server.

use reqwest::StatusCode;
use serde_json::json;
use tests::{
    Place, on_both,
    provider::{Browser, Provider, location},
};

on_both![
    a_sign_in_is_completed_once_and_by_the_browser_that_began_it,
    a_sign_in_ends_on_a_page_of_this_server,
    an_id_token_that_is_not_what_was_asked_for_lets_nobody_in,
    claims_that_the_id_token_lacks_are_asked_for,
];

async fn a_sign_in_is_completed_once_and_by_the_browser_that_began_it(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let refused = async |browser: &Browser, back: &str| {
        let response = browser.get(&server.url(back)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{back}");
        browser.assert_signed_out(&server).await;
        assert!(response.text().await.unwrap().contains("Please sign in again"));
    };
    let (ann, mallory) = (Browser::default(), Browser::default());
    let back = ann.at_provider(&server, "/auth/login", "ann").await;
    let theirs = mallory.at_provider(&server, "/auth/login", "ben").await;
    // Without the cookie, with another's, with another state, and with two.
    refused(&Browser::default(), &back).await;
    refused(&mallory, &back).await;
    refused(&ann, &theirs).await;
    refused(&ann, &back.replace("state=", "state=x")).await;
    refused(&ann, &format!("{back}&state=x")).await;
    // None of that has ended Ann's own.
    let begun = Browser::default();
    begun.copy(&ann);
    assert_eq!(ann.get(&server.url(&back)).await.status(), StatusCode::SEE_OTHER);
    refused(&begun, &back).await;
    // A code is good once, and in the sign-in that it was given for.
    let again = begun.at_provider(&server, "/auth/login", "ann").await;
    let code = |back: &str| back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    refused(&begun, &again.replace(&code(&again), &code(&back))).await;
    let (stolen, used) = (Browser::default(), Browser::default());
    let other = used.at_provider(&server, "/auth/login", "ann").await;
    let mine = stolen.at_provider(&server, "/auth/login", "ann").await;
    refused(&stolen, &mine.replace(&code(&mine), &code(&other))).await;
    // RFC 9207: an answer of another issuer, or of none where the provider promised to say so.
    let named = begun.at_provider(&server, "/auth/login", "ann").await;
    let issuer = named.split_once("iss=").unwrap().1.split('&').next().unwrap();
    refused(&begun, &named.replace(issuer, "https%3A%2F%2Fevil.example")).await;
    let named = begun.at_provider(&server, "/auth/login", "ann").await;
    refused(&begun, &named.replace("iss=", "was=")).await;
    // Ten minutes are over.
    let late = begun.at_provider(&server, "/auth/login", "ann").await;
    place.execute("UPDATE sign_in SET expires_at = '2020-01-01T00:00:00+00:00'").await.unwrap();
    refused(&begun, &late).await;
}

async fn a_sign_in_ends_on_a_page_of_this_server(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let ann = Browser::default();
    let back = ann.at_provider(&server, "/auth/login?return=%2Flogs%3Fuser%3Dann%23top", "ann").await;
    assert_eq!(location(&ann.get(&server.url(&back)).await), "https://log.example.com/logs?user=ann#top");
    for path in [
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "https://evil.example",
        "%2F%2Fevil.example",
        "/%252Fevil",
    ] {
        let response = ann.get(&server.url(&format!("/auth/login?return={path}"))).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
    }
}

async fn an_id_token_that_is_not_what_was_asked_for_lets_nobody_in(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let browser = Browser::default();
    for change in [
        json!({ "claims": { "nonce": "another" } }),
        json!({ "claims": { "nonce": null } }),
        json!({ "claims": { "iss": "https://evil.example" } }),
        json!({ "claims": { "aud": "another-client" } }),
        json!({ "claims": { "aud": ["connector-log", "another-client"] } }),
        json!({ "claims": { "azp": "another-client" } }),
        json!({ "claims": { "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" } }),
        json!({ "claims": { "exp": 1_600_000_000 } }),
        json!({ "by": "foreign" }),
        json!({ "by": "public" }),
        json!({ "by": "none" }),
        json!({ "by": "ec" }),
        json!({ "header": { "alg": "none" } }),
        json!({ "header": { "crit": ["exp"] } }),
    ] {
        provider.control("id-token", &change).await;
        let response = browser.sign_in(&server, "ann").await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{change}");
        browser.assert_signed_out(&server).await;
    }
    // With nothing wrong it does, and so it does with keys that nobody has seen before.
    provider.control("id-token", &json!({ "claims": {} })).await;
    assert_eq!(browser.sign_in(&server, "ann").await.status(), StatusCode::SEE_OTHER);
    provider.control("rotate", &json!({})).await;
    let browser = Browser::default();
    assert_eq!(browser.sign_in(&server, "ann").await.status(), StatusCode::SEE_OTHER);
}

async fn claims_that_the_id_token_lacks_are_asked_for(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    provider.control("rotate", &json!({ "thin": true })).await;
    let ann = Browser::default();
    assert_eq!(ann.sign_in(&server, "ann").await.status(), StatusCode::SEE_OTHER);
    let seen = ann.viewer(&server).await;
    assert_eq!(seen["scopes"], json!(["LOGS_READ", "PAYLOADS_READ", "ADMIN"]));
    assert_eq!(seen["name"], "ann@acme.example");
}
