//! Case files: a few records whole, as a PDF that the other side's support can work with. What was
//! recorded is in it, opened up and without its secrets; it stays within bounds, and is whole again
//! in the files that it carries.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{
    Place, eventually,
    exports::{reaches, text},
    files::{Pdf, csv},
    logs::{call, numbered, with},
    on_both, on_sqlite,
    saved::{Saved, accepted, beside},
};

on_both![
    a_record_is_shown_whole,
    calls_that_belong_together_are_told_as_they_happened,
    one_to_twenty_records_make_a_case,
    whoever_may_not_read_payloads_gets_no_case_file,
    a_case_file_made_again_is_the_same_bytes,
    the_records_go_with_it,
];

mod once {
    use super::{however_much_was_recorded_the_file_is_bounded, on_sqlite, text_is_never_read_as_markup};
    on_sqlite![text_is_never_read_as_markup, however_much_was_recorded_the_file_is_bounded];
}

const LONG: Duration = Duration::from_mins(1);
const SECRET: &str = "Tr0ub4dor-and-3-more-words";

/// The input of a case file.
fn case(filter: &Value) -> Value {
    json!({ "format": "PDF", "filter": filter, "timeZone": "Europe/Berlin", "pdf": { "report": "CASE_FILE" } })
}

fn side(content_type: &str, body: &str) -> Value {
    json!({ "headers": [{ "name": "Content-Type", "value": content_type }], "body": body })
}

/// All that its pages say, in single spaces.
fn said(pdf: &Pdf) -> String {
    pdf.pages().concat().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_says<'a>(all: &str, expected: impl IntoIterator<Item = &'a str>) {
    for text in expected {
        assert!(all.contains(text), "the file does not say {text}: {all}");
    }
}

/// A sign-in that failed: a form with a SAML response, and a page.
fn sign_in() -> Value {
    let xml = r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_q" Destination="https://acme.example/acs"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"/></p:Status></p:Response>"#;
    let form: String =
        form_urlencoded::Serializer::new(String::new()).append_pair("SAMLResponse", &STANDARD.encode(xml)).finish();
    json!({
        "occurredAt": "2026-11-02T07:00:00.250Z",
        "action": "SSO_FAILED",
        "requestType": "AUTHENTICATION_CONNECTIONS",
        "userEmail": "ann@acme.example",
        "loginId": "ACME\\ann",
        "operation": "saml.response",
        "method": "POST",
        "url": format!("https://acme.example/acs?access_token={SECRET}"),
        "statusCode": 403,
        "durationMs": 1280,
        "clientIp": "2001:db8::7",
        "correlationId": "flow-7",
        "errorMessage": "The audience is urn:acme:old, expected urn:acme:new",
        "request": {
            "headers": [
                { "name": "Content-Type", "value": "application/x-www-form-urlencoded" },
                { "name": "Authorization", "value": format!("Bearer {SECRET}") },
                { "name": "Cookie", "value": format!("session={SECRET}") },
            ],
            "body": form,
        },
        "response": side("application/json", &json!({ "error": "access_denied", "hint": { "client_secret": SECRET } }).to_string()),
    })
}

async fn a_record_is_shown_whole(place: &Place) {
    let (_server, acme) = place.open("Acme Industries").await;
    acme.record(&[with(call(), &sign_in())]).await;
    let query = "{ connectorLogs { nodes { id reference response { redactions { fingerprint } } } } }";
    let log = acme.ask(query, &Value::Null).await["connectorLogs"]["nodes"][0].clone();
    let file = acme.exported(&case(&json!({ "reference": log["reference"] }))).await;
    let path = place.path("case.pdf");
    let pdf = Pdf::check(&path, &file);
    let all = said(&pdf);
    let marker = format!("[redacted:{}]", text(&log["response"]["redactions"][0]["fingerprint"]));
    assert_says(
        &all,
        [
            // What it is, and what happened.
            "Connector Log case file",
            "SSO failed: Okta → Intranet, ann@acme.example, 2026-11-02 08:00:00 +01:00, HTTP 403.",
            "The audience is urn:acme:old, expected urn:acme:new",
            "Requested by tester",
            "Europe/Berlin",
            "Acme Industries",
            // The record.
            text(&log["reference"]),
            text(&log["id"]),
            "2026-11-02 08:00:00.250 +01:00",
            "× Failure",
            "403 Forbidden",
            "1,280 ms",
            "ACME\\ann",
            "saml.response",
            "2001:db8::7",
            "flow-7",
            // The request and the response.
            "POST https://acme.example/acs?access_token=%5Bredacted%3A",
            "Content-Type application/x-www-form-urlencoded",
            "Authorization Bearer [redacted:",
            "SAML response SAML 2.0 Response",
            "InResponseTo _q",
            "<p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\"/>",
            "HTTP 403 Forbidden",
            "\"error\": \"access_denied\"",
            // What was taken out, and where it stood.
            "headers/Authorization",
            "body/hint/client_secret",
            &marker,
        ],
    );
    for file in [all.as_bytes(), &pdf.objects(), &pdf.attached("records.csv")] {
        assert!(!String::from_utf8_lossy(file).contains(SECRET), "a secret is in the file");
    }
    assert_eq!(pdf.info("Title"), "Connector Log case file: Acme Industries");
    assert_eq!((pdf.info("Tagged"), pdf.info("Page size")), ("yes".to_owned(), "595 x 842 pts (A4)".to_owned()));
    assert_says(&String::from_utf8_lossy(&pdf.objects()), ["/Lang (en)", "<pdfuaid:part>1</pdfuaid:part>"]);
    let bookmarks = ["What went wrong", "About this case file", "The record", "  Request", "  Response"];
    assert_eq!(pdf.bookmarks(), bookmarks);
}

