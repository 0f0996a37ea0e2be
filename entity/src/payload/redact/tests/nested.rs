//! Carriers within carriers: whatever holds a secret, up to four deep, loses it and can still be opened.

use super::{properties::Random, redactor};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use std::io::{Read, Write};

/// Something that holds a text, and how the text is taken out again.
struct Carrier {
    name: &'static str,
    content_type: &'static str,
    wrap: fn(&str) -> String,
    open: fn(&str) -> String,
}

pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn field(form: &str, name: &str) -> String {
    let pair = form_urlencoded::parse(form.as_bytes()).find(|(key, _)| key == name);
    pair.unwrap_or_else(|| panic!("no {name} in {form}")).1.into_owned()
}

fn member(json: &str, pointer: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"));
    value.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_else(|| panic!("no {pointer} in {json}")).to_owned()
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// The text between two texts, out of its entities.
fn between(xml: &str, before: &str, after: &str) -> String {
    let (_, rest) = xml.split_once(before).unwrap_or_else(|| panic!("no {before} in {xml}"));
    let (inner, _) = rest.rsplit_once(after).unwrap_or_else(|| panic!("no {after} in {xml}"));
    quick_xml::escape::unescape(inner).unwrap_or_else(|e| panic!("{e}: {xml}")).into_owned()
}

pub(super) fn deflated(text: &str) -> String {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    out.write_all(text.as_bytes()).expect("memory");
    STANDARD.encode(out.finish().expect("memory"))
}

fn inflated(text: &str) -> String {
    let bytes = STANDARD.decode(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let mut out = String::new();
    DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut out).unwrap_or_else(|e| panic!("{e}: {text}"));
    out
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text stays text")
}

const SAML: (&str, &str) =
    ("<samlp:Response ID=\"_1\"><saml:AttributeValue>", "</saml:AttributeValue></samlp:Response>");
const PART: (&str, &str) = ("--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n", "\r\n--b--\r\n");

fn saml(text: &str) -> String {
    format!("{}{}{}", SAML.0, escaped(text), SAML.1)
}

const CARRIERS: &[Carrier] = &[
    Carrier {
        name: "JSON",
        content_type: "application/json",
        wrap: |text| serde_json::json!({ "user": "anna", "note": text, "n": 1 }).to_string(),
        open: |json| member(json, "/note"),
    },
    Carrier {
        name: "array",
        content_type: "application/json",
        wrap: |text| serde_json::json!([{ "items": ["x", [text]] }]).to_string(),
        open: |json| member(json, "/0/items/1/0"),
    },
    Carrier {
        name: "form",
        content_type: "application/x-www-form-urlencoded",
        wrap: |text| format!("user=anna&note={}&x=1", encoded(text)),
        open: |form| field(form, "note"),
    },
    Carrier {
        name: "query",
        content_type: "text/plain",
        wrap: |text| format!("https://h.example/p/q?x=1&next={}#top", encoded(text)),
        open: |url| field(url.split_once('?').and_then(|(_, rest)| rest.rsplit_once('#')).expect("a query").0, "next"),
    },
    Carrier {
        name: "fragment",
        content_type: "text/plain",
        wrap: |text| format!("https://h.example/#x=1&next={}", encoded(text)),
        open: |url| field(url.split_once('#').expect("a fragment").1, "next"),
    },
    Carrier {
        name: "element",
        content_type: "application/xml",
        wrap: |text| format!("<r xmlns:n='u'><n:note>{}</n:note><x/></r>", escaped(text)),
        open: |xml| between(xml, "<n:note>", "</n:note>"),
    },
    Carrier {
        name: "attribute",
        content_type: "text/html",
        wrap: |text| format!("<!doctype html><p><input type=hidden name=\"note\" value=\"{}\"></p>", escaped(text)),
        open: |html| between(html, " value=\"", "\"></p>"),
    },
    Carrier {
        name: "base64",
        content_type: "text/plain",
        wrap: |text| STANDARD.encode(text),
        open: |text| utf8(STANDARD.decode(text).unwrap_or_else(|e| panic!("{e}: {text}"))),
    },
    Carrier {
        name: "base64url",
        content_type: "text/plain",
        wrap: |text| URL_SAFE_NO_PAD.encode(text),
        // Of a text of whole groups nobody can tell whether it would be padded.
        open: |text| {
            let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
            utf8(URL_SAFE_NO_PAD.decode(plain).unwrap_or_else(|e| panic!("{e}: {text}")))
        },
    },
    Carrier {
        name: "SAML posted",
        content_type: "application/x-www-form-urlencoded",
        wrap: |text| format!("SAMLResponse={}&RelayState=x", encoded(&STANDARD.encode(saml(text)))),
        open: |form| between(&utf8(STANDARD.decode(field(form, "SAMLResponse")).expect("base64")), SAML.0, SAML.1),
    },
    Carrier {
        name: "SAML redirected",
        content_type: "text/plain",
        wrap: |text| format!("https://idp.example/sso?SAMLRequest={}&SigAlg=x", encoded(&deflated(&saml(text)))),
        open: |url| {
            let query = url.split_once('?').expect("a query").1;
            between(&inflated(&field(query, "SAMLRequest")), SAML.0, SAML.1)
        },
    },
    Carrier {
        name: "lines",
        content_type: "application/x-ndjson",
        wrap: |text| format!("{{\"user\":\"anna\"}}\n{}\n", serde_json::json!({ "note": text })),
        open: |lines| member(lines.lines().nth(1).expect("two lines"), "/note"),
    },
    Carrier {
        name: "script",
        content_type: "text/html",
        wrap: |text| {
            let literal = serde_json::json!(text).to_string().replace("</", "<\\/");
            format!("<html><script>var note = {literal};\nshow(note)</script></html>")
        },
        open: |html| {
            let literal =
                html.split_once("note = ").and_then(|(_, rest)| rest.rsplit_once(";\n")).expect("a literal").0;
            serde_json::from_str(literal).unwrap_or_else(|e| panic!("{e}: {html}"))
        },
    },
    Carrier {
        name: "sentence",
        content_type: "text/plain",
        wrap: |text| format!("anna@example.com was answered {text} by h.example"),
        open: |text| {
            let rest = text.strip_prefix("anna@example.com was answered ");
            rest.and_then(|rest| rest.strip_suffix(" by h.example")).unwrap_or_else(|| panic!("{text}")).to_owned()
        },
    },
    Carrier {
        name: "part",
        content_type: "multipart/form-data; boundary=b",
        wrap: |text| format!("{}{text}{}", PART.0, PART.1),
        open: |body| body.strip_prefix(PART.0).and_then(|b| b.strip_suffix(PART.1)).expect("one part").to_owned(),
    },
];

/// What shows by itself what it is, and the piece of it that must not be found.
const SHAPES: &[(&str, &str)] = &[
    (super::JWT, "c2lnbmF0dXJlLWJ5dGVz"),
    ("clog_0123456789abcdefghijABCDEFGHIJ0123456789abcd", "0123456789abcdefghij"),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
    ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdefghij"),
    ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39HqLyjWDarjt"),
    (
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIkz0AiZ5pQx\nabcdEFGH+/12==\n-----END EC PRIVATE KEY-----\n",
        "MHcCAQEEIIkz0AiZ5pQx",
    ),
    ("00D5g000004UNfR!ARgAQPWxB.Vb8n4MZfyQ1Jd0", "ARgAQPWxB"),
];

/// Documents that name the secret `SECRET`.
const NAMED: &[&str] = &[
    r#"{"user":"anna","Client-Secret":"SECRET"}"#,
    r#"{"credentials":[{"type":"password","value":"SECRET"}]}"#,
    "grant_type=password&username=anna&password=SECRET",
    "https://h.example/cb?code=SECRET&state=s",
    "/app;jsessionid=SECRET?x=1",
    "<r><wsse:Username>anna</wsse:Username><wsse:Password Type='t'>SECRET</wsse:Password></r>",
    "<r><entry><key>apiKey</key><value>SECRET</value></entry></r>",
    "POST /t HTTP/1.1\r\nHost: h.example\r\nAuthorization: Bearer SECRET\r\n\r\n",
    "sign-in of anna failed: refresh_token=SECRET, gave up",
];

fn check(random: &mut Random, inner: &str, never: &str) {
    let mut carriers: Vec<&Carrier> = (0..=random.below(4)).map(|_| &CARRIERS[random.below(CARRIERS.len())]).collect();
    // Parts within parts would need another boundary.
    let first = carriers.iter().position(|carrier| carrier.name == "part");
    let mut place = 0..;
    carriers.retain(|carrier| place.next() == first || carrier.name != "part");
    let names: Vec<&str> = carriers.iter().map(|carrier| carrier.name).collect();
    let text = carriers.iter().rev().fold(inner.to_owned(), |text, carrier| (carrier.wrap)(&text));
    let redactor = redactor();
    let body = |text: &str| utf8(redactor.body(Some(carriers[0].content_type), text.as_bytes().to_vec()).value);
    let redacted = body(&text);
    assert!(body(&redacted) == redacted, "redacting {inner} in {names:?} twice changes it");
    let opened = carriers.iter().fold(redacted, |text, carrier| (carrier.open)(&text));
    assert!(!opened.contains(never), "{inner} in {names:?} became {opened}");
    assert!(opened.contains("[redacted") || opened.contains("%5Bredacted"), "{inner} in {names:?} became {opened}");
}

#[test]
fn known_shapes_go_out_of_any_carrier() {
    let mut random = Random::new(2026);
    for _ in 0..ROUNDS {
        let (secret, never) = SHAPES[random.below(SHAPES.len())];
        let inner = match random.below(3) {
            0 => secret.to_owned(),
            1 => format!("refused {secret} of anna"),
            _ => format!("anna's key:\n{secret}\n"),
        };
        check(&mut random, &inner, never);
    }
}

#[test]
fn named_secrets_go_out_of_any_carrier() {
    let mut random = Random::new(11);
    for _ in 0..ROUNDS {
        let secret = format!("S{:07x}k{:07x}", random.next(), random.next());
        let inner = NAMED[random.below(NAMED.len())].replace("SECRET", &secret);
        check(&mut random, &inner, &secret);
    }
}

const ROUNDS: usize = 4_000;
