//! What the rows say, read back with another's reader of RFC 4180.

use super::*;
use crate::report::samples;
use csv::ReaderBuilder;
use entity::payload::Header as PayloadHeader;

fn file(options: &CsvOptions, rows: &[Row], payload: Option<&payload::Model>) -> String {
    let mut sheet = Sheet::new(options, Tz::Europe__Berlin);
    let header = sheet.header();
    for row in rows {
        sheet.add(row, payload).unwrap();
    }
    String::from_utf8([header, sheet.take()].concat()).unwrap()
}

fn read(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn every_text_comes_back_as_it_was() {
    let hostile = ["a,\"b\"\r\nc;d\te\n\0 😀 \u{202e}ab\u{2028}\u{ffff}", "\"", "a\rb", " a ", "a\t"];
    let mut rows = samples::report(5).rows;
    rows[0].status_code = Some(500);
    for (row, text) in rows.iter_mut().zip(hostile) {
        row.error_message = Some(text.to_owned());
    }
    for (delimiter, byte) in [(Delimiter::Comma, b','), (Delimiter::Semicolon, b';'), (Delimiter::Tab, b'\t')] {
        let options = CsvOptions { bom: false, delimiter, ..CsvOptions::default() };
        let read = read(&file(&options, &rows, None), byte);
        assert_eq!(read[0], Column::USUAL.map(Column::words));
        assert_eq!(read[1..].iter().map(|row| row[19].as_str()).collect::<Vec<_>>(), hostile);
        assert_eq!((read[1][14].as_str(), &read[1][18]), ("500", &rows[0].reference));
    }
}

#[test]
fn texts_stand_in_quotes_and_what_is_absent_is_nothing() {
    let mut rows = samples::report(1).rows;
    (rows[0].login_id, rows[0].status_code, rows[0].method) = (Some("007".to_owned()), Some(200), None);
    let written = |columns: &[Column]| {
        let text = file(&CsvOptions { bom: false, columns: columns.to_vec(), ..CsvOptions::default() }, &rows, None);
        text.split_once("\r\n").unwrap().1.to_owned()
    };
    assert_eq!(written(&[Column::LoginId, Column::Method, Column::StatusCode]), "\"007\",,200\r\n");
    assert_eq!(written(&[Column::Method]), "\"\"\r\n", "no empty line, which readers skip");
}

#[test]
fn a_payload_says_how_it_is_to_be_read() {
    let headers =
        Headers(vec![PayloadHeader("A".to_owned(), "b".to_owned()), PayloadHeader("=C".to_owned(), String::new())]);
    let row = samples::report(1).rows.remove(0);
    let payload = payload::Model {
        domain_id: entity::id::DomainId(1),
        id: row.id.parse().unwrap(),
        request_headers: Some(headers),
        // In base64 it begins with a plus sign.
        request_body: Some(vec![0xf8, 0xff]),
        request_size: Some(300_000),
        request_truncated: Some(true),
        request_redactions: None,
        response_headers: Some(Headers::default()),
        response_body: None,
        response_size: Some(0),
        response_truncated: Some(false),
        response_redactions: None,
    };
    let columns = vec![
        Column::RequestHeaders,
        Column::RequestBody,
        Column::RequestEncoding,
        Column::RequestSizeBytes,
        Column::RequestTruncated,
        Column::ResponseHeaders,
        Column::ResponseBody,
        Column::ResponseEncoding,
        Column::ResponseSizeBytes,
        Column::ResponseTruncated,
    ];
    let options = CsvOptions { bom: false, columns, ..CsvOptions::default() };
    let rows = read(&file(&options, &[row], Some(&payload)), b',');
    assert_eq!(rows[1], ["A: b\n'=C: ", "'+P8=", "BASE64", "300000", "true", "", "", "", "0", "false"]);
}

#[test]
fn times_tell_their_offset() {
    let at = DateTime::parse_from_rfc3339("2026-10-25T01:30:00.123456Z").unwrap().to_utc();
    assert_eq!(instant(at, Tz::Europe__Berlin), "2026-10-25T02:30:00.123456+01:00");
    assert_eq!(instant(at, Tz::Europe__London), "2026-10-25T01:30:00.123456+00:00");
    assert_eq!(instant(at, Tz::UTC), "2026-10-25T01:30:00.123456Z");
}
