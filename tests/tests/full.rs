//! Disks that are full: exports wait until there is room, or end with a sentence, and nothing is lost
//! that was acknowledged. What the system says of a file that may grow no further stands for a disk
//! on which there is no room.

use serde_json::{Value, json};
use std::{fs, time::Duration};
use tests::{
    Place, eventually,
    exports::{assert_file, attempts, files_of, reaches, text},
    get,
    logs::numbered,
    names, on_postgres, on_sqlite,
    process::bound_files,
};

on_postgres![a_full_disk_is_waited_out];
on_sqlite![a_full_disk_loses_nothing_that_was_acknowledged];

/// Longer than the longest pause between two attempts.
const LONG: Duration = Duration::from_mins(1);

async fn a_full_disk_is_waited_out(place: &Place) {
    let api = place.serve_with(&["--no-worker"], &[]).await;
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&numbered(400)).await;
    let shown = acme.list(&Value::Null).await;
    let mut impatient = place.work_on_a_small_disk(&[("EXPORT_PATIENCE", "1")]);
    bound_files(impatient.pid(), Some(8192));
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let failed = reaches(&acme, &export, "FAILED", LONG).await;
    assert_eq!(failed["error"]["code"], "STORE_FULL", "{failed}");
    assert!(text(&failed["error"]["message"]).contains("no room"), "{failed}");
    assert_eq!(impatient.stop().await.code(), Some(0));

    // That this one has waited for its turn longer than it would be tried is not held against it.
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let long_ago = "UPDATE export SET requested_at = requested_at - interval '1 day' WHERE status = 1";
    assert_eq!(place.execute(long_ago).await, Ok(1));
    let patient = place.work_on_a_small_disk(&[]);
    bound_files(patient.pid(), Some(8192));
    eventually("it was tried, and waits", async || {
        let waits = acme.export_now(&export["id"]).await["status"] == "QUEUED";
        (waits && attempts(&acme, &export).await > 0).then_some(())
    })
    .await;
    assert!(names(&place.path("exports")).is_empty(), "a half is no file: {:?}", names(&place.path("exports")));
    bound_files(patient.pid(), None);
    let done = reaches(&acme, &export, "COMPLETED", LONG).await;
    assert_file(place, &done, &shown).await;
    assert_eq!(names(&place.path("exports")), files_of([&done]));
}

async fn a_full_disk_loses_nothing_that_was_acknowledged(place: &Place) {
    let mut server = place.serve_on_a_small_disk(&[]).await;
    let token = place.token("Acme", &[]);
    let acme = server.client(&token);
    let records = numbered(8000);
    let mut some = records.chunks(200);
    let mut acknowledged = acme.record(some.next().unwrap()).await;
    let size = |name: &str| fs::metadata(place.path(name)).unwrap().len();
    bound_files(server.pid(), Some(size("log.db").max(size("log.db-wal")) + 256 * 1024));
    let refused = loop {
        let answer = acme.record_answer(some.next().expect("the disk is full before the records are over")).await;
        let ids = answer.body["data"]["recordConnectorLogs"]["ids"].as_array();
        match ids {
            Some(ids) => acknowledged.extend(ids.iter().map(|id| text(id).to_owned())),
            None => break answer,
        }
    };
    assert!(!refused.body["errors"].is_null() && !refused.text.contains("disk"), "{refused:?}");
    acknowledged.reverse();
    assert_eq!(acme.list(&Value::Null).await, acknowledged, "what was acknowledged is there, and nothing else");
    assert_eq!(get(&server.url("/readyz")).await.status(), 200);
    bound_files(server.pid(), None);
    let last = eventually("it records again", async || {
        let answer = acme.record_answer(&records[7999..]).await;
        answer.body["data"]["recordConnectorLogs"]["ids"].as_array().cloned()
    })
    .await;
    acknowledged.insert(0, text(&last[0]).to_owned());
    let export = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&export).await;
    assert_eq!(names(&place.path("exports")), files_of([&export]));
    // On the disk, and not only in a transaction that nobody commits.
    server.kill();
    server = place.serve().await;
    assert_eq!(server.client(&token).list(&Value::Null).await, acknowledged);
}
