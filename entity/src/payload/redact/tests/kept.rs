//! What is no credential stays, and what went is accounted for.

use super::{LISTED_MAX, fingerprint, json, redactor, text, url};

#[test]
fn what_is_no_credential_stays() {
    for same in [
        "/auth?response_type=code&client_id=crm&state=abcdefgh12345678abcd&nonce=n-0S6_WzA2Mj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "/error?code=403&message=denied",
        "/promo?code=SUMMER",
        "/slo?SigAlg=rsa-sha256&Signature=ziEQwJgkz5uu%2FoW9z%3D%3D&RelayState=%2F",
        "/list?page_token=abc&next_token=def",
        "/pay?ticket=INC0012345",
    ] {
        assert_eq!(url(same), same);
    }
    for same in [
        r#"{"error": {"code": "USER_NOT_FOUND_2026_ABC", "status": 404}, "email": "anna@example.com", "userId": "00u1ab2cd3EF4gh5"}"#,
        r#"{"code":"invalid_grant","state":"x"}"#,
        r#"{"token_type":"Bearer","expires_in":3600,"access_token":null,"scope":"openid"}"#,
        r#"{"token_endpoint":"https://op.example/token","grant_types_supported":["password"]}"#,
        r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM","e":"AQAB","kid":"k1"}"#,
        r#"{"d":"a-long-value-that-is-no-key-1234567890","p":"another-long-value-1234567890"}"#,
    ] {
        assert_eq!(json(same), same);
    }
    for same in [
        "Bad status code: urn:oasis:names:tc:SAML:2.0:status:Responder",
        "Invalid password: it is too short. The token has expired, code 403.",
        r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#,
        "Cookie: none. Authorization: header missing",
    ] {
        assert_eq!(text(same), same);
    }
}

#[test]
fn remarks_on_a_password_stay() {
    let remark = r#"{"errors":{"password":["is too short","must hold a digit"]}}"#;
    assert_eq!(json(remark), remark);
}

#[test]
fn redactions_say_what_was_where() {
    let redacted =
        redactor().body(Some("application/json"), br#"{"a":[{"user":{"Password":"pw"}}],"token":"t"}"#.to_vec());
    let said: Vec<_> = redacted.redactions.iter().map(|r| (r.path.as_str(), r.rule, r.fingerprint.as_str())).collect();
    let (pw, t) = (hex::encode(fingerprint(b"pw")), hex::encode(fingerprint(b"t")));
    assert_eq!(said, [("a/user/Password", "password", pw.as_str()), ("token", "token", t.as_str())]);
    let many = redactor().body(None, br#"{"pin":"1"}"#.repeat(1500));
    assert_eq!(many.redactions.len(), LISTED_MAX);
    assert!(!String::from_utf8_lossy(&many.value).contains(r#""1""#), "all go, listed or not");
}
