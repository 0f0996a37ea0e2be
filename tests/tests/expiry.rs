//! Exports that nobody wants any more, and files whose time is over: they say so, nothing of them
//! stays in the store, and what is asked for again is the same.

use serde_json::{Value, json};
use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};
use tests::{
    Client, Place, S3, Way, eventually,
    exports::{assert_file, files_of, reaches, settings, text},
    get,
    logs::{instant, numbered},
    names, on_both, on_sqlite,
};

on_both![
    a_queued_export_is_canceled,
    a_running_export_is_canceled_and_leaves_nothing,
    an_expired_file_is_gone_and_comes_again_the_same,
];

mod once {
    use super::{
        an_edition_that_was_canceled_leaves_nothing, on_sqlite, what_failed_comes_again,
        what_nobody_finished_is_removed,
    };
    on_sqlite![an_edition_that_was_canceled_leaves_nothing, what_failed_comes_again, what_nobody_finished_is_removed,];
}

const LONG: Duration = Duration::from_mins(1);

/// `cancelExport` or `repeatExport`, and what became of it.
async fn change(client: &Client, how: &str, export: &Value) -> Value {
    let mutation = format!(
        "mutation ($id: ID!) {{ {how}(input: {{ id: $id }}) {{
            export {{ id status completedAt attempts file {{ url }} error {{ code }} }} userErrors {{ code field message }} }} }}"
    );
    client.ask(&mutation, &json!({ "id": export["id"] })).await[how].clone()
}

/// Cancels what may be canceled.
async fn canceled(client: &Client, export: &Value) -> Value {
    let done = change(client, "cancelExport", export).await;
    assert_eq!((&done["userErrors"], &done["export"]["status"]), (&json!([]), &json!("CANCELED")), "{done}");
    done["export"].clone()
}

/// Asks again for what may be asked for again. A worker may be done with it already.
async fn again(client: &Client, export: &Value) -> Value {
    let done = change(client, "repeatExport", export).await;
    let export = &done["export"];
    let status = text(&export["status"]);
    assert!(done["userErrors"] == json!([]) && ["QUEUED", "RUNNING", "COMPLETED"].contains(&status), "{done}");
    assert!(export["completedAt"].is_null() == (status != "COMPLETED") && export["error"].is_null(), "{done}");
    export.clone()
}

/// The same where it must be refused, and why.
async fn refused(client: &Client, how: &str, export: &Value) -> String {
    let refused = change(client, how, export).await;
    assert_eq!((&refused["export"], &refused["userErrors"][0]["field"]), (&Value::Null, &json!(["id"])), "{refused}");
    text(&refused["userErrors"][0]["message"]).to_owned()
}

async fn a_queued_export_is_canceled(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(3)).await;
    let shown = acme.list(&Value::Null).await;
    let asked = [acme.export(&json!({ "format": "CSV" })).await, acme.export(&json!({ "format": "PDF" })).await];
    let globex = server.client(&place.token("Globex", &[]));
    assert!(refused(&globex, "cancelExport", &asked[0]).await.contains("no export"));
    let ended = canceled(&acme, &asked[0]).await;
    assert!(ended["completedAt"].is_string() && ended["file"].is_null() && ended["error"].is_null());
    assert!(refused(&acme, "cancelExport", &asked[0]).await.contains("CANCELED"));
    assert!(refused(&acme, "repeatExport", &asked[1]).await.contains("on its way"));
    let _worker = place.work(&[]);
    acme.completed(&asked[1]).await;
    assert_eq!(acme.export_now(&asked[0]["id"]).await["status"], "CANCELED", "it was passed over");
    assert_eq!(names(&place.path("exports")), files_of([&asked[1]]));
    assert!(refused(&acme, "cancelExport", &asked[1]).await.contains("COMPLETED"));
    assert!(refused(&acme, "repeatExport", &asked[1]).await.contains("COMPLETED"));
    // Wanted after all: what the screen showed then, whatever was recorded since.
    acme.record(&numbered(5)[3..]).await;
    again(&acme, &asked[0]).await;
    assert_file(place, &acme.completed(&asked[0]).await, &shown).await;
}

async fn a_running_export_is_canceled_and_leaves_nothing(place: &Place) {
    let s3 = S3::start().await;
    let plain = s3.settings();
    let server = place.serve_with(&[], &settings(&plain, &[("WORKER_EXPORTS", "1")])).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(3)).await;
    let shown = acme.list(&Value::Null).await;
    s3.close();
    let export = acme.export(&json!({ "format": "CSV" })).await;
    eventually("its file is put", async || (s3.puts().len() == 1).then_some(())).await;
    assert_eq!(acme.export_now(&export["id"]).await["status"], "RUNNING");
    canceled(&acme, &export).await;
    s3.open();
    let next = acme.export(&json!({ "format": "CSV" })).await;
    acme.completed(&next).await;
    eventually("nothing of it is left", async || (s3.names() == files_of([&next])).then_some(())).await;
    assert_eq!(acme.export_now(&export["id"]).await["status"], "CANCELED");
    again(&acme, &export).await;
    assert_file(place, &acme.completed(&export).await, &shown).await;
    assert_eq!(s3.names().len(), 4, "{:?}", s3.names());
}

