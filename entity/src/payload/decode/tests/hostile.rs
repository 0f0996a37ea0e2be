//! What somebody would send on purpose: bombs, entities, files, depth. Each has a bound, and time is linear.

use super::{
    super::{encoding, message::OUTPUT_MAX},
    *,
};
use flate2::{Compression, write::DeflateEncoder};
use std::{io::Write, time::Instant};

fn size(messages: &[Message]) -> usize {
    let pairs = |message: &Message| message.summary.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    messages.iter().map(|message| message.text.len() + pairs(message)).sum()
}

const LAUGHS: &str = r#"<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"#;

#[test]
fn entities_are_not_expanded_and_nothing_is_fetched() {
    let response = |doctype: &str, issuer: &str| {
        format!(
            r#"{doctype}<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r"><Issuer>{issuer}</Issuer></p:Response>"#
        )
    };
    let file =
        r#"<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>"#;
    for (doctype, issuer) in [(LAUGHS, "&c;"), (file, "&x;")] {
        let xml = response(doctype, issuer);
        for messages in [
            request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(&xml))])),
            request("https://sp/").body("text/xml", &xml),
        ] {
            let message = only(messages);
            message.says(&[("Issuer", issuer), ("Document type", "declared, passed over")]);
            assert!(message.text.contains(issuer) && !message.text.contains("haha"), "{}", message.text);
        }
    }
}

#[test]
fn depth_is_bounded() {
    for (open, content_type) in
        [("<a>", "text/xml"), ("[", "application/json"), ("{\"a\":", "application/json"), ("<div>", "text/html")]
    {
        let messages = request("https://a/").body(content_type, &open.repeat((1 << 20) / open.len()));
        assert!(size(&messages) <= OUTPUT_MAX, "{open}");
    }
    let deep =
        format!(r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r">{}"#, "<a>".repeat(300_000));
    let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(&deep))])));
    message.says(&[("ID", "_r")]);
    assert!(message.text.contains("too deep") && message.text.lines().count() < 200, "{} bytes", message.text.len());
}

#[test]
fn a_bomb_is_inflated_to_its_bound() {
    let mut bomb = br#"<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_q"><a>"#.to_vec();
    bomb.resize(64 << 20, b'x');
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bomb).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(encoding::inflate(&packed, encoding::Packed::Bare).map(|text| text.len()), Some(OUTPUT_MAX));
    let url = format!("https://idp/?{}", form(&[("SAMLRequest", &STANDARD.encode(&packed))]));
    let start = Instant::now();
    let message = only(request(&url).opened());
    message.says(&[("ID", "_q")]);
    assert!(size(&[message]) <= OUTPUT_MAX);
    assert!(start.elapsed().as_secs() < 5);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b'['; 64 << 20]).unwrap();
    assert!(size(&response("https://a/").bytes("application/json", &gzip.finish().unwrap())) <= OUTPUT_MAX);
}

#[test]
fn many_messages_share_one_bound() {
    let many = format!("<a>{}</a>", "<b/>".repeat(10_000));
    let one = format!(r#"<form><input name="SAMLResponse" value="{}"></form>"#, packed(&many));
    let messages = response("https://a/").body("text/html", &format!("<html>{}", one.repeat(40)));
    assert!(messages.len() > 4 && size(&messages) <= OUTPUT_MAX);
    let parts = r#"{"id_token":"x","#.to_owned()
        + &(0..50_000).fold(String::new(), |all, n| format!("{all}\"k{n}\":1,"))
        + "\"z\":1}";
    assert!(size(&response("https://a/").body("application/json", &parts)) <= OUTPUT_MAX);
}

#[test]
fn a_certificate_of_nonsense_is_named_and_no_more() {
    for certificate in ["", "x", "MIIB", &"MIIC".repeat(20_000), &CERTIFICATE[..200]] {
        let xml = format!(
            r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r"><d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:X509Certificate>{certificate}</d:X509Certificate></d:Signature></p:Response>"#
        );
        only(request("https://sp/").body("text/xml", &xml))
            .says(&[("Certificate", "cannot be read"), ("Signed", "Response")]);
    }
}

/// What would make a careless reader look at everything again and again.
const PATTERNS: &[(&str, &str)] = &[
    ("text/xml", "<a>"),
    ("text/xml", "<a xmlns:b=\"c\">"),
    ("text/xml", "<a/>"),
    ("text/xml", "<a b=\"c\"/>x"),
    ("text/xml", "&amp;"),
    ("text/xml", "<!--"),
    ("text/xml", "<![CDATA[x]]>"),
    ("text/html", "<form>"),
    ("text/html", "<form><input name=a value="),
    ("text/html", "<!--"),
    ("text/html", "<script>"),
    ("text/html", "x<b>&amp;"),
    ("text/html", "AADSTS"),
    ("application/json", "[1,"),
    ("application/json", "\"\\\""),
    ("application/json", "{\"a\":1},"),
    (FORM, "a=b&"),
    (FORM, "SAMLResponse=PGE+&"),
    (FORM, "%25"),
    ("multipart/form-data; boundary=b", "--b\r\n"),
    ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"),
];

/// Sixteen times the input takes about sixteen times as long; what grew with the square would take 256 times. Measured
/// again where the machine was busy with something else.
#[test]
fn time_is_linear() {
    for (content_type, pattern) in PATTERNS {
        for lead in ["", "<html>", "<r>", "[", "{\"keys\":[", "SAMLResponse="] {
            let time = |len: usize| {
                let text: Vec<u8> = lead.bytes().chain(pattern.bytes().cycle().take(len)).collect();
                let start = Instant::now();
                let messages = response("https://a/").bytes(content_type, &text);
                let took = start.elapsed().as_secs_f64();
                assert!(size(&messages) <= OUTPUT_MAX);
                took
            };
            let linear = (0..5).any(|_| time(1 << 16) < time(1 << 12).max(0.000_5) * 16.0 * 4.0);
            assert!(linear, "{lead}{pattern} as {content_type}");
        }
    }
}

/// Namespaces and elements by the thousand: a reader that looks each element up among all compares each with all.
#[test]
fn time_is_linear_in_namespaces() {
    let time = |count: usize| {
        let declared: String = (0..count).fold(String::new(), |all, n| all + &format!(" xmlns:n{n}=\"c\""));
        let response = "<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r\"";
        let xml = format!("{response}{declared}>{}</p:Response>", "<p:b/>".repeat(count));
        let start = Instant::now();
        only(request("https://sp/").body("text/xml", &xml)).says(&[("ID", "_r")]);
        start.elapsed().as_secs_f64()
    };
    assert!((0..5).any(|_| time(8_000) < time(500).max(0.000_5) * 16.0 * 4.0));
}
