//! What goes wrong between the parts: the store away, slow, hung or cut off half way, the database
//! restarted under load. Exports wait and are completed when it mends, or end with a sentence; the
//! API answers meanwhile, and readiness tells the truth.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{
    Client, Place, Proxy, S3, Server, Way, eventually,
    exports::{all_completed, assert_file, attempts, files_of, reaches, settings, text},
    get,
    logs::numbered,
    names, on_both, on_postgres, on_sqlite,
};

on_both![a_store_that_is_away_cut_off_or_slow_is_waited_out];

mod once {
    use super::{a_store_that_hangs_is_no_fault_of_the_export, impatience_ends_with_a_sentence, on_sqlite};
    on_sqlite![a_store_that_hangs_is_no_fault_of_the_export, impatience_ends_with_a_sentence];
}

mod database {
    use super::{
        a_database_that_restarts_under_load_costs_nothing, a_worker_that_vanishes_while_it_claims_holds_up_nobody,
        on_postgres,
    };
    on_postgres![
        a_database_that_restarts_under_load_costs_nothing,
        a_worker_that_vanishes_while_it_claims_holds_up_nobody,
    ];
}

/// Longer than a lease, the longest pause between two attempts and the attempt itself together.
const LONG: Duration = Duration::from_mins(2);
/// How long an answer may take while something else is away.
const PROMPT: Duration = Duration::from_secs(10);

/// Lists and recording are answered, and soon.
async fn assert_answers(acme: &Client) {
    let begun = Instant::now();
    let one = numbered(401).pop().unwrap();
    acme.record(&[one]).await;
    acme.ask("{ connectorLogs { nodes { id } } exports { nodes { id status } } }", &Value::Null).await;
    assert!(begun.elapsed() < PROMPT, "answered after {:?}", begun.elapsed());
}

/// Asks how ready the server is, and answers with the status and the words.
async fn ready(server: &Server, path: &str) -> (u16, String) {
    let begun = Instant::now();
    let answer = get(&server.url(path)).await;
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert!(begun.elapsed() < PROMPT, "{path} answered after {:?}: {text}", begun.elapsed());
    (status, text)
}

/// Waits until readiness is told by this status, and answers with the words.
async fn becomes(server: &Server, path: &str, status: u16) -> String {
    eventually("readiness changes", async || {
        let (now, words) = ready(server, path).await;
        (now == status).then_some(words)
    })
    .await
}

/// Waits until an export was tried once more than it was `before`, and waits again.
async fn tried_again(acme: &Client, export: &Value, before: u64) {
    reaches(acme, export, "QUEUED", LONG).await;
    eventually("it was tried again", async || {
        let tried = attempts(acme, export).await > before;
        (tried && acme.export_now(&export["id"]).await["status"] == "QUEUED").then_some(())
    })
    .await;
}

async fn a_store_that_is_away_cut_off_or_slow_is_waited_out(place: &Place) {
    let s3 = S3::start().await;
    let (way, by_the_way) = s3.proxy().await;
    let server = place.serve_with(&[], &settings(&by_the_way, &[])).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(400)).await;
    let shown = acme.list(&Value::Null).await;
    assert_eq!(ready(&server, "/readyz/store").await.0, 200);

    way.set(Way::Refused);
    way.cut();
    let asked = [acme.export(&json!({ "format": "CSV" })).await, acme.export(&json!({ "format": "PDF" })).await];
    for export in &asked {
        tried_again(&acme, export, 0).await;
    }
    assert_answers(&acme).await;
    let words = becomes(&server, "/readyz/store", 503).await;
    let (status, all) = ready(&server, "/readyz").await;
    assert!(status == 200 && all.contains(&words) && words.contains("exports wait"), "{status} {all} {words}");

    way.set(Way::CutAfter(20_000));
    let before = attempts(&acme, &asked[0]).await;
    tried_again(&acme, &asked[0], before).await;
    assert_answers(&acme).await;
    assert!(s3.names().is_empty(), "a half is no file: {:?}", s3.names());

    // However often it was tried, the store is to blame, and not the export.
    assert_eq!(place.execute("UPDATE export SET attempts = attempts + 100").await, Ok(2));
    way.set(Way::Slow(Duration::from_millis(20)));
    for done in all_completed(&acme, &asked, LONG).await {
        assert_file(place, &done, &shown).await;
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM export WHERE faults > 0").await, 0);
    assert_eq!(s3.names(), files_of(&asked));
    becomes(&server, "/readyz/store", 200).await;
}

async fn a_store_that_hangs_is_no_fault_of_the_export(place: &Place) {
    let s3 = S3::start().await;
    let (way, by_the_way) = s3.proxy().await;
    let server = place.serve_with(&[], &settings(&by_the_way, &[("EXPORT_TIME_LIMIT", "3")])).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(400)).await;
    let shown = acme.list(&Value::Null).await;
    way.set(Way::HungAfter(20_000));
    let export = acme.export(&json!({ "format": "CSV" })).await;
    tried_again(&acme, &export, 0).await;
    tried_again(&acme, &export, 1).await;
    assert_answers(&acme).await;
    assert_eq!(place.number("SELECT COUNT(*) FROM export WHERE faults > 0").await, 0);
    way.set(Way::Hung);
    becomes(&server, "/readyz/store", 503).await;
    assert_eq!(ready(&server, "/readyz").await.0, 200);
    way.set(Way::Open);
    way.cut();
    let done = reaches(&acme, &export, "COMPLETED", LONG).await;
    assert_file(place, &done, &shown).await;
    assert_eq!(s3.names(), files_of([&done]));
}

