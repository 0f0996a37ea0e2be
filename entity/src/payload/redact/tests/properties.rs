//! What holds for every text: no panic, redacting twice changes nothing, formats stay, secrets go.

use super::{Redactor, body, fingerprint, rule};

/// Numbers that look random and are the same at every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits")
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.next() % limit
    }

    pub(super) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

pub(super) const TYPES: &[&str] = &[
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "text/html",
    "text/xml",
    "text/plain",
    "multipart/form-data; boundary=b",
    "application/octet-stream",
];

/// Pieces of every format, so that random texts reach into the scanners.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "<",
    ">",
    "/",
    "</",
    "/>",
    "=",
    "&",
    ";",
    "?",
    "#",
    "%",
    "%5B",
    "%25",
    "+",
    " ",
    "\n",
    "\r\n",
    "\\",
    "\\\"",
    "\\u0041",
    "&amp;",
    "&#39;",
    "&",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<script>",
    "</script>",
    "--b",
    "--b--",
    "password",
    "token",
    "code",
    "state",
    "cookie",
    "Authorization",
    "Basic ",
    "Bearer ",
    "OAuth ",
    "SAMLResponse",
    "name",
    "value",
    "kty",
    "d",
    "https://",
    "user:pw@",
    "eyJhbGciOiJSUzI1NiJ9",
    ".eyJzdWIiOiJhbm5hIn0",
    ".c2lnbmF0dXJl",
    "-----BEGIN PRIVATE KEY-----",
    "-----END",
    "PHhlbmM6Q2lwaGVyVmFsdWU+QUJDPC94ZW5jOkNpcGhlclZhbHVlPg==",
    "AKIAIOSFODNN7EXAMPLE",
    "[redacted:0123456789abcdef]",
    "[redacted:",
    "abcdef1234567890abcd",
    "12345",
    "é",
    "\u{FEFF}",
    "\0",
    "null",
    "anna@example.com",
    "Path",
    "\t",
    "=>",
    "`",
    "|",
    ".",
];

fn random_text(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..random.below(40) {
        match random.below(20) {
            0 => text.push(u8::try_from(random.below(256)).expect("a byte")),
            _ => text.extend(random.pick(PIECES).bytes()),
        }
    }
    text
}

/// Garbage may, by a marker in it, become a name and its value that was none before: one text in thousands.
#[test]
fn any_bytes_are_redacted_once() {
    const ROUNDS: usize = 2_000;
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let redactor = Redactor::new(&fingerprint);
    let mut differ = 0;
    for _ in 0..ROUNDS {
        let text = random_text(&mut random);
        let content_type = random.pick(TYPES);
        let once = redactor.body(Some(content_type), text.clone()).value;
        differ += usize::from(redactor.body(Some(content_type), once.clone()).value != once);
        if let Ok(text) = String::from_utf8(text) {
            let once = redactor.headers(vec![(random.pick(PIECES).to_owned(), text.clone())]).value;
            differ += usize::from(redactor.headers(once.clone()).value != once);
            let once = redactor.url(&text).value;
            differ += usize::from(redactor.url(&once).value != once);
            let once = redactor.text(&text).value;
            differ += usize::from(redactor.text(&once).value != once);
        }
    }
    assert!(differ <= ROUNDS / 1000, "{differ} of {ROUNDS}");
}

#[test]
fn known_shapes_go_out_of_any_bytes() {
    let secrets = [
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.QW5vdGhlclNpZ25hdHVyZQ", "QW5vdGhlclNpZ25hdHVyZQ"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "ghp_0123456789"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        ),
    ];
    let mut random = Random::new(99);
    let redactor = Redactor::new(&fingerprint);
    for _ in 0..2_000 {
        let (secret, never) = secrets[random.below(secrets.len())];
        let (before, after) = (random_text(&mut random), random_text(&mut random));
        let text = [&before, b" ".as_slice(), secret.as_bytes(), b" ", &after].concat();
        let redacted = redactor.body(Some(random.pick(TYPES)), text.clone()).value;
        let left = redacted.windows(never.len()).any(|window| window == never.as_bytes());
        assert!(!left, "{} in {}", String::from_utf8_lossy(&text), String::from_utf8_lossy(&redacted));
    }
}

