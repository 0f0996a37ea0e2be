//! OAuth and OpenID Connect: requests, redirects, answers, tokens, keys.

use super::*;

#[test]
fn an_authorization_request_and_its_answers() {
    let url = "https://op.example.com/auth?client_id=c1&redirect_uri=https%3A%2F%2Frp%2Fcb&response_type=code&scope=openid+email&state=s1&code_challenge_method=S256";
    let asked = only(request(url).opened());
    assert_eq!(asked.kind, Kind::OauthAuthorizationRequest);
    asked.says(&[("client_id", "c1"), ("redirect_uri", "https://rp/cb"), ("scope", "openid email")]);
    let sent = only(response("https://rp/login").header("location", url).opened());
    sent.says(&[("Redirects to", "https://op.example.com/auth"), ("client_id", "c1")]);
    let back = "https://rp/cb?code=%5Bredacted%3A0123456789abcdef%5D&state=s1&iss=https%3A%2F%2Fop.example.com";
    let back = only(request(back).opened());
    assert_eq!(back.kind, Kind::OauthAuthorizationResponse);
    back.says(&[("code", "[redacted:0123456789abcdef]"), ("state", "s1")]);
    let refused = "https://rp/cb?error=login_required&error_description=End-User+authentication+is+required&state=s1";
    let refused = only(request(refused).opened());
    assert_eq!((refused.kind, refused.get("error")), (Kind::OauthError, "login_required"));
}

#[test]
fn tokens_of_a_form_post_and_of_a_fragment_are_opened() {
    let id_token = token(
        r#"{"iss":"https://op","sub":"u1","aud":["c1","c2"],"exp":1795600800,"iat":1795597200,"auth_time":1795597100,"z":{"a":1}}"#,
    );
    let body = form(&[("id_token", &id_token), ("state", "s")]);
    let messages = request("https://rp/cb").body(FORM, &body);
    assert_eq!(kinds(&messages), [Kind::OauthAuthorizationResponse, Kind::Jwt]);
    messages[1].says(&[
        ("Found in", "id_token"),
        ("alg", "RS256"),
        ("kid", "k1"),
        ("iss", "https://op"),
        ("aud", "c1, c2"),
        ("exp", "1795600800 (2026-11-25T10:00:00Z)"),
        ("iat", "1795597200 (2026-11-25T09:00:00Z)"),
        ("auth_time", "1795597100 (2026-11-25T08:58:20Z)"),
    ]);
    assert!(messages[1].text.contains("\"claims\": {\n    \"iss\": \"https://op\""), "{}", messages[1].text);
    let location = format!("https://rp/cb#{body}");
    let sent = response("https://op/auth").header("Location", &location).opened();
    assert_eq!(kinds(&sent), [Kind::OauthAuthorizationResponse, Kind::Jwt]);
}

