//! Headers, URLs, forms and free text: what goes, to the byte.

use super::{CLAIMS, JWT, body, escaped, form, header, json, marker, text, url};
use base64::{Engine, engine::general_purpose::STANDARD};

#[test]
fn authorization_keeps_its_scheme() {
    assert_eq!(header("authorization", "Bearer abc123"), format!("Bearer {}", marker("abc123")));
    assert_eq!(header("AUTHORIZATION", &format!("Bearer {JWT}")), format!("Bearer {CLAIMS}.{}", marker(JWT)));
    assert_eq!(header("Proxy-Authorization", "Negotiate YIIabc=="), format!("Negotiate {}", marker("YIIabc==")));
    assert_eq!(header("authorization", "token-alone"), marker("token-alone"));
    assert_eq!(header("authorization", "Bearer"), "Bearer");
    assert_eq!(header("X-Api-Key", "k"), marker("k"));
}

#[test]
fn a_client_secret_has_one_fingerprint_wherever_it_stands() {
    let basic = STANDARD.encode("crm:s%2Fecret");
    assert_eq!(header("Authorization", &format!("Basic {basic}")), format!("Basic {}", marker("s/ecret")));
    assert_eq!(
        form("client_id=crm&client_secret=s%2Fecret"),
        format!("client_id=crm&client_secret={}", escaped("s/ecret"))
    );
    assert_eq!(json(r#"{"clientSecret": "s\/ecret"}"#), format!(r#"{{"clientSecret": "{}"}}"#, marker("s/ecret")));
    assert_eq!(
        body("text/xml", "<a:Client-Secret>s&#47;ecret</a:Client-Secret>"),
        format!("<a:Client-Secret>{}</a:Client-Secret>", marker("s/ecret"))
    );
}

#[test]
fn oauth_1_loses_signature_token_and_key() {
    let value =
        r#"OAuth realm="1", oauth_consumer_key="key", oauth_token="tok", oauth_nonce="n", oauth_signature="a%2Bb%3D""#;
    let expected = format!(
        r#"OAuth realm="1", oauth_consumer_key="{}", oauth_token="{}", oauth_nonce="n", oauth_signature="{}""#,
        escaped("key"),
        escaped("tok"),
        escaped("a+b=")
    );
    assert_eq!(header("Authorization", value), expected);
    let query = "/r?oauth_timestamp=1&oauth_signature=a%2Bb%3D";
    assert_eq!(url(query), format!("/r?oauth_timestamp=1&oauth_signature={}", escaped("a+b=")));
}

#[test]
fn cookies_keep_names_and_attributes() {
    assert_eq!(header("Cookie", "sid=s%3Aabc; b="), format!("sid={}; b=", marker("s:abc")));
    let set = "sid=abc; Path=/x; Expires=Tue, 20 Oct 2026 08:05:03 GMT; HttpOnly; SameSite=None";
    assert_eq!(header("set-cookie", set), set.replacen("abc", &marker("abc"), 1));
    let folded = "a=1; Path=/, b=2; Secure";
    assert_eq!(header("Set-Cookie", folded), format!("a={}; Path=/, b={}; Secure", marker("1"), marker("2")));
}

#[test]
fn urls_lose_codes_tokens_and_passwords() {
    let callback = "https://rp.example/cb?code=Spl-x&state=af0&iss=https%3A%2F%2Fop.example";
    assert_eq!(url(callback), callback.replace("Spl-x", &escaped("Spl-x")));
    assert_eq!(header("Location", callback), callback.replace("Spl-x", &escaped("Spl-x")));
    assert_eq!(header("Link", &format!("<{callback}>; rel=next")), format!("<{}>; rel=next", url(callback)));
    assert_eq!(
        url("https://u:pw@h.example/p#access_token=abc&state=1"),
        format!("https://u:{}@h.example/p#access_token={}&state=1", escaped("pw"), escaped("abc"))
    );
    assert_eq!(url("/app;jsessionid=A1?x=1"), format!("/app;jsessionid={}?x=1", escaped("A1")));
    assert_eq!(
        url(&format!("/end?id_token_hint={JWT}&state=1")),
        format!("/end?id_token_hint={CLAIMS}.{}&state=1", escaped(JWT))
    );
    let nested = "/login?return=%2fcb%3Fapi_key%3Dk%26x%3D%2520";
    let inner = escaped("k").replace('%', "%25");
    assert_eq!(
        url(nested),
        format!("/login?return=%2fcb%3Fapi_key%3D{inner}%26x%3D%2520"),
        "the rest keeps its spelling"
    );
}

#[test]
fn texts_lose_what_looks_like_a_credential() {
    assert_eq!(text(&format!("rejected {JWT}.")), format!("rejected {CLAIMS}.{}.", marker(JWT)));
    assert_eq!(
        text("curl -H 'Authorization: Bearer abcdef123456'"),
        format!("curl -H 'Authorization: Bearer {}'", marker("abcdef123456"))
    );
    assert_eq!(text("got Bearer abcdef123456, gave up"), format!("got Bearer {}, gave up", marker("abcdef123456")));
    assert_eq!(text("client_secret=s3cret; user=anna"), format!("client_secret={}; user=anna", marker("s3cret")));
    assert_eq!(
        text("refresh token \"8e9lHAaLZoDwfBThDuBt\" revoked"),
        format!("refresh token \"{}\" revoked", marker("8e9lHAaLZoDwfBThDuBt"))
    );
    assert_eq!(text("key AKIAIOSFODNN7EXAMPLE used"), format!("key {} used", marker("AKIAIOSFODNN7EXAMPLE")));
    assert_eq!(text("{'password' => 'p w'}"), format!("{{'password' => '{}'}}", marker("p w")));
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEogIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----\n";
    assert_eq!(text(pem), pem.replace("MIIEogIBAAKCAQEA\nabc=", &marker("MIIEogIBAAKCAQEA\nabc=")));
    assert_eq!(
        json(&serde_json::json!({ "note": pem }).to_string()),
        serde_json::json!({ "note": text(pem) }).to_string()
    );
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
    assert_eq!(text(certificate), certificate);
}

#[test]
fn multipart_parts_are_read_by_name_and_type() {
    let before = "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\npw\r\n--b\r\nContent-Disposition: form-data; name=\"j\"\r\n\
        Content-Type: application/json\r\n\r\n{\"token\":\"t\"}\r\n--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nanna\r\n--b--\r\n";
    let expected = before
        .replace("\r\npw\r\n", &format!("\r\n{}\r\n", marker("pw")))
        .replace("\"t\"", &format!("\"{}\"", marker("t")));
    assert_eq!(body("multipart/form-data; boundary=b", before), expected);
    assert_eq!(body("multipart/form-data", before), expected, "the boundary is seen without being told");
}

#[test]
fn a_url_in_a_page_is_one_url() {
    let page = "<p>Redirecting to https://op.example/end?uri=https%3A%2F%2Frp.example%2Fdone&amp;id_token_hint=JWT&amp;state=s</p>";
    let expected = page.replace("JWT", &format!("{CLAIMS}.{}", escaped(JWT)));
    assert_eq!(body("text/html", &page.replace("JWT", JWT)), expected);
    let refresh = "0;url=https://rp.example/cb?code=abc&state=s";
    assert_eq!(header("Refresh", refresh), refresh.replace("abc", &escaped("abc")));
}
