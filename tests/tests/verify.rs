//! `connector-log verify-report`: a file that was exported is proven to be it, and what is forged so
//! that it agrees with itself is caught by the server's own record. What it says of changes:
//! `tampering.rs`.

use serde_json::{Value, json};
use std::fs;
use tests::{
    Client, Kind, Place,
    files::Pdf,
    logs::{call, generated, with},
    on_both, on_sqlite,
    saved::{Saved, accepted, alone, beside, flipped, place_of, refused, sealed_again, sha256, shell},
};

mod databases {
    use super::{a_forgery_that_agrees_with_itself_is_caught_by_the_server, on_both, what_was_exported_is_proven};
    on_both![what_was_exported_is_proven, a_forgery_that_agrees_with_itself_is_caught_by_the_server];
}
on_sqlite![anybody_can_check_with_other_tools, nothing_is_made_or_changed_by_looking];

async fn recorded(acme: &Client) {
    acme.record(&generated(60)).await;
    let payload = json!({ "headers": [{ "name": "X-Test", "value": "a;b" }], "body": "one;\r\n\"two\"\n\tthree" });
    acme.record(&[with(call(), &json!({ "correlationId": "one", "request": payload, "errorMessage": "=1;\n\"x\"" }))])
        .await;
}

async fn what_was_exported_is_proven(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    recorded(&acme).await;
    let filter = json!({
        "directions": ["INCOMING"],
        "occurredAt": { "from": "2020-01-01T00:00:00Z" },
        "statusCode": { "to": 599 },
    });
    let semicolons = json!({ "delimiter": "SEMICOLON", "bom": false });
    let payloads = ["ID", "OCCURRED_AT", "REQUEST_HEADERS", "REQUEST_BODY", "ERROR_MESSAGE"];
    for input in [
        json!({ "format": "CSV" }),
        json!({ "format": "CSV", "timeZone": "Asia/Kathmandu", "filter": filter, "csv": semicolons }),
        json!({ "format": "CSV", "csv": { "delimiter": "TAB", "header": "NAMES", "columns": payloads } }),
        json!({ "format": "CSV", "csv": { "delimiter": "SEMICOLON", "columns": ["ERROR_MESSAGE"] } }),
        json!({ "format": "CSV", "filter": { "applications": ["Nobody"] } }),
        json!({ "format": "PDF", "timeZone": "Europe/Berlin", "filter": filter }),
        json!({ "format": "PDF", "filter": { "applications": ["Nobody"] } }),
        json!({ "format": "PDF", "filter": { "correlationId": "one" }, "pdf": { "report": "CASE_FILE" } }),
    ] {
        let saved = Saved::of(place, &acme, &input).await;
        let told = accepted(alone(place, &saved.file));
        for words in [&saved.export, "Acme", "by tester", "agrees with its manifest", "was not asked", "--database-url"]
        {
            assert!(told.contains(words), "{input}: {words} is not in {told}");
        }
        let told = accepted(beside(place, &saved.file));
        assert!(told.contains("The server made this file") && !told.contains("was not asked"), "{told}");
        // The manifest under another name; a PDF has its own.
        let moved = saved.file.with_file_name("moved.json");
        fs::rename(&saved.manifest, &moved).unwrap();
        let (file, moved) = (saved.file.to_str().unwrap(), moved.to_str().unwrap());
        accepted(place.bare_command(&["verify-report", "--manifest", moved, file]));
        if input["format"] == "PDF" {
            let told = accepted(alone(place, &saved.file));
            assert!(told.contains("which it carries"), "{told}");
            accepted(beside(place, &saved.file));
        } else {
            let error = refused(alone(place, &saved.file));
            assert!(error.contains("no manifest beside the file") && error.contains("manifestUrl"), "{error}");
        }
    }
}

async fn anybody_can_check_with_other_tools(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    recorded(&acme).await;
    let days = json!({ "from": "2026-01-01", "to": "2026-12-31", "timeZone": "Europe/Berlin" });
    let filter = json!({ "user": "ann*", "occurredOn": days });
    for format in ["CSV", "PDF"] {
        let saved = Saved::of(place, &acme, &json!({ "format": format, "filter": filter })).await;
        let told = saved.told();
        assert_eq!(told["file"]["sha256"], shell("sha256sum < \"$1\"", &saved.file)[..64]);
        assert_eq!(told["file"]["sizeBytes"], saved.bytes().len());
        assert_eq!((&told["version"], &told["truncated"]), (&json!(1), &json!(false)));
        assert_eq!(told["producer"], concat!("connector-log ", env!("CARGO_PKG_VERSION")));
        // Whoever reads the filter can ask for the same again.
        assert_eq!(told["filter"], filter);
        let shown = acme.list(&told["filter"]).await;
        assert!(shown.len() > 1);
        assert_eq!((&told["rows"]["count"], &told["matched"]), (&json!(shown.len()), &json!(shown.len())));
        assert_eq!(told["rows"]["first"]["id"], shown[0]);
        assert_eq!(told["rows"]["last"]["id"], shown[shown.len() - 1]);
        let rows = saved.file.with_file_name("rows.csv");
        if format == "CSV" {
            fs::copy(&saved.file, &rows).unwrap();
        } else {
            // The line of the seal, and the file without it; readers take the file as it is.
            let seal = shell("LC_ALL=C sed '/^%ConnectorLog-SHA256: /d' \"$1\" | sha256sum", &saved.file);
            let line = format!("%ConnectorLog-SHA256: {}", &seal[..64]);
            assert_eq!(shell("grep -a '^%ConnectorLog-SHA256: ' \"$1\"", &saved.file).trim_end(), line);
            let again = saved.file.with_file_name("again.pdf");
            let pdf = Pdf::check(&again, &saved.bytes());
            assert!(!pdf.pages().is_empty() && pdf.info("Pages") != "0");
            let inner = shell("pdfdetach -savefile manifest.json -o /dev/stdout \"$1\"", &saved.file);
            let mut outer = told.clone();
            outer.as_object_mut().unwrap().remove("file");
            assert_eq!(serde_json::from_str::<Value>(&inner).unwrap(), outer);
            fs::write(&rows, shell("pdfdetach -savefile records.csv -o /dev/stdout \"$1\"", &saved.file)).unwrap();
        }
        assert_eq!(told["rows"]["sha256"], shell("tail -n +2 \"$1\" | sha256sum", &rows)[..64]);
    }
}

