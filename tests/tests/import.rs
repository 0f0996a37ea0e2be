//! Import: files of calls made elsewhere go in once, whatever happens meanwhile, and are found by
//! the filters.

use serde_json::{Value, json};
use std::process::Stdio;
use tests::{
    Client, Place, eventually,
    logs::{generated, numbered, with},
    on_both,
};

on_both![
    ndjson_is_one_record_a_line,
    a_har_tells_of_calls,
    importing_again_adds_nothing,
    an_import_that_was_killed_is_resumed,
];

fn ndjson(logs: &[Value]) -> String {
    logs.iter().flat_map(|log| [log.to_string(), "\n".to_owned()]).collect()
}

async fn count(acme: &Client, filter: Value) -> u64 {
    let query = "query ($filter: ConnectorLogFilter) { connectorLogs(filter: $filter) { totalCount { value } } }";
    let data = acme.ask(query, &json!({ "filter": filter })).await;
    data["connectorLogs"]["totalCount"]["value"].as_u64().unwrap()
}

async fn ndjson_is_one_record_a_line(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let mut logs = numbered(1500);
    logs[3] =
        with(logs[3].clone(), &json!({ "request": { "headers": [{ "name": "A", "value": "b" }], "body": "Grüße" } }));
    let mut lines: Vec<String> = logs.iter().map(Value::to_string).collect();
    lines[6].insert_str(0, "this is no JSON: ");
    lines[8] = with(logs[8].clone(), &json!({ "clientIp": "nonsense" })).to_string();
    lines[9] = String::new();
    let input = lines.join("\r\n");
    let output = place.run_with_input(&["import", "--domain", "Acme", "-"], input.as_bytes());
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(count(&acme, Value::Null).await, 1497, "{told}");
    for line in ["7", "9"] {
        assert!(
            told.lines().any(|l| l.split(|c: char| !c.is_ascii_digit()).any(|n| n == line)),
            "line {line} is not named: {told}"
        );
    }
    assert!(told.contains("clientIp"), "{told}");
    assert!(told.contains("1497") || told.contains("1,497"), "{told}");
    let query =
        "{ connectorLogs(filter: { correlationId: \"n-3\" }) { nodes { request { body headers { name value } } } } }";
    let found = acme.ask(query, &Value::Null).await["connectorLogs"]["nodes"][0]["request"].clone();
    assert_eq!(found, json!({ "body": "Grüße", "headers": [{ "name": "A", "value": "b" }] }));
}

/// A capture of three calls, as browsers write it, and one that ended without an answer.
fn har() -> Value {
    let entry = |at: &str, method: &str, url: &str, status: u16, body: &str| {
        json!({
            "startedDateTime": at,
            "time": 123.4,
            "request": {
                "method": method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "queryString": [],
                "headers": [{ "name": "Accept", "value": "*/*" }], "headersSize": -1, "bodySize": 0,
            },
            "response": {
                "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "",
                "headers": [{ "name": "Content-Type", "value": "text/plain" }], "headersSize": -1, "bodySize": body.len(),
                "content": { "size": body.len(), "mimeType": "text/plain", "text": body },
            },
            "cache": {}, "timings": { "send": 0, "wait": 123.4, "receive": 0 },
        })
    };
    let mut failed = entry("2026-11-02T08:00:03.000Z", "GET", "https://crm.example/down", 0, "");
    failed["response"]["_error"] = json!("connection refused");
    json!({ "log": { "version": "1.2", "creator": { "name": "test", "version": "1" }, "entries": [
        entry("2026-11-02T09:00:00.123+01:00", "GET", "https://crm.example/customers/1", 200, "one"),
        entry("2026-11-02T08:00:01.000Z", "PUT", "https://crm.example/customers/2", 404, "no such customer"),
        entry("2026-11-02T08:00:02.000Z", "POST", "https://portal.example/hook", 204, ""),
        failed,
    ] } })
}

const HAR: [&str; 7] =
    ["import", "--domain", "Acme", "--self", "portal.example=Portal", "--application", "crm.example=CRM"];

async fn a_har_tells_of_calls(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let file = place.write("calls.har", har().to_string());
    place.succeed(&[&HAR[..], &[file.to_str().unwrap()]].concat());
    let query = "{ connectorLogs(orderBy: { direction: ASC }) { nodes {
        occurredAt direction applicationFrom { name } applicationTo { name } method url statusCode durationMs outcome
        action requestType errorMessage response { body }
    } } }";
    let data = acme.ask(query, &Value::Null).await;
    let logs = data["connectorLogs"]["nodes"].as_array().unwrap();
    assert_eq!(logs.len(), 4);
    let first = &logs[0];
    assert_eq!(
        tests::logs::instant(first["occurredAt"].as_str().unwrap()),
        tests::logs::instant("2026-11-02T08:00:00.123Z")
    );
    for (field, expected) in [
        ("direction", json!("OUTGOING")),
        ("applicationFrom", json!({ "name": "Portal" })),
        ("applicationTo", json!({ "name": "CRM" })),
        ("method", json!("GET")),
        ("url", json!("https://crm.example/customers/1")),
        ("statusCode", json!(200)),
        ("durationMs", json!(123)),
        ("outcome", json!("SUCCESS")),
        // What the exchange does not show is not guessed.
        ("action", json!("NOT_APPLICABLE")),
        ("requestType", json!("OTHER")),
        ("response", json!({ "body": "one" })),
    ] {
        assert_eq!(first[field], expected, "{field}");
    }
    assert_eq!((&logs[1]["outcome"], &logs[1]["statusCode"]), (&json!("FAILURE"), &json!(404)));
    assert_eq!((&logs[2]["direction"], &logs[2]["applicationTo"]["name"]), (&json!("INCOMING"), &json!("Portal")));
    assert_eq!((&logs[3]["statusCode"], &logs[3]["outcome"]), (&Value::Null, &json!("FAILURE")));
    assert!(logs[3]["errorMessage"].as_str().unwrap().contains("connection refused"));
}

async fn importing_again_adds_nothing(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let har_file = place.write("calls.har", har().to_string());
    let lines = place.write("calls.ndjson", ndjson(&generated(200)));
    for _ in 0..2 {
        place.succeed(&[&HAR[..], &[har_file.to_str().unwrap()]].concat());
        place.succeed(&["import", "--domain", "Acme", lines.to_str().unwrap()]);
        assert_eq!(count(&acme, Value::Null).await, 204);
    }
    // A longer file adds what is new; another domain has its own.
    let longer = place.write("longer.ndjson", ndjson(&generated(230)));
    place.succeed(&["import", "--domain", "Acme", longer.to_str().unwrap()]);
    assert_eq!(count(&acme, Value::Null).await, 234);
    place.succeed(&["import", "--domain", "Globex", longer.to_str().unwrap()]);
    assert_eq!(count(&server.client(&place.token("Globex", &[])), Value::Null).await, 230);
    assert_eq!(count(&acme, Value::Null).await, 234);
}

async fn an_import_that_was_killed_is_resumed(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let file = place.write("calls.ndjson", ndjson(&numbered(8000)));
    let arguments = ["import", "--domain", "Acme", file.to_str().unwrap()];
    let mut import = place.command(&arguments, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("some of it is in", async || (count(&acme, Value::Null).await > 0).then_some(())).await;
    import.kill().unwrap();
    import.wait().unwrap();
    place.succeed(&arguments);
    assert_eq!(count(&acme, Value::Null).await, 8000);
}
