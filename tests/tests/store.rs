//! S3 as the store, over HTTP with signatures checked: API and workers as separate processes, and
//! downloads straight from the store.

use serde_json::{Value, json};
use std::collections::HashMap;
use tests::{
    Place, S3, Server,
    files::{Pdf, column, csv},
    get, get_only,
    logs::numbered,
    on_both, on_postgres,
};

on_both![a_file_comes_straight_from_the_store];

mod apart {
    use super::{api_and_workers_are_processes_of_their_own, on_postgres};
    on_postgres![api_and_workers_are_processes_of_their_own];
}

fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn a_file_comes_straight_from_the_store(place: &Place) {
    let s3 = S3::start().await;
    let settings = s3.settings();
    let server = place.serve_with(&[], &borrowed(&settings)).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&numbered(20)).await;
    let shown = acme.list(&Value::Null).await;
    for (format, kind) in [("CSV", "text/csv"), ("PDF", "application/pdf")] {
        let export = acme.completed(&acme.export(&json!({ "format": format })).await).await;
        let url = export["file"]["url"].as_str().unwrap();
        assert!(url.starts_with(&server.url("/exports/")));
        // We answer with a link of the store's own, which is followed without any credential.
        let redirect = get_only(url).await;
        assert_eq!(redirect.status(), 307);
        let presigned = redirect.headers()["location"].to_str().unwrap().to_owned();
        assert!(presigned.starts_with(&s3.url()) && presigned.contains("X-Amz-Signature="), "{presigned}");
        let unsigned = presigned.split('?').next().unwrap();
        assert!(get_only(unsigned).await.status().is_client_error());
        let file = get(url).await;
        assert_eq!(file.status(), 200);
        assert!(file.url().as_str().starts_with(&s3.url()), "the redirect was followed");
        assert!(file.headers()["content-type"].to_str().unwrap().starts_with(kind));
        let name = export["file"]["name"].as_str().unwrap();
        assert!(file.headers()["content-disposition"].to_str().unwrap().contains(name));
        let bytes = file.bytes().await.unwrap();
        match format {
            "CSV" => assert_eq!(column(&csv(&bytes), "id"), shown),
            _ => assert_eq!(Pdf::check(&place.path("report.pdf"), &bytes).references().len(), 20),
        }
    }
    let puts = s3.puts();
    assert!(puts.len() == 2 && puts.iter().all(|key| key.starts_with("some/where/") && s3.holds(key)), "{puts:?}");
    assert!(server.log().iter().all(|line| { !line.to_string().contains("an-s3-secret-that-no-log-line-holds") }));
}

async fn api_and_workers_are_processes_of_their_own(place: &Place) {
    let s3 = S3::start().await;
    let settings = s3.settings();
    let settings = borrowed(&settings);
    let api = place.serve_with(&["--no-worker"], &settings).await;
    let acme = api.client(&place.token("Acme", &[]));
    acme.record(&numbered(30)).await;
    let shown = acme.list(&Value::Null).await;
    // What is put waits, so that one worker alone cannot be done before the other has begun.
    s3.close();
    let mut asked = Vec::new();
    for n in 0..8 {
        asked.push(acme.export(&json!({ "format": if n % 2 == 0 { "CSV" } else { "PDF" } })).await);
    }
    let workers: Vec<Server> = (0..2).map(|_| place.work(&settings)).collect();
    tests::eventually("both workers are at work", async || {
        workers.iter().all(|worker| worker.log().iter().any(|line| line["fields"]["export"].is_string())).then_some(())
    })
    .await;
    s3.open();
    for export in &asked {
        let done = acme.completed(export).await;
        if done["format"] == "CSV" {
            let file = get(done["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap();
            assert_eq!(column(&csv(&file), "id"), shown);
        }
    }
    let mut times: HashMap<String, usize> = HashMap::new();
    for key in s3.puts() {
        *times.entry(key).or_default() += 1;
    }
    assert_eq!(times.len(), asked.len());
    assert!(times.values().all(|&n| n == 1), "each export is made once: {times:?}");
}
