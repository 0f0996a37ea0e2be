//! JSON, XML, HTML and what is wrapped in them.

use super::{Redacted, body, escaped, form, json, marker, redactor, url};
use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use std::io::{Read, Write};

#[test]
fn json_is_changed_in_its_secret_strings_only() {
    let before = "{ \"b\" :1, \"Access-Token\"\t: \"t\\u006fken\" ,\"list\":[{\"PASSWORD\":\"p\\\"w\"}], \"é\":\"\\u00e9\", \"password\":123456}";
    let after = format!(
        "{{ \"b\" :1, \"Access-Token\"\t: \"{}\" ,\"list\":[{{\"PASSWORD\":\"{}\"}}], \"é\":\"\\u00e9\", \"password\":\"{}\"}}",
        marker("token"),
        marker("p\"w"),
        marker("123456")
    );
    assert_eq!(json(before), after);
}

#[test]
fn json_secrets_by_context() {
    let code = "SplxlOBeZQQYbYS6WxSbIA";
    assert_eq!(
        json(&format!(r#"{{"code":"{code}","grant_type":"authorization_code"}}"#)),
        format!(r#"{{"code":"{}","grant_type":"authorization_code"}}"#, marker(code))
    );
    let d = "X4cTteJY_gn4FYPsXB8rdXix5vwsg1FLN5E3EaG6RJoVH";
    assert_eq!(
        json(&format!(r#"{{"keys":[{{"d":"{d}","kty":"EC","x":"public-0123456789"}}]}}"#)),
        format!(r#"{{"keys":[{{"d":"{}","kty":"EC","x":"public-0123456789"}}]}}"#, marker(d))
    );
    assert_eq!(
        json(r#"[{"name":"Cookie","value":"a=b"},{"value":"pw","name":"password"},{"name":"x","value":"pw"}]"#),
        format!(
            r#"[{{"name":"Cookie","value":"a={}"}},{{"value":"{}","name":"password"}},{{"name":"x","value":"pw"}}]"#,
            marker("b"),
            marker("pw")
        )
    );
    assert_eq!(
        json(r#"{"credentials":{"password":{"value":"pw","type":"plain"},"provider":{"name":"OKTA"}}}"#),
        format!(
            r#"{{"credentials":{{"password":{{"value":"{}","type":"plain"}},"provider":{{"name":"OKTA"}}}}}}"#,
            marker("pw")
        )
    );
}

#[test]
fn strings_that_hold_documents_are_opened() {
    let inner = r#"{\"url\":\"https://h/cb?access_token=abc\",\"n\":1}"#;
    assert_eq!(
        json(&format!(r#"{{"payload":"{inner}"}}"#)),
        format!(r#"{{"payload":"{}"}}"#, inner.replace("abc", &escaped("abc")))
    );
    assert_eq!(
        form("claims=%7B%22password%22%3A+%22pw%22%7D"),
        format!("claims=%7B%22password%22%3A+%22{}%22%7D", escaped("pw"))
    );
    let claims = STANDARD.encode(r#"{"code":"Spl-x-1234567890","state":"s"}"#);
    let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", claims.trim_end_matches('='));
    let Redacted { value, redactions } = redactor().url(&format!("/cb?response={token}"));
    assert!(!value.contains(&claims) && value.starts_with("/cb?response=eyJhbGciOiJSUzI1NiJ9.eyJ"), "{value}");
    assert_eq!(redactions[0].path, "query/response/claims/code");
}

#[test]
fn headers_within_documents_are_headers() {
    assert_eq!(
        json(
            r#"{"headers":{"Cookie":"a=b; c=d","Set-Cookie":["e=f; Path=/"]},"raw":["Authorization","Bearer t","Host","h"]}"#
        ),
        format!(
            r#"{{"headers":{{"Cookie":"a={}; c={}","Set-Cookie":["e={}; Path=/"]}},"raw":["Authorization","Bearer {}","Host","h"]}}"#,
            marker("b"),
            marker("d"),
            marker("f"),
            marker("t")
        )
    );
    let message =
        "POST /token HTTP/1.1\r\nCookie: a=b\r\nAuthorization: Digest username=\"u\", response=\"6629\"\r\n\r\n";
    let expected = message.replace("a=b", &format!("a={}", marker("b"))).replace("6629", &marker("6629"));
    assert_eq!(body("message/http", message), expected);
}

#[test]
fn pages_lose_hidden_inputs_links_and_scripts() {
    let page = r#"<!doctype html><p>code</p><form><input type="hidden" name="code" value="Spl-x-123"/><input name='state' value='s'>
        <input name=xsrf value=tok><input type="password" name="password"></form><meta name="csrf-token" content="tok">
        <a href="/cb?code=Spl-x-123&amp;state=s">here</a><script>var c = {csrfToken: 'tok', user: "anna"};</script>
        <strong>cookie</strong>: &#39;T0z77YzH6Etiiioqjwv4brq&#39;"#;
    let expected = page
        .replacen("Spl-x-123", &marker("Spl-x-123"), 1)
        .replacen("Spl-x-123", &escaped("Spl-x-123"), 1)
        .replace("=tok>", &format!("={}>", marker("tok")))
        .replace("\"tok\"", &format!("\"{}\"", marker("tok")))
        .replace("'tok'", &format!("'{}'", marker("tok")))
        .replace("T0z77YzH6Etiiioqjwv4brq", &marker("T0z77YzH6Etiiioqjwv4brq"));
    assert_eq!(body("text/html", page), expected);
}

#[test]
fn xml_loses_passwords_and_cipher_values_and_keeps_signatures() {
    let xml = "<?xml version='1.0'?><E xmlns:x='u'><x:CipherValue>QUJD\n</x:CipherValue><SignatureValue>c2ln</SignatureValue>\
        <Attribute Name=\"password\"><AttributeValue>pw</AttributeValue></Attribute><Attribute Name='mail'><AttributeValue>a@b.c</AttributeValue></Attribute>\
        <wsse:Password Type='t'><![CDATA[p<w]]></wsse:Password></E>";
    let expected = xml
        .replace("QUJD", &marker("QUJD"))
        .replace(">pw<", &format!(">{}<", marker("pw")))
        .replace("p<w", &marker("p<w"));
    assert_eq!(body("application/xml", xml), expected);
}

#[test]
fn saml_is_redacted_inside_its_encoding() {
    let xml = "<samlp:Response ID='_1'><saml:Issuer>idp</saml:Issuer><xenc:CipherValue>QUJD</xenc:CipherValue></samlp:Response>";
    let after = xml.replace("QUJD", &marker("QUJD"));
    let posted =
        form_urlencoded::Serializer::new(String::new()).append_pair("SAMLResponse", &STANDARD.encode(xml)).finish();
    let redacted = form(&posted);
    let value = form_urlencoded::parse(redacted.as_bytes()).next().expect("one pair").1.into_owned();
    assert_eq!(STANDARD.decode(value).expect("still base64"), after.as_bytes());

    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(xml.as_bytes()).expect("memory");
    let message = STANDARD.encode(deflated.finish().expect("memory"));
    let link = format!(
        "/slo?SAMLRequest={}&RelayState=x",
        form_urlencoded::byte_serialize(message.as_bytes()).collect::<String>()
    );
    let redacted = url(&link);
    let query = redacted.split_once('?').expect("a query").1;
    let value = form_urlencoded::parse(query.as_bytes()).next().expect("two pairs").1.into_owned();
    let mut inflated = String::new();
    DeflateDecoder::new(STANDARD.decode(value).expect("still base64").as_slice())
        .read_to_string(&mut inflated)
        .expect("still deflated");
    assert_eq!(inflated, after);

    let plain = STANDARD.encode("<samlp:Response ID='_1'><ds:SignatureValue>c2ln</ds:SignatureValue></samlp:Response>");
    assert_eq!(form(&format!("SAMLResponse={plain}")), format!("SAMLResponse={plain}"), "a signed response stays");
}

#[test]
fn other_encodings_of_text_are_read() {
    let wide: Vec<u8> = "\u{FEFF}{\"password\":\"pw\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let redacted = redactor().body(Some("application/json"), wide).value;
    let words: Vec<u16> = redacted.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(String::from_utf16_lossy(&words), format!("\u{FEFF}{{\"password\":\"{}\"}}", marker("pw")));
    assert_eq!(body("application/json", "\u{FEFF}{\"pwd\":\"x\"}"), format!("\u{FEFF}{{\"pwd\":\"{}\"}}", marker("x")));
    let image = b"\x89PNG password=abc".to_vec();
    assert_eq!(redactor().body(Some("image/png"), image.clone()).value, image);
}
