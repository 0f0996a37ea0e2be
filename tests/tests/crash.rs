//! Ends that nobody planned: a worker that is killed, a store that does not answer. The export is
//! finished all the same, by whoever is there.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    Place, S3, eventually,
    files::{column, csv},
    get,
    logs::numbered,
    on_both, within,
};

on_both![a_killed_worker_s_export_is_finished_by_another, a_store_that_was_away_is_tried_again];

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn a_killed_worker_s_export_is_finished_by_another(place: &Place) {
    let s3 = S3::start().await;
    let settings = s3.settings();
    let settings = borrowed(&settings);
    let api = place.serve_with(&["--no-worker"], &settings).await;
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&numbered(10)).await;
    let shown = acme.list(&Value::Null).await;
    s3.close();
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let mut doomed = place.work(&settings);
    eventually("the worker is about to put its file", async || (s3.puts().len() == 1).then_some(())).await;
    assert_eq!(acme.export_now(&export["id"]).await["status"], "RUNNING");
    doomed.kill();
    assert_eq!(acme.export_now(&export["id"]).await["status"], "RUNNING", "nobody told it");
    s3.open();
    let _heir = place.work(&settings);
    // The dead worker's lease has to run out first.
    let done = within(Duration::from_mins(4), "another worker finishes", async || {
        let now = acme.export_now(&export["id"]).await;
        assert_ne!(now["status"], "FAILED", "{now}");
        (now["status"] == "COMPLETED").then_some(now)
    })
    .await;
    let file = get(done["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap();
    assert_eq!(column(&csv(&file), "id"), shown);
}

async fn a_store_that_was_away_is_tried_again(place: &Place) {
    let server = place.serve().await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(3)).await;
    // A file where the folder should be.
    let folder = place.path("exports");
    std::fs::remove_dir(&folder).unwrap();
    place.write("exports", "in the way");
    let export = acme.export(&json!({ "format": "CSV" })).await;
    eventually("an attempt fails", async || {
        let failed = |line: &Value| line["level"] == "WARN" && line["fields"]["export"] == export["id"];
        server.log().iter().any(failed).then_some(())
    })
    .await;
    let now = acme.export_now(&export["id"]).await;
    assert!(now["status"] != "FAILED" && now["file"].is_null(), "{now}");
    std::fs::remove_file(&folder).unwrap();
    let done = within(Duration::from_mins(4), "it is tried again", async || {
        let now = acme.export_now(&export["id"]).await;
        (now["status"] == "COMPLETED").then_some(now)
    })
    .await;
    assert_eq!(get(done["file"]["url"].as_str().unwrap()).await.status(), 200);
}