async fn calls_that_belong_together_are_told_as_they_happened(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let step = |at: &str, action: &str, status: u16| json!({ "occurredAt": at, "action": action, "statusCode": status, "correlationId": "flow-1" });
    acme.record(&[
        with(call(), &step("2026-11-02T07:00:02.240Z", "SSO_FAILED", 403)),
        with(call(), &step("2026-11-02T07:00:01Z", "SSO_INITIATED", 302)),
        with(call(), &json!({ "correlationId": "flow-2" })),
    ])
    .await;
    let file = acme.exported(&case(&json!({ "correlationId": "flow-1" }))).await;
    let path = place.path("case.pdf");
    let pdf = Pdf::check(&path, &file);
    assert_says(
        &said(&pdf),
        [
            "2 calls within 1,240 ms, 1 of them failed.",
            "1 2026-11-02 08:00:01.000 +01:00 Okta → Intranet SSO initiated Pending 302 +0 ms",
            "2 2026-11-02 08:00:02.240 +01:00 Okta → Intranet SSO failed × Failure 403 +1,240 ms",
            "HTTP 403 Forbidden; no error message was recorded.",
            "No headers and no body of the request were recorded.",
        ],
    );
    let steps =
        ["Timeline", "1. SSO initiated: Okta → Intranet", "  Request", "  Response", "2. SSO failed: Okta → Intranet"];
    assert_eq!(pdf.bookmarks()[2..7], steps);
    // Each begins a page of its own.
    assert_eq!(pdf.pages().len(), 3);
}

async fn one_to_twenty_records_make_a_case(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(21)).await;
    let mutation = "mutation ($input: ExportLogsInput!) { exportLogs(input: $input) { export { id } userErrors { field message } } }";
    for (filter, words) in [
        (Value::Null, "matches 21 records, and a case file shows at most 20"),
        (json!({ "correlationId": "n-21" }), "matches no record, and a case file shows at least one"),
    ] {
        let refused = acme.ask(mutation, &json!({ "input": case(&filter) })).await["exportLogs"].clone();
        assert_eq!((&refused["export"], &refused["userErrors"][0]["field"]), (&Value::Null, &json!(["filter"])));
        assert!(text(&refused["userErrors"][0]["message"]).starts_with(words), "{refused}");
    }
    let twenty = json!({ "occurredAt": { "from": "2026-11-02T08:00:01Z" } });
    let (file, path) = (acme.exported(&case(&twenty)).await, place.path("case.pdf"));
    let pdf = Pdf::check(&path, &file);
    let records: Vec<_> = pdf.bookmarks().into_iter().filter(|title| title.contains(". Call")).collect();
    assert_eq!((records.len(), records[19].as_str()), (20, "20. Call: Okta → Intranet"));
    assert!(said(&pdf).contains("Correlation id n-20"));
}

async fn whoever_may_not_read_payloads_gets_no_case_file(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    acme.record(&numbered(1)).await;
    let mutation = "mutation ($input: ExportLogsInput!) { exportLogs(input: $input) { export { id } } }";
    let reader = server.client(&place.token("Acme", &["LOGS_READ", "EXPORTS_WRITE"]));
    assert_eq!(reader.fault(mutation, &json!({ "input": case(&Value::Null) })).await.code, "FORBIDDEN");
    let done = acme.completed(&acme.export(&case(&Value::Null)).await).await;
    assert!(done["file"]["url"].is_string());
    assert_eq!(reader.export_now(&done["id"]).await["file"], Value::Null);
}

async fn a_case_file_made_again_is_the_same_bytes(place: &Place) {
    let server = place.serve_with(&[], &[("EXPORT_TTL", "6")]).await;
    let acme = server.client(&place.token("Acme", &[]));
    acme.record(&[with(call(), &sign_in())]).await;
    let first = acme.completed(&acme.export(&case(&Value::Null)).await).await;
    reaches(&acme, &first, "EXPIRED", LONG).await;
    let mutation = "mutation ($id: ID!) { repeatExport(input: { id: $id }) { userErrors { message } } }";
    eventually("it is asked for again", async || {
        let asked = acme.ask(mutation, &json!({ "id": first["id"] })).await;
        (asked["repeatExport"]["userErrors"] == json!([])).then_some(())
    })
    .await;
    let second = reaches(&acme, &first, "COMPLETED", LONG).await;
    assert_eq!(first["file"]["sha256"], second["file"]["sha256"]);
}

