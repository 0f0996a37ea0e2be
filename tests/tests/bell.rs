//! The export's row is the truth and the queue a bell: it may ring never, twice, or for nothing,
//! and each export is made once. The queue's own table is where a test can pull the rope.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    Kind, Place, S3, eventually,
    files::{column, csv},
    get,
    logs::numbered,
    on_both, on_postgres, within,
};

on_both![
    a_bell_that_never_rings_is_no_loss,
    a_bell_that_rings_twice_makes_one_file,
    a_job_that_cannot_be_read_does_not_stop_the_worker,
    an_export_that_cannot_be_stored_fails_with_a_sentence,
];

mod cut {
    use super::{connections_that_were_cut_are_made_anew, on_postgres};
    on_postgres![connections_that_were_cut_are_made_anew];
}

/// Longer than the lease of a claim, the patience of the sweep and all pauses together.
const LONG: Duration = Duration::from_mins(4);

fn jobs(place: &Place) -> &'static str {
    match place.kind() {
        Kind::Sqlite => "Jobs",
        Kind::Postgres => "apalis.jobs",
    }
}

async fn a_bell_that_never_rings_is_no_loss(place: &Place) {
    let api = place.serve_with(&["--no-worker"], &[]).await;
    let acme = api.client(&place.token("Acme", &[]));
    let ids = acme.record(&numbered(3)).await;
    let export = acme.export(&json!({ "format": "CSV" })).await;
    assert_eq!(place.execute(&format!("DELETE FROM {}", jobs(place))).await, Ok(1), "one job, made with its export");
    let _worker = place.work(&[]);
    let done = within(LONG, "it is found all the same", async || {
        Some(acme.export_now(&export["id"]).await).filter(|now| now["status"] == "COMPLETED")
    })
    .await;
    let file = get(done["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap();
    assert_eq!(column(&csv(&file), "id"), ids.into_iter().rev().collect::<Vec<_>>());
}

async fn a_bell_that_rings_twice_makes_one_file(place: &Place) {
    let s3 = S3::start().await;
    let settings = s3.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let api = place.serve_with(&["--no-worker"], &settings).await;
    let acme = api.client(&place.token("Acme", &[]));
    let export = acme.export(&json!({ "format": "CSV" })).await;
    for id in ["01ARZ3NDEKTSV4RRFFQ69G5FA1", "01ARZ3NDEKTSV4RRFFQ69G5FA2"] {
        let jobs = jobs(place);
        let again = format!(
            "INSERT INTO {jobs} (id, job_type, job, max_attempts) SELECT '{id}', job_type, job, max_attempts FROM {jobs} LIMIT 1"
        );
        assert_eq!(place.execute(&again).await, Ok(1));
    }
    let _workers = [place.work(&settings), place.work(&settings)];
    acme.completed(&export).await;
    let open = format!("SELECT COUNT(*) FROM {} WHERE status <> 'Done'", jobs(place));
    eventually("each ring was heard", async || (place.number(&open).await == 0).then_some(())).await;
    assert_eq!(s3.puts().len(), 1, "{:?}", s3.puts());
}

async fn a_job_that_cannot_be_read_does_not_stop_the_worker(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let first = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&first).await;
    // Of another form, of none, and for an export that there is not.
    for (n, job) in ["{\"reportId\": 7}", "nonsense", "{\"export_id\": \"01920000-0000-7000-8000-000000000000\"}"]
        .iter()
        .enumerate()
    {
        let bytes = match place.kind() {
            Kind::Sqlite => format!("CAST('{job}' AS BLOB)"),
            Kind::Postgres => format!("convert_to('{job}', 'UTF8')"),
        };
        let jobs = jobs(place);
        let insert = format!(
            "INSERT INTO {jobs} (id, job_type, job, max_attempts) \
             SELECT '01ARZ3NDEKTSV4RRFFQ69G5FA{n}', job_type, {bytes}, 5 FROM {jobs} LIMIT 1"
        );
        assert_eq!(place.execute(&insert).await, Ok(1));
    }
    for _ in 0..3 {
        let export = acme.export(&json!({ "format": "CSV" })).await;
        acme.completed(&export).await;
    }
}

async fn an_export_that_cannot_be_stored_fails_with_a_sentence(place: &Place) {
    let server = place.serve_with(&[], &[("EXPORT_PATIENCE", "1")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let folder = place.path("exports");
    std::fs::remove_dir(&folder).unwrap();
    place.write("exports", "in the way");
    let export = acme.export(&json!({ "format": "CSV" })).await;
    let failed = within(LONG, "it is given up", async || {
        Some(acme.export_now(&export["id"]).await).filter(|now| now["status"] == "FAILED")
    })
    .await;
    assert_eq!(failed["file"], Value::Null);
    assert!(failed["completedAt"].is_string(), "{failed}");
    let error = &failed["error"];
    assert_eq!(error["code"], "STORE_UNAVAILABLE");
    let message = error["message"].as_str().unwrap();
    assert!(message.len() > 20 && !message.contains(folder.to_str().unwrap()), "{message}");
    // The log says why.
    let why = |line: &Value| line["fields"]["export"] == export["id"] && line.to_string().contains("storing");
    assert!(server.log().iter().any(why));
    // The next one is not held up by it.
    std::fs::remove_file(&folder).unwrap();
    let next = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&next).await;
}

async fn connections_that_were_cut_are_made_anew(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for _ in 0..3 {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(place.execute(cut).await.unwrap() > 0);
        let list = "{ connectorLogs { nodes { id } } }";
        eventually("questions are answered again", async || {
            acme.answer(list, &Value::Null).await.body["errors"].is_null().then_some(())
        })
        .await;
        let export = acme.export(&json!({ "format": "CSV" })).await;
        acme.completed(&export).await;
    }
}
