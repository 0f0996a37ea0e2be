//! What a call carried: about 3 KB of headers and JSON, both sides together.

use super::dice::Dice;
use entity::payload::Draft;
use std::fmt::Write as _;

/// The request.
pub(super) fn request(dice: &mut Dice, host: &str, email: &str) -> Draft {
    let headers = [
        ("Host", host.to_owned()),
        ("User-Agent", "connector/4.2 (+https://connectors.example)".to_owned()),
        ("Accept", "application/json".to_owned()),
        ("Accept-Encoding", "gzip, deflate, br".to_owned()),
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("X-Request-Id", dice.hex(32)),
        ("Traceparent", format!("00-{}-{}-01", dice.hex(32), dice.hex(16))),
    ];
    draft(&headers, document(dice, email, 9))
}

/// The response.
pub(super) fn response(dice: &mut Dice, email: &str) -> Draft {
    let headers = [
        ("Date", "Mon, 01 Jun 2026 08:00:00 GMT".to_owned()),
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("Cache-Control", "no-store".to_owned()),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains".to_owned()),
        ("X-Request-Id", dice.hex(32)),
        ("Server", "envoy".to_owned()),
    ];
    draft(&headers, document(dice, email, 12))
}

fn draft(headers: &[(&str, String)], body: String) -> Draft {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Draft { headers, body: Some(body.into_bytes()) }
}

fn document(dice: &mut Dice, email: &str, lines: u32) -> String {
    let mut text = format!(
        r#"{{"id":"{}","customer":{{"email":"{email}","number":{}}},"lines":["#,
        dice.hex(32),
        dice.below(1 << 30)
    );
    for line in 1..=lines {
        let separator = if line == 1 { "" } else { "," };
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            r#"{separator}{{"line":{line},"item":"{}","quantity":{},"price":"{}.{:02}","currency":"EUR","taxable":{}}}"#,
            dice.hex(24),
            1 + dice.below(20),
            dice.below(1000),
            dice.below(100),
            dice.once_in(2),
        );
    }
    text + "]}"
}