async fn impatience_ends_with_a_sentence(place: &Place) {
    let s3 = S3::start().await;
    let (way, by_the_way) = s3.proxy().await;
    let server = place.serve_with(&[], &settings(&by_the_way, &[("EXPORT_PATIENCE", "1")])).await;
    let acme = server.client(&place.token("Acme", &[]));
    let failed = async |code: &str| {
        let export = acme.export(&json!({ "format": "CSV" })).await;
        let failed = reaches(&acme, &export, "FAILED", LONG).await;
        assert_eq!(failed["error"]["code"], code, "{failed}");
        let sentence = text(&failed["error"]["message"]);
        assert!(sentence.len() > 40 && sentence.ends_with('.') && !sentence.contains("http"), "{sentence}");
        assert!(failed["file"].is_null() && failed["completedAt"].is_string(), "{failed}");
    };
    // What MinIO says of a full disk, and Ceph of a bucket's quota.
    for (code, status) in [("XMinioStorageFull", 507), ("QuotaExceeded", 403)] {
        s3.fill(code, status);
        failed("STORE_FULL").await;
    }
    s3.open();
    way.set(Way::Refused);
    way.cut();
    failed("STORE_UNAVAILABLE").await;
    way.set(Way::Open);
    // The next one is not held up by them.
    let next = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&next).await;
    assert_eq!(s3.names(), files_of([&next]));
}

/// A database is restarted: nobody gets in, and who was in is thrown out. Or its cable is pulled.
async fn interrupt(way: &Proxy, how: Way, server: &Server, acme: &Client) {
    way.set(how);
    if how == Way::Refused {
        way.cut();
    }
    becomes(server, "/readyz", 503).await;
    if how == Way::Refused {
        let begun = Instant::now();
        let answer = acme.answer("{ connectorLogs { nodes { id } } }", &Value::Null).await;
        assert!(!answer.body["errors"].is_null() && begun.elapsed() < PROMPT, "{:?} {answer:?}", begun.elapsed());
    }
    way.set(Way::Open);
    becomes(server, "/readyz", 200).await;
}

/// Waits until a worker has begun: one that is still on its way ends where the database is away.
async fn is_up(worker: &Server) {
    let ready = |line: &Value| line["fields"]["message"].as_str().is_some_and(|m| m.ends_with("ready"));
    eventually("it is ready", async || worker.log().iter().any(ready).then_some(())).await;
}

async fn a_database_that_restarts_under_load_costs_nothing(place: &Place) {
    let (way, url) = place.proxy().await;
    let rules = [("DATABASE_URL", url.as_str()), ("EXPORTS_PER_DOMAIN", "100"), ("WORKER_EXPORTS", "2")];
    let api = place.serve_with(&["--no-worker"], &rules).await;
    let mut workers = [place.work(&rules), place.work(&rules)];
    for worker in &workers {
        is_up(worker).await;
    }
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&numbered(100)).await;
    let shown = acme.list(&Value::Null).await;
    let mut asked = Vec::new();
    for how in [Way::Refused, Way::Hung, Way::Refused] {
        for n in 0..12 {
            let format = if n % 6 == 0 { "PDF" } else { "CSV" };
            asked.push(acme.export(&json!({ "format": format })).await);
        }
        eventually("something is in work", async || {
            (place.number("SELECT COUNT(*) FROM export WHERE status = 2").await > 0).then_some(())
        })
        .await;
        interrupt(&way, how, &api, &acme).await;
    }
    for done in all_completed(&acme, &asked, LONG).await {
        assert_file(place, &done, &shown).await;
    }
    assert_eq!(place.number("SELECT COUNT(*) FROM export WHERE faults > 0").await, 0);
    assert_eq!(names(&place.path("exports")), files_of(&asked));
    for worker in &mut workers {
        assert_eq!(worker.stop().await.code(), Some(0), "it has lived through all of it");
    }
}

async fn a_worker_that_vanishes_while_it_claims_holds_up_nobody(place: &Place) {
    let (way, url) = place.proxy().await;
    let api = place.serve_with(&["--no-worker"], &[]).await;
    let acme = api.client(&place.token("Acme", &[]));
    let vanishes = place.work(&[("DATABASE_URL", &url)]);
    is_up(&vanishes).await;
    way.set(Way::Slow(Duration::from_millis(150)));
    let export = acme.export(&json!({ "format": "CSV" })).await;
    eventually("it claims", async || (place.number(IN_TURN).await > 0).then_some(())).await;
    way.set(Way::Hung);
    assert!(place.number(IN_TURN).await > 0, "the claim was over already");
    let _heir = place.work(&[]);
    let done = reaches(&acme, &export, "COMPLETED", LONG).await;
    assert_eq!(names(&place.path("exports")), files_of([&done]));
}

/// How many hold the lock of those who claim.
const IN_TURN: &str = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32) + objid::bigint = 109305283870722
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
