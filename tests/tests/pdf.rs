//! The PDF report: it says what it is and what it comes to, finds its way from day to day, carries
//! its records, shows the letters of the world, and obeys nothing that a log holds.

use serde_json::{Value, json};
use std::{fs, path::Path};
use tests::{
    Client, Place,
    files::Pdf,
    logs::{call, instant, numbered, with},
    on_both,
};

on_both![
    the_first_page_says_what_it_is_and_every_page_its_number,
    the_first_page_says_what_the_records_come_to,
    bookmarks_lead_to_each_day,
    the_records_are_in_the_file_and_known_by_their_hash,
    pages_are_a4_or_letter,
    a_pdf_shows_foreign_text_as_text,
    letters_of_the_world_are_shown,
    what_no_font_has_costs_nothing_but_itself,
    the_same_report_is_the_same_file_in_any_process,
];

fn words(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn report<'a>(path: &'a Path, acme: &Client, more: &Value) -> Pdf<'a> {
    Pdf::check(path, &acme.exported(&with(json!({ "format": "PDF" }), more)).await)
}

async fn the_first_page_says_what_it_is_and_every_page_its_number(place: &Place) {
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
    let first = words(&pages[0]);
    let asked_in_new_york = instant(export["requestedAt"].as_str().unwrap()) - chrono::TimeDelta::hours(5);
    for said in [
        "Connector Log report",
        "Acme Industries",
        "Application To/From Okta",
        "Date Range 2026-11-01 to 2026-11-02",
        "Records 200 records, all that match",
        "Period covered 2026-11-02 03:00:00 UTC-05:00 to 2026-11-02 03:03:19 UTC-05:00",
        "Time zone America/New_York",
        "Requested by tester",
        export["id"].as_str().unwrap(),
        &asked_in_new_york.format("%Y-%m-%d %H:%M").to_string(),
    ] {
        assert!(first.contains(said), "the first page does not say {said}: {first}");
    }
    assert!(pages.len() > 3);
    for (n, page) in pages.iter().enumerate() {
        assert!(words(page).contains(&format!("Page {} of {}", n + 1, pages.len())), "{page}");
    }
    for page in &pages[1..] {
        for title in ["Time", "Action", "User", "Reference", "Monday, 2 November 2026"] {
            assert!(words(page).contains(title), "a page without {title}: {page}");
        }
    }
    assert_eq!(pdf.info("Pages"), pages.len().to_string());
    assert_eq!(pdf.references().len(), 200);
    assert_eq!(pdf.info("Tagged"), "yes");
    assert!(pdf.info("Title").contains("Acme Industries"));
    let objects = String::from_utf8_lossy(&pdf.objects()).into_owned();
    assert!(objects.contains("pdfuaid:part") && objects.contains("/Lang (en)"));
}

async fn the_first_page_says_what_the_records_come_to(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let failed = json!({ "action": "SSO_FAILED", "statusCode": 403, "errorMessage": "denied", "durationMs": 70 });
    let mut logs: Vec<Value> = numbered(5).into_iter().map(|log| with(log, &json!({ "statusCode": 200 }))).collect();
    for day in [1, 4] {
        let on = json!({ "occurredAt": format!("2026-11-0{day}T10:00:00Z"), "applicationFrom": "Salesforce" });
        logs.push(with(with(call(), &failed), &on));
    }
    acme.record(&logs).await;
    let path = place.path("report.pdf");
    let pages = report(&path, &acme, &json!({})).await.pages();
    let first = words(&pages[0]);
    for said in [
        "× Failure",
        "28.6 % of records",
        "Median duration",
        "Records per day",
        "1 Nov",
        "4 Nov",
        "failed, at the bottom",
        "Salesforce 2 2",
        "SSO Failed 2 2",
        "200 OK 0 5",
        "403 Forbidden 2 2",
    ] {
        assert!(first.contains(said), "the first page does not say {said}: {first}");
    }
    // A failed record is known by more than its colour.
    assert_eq!(pages[1..].concat().matches("× Failure").count(), 2);
    assert_eq!(pages[1..].concat().matches("denied").count(), 2);
}

async fn bookmarks_lead_to_each_day(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let on = |at: &str| with(call(), &json!({ "occurredAt": at }));
    acme.record(
        &["2026-10-24T21:59:00Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:00Z", "2026-10-31T12:00:00Z"].map(on),
    )
    .await;
    let path = place.path("report.pdf");
    let pdf = report(&path, &acme, &json!({ "timeZone": "Europe/Berlin" })).await;
    // The clocks go back on the 25th, which has 25 hours.
    let days = [
        "  Saturday, 31 October 2026 (UTC+01:00)",
        "  Sunday, 25 October 2026 (UTC+01:00 and UTC+02:00)",
        "  Saturday, 24 October 2026 (UTC+02:00)",
    ];
    assert_eq!(pdf.bookmarks(), [&["About this report", "Summary", "Records"], &days[..]].concat());
}

