//! CSV files as they are asked for: columns, delimiter, header and byte order mark; payloads for
//! those who may see them; and rows that are written as they are read.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{collections::HashSet, fs, process::Command};
use tests::{
    Client, Place, get,
    logs::{call, numbered, with},
    on_both,
    tables::{COLUMNS, column, csv, split},
};

on_both![
    options_say_how_a_file_is_written,
    faults_of_options_name_the_field_and_the_remedy,
    payload_columns_are_for_those_who_may_read_payloads,
    payload_columns_say_what_the_api_says,
    the_manifest_knows_the_rows,
    memory_does_not_grow_with_the_rows,
];

/// The columns that show a part of the payload, as options name them.
const PAYLOADS: [&str; 10] = [
    "REQUEST_HEADERS",
    "REQUEST_BODY",
    "REQUEST_ENCODING",
    "REQUEST_SIZE_BYTES",
    "REQUEST_TRUNCATED",
    "RESPONSE_HEADERS",
    "RESPONSE_BODY",
    "RESPONSE_ENCODING",
    "RESPONSE_SIZE_BYTES",
    "RESPONSE_TRUNCATED",
];

async fn options_say_how_a_file_is_written(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(3)).await;
    let shown = acme.list(&Value::Null).await;
    let usual: Vec<&str> = COLUMNS[..20].iter().map(|column| column.1).collect();
    for (options, start) in [
        (Value::Null, format!("\u{feff}{}\r\n\"log_", usual.join(","))),
        (json!({}), format!("\u{feff}{}\r\n\"log_", usual.join(","))),
        (json!({ "bom": false, "columns": null }), format!("{}\r\n\"log_", usual.join(","))),
        (json!({ "columns": ["ERROR_MESSAGE", "ID"] }), "\u{feff}Error,Record\r\n,\"log_".to_owned()),
        (
            json!({ "delimiter": "SEMICOLON", "header": "NAMES", "columns": ["CORRELATION_ID", "STATUS_CODE", "ID"] }),
            "\u{feff}correlationId;statusCode;id\r\n\"n-2\";;\"log_".to_owned(),
        ),
        (
            json!({ "delimiter": "TAB", "bom": false, "columns": ["DIRECTION", "CLIENT_IP", "ID"] }),
            "Direction\tClient IP\tRecord\r\n\"INCOMING\"\t\t\"log_".to_owned(),
        ),
    ] {
        let file = acme.exported(&json!({ "format": "CSV", "csv": options })).await;
        let text = str::from_utf8(&file).unwrap();
        assert!(text.starts_with(&start), "{options}: {text}");
        let delimiter = match options["delimiter"].as_str() {
            Some("SEMICOLON") => ';',
            Some("TAB") => '\t',
            _ => ',',
        };
        assert_eq!(column(&split(&file, delimiter), "id"), shown);
        assert_eq!(text.matches('\u{feff}').count(), usize::from(start.starts_with('\u{feff}')));
    }
    // A record of which a lone column says nothing is a record all the same.
    let file = acme.exported(&json!({ "format": "CSV", "csv": { "columns": ["ERROR_MESSAGE"] } })).await;
    assert_eq!(column(&csv(&file), "errorMessage"), ["", "", ""]);
}

async fn faults_of_options_name_the_field_and_the_remedy(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let mutation = "mutation ($input: ExportLogsInput!) {
        exportLogs(input: $input) { export { id } userErrors { code field message } } }";
    for (input, field, words) in [
        (json!({ "format": "CSV", "csv": { "columns": [] } }), &["csv", "columns"][..], ["empty", "leave it out"]),
        (
            json!({ "format": "CSV", "csv": { "columns": ["URL", "ID", "URL"] } }),
            &["csv", "columns"],
            ["url twice", "name each column once"],
        ),
        (json!({ "format": "CSV", "pdf": {} }), &["pdf"], ["options of PDF", "leave it out"]),
        (json!({ "format": "PDF", "csv": { "bom": false } }), &["csv"], ["options of CSV", "leave it out"]),
    ] {
        let done = acme.ask(mutation, &json!({ "input": input })).await["exportLogs"].clone();
        let error = &done["userErrors"][0];
        assert_eq!((&done["export"], &error["field"]), (&Value::Null, &json!(field)), "{input}: {done}");
        let message = error["message"].as_str().unwrap();
        assert!(words.iter().all(|word| message.contains(word)), "{input}: {message}");
    }
    let unknown = json!({ "input": { "format": "CSV", "csv": { "columns": ["PASSWORD"] } } });
    let fault = acme.fault(mutation, &unknown).await;
    assert!(fault.message.contains("csv.columns.0"), "{fault:?}");
}

