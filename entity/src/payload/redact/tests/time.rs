//! Time is linear in the input, whatever the input.

use super::{Redactor, fingerprint, properties::TYPES};
use std::time::Instant;

/// What would make a careless scanner look at everything again and again.
const PATTERNS: &[&str] = &[
    "[",
    "{\"a\":",
    "{\"password\":",
    "<a>",
    "<a ",
    "<!--",
    "\"",
    "\\\"",
    "&amp;",
    "%25",
    "a=b&",
    "=",
    "?",
    "eyJhbGciOi",
    ".",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "password: ",
    "cookie: ",
    "\"pin\":\"1\",",
    ",a=b",
    "--b\r\n",
    "PHNhbWw",
    "Bearer ",
    "/;",
    "https://a:b@",
];

/// Sixteen times the input must not take more than about sixteen times as long, whatever the pattern; what grew with
/// the square would take 256 times as long. Measured again where the machine was busy with something else.
#[test]
fn time_is_linear() {
    let redactor = Redactor::new(&fingerprint);
    for pattern in PATTERNS {
        for content_type in TYPES {
            let time = |len: usize| {
                let text = pattern.bytes().cycle().take(len).collect();
                let start = Instant::now();
                redactor.body(Some(content_type), text);
                start.elapsed().as_secs_f64()
            };
            let linear = (0..5).any(|_| time(1 << 16) < time(1 << 12).max(0.000_5) * 16.0 * 4.0);
            assert!(linear, "{pattern:?} as {content_type:?}");
        }
    }
}

#[test]
fn sixteen_mebibytes_of_open_brackets() {
    let text = vec![b'['; 16 << 20];
    let redacted = Redactor::new(&fingerprint).body(Some("application/json"), text);
    assert_eq!(redacted.value.len(), 16 << 20);
}
