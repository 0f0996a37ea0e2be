//! Exports: exactly the records that were frozen, in the list's order, in both formats, read with
//! other people's software.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{
    Client, Place,
    files::{Pdf, column, csv},
    get,
    logs::{call, generated, instant, numbered, with},
    on_both,
};

on_both![
    a_file_holds_the_records_that_were_frozen,
    a_thousand_of_more_are_exported_and_it_says_so,
    an_export_of_nothing_is_a_file_too,
    a_key_is_one_export,
    what_the_file_is_is_told_before_it_is_fetched,
];

async fn references(acme: &Client, ids: &[String]) -> Vec<String> {
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ConnectorLog { reference } } }";
    let mut references = Vec::new();
    for some in ids.chunks(100) {
        let nodes = acme.ask(query, &json!({ "ids": some })).await["nodes"].clone();
        references.extend(nodes.as_array().unwrap().iter().map(|n| n["reference"].as_str().unwrap().to_owned()));
    }
    references
}

async fn a_file_holds_the_records_that_were_frozen(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&generated(150)).await;
    let filter = json!({ "applications": ["Okta", "okta"], "outcomes": ["SUCCESS", "FAILURE"] });
    let shown = acme.list(&filter).await;
    assert!(shown.len() > 20 && shown.len() < 120);
    let mut asked = Vec::new();
    for format in ["CSV", "PDF"] {
        let export = acme.export(&json!({ "format": format, "filter": filter })).await;
        assert_eq!(export["status"], "QUEUED");
        assert_eq!(export["recordCount"], shown.len());
        assert_eq!(export["matchedCount"], json!({ "value": shown.len(), "exact": true }));
        assert_eq!((&export["truncated"], &export["file"]), (&json!(false), &Value::Null));
        asked.push(export);
    }
    // Newer and older records that match come in before any worker has begun.
    let okta = |at: &str| with(call(), &json!({ "occurredAt": at, "applicationFrom": "Okta", "statusCode": 200 }));
    let late =
        acme.record(&[okta("2026-11-20T00:00:00Z"), okta("2026-11-02T00:00:00Z"), okta("2026-10-01T00:00:00Z")]).await;
    assert!(late.iter().all(|id| !shown.contains(id)));
    assert_eq!(acme.list(&filter).await.len(), shown.len() + 3);
    let _worker = place.work(&[]);
    let mut files = Vec::new();
    for export in &asked {
        let done = acme.completed(export).await;
        files.push(get(done["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap());
    }
    assert_eq!(column(&csv(&files[0]), "id"), shown);
    let expected = references(&acme, &shown).await;
    assert_eq!(column(&csv(&files[0]), "reference"), expected);
    let path = place.path("report.pdf");
    assert_eq!(Pdf::check(&path, &files[1]).references(), expected);
}

async fn a_thousand_of_more_are_exported_and_it_says_so(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(1003)).await;
    let shown = acme.list(&Value::Null).await;
    let mut files = Vec::new();
    for format in ["CSV", "PDF"] {
        let export = acme.export(&json!({ "format": format })).await;
        assert_eq!((&export["recordCount"], &export["truncated"]), (&json!(1000), &json!(true)));
        assert_eq!(export["matchedCount"], json!({ "value": 1003, "exact": true }));
        let done = acme.completed(&export).await;
        files.push(get(done["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap());
    }
    assert_eq!(column(&csv(&files[0]), "id"), shown[..1000]);
    let path = place.path("report.pdf");
    let pdf = Pdf::check(&path, &files[1]);
    assert_eq!(pdf.references(), references(&acme, &shown[..1000]).await);
    assert!(pdf.pages()[0].contains("1,000 of 1,003 records"));
}

async fn an_export_of_nothing_is_a_file_too(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let nothing = json!({ "applications": ["Nobody"] });
    let file = acme.exported(&json!({ "format": "CSV", "filter": nothing })).await;
    let text = String::from_utf8(file.clone()).unwrap();
    assert_eq!(csv(&file), [Value::Null; 0]);
    assert!(text.starts_with("\u{feff}Record,Time,") && text.matches("\r\n").count() == 1, "{text}");
    let file = acme.exported(&json!({ "format": "PDF", "filter": nothing })).await;
    let path = place.path("report.pdf");
    let pdf = Pdf::check(&path, &file);
    assert_eq!((pdf.references().len(), pdf.pages().len()), (0, 1));
    assert!(pdf.pages()[0].contains("Nobody"));
}

async fn a_key_is_one_export(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&numbered(3)).await;
    let input = json!({ "format": "CSV", "idempotencyKey": "monday" });
    let first = acme.export(&input).await;
    acme.record(&[call()]).await;
    let again = acme.export(&input).await;
    assert_eq!((&again["id"], &again["recordCount"]), (&first["id"], &json!(3)));
    let other = acme.export(&json!({ "format": "CSV", "idempotencyKey": "tuesday" })).await;
    assert_ne!(other["id"], first["id"]);
    // Keys are a domain's own.
    let globex = server.client(&place.token("Globex", &[]));
    let theirs = globex.export(&input).await;
    assert_eq!(theirs["recordCount"], 0);
    // Many at once are still one.
    let input = json!({ "format": "CSV", "idempotencyKey": "rush" });
    let many = futures::future::join_all((0..6).map(|_| acme.export(&input))).await;
    assert!(many.iter().all(|export| export["id"] == many[0]["id"]));
    for export in [&first, &other, &many[0]] {
        acme.completed(export).await;
    }
    globex.completed(&theirs).await;
    let exports = acme.ask("{ exports { nodes { id } } }", &Value::Null).await;
    assert_eq!(exports["exports"]["nodes"].as_array().unwrap().len(), 3);
}

async fn what_the_file_is_is_told_before_it_is_fetched(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&numbered(5)).await;
    for (format, media_type) in [("CSV", "text/csv"), ("PDF", "application/pdf")] {
        let asked = acme.export(&json!({ "format": format, "timeZone": "Europe/Berlin" })).await;
        assert_eq!((&asked["timeZone"], &asked["requestedBy"]), (&json!("Europe/Berlin"), &json!("tester")));
        let done = acme.completed(&asked).await;
        assert_eq!((&done["progress"], &done["error"]), (&json!(1.0), &Value::Null));
        let at = |field: &str| instant(done[field].as_str().unwrap());
        assert!(at("requestedAt") <= at("completedAt"));
        let file = &done["file"];
        assert!(instant(file["urlExpiresAt"].as_str().unwrap()) > at("completedAt") + TimeDelta::seconds(60));
        assert!(file["url"].as_str().unwrap().starts_with(&server.url("/exports/")));
        let answer = get(file["url"].as_str().unwrap()).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(file["contentType"].as_str().unwrap().starts_with(media_type));
        assert_eq!(header("content-type"), file["contentType"].as_str().unwrap());
        let name = file["name"].as_str().unwrap();
        assert!(name.ends_with(&format!(".{}", format.to_lowercase())));
        assert_eq!(header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert!(header("cache-control").contains("no-store"));
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(file["sizeBytes"], bytes.len());
        let path = place.write("file", &bytes);
        let sum = std::process::Command::new("sha256sum").arg(path).output().unwrap();
        assert!(String::from_utf8(sum.stdout).unwrap().starts_with(file["sha256"].as_str().unwrap()));
    }
}