/// A JSON text, some of its strings secrets, which are collected. White space as it comes.
fn random_json(random: &mut Random, depth: usize, secrets: &mut Vec<String>) -> String {
    const KEYS: &[&str] = &["password", "Access-Token", "clientSecret", "user", "note", "items", "x\\u0079", "api_key"];
    match random.below(if depth == 0 { 3 } else { 6 }) {
        0 => random.pick(&["null", "true", "-1.5e3", "0"]).to_owned(),
        1 => format!("\"{}\"", random.pick(&["plain words", "a\\nb", "\\ud83d\\ude00", "[1]", "{not json", "x=1"])),
        2 => random.pick(&["{}", "[]", "[ ]"]).to_owned(),
        3 => {
            let items: Vec<_> = (0..random.below(4)).map(|_| random_json(random, depth - 1, secrets)).collect();
            format!("[{}]", items.join(random.pick(&[",", " , "])))
        }
        _ => {
            let mut members = Vec::new();
            for _ in 0..random.below(5) {
                let key = random.pick(KEYS);
                let value = if rule(key.as_bytes()).is_some() {
                    let secret = format!("S{:08x}T{}", random.next(), random.pick(&["", "\\\"", "\\u00e9", "%20"]));
                    secrets.push(secret.clone());
                    format!("\"{secret}\"")
                } else {
                    random_json(random, depth - 1, secrets)
                };
                members.push(format!("\"{key}\"{}{value}", random.pick(&[":", " : "])));
            }
            format!("{{{}}}", members.join(","))
        }
    }
}

#[test]
fn json_stays_json_and_loses_its_secrets() {
    let mut random = Random::new(42);
    for _ in 0..2_000 {
        let mut secrets = Vec::new();
        let text = random_json(&mut random, 5, &mut secrets);
        let redacted = body("application/json", &text);
        assert_eq!(body("application/json", &redacted), redacted);
        serde_json::from_str::<serde_json::Value>(&redacted).expect("JSON stays JSON");
        assert!(redacted.len() <= text.len() + 27 * secrets.len());
        for secret in &secrets {
            assert!(!redacted.contains(&secret[..9]), "{secret} of {text} in {redacted}");
        }
        if secrets.is_empty() {
            assert_eq!(redacted, text);
        }
    }
}

#[test]
fn forms_and_xml_keep_their_shape() {
    let mut random = Random::new(7);
    let names = ["password", "user", "code_verifier", "q", "SAMLart", "nonce"];
    for _ in 0..2_000 {
        let pairs: Vec<(&str, String)> =
            (0..random.below(8)).map(|_| (random.pick(&names), format!("V{:08x}&<é", random.next()))).collect();
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let redacted = body("application/x-www-form-urlencoded", &text);
        assert_eq!(body("application/x-www-form-urlencoded", &redacted), redacted);
        let parsed: Vec<_> = form_urlencoded::parse(redacted.as_bytes()).collect();
        assert_eq!(parsed.len(), pairs.len());
        for ((name, value), (before, was)) in parsed.iter().zip(&pairs) {
            assert_eq!(name, before);
            assert_eq!(value == was, matches!(*before, "user" | "q" | "nonce"), "{text} became {redacted}");
        }
        let element =
            |(name, value): &(&str, String)| format!("<{name}>{}</{name}>", quick_xml::escape::escape(value.as_str()));
        let xml = format!("<r>{}</r>", pairs.iter().map(element).collect::<String>());
        let redacted = body("text/xml", &xml);
        assert_eq!(body("text/xml", &redacted), redacted);
        let mut reader = quick_xml::Reader::from_str(&redacted);
        loop {
            match reader.read_event().expect("XML stays XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(text) => assert!(!text.is_empty()),
                _ => {}
            }
        }
    }
}
