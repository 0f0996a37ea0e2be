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

/// What somebody would send on purpose, and how many MiB of it: fewer of what takes longer, since tests are built
/// without optimisation.
const FLOODS: &[(usize, &str, &str)] = &[
    (16, "[", "application/json"),
    (16, "\"", "application/json"),
    (16, "%25", "application/x-www-form-urlencoded"),
    (16, "YWFh", "text/plain"),
    (16, "-----BEGIN", "text/plain"),
    (16, "eyJ", "text/plain"),
    (16, "=", "text/plain"),
    (4, "{\"a\":", "application/json"),
    (4, "<a>", "application/xml"),
    (4, "&", "application/x-www-form-urlencoded"),
];

#[test]
fn sixteen_times_as_much_takes_about_sixteen_times_as_long() {
    let redactor = Redactor::new(&fingerprint);
    for (mebibytes, pattern, content_type) in FLOODS {
        let time = |len: usize| {
            let text: Vec<u8> = pattern.bytes().cycle().take(len).collect();
            let start = Instant::now();
            let redacted = redactor.body(Some(content_type), text);
            assert_eq!(redacted.value.len(), len, "{pattern:?} holds no secret");
            start.elapsed().as_secs_f64()
        };
        let len = mebibytes << 20;
        let linear = (0..3).any(|_| time(len) < time(len / 16).max(0.001) * 16.0 * 4.0);
        assert!(linear, "{pattern:?} as {content_type:?}");
    }
}

/// Of texts that can be read in two ways at each of many depths, there are more ways than can be gone.
#[test]
fn ways_through_nested_texts_are_bounded() {
    let redactor = Redactor::new(&fingerprint);
    let long = "<b>word</b> ".repeat(4_000);
    let nest =
        |depth: usize| (0..depth).fold(long.clone(), |inner, _| format!("x {} y", serde_json::json!({ "a": inner })));
    let time = |depth: usize| {
        let text = nest(depth).into_bytes();
        let (len, start) = (text.len(), Instant::now());
        redactor.body(Some("text/plain"), text);
        start.elapsed().as_secs_f64() / f64::from(u32::try_from(len).expect("less than 4 GiB"))
    };
    assert!((0..3).any(|_| time(12) < time(3) * 16.0), "each depth doubles the time");
}

/// What inflates to much more than it is goes unread.
#[test]
fn little_that_inflates_to_much_is_hidden() {
    let zeros = super::nested::deflated(&format!("<a>{}</a>", " ".repeat(8 << 20)));
    assert!(zeros.len() < 20_000);
    let many = format!("SAMLRequest={}", super::nested::encoded(&zeros));
    let redacted = super::form(&vec![many; 50].join("&"));
    // The first of them are read: a large message is no fault by itself.
    assert!(redacted.matches("SAMLRequest=%5Bredacted%3A").count() > 40);
}
