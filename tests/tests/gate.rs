//! Before anything is asked: how often somebody may come, how long they may take, how much they
//! may send, and what every answer carries.

use flate2::{Compression, write::GzEncoder};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::io::Write;
use tests::{Answer, Client, Place, Server, get_only, on_sqlite};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

on_sqlite![
    an_address_comes_so_often_and_no_more,
    a_token_comes_so_often_and_no_more,
    guesses_are_slowed_down_and_the_right_token_still_opens,
    who_takes_too_long_for_a_request_is_dropped,
    what_counts_is_the_size_unpacked,
    every_answer_carries_the_headers,
    a_caller_s_own_id_is_kept_where_it_is_one,
];

const QUERY: &str = "{ viewer { name } }";

/// Asks until there is another answer than 200, at most so often.
async fn until_refused(client: &Client, most: usize) -> (usize, Answer) {
    for passed in 0..most {
        let answer = client.answer(QUERY, &Value::Null).await;
        if answer.status != 200 {
            return (passed, answer);
        }
    }
    panic!("{most} requests were let through");
}

fn assert_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

async fn an_address_comes_so_often_and_no_more(place: &Place) {
    let server = place.serve_with(&[], &[("RATE_PER_ADDRESS", "5")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let (passed, refused) = until_refused(&acme, 50).await;
    assert!((5..10).contains(&passed), "{passed}");
    assert_told_to_wait(&refused);
    assert!(refused.text.contains("Retry-After"), "{}", refused.text);
    assert_eq!(get_only(&server.url("/graphiql")).await.status(), 429, "whatever is asked for");
}

async fn a_token_comes_so_often_and_no_more(place: &Place) {
    let server = place.serve_with(&[], &[("RATE_PER_TOKEN", "5")]).await;
    let one = server.client(&place.token("Acme", &[]));
    let (passed, refused) = until_refused(&one, 50).await;
    assert!((5..10).contains(&passed), "{passed}");
    assert_told_to_wait(&refused);
    assert_eq!(refused.body["errors"][0]["extensions"]["code"], "TOO_MANY_REQUESTS");
    let other = server.client(&place.token("Acme", &[]));
    assert_eq!(other.answer(QUERY, &Value::Null).await.status, 200, "another token is another's");
}

async fn guesses_are_slowed_down_and_the_right_token_still_opens(place: &Place) {
    let server = place.serve_with(&[], &[("RATE_OF_REFUSALS", "3")]).await;
    let guess = server.client(&("clog_".to_owned() + &"0".repeat(48)));
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(guess.answer(QUERY, &Value::Null).await.status);
    }
    assert_eq!(statuses[..3], [401, 401, 401]);
    assert_eq!(statuses[4..], [429, 429, 429, 429]);
    assert_told_to_wait(&guess.answer(QUERY, &Value::Null).await);
    assert_eq!(server.client(&place.token("Acme", &[])).answer(QUERY, &Value::Null).await.status, 200);
    // The list of who looked is not the guesser's to fill.
    assert!(place.number("SELECT COUNT(*) FROM access_event WHERE domain_id IS NULL").await <= 4);
}

/// What comes back to some bytes on a connection of their own, until the server ends it.
async fn answered(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.url("").trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // Ended by the server, whether politely or not.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn who_takes_too_long_for_a_request_is_dropped(place: &Place) {
    let server = place.serve_with(&[], &[("CLIENT_TIMEOUT", "1")]).await;
    let token = place.token("Acme", &[]);
    for slow in ["", "POST /graphql HT", "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthoriz"] {
        let answer = answered(&server, slow.as_bytes()).await;
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    // A body that rests half way.
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"query\":"
    );
    let answer = answered(&server, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    server.client(&token).ask(QUERY, &Value::Null).await;
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

async fn what_counts_is_the_size_unpacked(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let send = async |encoding: &str, body: Vec<u8>| {
        let request = acme.post().header(CONTENT_TYPE, "application/json").header("Content-Encoding", encoding);
        Answer::of(request.body(body).send().await.unwrap()).await
    };
    let query = json!({ "query": QUERY }).to_string();
    assert_eq!(send("gzip", packed(query.as_bytes())).await.body["data"]["viewer"]["name"], "tester");
    let bomb = packed(format!("{{\"query\": \"{}\"}}", " ".repeat(64 << 20)).as_bytes());
    assert!(bomb.len() < 100_000, "{} bytes are no bomb", bomb.len());
    let refused = send("gzip", bomb).await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    assert_eq!(send("gzip", query.clone().into_bytes()).await.status, 400, "what is not packed");
    assert_eq!(send("br", query.into_bytes()).await.status, 415, "what cannot be unpacked");
}

async fn every_answer_carries_the_headers(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let mut answers = vec![acme.answer(QUERY, &Value::Null).await, server.stranger().answer(QUERY, &Value::Null).await];
    for path in ["/", "/graphiql", "/graphiql.js", "/schema.graphql", "/healthz", "/readyz", "/nowhere", "/exports/x"] {
        answers.push(Answer::of(get_only(&server.url(path)).await).await);
    }
    for answer in &answers {
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{}: {}", answer.status, answer.text);
        }
        assert!(answer.headers.contains_key("permissions-policy") && answer.headers.contains_key("x-request-id"));
        assert!(!answer.header("cache-control").is_empty());
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        assert!(!answer.headers.contains_key("strict-transport-security"), "it is not served by HTTPS");
    }
    assert_eq!(answers[0].header("cache-control"), "no-store");
    let https = place.serve_with(&[], &[("PUBLIC_URL", "https://log.example.com")]).await;
    let answer = https.stranger().answer(QUERY, &Value::Null).await;
    assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"));
}

async fn a_caller_s_own_id_is_kept_where_it_is_one(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let long = "x".repeat(129);
    for (given, kept) in [("trace-1.2:3_4", true), ("two words", false), ("<script>", false), (&long, false)] {
        let request = acme.post().header("X-Request-Id", given).json(&json!({ "query": QUERY }));
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given}");
    }
}