async fn payload_columns_are_for_those_who_may_read_payloads(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let acme = server.client(&place.token("Acme", &[]));
    let narrow = server.client(&place.token("Acme", &["LOGS_READ", "EXPORTS_WRITE"]));
    let said = "what only some may read";
    acme.record(&[with(call(), &json!({ "response": { "headers": [], "body": said } }))]).await;
    let ask = "mutation ($input: ExportLogsInput!) { exportLogs(input: $input) { export { id } } }";
    for name in PAYLOADS {
        let input = json!({ "input": { "format": "CSV", "csv": { "columns": ["ID", name] } } });
        assert_eq!(narrow.fault(ask, &input).await.code, "FORBIDDEN", "{name}");
    }
    let input = json!({
        "format": "CSV", "csv": { "columns": ["ID", "RESPONSE_BODY"] }, "idempotencyKey": "the same",
    });
    let asked = acme.export(&input).await;
    // The same key, without payloads: it is the other's export, and no way to its file.
    let plain = narrow.export(&json!({ "format": "CSV", "idempotencyKey": "the same" })).await;
    assert_eq!(plain["id"], asked["id"]);
    let cancel = "mutation ($id: ID!) { cancelExport(input: { id: $id }) { export { status } } }";
    let repeat = "mutation ($id: ID!) { repeatExport(input: { id: $id }) { export { status } } }";
    acme.ask(cancel, &json!({ "id": asked["id"] })).await;
    assert_eq!(narrow.fault(repeat, &json!({ "id": asked["id"] })).await.code, "FORBIDDEN");
    let again = acme.ask(repeat, &json!({ "id": asked["id"] })).await;
    assert_eq!(again["repeatExport"]["export"]["status"], "QUEUED");
    let _worker = place.work(&[]);
    let done = acme.completed(&asked).await;
    let url = done["file"]["url"].as_str().unwrap();
    assert!(get(url).await.text().await.unwrap().contains(said));
    let query = "query ($id: ID!) { node(id: $id) { ...E } exports { nodes { ...E } } }
        fragment E on Export { id status showsPayloads file { url manifestUrl } }";
    let seen = narrow.ask(query, &json!({ "id": asked["id"] })).await;
    let closed = json!({ "id": asked["id"], "status": "COMPLETED", "showsPayloads": true, "file": null });
    assert_eq!((&seen["node"], &seen["exports"]["nodes"]), (&closed, &json!([closed])));
    // What shows no payload is theirs, whoever asked for it.
    let open = acme.completed(&acme.export(&json!({ "format": "CSV" })).await).await;
    let seen = narrow.ask(query, &json!({ "id": open["id"] })).await;
    assert_eq!(seen["node"]["showsPayloads"], false);
    assert!(seen["node"]["file"]["manifestUrl"].is_string(), "{seen}");
}

/// A payload as the API tells it, in the words of a CSV file.
fn side(name: &str, payload: &Value) -> Vec<(String, String)> {
    let said = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = payload["headers"].as_array().into_iter().flatten();
    let lines: Vec<_> = lines.map(|h| format!("{}: {}", said(&h["name"]), said(&h["value"]))).collect();
    let encoding = if payload["body"].is_null() { &Value::Null } else { &payload["encoding"] };
    [
        ("Headers", lines.join("\n")),
        ("Body", said(&payload["body"])),
        ("Encoding", said(encoding)),
        ("SizeBytes", said(&payload["sizeBytes"])),
        ("Truncated", said(&payload["truncated"])),
    ]
    .map(|(part, text)| (format!("{name}{part}"), text))
    .into()
}

