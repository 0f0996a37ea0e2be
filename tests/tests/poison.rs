//! Exports that cannot be rendered, whatever it is about them: each fails alone and after its
//! attempts, with a sentence. The worker lives, goes on with others, and holds no more memory than
//! before.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    Client, Place, S3, Server, eventually,
    exports::{assert_file, attempts, reaches, settings, text},
    logs::numbered,
    on_postgres, on_sqlite,
    process::{children, lives, memory, renderers, signal},
    within,
};

on_sqlite![
    a_rendering_that_dies_fails_alone,
    a_rendering_that_eats_memory_fails_alone,
    an_export_that_takes_its_workers_with_it_is_given_up,
];
on_postgres![a_rendering_that_never_ends_fails_alone];

/// Longer than five attempts and the pauses between them.
const LONG: Duration = Duration::from_mins(3);

/// What a worker held before something went wrong.
struct Before {
    pid: u32,
    memory: u64,
}

/// A server whose worker has made a few files already, and what it holds then.
async fn warm(place: &Place, settings: &[(&str, &str)]) -> (Server, Client, Before) {
    let server = place.serve_with(&[], settings).await;
    let acme = server.client(&place.token("Acme", &[]));
    // Enough that the rendering of all of them is still there when a test looks for it.
    acme.record(&numbered(1000)).await;
    for format in ["CSV", "PDF", "CSV", "PDF"] {
        acme.completed(&acme.export(&one(format)).await).await;
    }
    let before = Before { pid: server.pid(), memory: memory(server.pid()) };
    (server, acme, before)
}

/// An export of one record.
fn one(format: &str) -> Value {
    json!({ "format": format, "filter": { "correlationId": "n-7" } })
}

/// The export has failed with this code, after five attempts, and nothing else has come of it.
async fn assert_failed_alone(place: &Place, acme: &Client, failed: &Value, code: &str, before: &Before) {
    assert_eq!((&failed["error"]["code"], attempts(acme, failed).await), (&json!(code), 5), "{failed}");
    let sentence = text(&failed["error"]["message"]);
    assert!(sentence.len() > 40 && sentence.ends_with('.') && sentence.contains("CSV"), "{sentence}");
    assert!(lives(before.pid), "the worker lives");
    assert!(children(before.pid).is_empty(), "and nothing goes on beside it");
    // Others go well, before it and after.
    let shown = acme.list(&Value::Null).await;
    for format in ["CSV", "PDF", "CSV"] {
        let done = acme.completed(&acme.export(&one(format)).await).await;
        assert_file(place, &done, &[shown[shown.len() - 8].clone()]).await;
    }
    let now = memory(before.pid);
    assert!(now < before.memory + before.memory / 4 + 16 * 1024, "{now} KiB, and {} before", before.memory);
}

/// Does something to whatever the worker renders, until the export is FAILED. Meanwhile other
/// exports are made.
async fn poison(acme: &Client, export: &Value, before: &Before, poison: impl Fn(u32)) -> Value {
    let mut others = 0;
    within(LONG, "it is given up", async || {
        for child in renderers(before.pid) {
            poison(child);
        }
        // Before its first attempt it is QUEUED as well, and must be watched.
        let tried = attempts(acme, export).await > 0;
        let now = acme.export_now(&export["id"]).await;
        if others < 5 && tried && now["status"] == "QUEUED" {
            acme.completed(&acme.export(&one("CSV")).await).await;
            others += 1;
        }
        assert_ne!(now["status"], "COMPLETED", "its rendering was over before the test had seen it");
        (now["status"] == "FAILED").then_some(now)
    })
    .await
}

async fn a_rendering_that_dies_fails_alone(place: &Place) {
    let (_server, acme, before) = warm(place, &[]).await;
    let export = acme.export(&json!({ "format": "PDF" })).await;
    let failed = poison(&acme, &export, &before, |child| signal(child, "KILL")).await;
    assert_failed_alone(place, &acme, &failed, "RENDERING_FAILED", &before).await;
}

async fn a_rendering_that_never_ends_fails_alone(place: &Place) {
    let (_server, acme, before) = warm(place, &[("EXPORT_TIME_LIMIT", "6")]).await;
    let export = acme.export(&json!({ "format": "PDF" })).await;
    let failed = poison(&acme, &export, &before, |child| signal(child, "STOP")).await;
    assert_failed_alone(place, &acme, &failed, "TIME_LIMIT", &before).await;
}

async fn a_rendering_that_eats_memory_fails_alone(place: &Place) {
    let (_server, acme, before) = warm(place, &[("RENDER_MEMORY", "64")]).await;
    let export = acme.export(&json!({ "format": "PDF" })).await;
    let failed = reaches(&acme, &export, "FAILED", LONG).await;
    assert_failed_alone(place, &acme, &failed, "MEMORY_LIMIT", &before).await;
}

async fn an_export_that_takes_its_workers_with_it_is_given_up(place: &Place) {
    let s3 = S3::start().await;
    let plain = s3.settings();
    let rules = settings(&plain, &[]);
    let api = place.serve_with(&["--no-worker"], &rules).await;
    let acme = api.client(&place.token("Acme", &[]));
    let export = acme.export(&json!({ "format": "CSV" })).await;
    s3.close();
    for times in 1..=20 {
        let mut worker = place.work(&rules);
        eventually("it is claimed", async || (attempts(&acme, &export).await == times).then_some(())).await;
        worker.kill();
        // The worker's claim would hold for half a minute more.
        assert_eq!(place.execute("UPDATE export SET lease_until = requested_at").await, Ok(1));
    }
    let _worker = place.work(&rules);
    let failed = reaches(&acme, &export, "FAILED", LONG).await;
    assert_eq!(failed["error"]["code"], "WORKER_LOST", "{failed}");
    s3.open();
    let next = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&next).await;
}
