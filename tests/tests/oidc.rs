//! People sign in through the company's own OpenID provider, do what their groups allow, and are
//! let in by nothing less.

use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use tests::{
    Place, eventually, on_both,
    provider::{Browser, Provider, VIEWER, location},
};

on_both![
    people_sign_in_and_may_do_what_their_groups_allow,
    a_session_is_one_in_every_process,
    what_another_site_causes_is_refused,
    who_may_not_come_in_reads_why,
    a_claim_names_the_domain_and_makes_none,
    a_session_is_over_when_its_time_is_up,
    while_the_provider_is_down_tokens_open_the_door,
];

async fn people_sign_in_and_may_do_what_their_groups_allow(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let (ann, ben) = (Browser::default(), Browser::default());
    let back = ann.at_provider(&server, "/auth/login", "ann").await;
    let begun = ann.cookies(&server.url("/"));
    let done = ann.get(&server.url(&back)).await;
    assert_eq!((done.status(), location(&done)), (StatusCode::SEE_OTHER, "https://log.example.com/".to_owned()));
    let mut cookies = done.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let session = cookies.find(|line| line.starts_with("__Host-connector_log_session=")).expect("a session");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=28800"] {
        assert!(session.split("; ").any(|part| part == attribute), "no {attribute}: {session}");
    }
    let all = json!({ "name": "ann@acme.example", "scopes": ["LOGS_READ", "PAYLOADS_READ", "ADMIN"], "domain": { "name": "Acme" } });
    assert_eq!(ann.viewer(&server).await, all);
    // An address that the provider has not verified is no name to be known by.
    ben.sign_in(&server, "ben").await;
    let some = json!({ "name": "ben", "scopes": ["LOGS_READ"], "domain": { "name": "Acme" } });
    assert_eq!(ben.viewer(&server).await, some);
    let refused = ben.ask(&server, "{ accessEvents { nodes { id } } }", &[]).await;
    assert_eq!(refused.body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{}", refused.text);
    // What came and went is in no log and, but for hashes, in no table.
    let log = format!("{:?}", server.log());
    let secrets = [begun.as_str(), &ann.cookies(&server.url("/")), &back].join("&");
    let secrets = secrets.split(['&', '=', '.']).filter(|text| text.len() > 20);
    for secret in secrets.chain([provider.client_secret()]).filter(|secret| !secret.contains("connector_log")) {
        assert!(!log.contains(secret), "the log has {secret}");
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM session WHERE LENGTH(hash) = 32 AND ended_at IS NULL").await, 2);
    assert_eq!(place.number("SELECT COUNT(*) FROM sign_in").await, 0);
}

async fn a_session_is_one_in_every_process(place: &Place) {
    let provider = Provider::of_acme();
    let one = place.serve_with(&[], &provider.settings()).await;
    let other = place.serve_with(&[], &provider.settings()).await;
    let ann = Browser::default();
    // Begun here, completed there.
    let back = ann.at_provider(&one, "/auth/login", "ann").await;
    ann.share(&one, &other);
    assert_eq!(ann.get(&other.url(&back)).await.status(), StatusCode::SEE_OTHER);
    ann.share(&other, &one);
    assert_eq!(ann.viewer(&one).await, ann.viewer(&other).await);
    let kept = Browser::default();
    kept.copy(&ann);
    let out = ann.post(&one.url("/auth/logout?provider=true"), &[("sec-fetch-site", "same-origin")]).await;
    assert!(location(&out).starts_with(&format!("{}/session/end?", provider.issuer())), "{}", location(&out));
    assert_eq!(ann.post(&one.url("/auth/logout"), &[]).await.status(), StatusCode::NO_CONTENT);
    // The cookie is gone, and would open nothing in either process.
    assert!(!ann.cookies(&one.url("/")).contains("session="));
    kept.assert_signed_out(&one).await;
    kept.assert_signed_out(&other).await;
    // Whoever signs in anew leaves the session of before behind.
    ann.sign_in(&one, "ann").await;
    kept.copy(&ann);
    ann.forget(provider.issuer());
    ann.sign_in(&one, "ben").await;
    assert_eq!(ann.viewer(&one).await["name"], "ben");
    kept.assert_signed_out(&other).await;
}

async fn what_another_site_causes_is_refused(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let ann = Browser::default();
    ann.sign_in(&server, "ann").await;
    let foreign: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://shop.example.com")],
    ];
    for headers in foreign {
        let answer = ann.ask(&server, VIEWER, headers).await;
        assert_eq!(answer.status, 403, "{headers:?}: {}", answer.text);
        let out = ann.post(&server.url("/auth/logout"), headers).await;
        assert_eq!(out.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    let ours = [("origin", "https://log.example.com"), ("sec-fetch-site", "same-origin")];
    assert_eq!(ann.ask(&server, VIEWER, &ours).await.status, 200);
    // A form's, on a page that tells nobody where it is.
    let form = [("origin", "null"), ("sec-fetch-site", "same-origin")];
    assert_eq!(ann.post(&server.url("/auth/logout"), &form).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(ann.get(&server.url("/auth/logout")).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

async fn who_may_not_come_in_reads_why(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    for (person, words) in [("cid", "no group that may use"), ("nobody", "was cancelled")] {
        let browser = Browser::default();
        let response = browser.sign_in(&server, person).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{person}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
        let page = response.text().await.unwrap();
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(words), "{person}: {page}");
        assert_eq!(browser.cookies(&server.url("/")), "");
    }
    let without = place.serve().await;
    for (path, method) in [("/auth/login", "GET"), ("/auth/callback", "GET"), ("/auth/logout", "POST")] {
        let browser = Browser::default();
        let address = without.url(path);
        let response = if method == "GET" { browser.get(&address).await } else { browser.post(&address, &[]).await };
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(response.text().await.unwrap().contains("not set up"), "{path}");
    }
}

async fn a_claim_names_the_domain_and_makes_none(place: &Place) {
    let provider = Provider::of_acme();
    let mut settings = provider.settings();
    settings.retain(|(name, _)| *name != "OIDC_DOMAIN");
    settings.push(("OIDC_DOMAIN_CLAIM", "company"));
    settings.push(("OIDC_DOMAINS", "acme.example=Acme;beta.example=Beta"));
    settings.push(("OIDC_DEFAULT_SCOPES", "LOGS_WRITE"));
    let server = place.serve_with(&[], &settings).await;
    place.token("Beta", &[]);
    let (ann, ben, cid) = (Browser::default(), Browser::default(), Browser::default());
    // Acme is allowed and not there, Gamma neither.
    for (browser, person) in [(&ann, "ann"), (&cid, "cid")] {
        let response = browser.sign_in(&server, person).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(response.text().await.unwrap().contains("no domain of this connector log"));
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM domain WHERE name IN ('Acme', 'gamma.example')").await, 0);
    ben.sign_in(&server, "ben").await;
    let seen = ben.viewer(&server).await;
    assert_eq!((&seen["domain"]["name"], &seen["scopes"]), (&json!("Beta"), &json!(["LOGS_READ", "LOGS_WRITE"])));
}

async fn a_session_is_over_when_its_time_is_up(place: &Place) {
    let provider = Provider::of_acme();
    let server = place.serve_with(&[], &provider.settings()).await;
    let ann = Browser::default();
    ann.sign_in(&server, "ann").await;
    assert_eq!(ann.viewer(&server).await["name"], "ann@acme.example");
    place.execute("UPDATE session SET expires_at = '2020-01-01T00:00:00+00:00'").await.unwrap();
    ann.assert_signed_out(&server).await;
}

async fn while_the_provider_is_down_tokens_open_the_door(place: &Place) {
    let provider = Provider::of_acme();
    provider.control("silence", &json!({ "silent": true })).await;
    let server = place.serve_with(&[], &provider.settings()).await;
    let client = server.client(&place.token("Acme", &[]));
    let browser = Browser::default();
    let response = browser.get(&server.url("/auth/login")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.text().await.unwrap().contains("does not answer at the moment"));
    assert_eq!(client.ask(VIEWER, &Value::Null).await["viewer"]["domain"]["name"], "Acme");
    // Once it is back, so is signing in.
    provider.control("silence", &json!({ "silent": false })).await;
    eventually("signing in works again", async || {
        let response = browser.get(&server.url("/auth/login")).await;
        (response.status() == StatusCode::SEE_OTHER).then_some(())
    })
    .await;
    // Who is signed in stays so without the provider.
    browser.sign_in(&server, "ann").await;
    provider.control("silence", &json!({ "silent": true })).await;
    assert_eq!(browser.viewer(&server).await["name"], "ann@acme.example");
}