#[test]
fn token_requests_and_their_answers() {
    let body = "grant_type=authorization_code&code=%5Bredacted%3A0123456789abcdef%5D&client_id=c1&client_secret=%5Bredacted%3A1123456789abcdef%5D";
    let asked = only(request("https://op/token").body(FORM, body));
    assert_eq!(asked.kind, Kind::OauthTokenRequest);
    asked.says(&[("grant_type", "authorization_code"), ("client_secret", "[redacted:1123456789abcdef]")]);
    let given = format!(
        r#"{{"access_token":"[redacted:2123456789abcdef]","token_type":"Bearer","expires_in":3599,"scope":"openid","id_token":"{}"}}"#,
        token(r#"{"sub":"u1","email":"anna@example.com"}"#)
    );
    let given = response("https://op/token").body("application/json", &given);
    assert_eq!(kinds(&given), [Kind::OauthTokenResponse, Kind::Jwt]);
    given[0].says(&[("access_token", "[redacted:2123456789abcdef]"), ("expires_in", "3599")]);
    given[1].says(&[("email", "anna@example.com")]);
    let refused = r#"{"error":"invalid_grant","error_description":"grant request is invalid"}"#;
    let refused = only(response("https://op/token").body("application/json", refused));
    assert_eq!(refused.kind, Kind::OauthError);
    refused.says(&[("error", "invalid_grant"), ("error_description", "grant request is invalid")]);
}

#[test]
fn endpoints_that_their_paths_tell() {
    for (path, body, kind) in [
        ("par", "response_type=code&client_id=c&client_secret=x", Kind::OauthParRequest),
        ("oauth2/v1/revoke", "token=x&client_id=c", Kind::OauthRevocationRequest),
        ("introspect", "token=x", Kind::OauthIntrospectionRequest),
        ("devicecode", "client_id=c&scope=openid", Kind::OauthDeviceRequest),
        ("bc", "logout_token=x", Kind::OidcLogoutToken),
        ("orders", "token=x&amount=1", Kind::Form),
    ] {
        let url = format!("https://op.example.com/{path}");
        assert_eq!(only(request(&url).body(FORM, body)).kind, kind, "{path}");
    }
    for (path, body, kind) in [
        ("par", r#"{"request_uri":"urn:x","expires_in":60}"#, Kind::OauthParResponse),
        (
            "device",
            r#"{"device_code":"x","user_code":"y","verification_uri":"https://op/d"}"#,
            Kind::OauthDeviceResponse,
        ),
        ("introspect", r#"{"active":false}"#, Kind::OauthIntrospectionResponse),
        ("session/check", r#"{"active":true}"#, Kind::Json),
        ("userinfo", r#"{"sub":"u1"}"#, Kind::OidcUserinfo),
        ("users/1", r#"{"id":1,"active":true,"role":"x"}"#, Kind::Json),
    ] {
        let url = format!("https://op.example.com/{path}");
        assert_eq!(only(response(&url).body("application/json", body)).kind, kind, "{path}");
    }
}

#[test]
fn logouts_of_all_kinds() {
    let hint = token(r#"{"sub":"u1"}"#);
    let url =
        format!("https://op/end?{}", form(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://rp/")]));
    let messages = request(&url).opened();
    assert_eq!(kinds(&messages), [Kind::OidcLogoutRequest, Kind::Jwt]);
    let back = token(r#"{"sid":"s1","events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#);
    let back = only(request("https://rp/bc").body(FORM, &form(&[("logout_token", &back)])));
    assert_eq!(back.kind, Kind::OidcLogoutToken);
    back.says(&[("sid", "s1"), ("events", "http://schemas.openid.net/event/backchannel-logout")]);
    let front = only(request("https://rp/front?iss=https%3A%2F%2Fop&sid=s1").opened());
    assert_eq!(front.kind, Kind::OidcFrontchannelLogout);
}

#[test]
fn what_providers_publish() {
    let discovery = r#"{"issuer":"https://op","authorization_endpoint":"https://op/auth","jwks_uri":"https://op/keys","scopes_supported":["openid","email"]}"#;
    let discovery = only(response("https://op/.well-known/openid-configuration").body("application/json", discovery));
    assert_eq!(discovery.kind, Kind::OidcDiscovery);
    discovery.says(&[("issuer", "https://op"), ("scopes_supported", "openid, email")]);
    let keys = format!(
        r#"{{"keys":[{{"kty":"EC","kid":"k1","use":"sig","alg":"ES256","x5c":["{CERTIFICATE}"]}},{{"kty":"RSA","n":"x","e":"AQAB"}}]}}"#
    );
    let keys = only(response("https://op/keys").body("application/jwk-set+json", &keys));
    assert_eq!(keys.kind, Kind::Jwks);
    keys.says(&[
        ("Keys", "2"),
        ("Key k1", "kty EC, alg ES256, use sig"),
        ("Key k1 certificate subject", "C=DE, O=Example AG, CN=idp.example.com"),
        ("Key k1 certificate not after", "2036-11-22T10:35:50Z"),
        ("Key without kid", "kty RSA"),
    ]);
}

#[test]
fn headers_carry_messages_too() {
    let bearer = format!("Bearer {}", token(r#"{"scp":"User.Read"}"#));
    let called = only(request("https://api/").header("authorization", &bearer).opened());
    assert_eq!((called.kind, called.get("scp")), (Kind::Jwt, "User.Read"));
    let signed = r#"OAuth realm="1234_SB1", oauth_signature_method="HMAC-SHA256", oauth_timestamp="1795600800", oauth_nonce="a%2Bb""#;
    only(request("https://api/").header("Authorization", signed).opened()).says(&[
        ("realm", "1234_SB1"),
        ("oauth_timestamp", "1795600800 (2026-11-25T10:00:00Z)"),
        ("oauth_nonce", "a+b"),
    ]);
    let challenge = r#"Bearer realm="x", error="invalid_token", error_description="The access token expired""#;
    let refused = only(response("https://api/").header("WWW-Authenticate", challenge).opened());
    refused.says(&[
        ("Scheme", "Bearer"),
        ("error", "invalid_token"),
        ("error_description", "The access token expired"),
    ]);
    assert!(response("https://api/").header("WWW-Authenticate", "Basic realm=\"x\"").opened().is_empty());
}

#[test]
fn an_encrypted_token_keeps_its_header() {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let body = format!(r#"{{"id_token":"{header}.[redacted:0123456789abcdef]"}}"#);
    let messages = response("https://op/token").body("application/json", &body);
    assert_eq!(kinds(&messages), [Kind::OauthTokenResponse, Kind::Jwt]);
    messages[1].says(&[("enc", "A256GCM"), ("Encrypted", "yes")]);
}