async fn an_edition_that_was_canceled_leaves_nothing(place: &Place) {
    let s3 = S3::start().await;
    let plain = s3.settings();
    let server = place.serve_with(&[], &settings(&plain, &[("WORKER_EXPORTS", "2")])).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(3)).await;
    s3.close();
    let export = acme.export(&json!({ "format": "CSV" })).await;
    eventually("its file is put", async || (s3.puts().len() == 1).then_some(())).await;
    // Asked for again while the attempt of the edition before is still at it.
    canceled(&acme, &export).await;
    again(&acme, &export).await;
    eventually("its next file is put", async || (s3.puts().len() >= 2).then_some(())).await;
    s3.open();
    acme.completed(&export).await;
    let one_and_its_manifest = async || (s3.names().len() == 2).then_some(());
    eventually("nothing is left of the edition before", one_and_its_manifest).await;
    assert!(s3.names().iter().all(|name| name.contains(".2.csv")), "{:?}", s3.names());
}

async fn an_expired_file_is_gone_and_comes_again_the_same(place: &Place) {
    const TTL: i64 = 6;
    let server = place.serve_with(&[], &[("EXPORT_TTL", &TTL.to_string())]).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(20)).await;
    for format in ["CSV", "PDF"] {
        let mut files = Vec::new();
        let export = acme.export(&json!({ "format": format })).await;
        for _ in 0..2 {
            let done = acme.completed(&export).await;
            let url = text(&done["file"]["url"]).to_owned();
            files.push(get(&url).await.bytes().await.unwrap());
            let query = "query ($id: ID!) { node(id: $id) { ... on Export { completedAt expiresAt } } }";
            let times = acme.ask(query, &json!({ "id": export["id"] })).await["node"].clone();
            let kept = instant(text(&times["expiresAt"])) - instant(text(&times["completedAt"]));
            assert!((TTL - 2..=TTL).contains(&kept.num_seconds()), "{times}");

            let expired = reaches(&acme, &export, "EXPIRED", LONG).await;
            assert_eq!(expired["file"], Value::Null);
            eventually("its file is removed", async || names(&place.path("exports")).is_empty().then_some(())).await;
            let answer = get(&url).await;
            assert!([404, 410].contains(&answer.status().as_u16()), "{answer:?}");
            assert!(answer.text().await.unwrap().contains("repeatExport"));
            acme.record(&numbered(21)[20..]).await;
            if files.len() < 2 {
                again(&acme, &export).await;
            }
        }
        assert!(files[0].len() > 100 && files[0] == files[1], "the same bytes");
    }
}

async fn what_failed_comes_again(place: &Place) {
    let s3 = S3::start().await;
    let (way, by_the_way) = s3.proxy().await;
    let server = place.serve_with(&[], &settings(&by_the_way, &[("EXPORT_PATIENCE", "1")])).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(3)).await;
    let shown = acme.list(&Value::Null).await;
    way.set(Way::Refused);
    let export = acme.export(&json!({ "format": "CSV" })).await;
    reaches(&acme, &export, "FAILED", LONG * 2).await;
    way.set(Way::Open);
    let attempts = again(&acme, &export).await["attempts"].as_i64().unwrap();
    assert!(attempts < 2, "counted from nought again: {attempts}");
    assert_file(place, &acme.completed(&export).await, &shown).await;
}

async fn what_nobody_finished_is_removed(place: &Place) {
    let folder = place.path("exports");
    fs::create_dir(&folder).unwrap();
    // As they lie there when their writer was killed over them, hours ago and now; and a stranger's.
    for (name, hours) in [("exp_1.csv#1", 2), ("exp_2.pdf#1", 0), ("notes#1.txt", 2), ("exp_3.csv", 2)] {
        place.write(&format!("exports/{name}"), "a half");
        let at = SystemTime::now() - Duration::from_hours(hours);
        File::options().write(true).open(folder.join(name)).unwrap().set_modified(at).unwrap();
    }
    let _server = place.serve().await;
    let kept = ["exp_2.pdf#1", "exp_3.csv", "notes#1.txt"];
    eventually("the old half is removed", async || (names(&folder) == kept).then_some(())).await;
}
