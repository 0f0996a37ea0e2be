//! Download links: they need no other credential, work until they expire, and not after a
//! character was changed.

use serde_json::{Value, json};
use tests::{Client, Place, eventually, get, logs::numbered, on_both};

on_both![
    a_link_needs_no_other_credential,
    a_link_does_not_work_after_a_character_was_changed,
    a_link_stops_working_when_it_expires,
    a_link_is_for_one_export,
    a_link_works_on_whichever_server_shares_the_key,
];

async fn completed(acme: &Client) -> (Value, String) {
    let export = acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    let url = export["file"]["url"].as_str().unwrap().to_owned();
    (export, url)
}

async fn a_link_needs_no_other_credential(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&numbered(3)).await;
    let (export, url) = completed(&acme).await;
    let file = get(&url).await;
    assert_eq!(file.status(), 200);
    let first = file.bytes().await.unwrap();
    assert_eq!(get(&url).await.bytes().await.unwrap(), first, "as often as one likes");
    // Without what makes it a link it is none.
    let bare = format!("/exports/{}", export["id"].as_str().unwrap());
    assert!(get(&server.url(&bare)).await.status().is_client_error());
    assert!(get(&server.url("/exports/")).await.status().is_client_error());
    assert!(get(&server.url("/exports/../../etc/passwd")).await.status().is_client_error());
}

async fn a_link_does_not_work_after_a_character_was_changed(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let (_, url) = completed(&acme).await;
    let start = server.url("/exports/").len();
    let mut tried = 0;
    for at in start..url.len() {
        for other in others(url.as_bytes()[at]) {
            let changed = format!("{}{}{}", &url[..at], char::from(other), &url[at + 1..]);
            let status = get(&changed).await.status();
            assert!(status.is_client_error(), "{status} for {changed}, made of {url}");
            tried += 1;
        }
    }
    for changed in [url.clone() + "0", url[..url.len() - 1].to_owned(), url.clone() + "&expires=9999999999"] {
        let status = get(&changed).await.status();
        assert!(status.is_client_error(), "{status} for {changed}, made of {url}");
    }
    assert!(tried > 100, "{url} has too little to change");
    assert_eq!(get(&url).await.status(), 200);
}

/// What a character could be changed to and still look like one of its kind.
fn others(letter: u8) -> Vec<u8> {
    match letter {
        b'0'..=b'8' | b'a'..=b'e' | b'g'..=b'y' => vec![letter + 1, letter.to_ascii_uppercase()],
        b'9' => vec![b'8'],
        b'f' | b'z' => vec![b'a', letter.to_ascii_uppercase()],
        b'A'..=b'Z' => vec![letter.to_ascii_lowercase()],
        _ => vec![b'x'],
    }
    .into_iter()
    .filter(|other| *other != letter)
    .collect()
}

async fn a_link_stops_working_when_it_expires(place: &Place) {
    let server = place.serve_with(&[], &[("DOWNLOAD_LINK_TTL", "1")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let (export, _) = completed(&acme).await;
    let mint = async || acme.export_now(&export["id"]).await["file"]["url"].as_str().unwrap().to_owned();
    // A link of a second may be over before it is followed: until one was quick enough.
    let url = eventually("a link works", async || {
        let url = mint().await;
        (get(&url).await.status() == 200).then_some(url)
    })
    .await;
    let refused = eventually("the link is refused", async || Some(get(&url).await).filter(|a| a.status() != 200)).await;
    assert!(refused.status().is_client_error());
    // The file is still there, for whoever asks for a new link.
    eventually("a new link works", async || (get(&mint().await).await.status() == 200).then_some(())).await;
    assert_ne!(get(&url).await.status(), 200);
}

async fn a_link_is_for_one_export(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let ((one, one_url), (other, other_url)) = (completed(&acme).await, completed(&acme).await);
    let id = |export: &Value| export["id"].as_str().unwrap().to_owned();
    for (url, from, to) in [(&one_url, id(&one), id(&other)), (&other_url, id(&other), id(&one))] {
        assert_eq!(get(url).await.status(), 200);
        assert!(url.contains(&from));
        assert!(get(&url.replace(&from, &to)).await.status().is_client_error());
    }
}

async fn a_link_works_on_whichever_server_shares_the_key(place: &Place) {
    let key = "0123456789abcdef".repeat(4);
    let settings = [("LINK_KEY", key.as_str()), ("PUBLIC_URL", "https://log.example.com/behind/")];
    let one = place.serve_with(&[], &settings).await;
    let acme = one.client(&place.token("Acme", &[]));
    let (_, url) = completed(&acme).await;
    let path = url.strip_prefix("https://log.example.com/behind").expect("links begin with PUBLIC_URL");
    let two = place.serve_with(&["--no-worker"], &settings).await;
    let stranger = place.serve_with(&["--no-worker"], &[("LINK_KEY", "f".repeat(64).as_str())]).await;
    assert_eq!(get(&one.url(path)).await.status(), 200);
    assert_eq!(get(&two.url(path)).await.status(), 200);
    assert!(get(&stranger.url(path)).await.status().is_client_error());
}
