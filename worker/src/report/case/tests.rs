//! What the case file must stand, whatever was recorded.

use super::*;
use crate::report::{Fonts, samples};
use chrono::DateTime;
use entity::{
    id::{DomainId, LogId},
    payload::{Header, Headers, Redactions},
};
use std::path::Path;

/// A case of the samples' records, all of which carry the same.
fn case(records: u32, headers: &[(&str, &str)], body: &[u8]) -> Case {
    let report = samples::report(records);
    let headers = Headers(headers.iter().map(|it| Header(it.0.to_owned(), it.1.to_owned())).collect());
    let payload = payload::Model {
        domain_id: DomainId(1),
        id: LogId::at(DateTime::UNIX_EPOCH, 0),
        request_headers: Some(headers.clone()),
        request_body: Some(body.to_vec()),
        request_size: Some(i64::try_from(body.len()).unwrap()),
        request_truncated: Some(true),
        request_redactions: Some(Redactions::default()),
        response_headers: Some(headers),
        response_body: Some(body.to_vec()),
        response_size: Some(i64::try_from(body.len()).unwrap()),
        response_truncated: Some(false),
        response_redactions: None,
    };
    let records = report.rows.into_iter().map(|row| (row, Some(payload.clone()))).collect();
    Case::of(report.cover, records, Vec::new())
}

/// The case set with the built-in fonts alone; it must not need them twice.
fn set(case: &Case) -> Vec<u8> {
    let fonts = Fonts::load(Some(Path::new("/nowhere")));
    assert_eq!(fonts.palette(&case.letters().unwrap()).families(), fonts.built_in().families());
    render(case, Paper::A4, &fonts).unwrap()
}

#[test]
fn records_come_as_things_happened() {
    let case = case(3, &[], b"");
    assert!(case.entries.is_sorted_by_key(|entry| entry.row.occurred_at));
    assert!(!case.entries.is_empty());
}

#[test]
fn what_is_set_is_the_same_after_its_way_to_the_process_that_sets_it() {
    let case =
        case(2, &[("Content-Type", "application/json")], br#"{"a": [1, "\u00e9", "[redacted:0123456789abcdef]"]}"#);
    let sent: Case = serde_json::from_slice(&serde_json::to_vec(&case).unwrap()).unwrap();
    assert!(set(&case) == set(&sent));
}

#[test]
fn no_text_costs_the_case_file() {
    let hostile = [
        "#eval(\"1\") $x^2$ *b* _i_ `raw` <lbl> @ref \\u{41} // c #read(\"/etc/passwd\") #panic()",
        "\0\u{1}\u{7f}\u{9b}31m\u{1b}[31m \u{202e}evil\u{202c} \u{2066}x\u{2069} \u{feff}\u{200b}",
        "中文 العربية עברית हिन्दी ไทย 🦀 👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈 ↔\u{fe0f} 1\u{20e3} \u{e000} \u{10ffff}",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301} \u{301}\u{301} \u{fe0f}\u{200d}\u{200d}",
        "[redacted:0123456789abcdef][redacted:0123456789abcdef] [redacted:] [redacted:0123456789ABCDEF]",
        "\r\r\n\t\t\u{b}\u{c}\u{85}\u{2028}\u{2029}   ",
    ];
    let body = format!("{}\n{}{}", hostile.join("\n"), " ".repeat(200), "w".repeat(5000));
    let headers: Vec<_> = hostile.iter().map(|text| (*text, *text)).collect();
    let mut case = case(2, &headers, body.as_bytes());
    for entry in &mut case.entries {
        let row = &mut entry.row;
        row.application_from = hostile.concat();
        row.error_message = Some(body.clone());
        (row.user_email, row.operation) = (Some(hostile[2].to_owned()), Some(hostile[0].to_owned()));
    }
    let built_in = Fonts::load(Some(Path::new("/nowhere")));
    for fonts in [&built_in, &Fonts::load(None)] {
        render(&case, Paper::Letter, fonts).unwrap();
    }
}

#[test]
fn bytes_that_are_no_text_are_told_and_not_read() {
    let case = case(1, &[("Content-Type", "application/json")], &[0xff, 0xfe, b'{', 0]);
    assert!(
        matches!(&case.entries[0].response.as_ref().unwrap().body, side::Body::Bytes(bytes, 4) if bytes.len() == 4)
    );
    set(&case);
}
