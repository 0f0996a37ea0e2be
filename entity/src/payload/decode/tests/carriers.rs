//! Bodies that are of no protocol: forms, JSON, pages, parts. And what there is nothing to say about.

use super::*;

#[test]
fn forms_and_json_and_pages() {
    let message = only(request("https://a/").body(FORM, "user=anna+b&password=%5Bredacted%3A0123456789abcdef%5D"));
    assert_eq!(message.kind, Kind::Form);
    message.says(&[("user", "anna b"), ("password", "[redacted:0123456789abcdef]")]);
    let message =
        only(request("https://a/").body("application/json", r#"{"z":1.50,"a":[1,{"b":"x,\"{"}],"e":{},"n":null}"#));
    assert_eq!(message.kind, Kind::Json);
    assert_eq!(message.get("z"), "1.5");
    let lines = "{\n  \"z\": 1.50,\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,\\\"{\"\n    }\n  ],\n  \"e\": {},\n  \"n\": null\n}\n";
    assert_eq!(message.text, lines);
    let page = "<html><head><title>502 Bad\n Gateway</title></head><body><h1>502</h1><p>nginx &amp; co</p><script>x</script></body></html>";
    let message = only(response("https://a/").body("text/html", page));
    assert_eq!(message.kind, Kind::Html);
    message.says(&[("Title", "502 Bad Gateway"), ("Heading", "502")]);
    assert_eq!(message.text, "502\nnginx & co\n");
}

#[test]
fn parts_have_names() {
    let body = "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nanna\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\u{1}\u{2}\r\n--b--\r\n";
    let message = only(request("https://a/").body("multipart/form-data; boundary=b", body));
    assert_eq!(message.kind, Kind::Multipart);
    message.says(&[("Part user", "anna"), ("Part f", "image/png, a.png, 2 bytes")]);
}

#[test]
fn what_is_cut_off_or_packed_is_read_all_the_same() {
    let cut = only(response("https://a/").body("application/json", r#"{"a":[1,2,{"b":"c"#));
    assert_eq!((cut.kind, cut.text.contains("\"b\": \"c")), (Kind::Json, true));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, br#"{"error":"invalid_grant"}"#).unwrap();
    let packed = only(response("https://a/").bytes("application/json", &gzip.finish().unwrap()));
    assert_eq!(packed.kind, Kind::OauthError);
    let wide: Vec<u8> = "\u{FEFF}<a>ü</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = only(response("https://a/").bytes("text/xml", &wide));
    assert_eq!(wide.text, "<a>ü</a>\n");
}

#[test]
fn there_may_be_nothing_to_say() {
    for (content_type, body) in [
        ("", ""),
        ("text/plain", "OK"),
        ("image/png", "\u{1}PNG"),
        ("application/octet-stream", "eyJ"),
        ("text/html", " "),
    ] {
        assert!(response("https://a/?page=2&sort=name").body(content_type, body).is_empty(), "{content_type} {body}");
    }
    assert!(request("https://a/?page=2&sort=name").opened().is_empty());
}