async fn payload_columns_say_what_the_api_says(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let secret = "S3cr3tZk3vT9qLr8WxY2mN5bA7cD1e";
    let header = |name: &str, value: &str| json!({ "name": name, "value": value });
    let request = json!({
        "headers": [header("Authorization", &format!("Bearer {secret}")), header("X-Odd", ""), header("x-odd", "\"b\", c")],
        "body": json!({ "user": "zoë", "password": secret }).to_string(),
    });
    let long = "é".repeat(200_000);
    let binary = STANDARD.encode([0, 0xff, 0xfe, b'\r', b'\n', b'"']);
    acme.record(&[
        call(),
        with(call(), &json!({ "request": request, "response": { "headers": [], "body": long } })),
        with(call(), &json!({ "request": { "headers": [header("A", "b")] } })),
        with(call(), &json!({ "response": { "headers": [], "body": binary, "encoding": "BASE64" } })),
        with(call(), &json!({ "response": { "headers": [], "body": "a\u{0}\r\n\"b\"\rc" } })),
    ])
    .await;
    let columns: Vec<&str> = ["ID"].into_iter().chain(PAYLOADS).collect();
    let file = acme.exported(&json!({ "format": "CSV", "csv": { "columns": columns } })).await;
    let rows = csv(&file);
    let query = "{ connectorLogs { nodes { id request { ...P } response { ...P } } } }
        fragment P on Payload { headers { name value } body encoding sizeBytes truncated }";
    let told = acme.ask(query, &Value::Null).await["connectorLogs"]["nodes"].clone();
    assert_eq!(rows.len(), 5);
    for (row, log) in rows.iter().zip(told.as_array().unwrap()) {
        assert_eq!(row["id"], log["id"]);
        for (name, text) in [side("request", &log["request"]), side("response", &log["response"])].concat() {
            assert!(row[&name] == text, "{name} of {}", log["id"]);
        }
    }
    let text = String::from_utf8(file).unwrap();
    assert!(!text.contains(secret) && text.contains("[redacted:"));
    let of = |name: &str| column(&rows, name).into_iter().collect::<HashSet<_>>();
    assert_eq!(of("responseEncoding"), ["", "UTF8", "BASE64"].map(str::to_owned).into());
    assert_eq!(of("responseTruncated"), ["", "true", "false"].map(str::to_owned).into());
    assert!(of("responseSizeBytes").contains("400000"));
}

async fn the_manifest_knows_the_rows(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(120)).await;
    let shown = acme.list(&Value::Null).await;
    let mut digests = HashSet::new();
    for options in [
        Value::Null,
        json!({ "bom": false, "header": "NAMES" }),
        json!({ "delimiter": "TAB" }),
        json!({ "columns": ["REFERENCE", "RESPONSE_BODY"] }),
    ] {
        let done = acme.completed(&acme.export(&json!({ "format": "CSV", "csv": options })).await).await;
        let (file, manifest) = file_and_manifest(&acme, &done).await;
        let header = file.windows(2).position(|two| two == b"\r\n").unwrap() + 2;
        let rows = place.write("rows", &file[header..]);
        let sum = Command::new("sha256sum").arg(rows).output().unwrap().stdout;
        let rows = &manifest["rows"];
        assert_eq!(rows["sha256"], str::from_utf8(&sum[..64]).unwrap(), "{options}");
        assert_eq!(
            (&rows["count"], &rows["first"]["id"], &rows["last"]["id"]),
            (&json!(120), &json!(shown[0]), &json!(shown[119]))
        );
        digests.insert(rows["sha256"].clone());
    }
    // What the header says, and how the file begins, changes no row.
    assert_eq!(digests.len(), 3);
}

async fn file_and_manifest(acme: &Client, export: &Value) -> (Vec<u8>, Value) {
    let query = "query ($id: ID!) { node(id: $id) { ... on Export { file { url manifestUrl } } } }";
    let file = acme.ask(query, &json!({ "id": export["id"] })).await["node"]["file"].clone();
    let fetch = async |url: &Value| get(url.as_str().unwrap()).await.bytes().await.unwrap();
    (fetch(&file["url"]).await.to_vec(), serde_json::from_slice(&fetch(&file["manifestUrl"]).await).unwrap())
}

/// The most memory that a process ever held, in bytes.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

async fn memory_does_not_grow_with_the_rows(place: &Place) {
    let server = place.serve_with(&["--no-worker"], &[]).await;
    let acme = server.client(&place.token("Acme", &[]));
    // In base64 a body of the largest size, and so 350 KB of each line.
    let body = STANDARD.encode(vec![0xff; 256 * 1024]);
    let large = |n: usize| {
        with(
            call(),
            &json!({ "applicationFrom": if n < 40 { "First" } else { "Later" },
            "response": { "headers": [], "body": body, "encoding": "BASE64" } }),
        )
    };
    for n in 0..12 {
        acme.record(&(0..20).map(|m| large(20 * n + m)).collect::<Vec<_>>()).await;
    }
    let worker = place.work(&[]);
    let mut seen = Vec::new();
    for filter in [json!({ "applications": ["First"] }), Value::Null] {
        let input = json!({ "format": "CSV", "filter": filter, "csv": { "columns": ["ID", "RESPONSE_BODY"] } });
        let done = acme.completed(&acme.export(&input).await).await;
        seen.push((done["file"]["sizeBytes"].as_u64().unwrap(), peak(worker.pid())));
    }
    let (more_rows, more_memory) = (seen[1].0 - seen[0].0, seen[1].1 - seen[0].1);
    println!("{} MB of rows more, {} MB of memory more: {seen:?}", more_rows >> 20, more_memory >> 20);
    assert!(more_rows > 60 << 20, "{seen:?}");
    assert!(more_memory < more_rows / 2, "{seen:?}");
}
