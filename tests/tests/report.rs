//! What the files say: every value as it was recorded, times in the zone that was asked for, and
//! nothing that a spreadsheet would run.

use serde_json::{Value, json};
use tests::{
    Place,
    files::{column, csv},
    logs::{call, instant, numbered, with},
    on_both,
};

on_both![a_csv_says_what_the_record_says, times_are_told_in_the_zone_asked_for, no_cell_is_a_formula,];

async fn a_csv_says_what_the_record_says(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let hostile = "one, \"two\"\r\nthree\nfour; 'five' \t 日本語 🦀 \u{202e}six";
    let sent = json!({
        "occurredAt": "2026-11-02T08:00:00.123456Z",
        "direction": "OUTGOING",
        "applicationFrom": "Intranet, \"old\"",
        "applicationTo": "Müller & Söhne",
        "action": "SSO_FAILED",
        "requestType": "AUTHENTICATION_CONNECTIONS",
        "userEmail": "zoë@example.com",
        "loginId": "zoë,2",
        "operation": "netsuite.customer.upsert",
        "method": "POST",
        "url": "https://idp.example/sso?page=1&x=a,b",
        "statusCode": 503,
        "durationMs": 0,
        "clientIp": "2001:db8::1",
        "correlationId": "7f1c",
        "errorMessage": hostile,
    });
    acme.record(&[sent.clone(), numbered(1).remove(0)]).await;
    let rows = csv(&acme.exported(&json!({ "format": "CSV" })).await);
    for (field, value) in sent.as_object().unwrap() {
        let expected = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(rows[0][field], expected, "{field}");
    }
    assert_eq!((&rows[0]["outcome"], &rows[1]["outcome"]), (&json!("FAILURE"), &json!("UNKNOWN")));
    // What was not recorded is empty.
    for field in ["userEmail", "loginId", "statusCode", "durationMs", "errorMessage", "clientIp"] {
        assert_eq!(rows[1][field], "", "{field}");
    }
}

async fn times_are_told_in_the_zone_asked_for(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    // The hour that comes twice, before and after the clocks go back, and summer.
    let times = ["2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z", "2026-07-01T12:00:00Z"];
    acme.record(&times.map(|at| with(call(), &json!({ "occurredAt": at })))).await;
    for (zone, offsets) in [
        (json!("Europe/Berlin"), ["+01:00", "+02:00", "+02:00"]),
        (json!("Asia/Kathmandu"), ["+05:45"; 3]),
        (json!("UTC"), ["Z"; 3]),
        (Value::Null, ["Z"; 3]),
    ] {
        let rows = csv(&acme.exported(&json!({ "format": "CSV", "timeZone": zone })).await);
        let told = column(&rows, "occurredAt");
        for ((told, at), offset) in told.iter().zip(times).zip(offsets) {
            assert_eq!(instant(told), instant(at), "{told}");
            assert!(told.ends_with(offset) || (offset == "Z" && told.ends_with("+00:00")), "{told} in {zone}");
        }
    }
}

async fn no_cell_is_a_formula(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let starts = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u{ff1d}1",
        "=HYPERLINK(\"https://evil.example\",\"x\")",
    ];
    let fields = [
        "applicationFrom",
        "applicationTo",
        "userEmail",
        "loginId",
        "operation",
        "url",
        "correlationId",
        "errorMessage",
    ];
    let mut logs: Vec<Value> = Vec::new();
    for start in starts {
        let all: Value = fields.iter().map(|field| ((*field).to_owned(), json!(start))).collect();
        logs.push(with(call(), &all));
    }
    acme.record(&logs).await;
    let rows = csv(&acme.exported(&json!({ "format": "CSV" })).await);
    assert_eq!(rows.len(), starts.len());
    for (field, cell) in rows.iter().flat_map(|row| row.as_object().unwrap()) {
        let cell = cell.as_str().unwrap();
        let seen = cell.trim_start();
        assert!(!seen.starts_with(['=', '+', '-', '@', '\u{ff1d}']), "{field}: {cell:?} would be run");
        assert!(!cell.starts_with(['\t', '\r', '\n']), "{field}: {cell:?}");
    }
    // The text is still there, behind the apostrophes.
    let mut kept: Vec<String> = column(&rows, "errorMessage").iter().map(|cell| cell.replace('\'', "")).collect();
    let mut sent = starts.map(str::to_owned).to_vec();
    kept.sort();
    sent.sort();
    assert_eq!(kept, sent);
}