async fn the_records_are_in_the_file_and_known_by_their_hash(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let ids = acme.record(&numbered(7)).await;
    let path = place.path("report.pdf");
    let pdf = report(&path, &acme, &json!({})).await;
    let records = pdf.attached("records.csv");
    assert!(ids.iter().all(|id| String::from_utf8_lossy(&records).contains(id)));
    let copy = place.write("records.csv", &records);
    let sum = std::process::Command::new("sha256sum").arg(copy).output().unwrap().stdout;
    let sum = String::from_utf8(sum).unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(words(&pdf.pages()[0]).contains(&format!("records.csv (SHA-256 {sum})")));
}

async fn pages_are_a4_or_letter(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(40)).await;
    let path = place.path("report.pdf");
    for (paper, size) in [(json!({}), "842 x 595 pts (A4)"), (json!({ "paper": "LETTER" }), "792 x 612 pts (letter)")] {
        let pdf = report(&path, &acme, &json!({ "pdf": paper })).await;
        assert_eq!((pdf.info("Page size").as_str(), pdf.references().len()), (size, 40));
    }
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

async fn letters_of_the_world_are_shown(place: &Place) {
    const TEXTS: [&str; 9] = [
        "中文報告",
        "日本語のログ",
        "한국어 기록",
        "تقرير السجل",
        "דוח יומן",
        "हिन्दी रिपोर्ट",
        "Отчёт журнала",
        "รายงาน",
        "🦀 👩\u{200d}💻",
    ];
    let (_server, acme) = place.open("東京 支社").await;
    let named = |text: &&str| with(call(), &json!({ "applicationFrom": text, "userEmail": format!("{text}@例え.jp") }));
    acme.record(&TEXTS.iter().map(named).collect::<Vec<_>>()).await;
    let path = place.path("report.pdf");
    let pages = report(&path, &acme, &json!({})).await.pages();
    let all = words(&pages.concat());
    assert!(!all.contains('□') && !all.contains("cannot be shown"), "{all}");
    assert!(pages[0].contains("東京 支社"));
    for text in TEXTS {
        for word in text.split(' ') {
            assert!(all.contains(word), "no {word} in {all}");
        }
    }
}

async fn what_no_font_has_costs_nothing_but_itself(place: &Place) {
    let nowhere = place.path("fonts");
    fs::create_dir(&nowhere).unwrap();
    let token = place.token("Acme", &[]);
    let server = place.serve_with(&[], &[("FONT_DIR", nowhere.to_str().unwrap())]).await;
    let acme = server.client(&token);
    let odd =
        json!({ "applicationFrom": "中文 log", "userEmail": "a\u{202e}b\u{200b}c\u{feff}", "correlationId": "x" });
    acme.record(&[with(call(), &odd), call()]).await;
    let path = place.path("report.pdf");
    let pdf = report(&path, &acme, &json!({})).await;
    let all = words(&pdf.pages().concat());
    for said in ["□□ log", "a□bc", "□ stands for", "that cannot be shown; the attached records.csv has them"] {
        assert!(all.contains(said), "no {said} in {all}");
    }
    assert_eq!(pdf.references().len(), 2);
    assert!(String::from_utf8_lossy(&pdf.attached("records.csv")).contains("中文 log"));
}

async fn the_same_report_is_the_same_file_in_any_process(place: &Place) {
    let row = |n: u32| {
        json!({
            "id": format!("log_{n}"), "reference": format!("7KQ2-M9XF-{n:04}"), "occurred_at": "2026-11-02T08:00:00Z",
            "recorded_at": "2026-11-02T08:00:01Z", "direction": "INCOMING", "application_from": "Okta 中文",
            "application_to": "Intranet", "action": "SSO_FAILED", "request_type": "OTHER", "outcome": "FAILURE",
        })
    };
    let cover = json!({
        "export_id": "exp_1", "domain": "Acme", "filter_in_words": "All records", "filter_in_parts": [], "zone": "Europe/Berlin",
        "requested_by": "Ann", "requested_at": "2026-11-03T08:00:00Z", "matched": 50, "matched_exact": true,
    });
    let rows: Vec<_> = (0..50).map(row).collect();
    let attachments =
        json!([{ "name": "records.csv", "media_type": "text/csv", "description": "Records", "text": "a\r\n" }]);
    let task = json!({
        "document": { "Table": { "cover": cover, "rows": rows, "attachments": attachments } },
        "paper": "a4", "fonts": "/usr/share/fonts", "memory": 1024,
    });
    let render = || {
        let output = place.run_with_input(&["render"], task.to_string().as_bytes());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let first = render();
    assert_eq!(Pdf::check(&place.path("report.pdf"), &first).references().len(), 50);
    assert!(first == render(), "two processes, two files");
}
