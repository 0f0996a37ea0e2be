//! What the files say: every value as it was recorded, times in the zone that was asked for,
//! nothing that a spreadsheet would run, and a report that people can read and print.

use serde_json::{Value, json};
use tests::{
    Place,
    files::{Pdf, column, csv},
    logs::{call, instant, numbered, with},
    on_both,
};

on_both![
    a_csv_says_what_the_record_says,
    times_are_told_in_the_zone_asked_for,
    no_cell_is_a_formula,
    a_pdf_has_a_title_block_and_a_header_and_a_number_on_each_page,
    a_pdf_shows_foreign_text_as_text,
];

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
    // The text is still there, behind the apostrophe.
    let mut kept: Vec<String> =
        column(&rows, "errorMessage").iter().map(|cell| cell.trim_start_matches('\'').to_owned()).collect();
    let mut sent = starts.map(str::to_owned).to_vec();
    kept.sort();
    sent.sort();
    assert_eq!(kept, sent);
}

async fn a_pdf_has_a_title_block_and_a_header_and_a_number_on_each_page(place: &Place) {
    let (_server, acme) = place.open("Acme Industries").await;
    acme.record(&numbered(200)).await;
    let input = json!({
        "format": "PDF",
        "timeZone": "America/New_York",
        "filter": {
            "applications": ["Okta"],
            "occurredOn": { "from": "2026-11-01", "to": "2026-11-02", "timeZone": "America/New_York" },
        },
    });
    let export = acme.completed(&acme.export(&input).await).await;
    let file = tests::get(export["file"]["url"].as_str().unwrap()).await.bytes().await.unwrap();
    let path = place.path("report.pdf");
    let pdf = Pdf::check(&path, &file);
    let pages = pdf.pages();
    let words = |page: &str| page.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = words(&pages[0]);
    let asked_in_new_york = instant(export["requestedAt"].as_str().unwrap()) - chrono::TimeDelta::hours(5);
    for said in ["Acme Industries", "Okta", "2026-11-01 to 2026-11-02", "America/New_York", "tester", "200 records"] {
        assert!(first.contains(said), "the first page does not say {said}: {first}");
    }
    assert!(first.contains(&words(export["filterSummary"].as_str().unwrap())), "{first}");
    assert!(first.contains(&asked_in_new_york.format("%Y-%m-%d %H:%M").to_string()), "{first}");
    assert!(pages.len() > 3);
    for (n, page) in pages.iter().enumerate() {
        let page = words(page);
        assert!(page.contains(&format!("Page {} of {}", n + 1, pages.len())), "{page}");
        for title in ["Time", "Action", "User", "Reference"] {
            assert!(page.contains(title), "page {} has no column {title}: {page}", n + 1);
        }
    }
    assert_eq!(pdf.info("Pages"), pages.len().to_string());
    let size = pdf.info("Page size");
    let points: Vec<f64> = size.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(points[0] > points[1], "landscape, not {size}");
    assert!(pdf.info("Title").contains("Acme Industries"));
}

async fn a_pdf_shows_foreign_text_as_text(place: &Place) {
    let (_server, acme) = place.open("#eval(\"1\") *Acme* $x$").await;
    let hostile = "#eval(\"1\") *b* _i_ $x^2$ <label> @ref `raw` // c \\u{41} \u{0}\u{202e}evil".replace('\0', "");
    let long = "a-very-long-word-without-any-space".repeat(40);
    acme.record(&[
        with(call(), &json!({ "applicationFrom": "#strong[x]", "userEmail": "中文@例え.jp", "errorMessage": hostile, "statusCode": 500 })),
        with(call(), &json!({ "applicationTo": "ไทย العربية 🦀 \u{e000}", "loginId": "x".repeat(300), "errorMessage": long, "url": long })),
    ])
    .await;
    let file = acme.exported(&json!({ "format": "PDF" })).await;
    let path = place.path("report.pdf");
    let pdf = Pdf::check(&path, &file);
    assert_eq!(pdf.references().len(), 2);
    let all = pdf.pages().concat();
    assert!(all.contains("#eval(\"1\") *Acme* $x$"), "{all}");
    assert!(all.contains("#strong[x]"), "{all}");
    // Right to left, in a font that kerns: whatever that font does, the letters come in their order.
    assert!(all.contains("العربية"), "{all}");
}