async fn the_records_go_with_it(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let bytes = STANDARD.encode([0xff, 0xfe, 0]);
    let binary = json!({ "body": bytes, "encoding": "BASE64" });
    acme.record(&[with(call(), &sign_in()), with(call(), &json!({ "request": binary }))]).await;
    let saved = Saved::of(place, &acme, &case(&Value::Null)).await;
    accepted(beside(place, &saved.file));
    let pdf = Pdf::check(&saved.file, &saved.bytes());
    let rows = csv(&pdf.attached("records.csv"));
    assert_eq!((rows.len(), &rows[0]["requestBody"]), (2, &json!(bytes)));
    assert_eq!(rows[1]["errorMessage"], "The audience is urn:acme:old, expected urn:acme:new");
    assert!(text(&rows[1]["requestBody"]).starts_with("SAMLResponse="));
    assert!(text(&rows[1]["requestHeaders"]).contains("\nCookie: session=[redacted:"), "{}", rows[1]);
    let manifest: Value = serde_json::from_slice(&pdf.attached("manifest.json")).unwrap();
    assert_eq!(manifest["rows"], saved.told()["rows"]);
}

async fn text_is_never_read_as_markup(place: &Place) {
    let (_server, acme) = place.open("#eval(\"1\") *Acme* $x$").await;
    let hostile = "#import \"@preview/x\" #panic() `raw` <lbl> @ref // c \\u{41} \u{202e}live\u{202c} e\u{301}\u{301}\u{301}\u{301}\u{301}";
    let body = format!("{hostile}\n\t中文 العربية עברית 🦀 ↔\u{fe0f}\u{0}\u{1b}[31m\n{}", "w".repeat(3000));
    let log = json!({
        "applicationFrom": "#strong[x]", "userEmail": "中文@例え.jp", "operation": "#read(\"/etc/passwd\")", "errorMessage": hostile,
        "statusCode": 500, "request": { "headers": [{ "name": "X-#strong[y]", "value": "$z^2$ _i_" }], "body": body },
    });
    acme.record(&[with(call(), &log)]).await;
    let file = acme.exported(&case(&Value::Null)).await;
    let path = place.path("case.pdf");
    let pdf = Pdf::check(&path, &file);
    let expected = [
        "#eval(\"1\") *Acme* $x$",
        "#read(\"/etc/passwd\") failed: #strong[x] → Intranet",
        "#import \"@preview/x\" #panic() `raw` <lbl> @ref // c \\u{41} □live□",
        "X-#strong[y] $z^2$ _i_",
        "that cannot be shown.",
    ];
    assert_says(&said(&pdf), expected);
    // A word of any length goes on below, whole.
    let letters = said(&pdf).matches('w').count();
    assert!(letters >= 3000, "{letters} letters");
}

async fn however_much_was_recorded_the_file_is_bounded(place: &Place) {
    const LINES: usize = 9000;
    let (_server, acme) = place.open("Acme").await;
    let lines: Vec<_> = (0..LINES).map(|n| format!("line {n} of a long text\n")).collect();
    let lines = lines.concat();
    let list: Vec<_> = (0..5000).map(|n| json!({ "id": n, "name": "x".repeat(20) })).collect();
    let headers: Vec<_> = (0..300).map(|n| json!({ "name": format!("X-{n}"), "value": "v".repeat(500) })).collect();
    let request = json!({ "headers": headers, "body": lines });
    let payload = json!({ "request": request, "response": side("application/json", &json!(list).to_string()) });
    let logs: Vec<_> = numbered(20).into_iter().map(|log| with(log, &payload)).collect();
    for some in logs.chunks(5) {
        acme.record(some).await;
    }
    let file = acme.exported(&case(&Value::Null)).await;
    let path = place.path("case.pdf");
    let pdf = Pdf::check(&path, &file);
    let pages = pdf.pages().len();
    assert!((20..400).contains(&pages), "{pages} pages");
    let all = said(&pdf);
    assert!(all.contains("line 50 of a long text") && !all.contains("line 500 of a long text"));
    let whole = "are not printed: the attached records.csv and the API have all that was recorded.";
    assert_eq!(all.matches("more headers are not printed").count(), 20);
    assert!(all.matches(whole).count() >= 60, "{}", all.matches(whole).count());
    // There they are, as far as the log keeps them.
    let rows = csv(&pdf.attached("records.csv"));
    assert!(rows.iter().all(|row| text(&row["requestBody"]) == lines), "the text is whole");
}