async fn a_forgery_that_agrees_with_itself_is_caught_by_the_server(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&generated(30)).await;
    let csv = Saved::of(place, &acme, &json!({ "format": "CSV" })).await;
    let pdf = Saved::of(place, &acme, &json!({ "format": "PDF" })).await;
    let text = String::from_utf8(csv.bytes()).unwrap().replacen("FAILURE", "SUCCESS", 1);
    let (_, rows) = text.split_once("\r\n").unwrap();
    let mut forged = csv.told();
    forged["rows"]["sha256"] = sha256(place, rows.as_bytes()).into();
    forged["file"]["sha256"] = sha256(place, text.as_bytes()).into();
    let page = flipped(&pdf.bytes(), place_of(&pdf.bytes(), "/MediaBox[") + 11, 0);
    let mut stranger = csv.told();
    stranger["export"] = "exp_01m891mqpgen2bn0jtt6wp2ppc".into();
    let claimed = |field: &str, value: Value| {
        let mut told = csv.told();
        told[field] = value;
        told
    };
    for (saved, bytes, manifest, words) in [
        (&csv, text.into_bytes(), Some(forged), "rows is"),
        (&pdf, sealed_again(place, &page), None, "the SHA-256 of the file that it made is"),
        (&csv, csv.bytes(), Some(stranger), "the server knows no export exp_01m891mqpgen2bn0jtt6wp2ppc"),
        (&csv, csv.bytes(), Some(claimed("export", json!("1; DROP"))), "the server knows no export"),
        (&csv, csv.bytes(), Some(claimed("domain", json!("Globex"))), "domain is Acme"),
        (&csv, csv.bytes(), Some(claimed("filter", json!({ "outcomes": ["SUCCESS"] }))), "filter is {}"),
        (&csv, csv.bytes(), Some(claimed("requestedBy", json!("Ann"))), "requestedBy is tester"),
        (&csv, csv.bytes(), Some(claimed("matched", json!(31))), "matched is 30"),
    ] {
        let extension = saved.file.extension().unwrap().to_str().unwrap();
        let path = saved.altered(&format!("forged.{extension}"), &bytes, manifest.as_ref());
        assert!(accepted(alone(place, &path)).contains("was not asked"));
        let error = refused(beside(place, &path));
        assert!(error.contains(words) && error.contains("the server"), "{words} is not in {error}");
    }
    // An export that is being made again names no file until it is.
    let id = &csv.export;
    place.execute("UPDATE export SET status = 6").await.unwrap();
    accepted(beside(place, &csv.file));
    place.execute("UPDATE export SET file_sha256 = NULL").await.unwrap();
    let error = refused(beside(place, &csv.file));
    assert!(error.contains(&format!("record of {id} names no file, for the export is EXPIRED")), "{error}");
}

async fn nothing_is_made_or_changed_by_looking(place: &Place) {
    assert_eq!(place.kind(), Kind::Sqlite);
    let (server, acme) = place.open("Acme").await;
    acme.record(&generated(3)).await;
    let saved = Saved::of(place, &acme, &json!({ "format": "PDF" })).await;
    let (before, listed) = (place.dump().await, fs::read_dir(place.folder()).unwrap().count());
    let file = saved.file.to_str().unwrap();
    let at = |url: &str| place.command(&["verify-report", file, "--database-url", url], &[]);
    for none in ["sqlite:none.db", "sqlite:none/none.db", "postgres://ann:hunter2@127.0.0.1:1/log"] {
        let error = refused(at(none));
        assert!(error.contains("--database-url") && !error.contains("hunter2"), "{error}");
    }
    // What is no database, and one in which there is nothing yet.
    for other in ["no database", ""] {
        let path = place.write("other.db", other);
        let error = refused(at("sqlite:other.db"));
        assert!(error.contains("database"), "{error}");
        assert!(fs::read(&path).unwrap() == other.as_bytes(), "{other:?} was written to");
        fs::remove_file(path).unwrap();
    }
    accepted(beside(place, &saved.file));
    assert_eq!((place.dump().await, fs::read_dir(place.folder()).unwrap().count()), (before, listed));
    // Where the server keeps its records when it is told nothing else.
    drop(server);
    fs::create_dir_all(place.path("data")).unwrap();
    for end in ["", "-wal"] {
        fs::copy(place.path(&format!("log.db{end}")), place.path(&format!("data/connector-log.db{end}"))).unwrap();
    }
    assert!(accepted(alone(place, &saved.file)).contains("The server made this file"));
}
