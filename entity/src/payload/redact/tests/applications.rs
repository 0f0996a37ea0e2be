//! What applications, pages, logs and files of settings hold: their secrets go, and what a reader looks for stays.

use super::case::{Carrier::*, case};

#[test]
fn netsuite() {
    case(
        Body("application/x-www-form-urlencoded"),
        "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=THE.JWT",
        &["THE.SIGNATURE"],
        &["THE.CLAIMS", "jwt-bearer"],
    );
    case(
        Header("WWW-Authenticate"),
        r#"OAuth realm="1234567", error="token_rejected", error_description="Invalid login attempt.""#,
        &[],
        &["1234567", "token_rejected"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "oauth_consumer_key=f3a9c1d7e5b2408693acde10f2b4d6e8&oauth_token=Kx8mQ2vN7pR4tW9zB3cF6hJ1&oauth_signature_method=HMAC-SHA256&oauth_timestamp=1690000000&oauth_nonce=abcNonce&oauth_version=1.0&oauth_signature=abc%2Bdef%3D",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "abc%2Bdef"],
        &["HMAC-SHA256", "1690000000", "abcNonce"],
    );
    case(
        Body("text/xml"),
        "<platformMsgs:ssoPassport><platformCore:authenticationToken>f3a9c1d7e5b2408693acde10f2b4d6e8</platformCore:authenticationToken><platformCore:partnerId>7</platformCore:partnerId></platformMsgs:ssoPassport>",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &["7"],
    );
    case(
        Body("application/json"),
        r#"{"tokenId": "f3a9c1d7e5b2408693acde10f2b4d6e8", "tokenSecret": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "consumerKey": "8e6d4b2f01edca3968042b5e7d1c9a3f", "consumerSecret": "mW_9-xKt4Zb7Qa2Lc8Vd3", "account": "1234567"}"#,
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["1234567"],
    );
}

#[test]
fn salesforce() {
    case(
        Body("application/x-www-form-urlencoded"),
        "grant_type=password&client_id=3MVG9Kx8mQ2vN7pR4tW9zB3cF6hJ1&client_secret=f3a9c1d7e5b2408693acde10f2b4d6e8&username=anna%40example.com&password=hunterKx8mQ2vN7pR4tW9zB3cF6hJ1",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "hunter"],
        &["anna%40example.com"],
    );
    case(
        Body("application/json"),
        r#"{"access_token": "00D50000000IZ3Z!AQ0AQDpEDKYsn7ioKug2aSmgCjgrPjG9eRLza8jXWoW7uA", "instance_url": "https://x.my.salesforce.com", "id": "https://login.salesforce.com/id/00D50000000IZ3Z/00550000001fg5O", "token_type": "Bearer", "issued_at": "1278448101416", "signature": "CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk4J2urAe+fVg="}"#,
        &["AQ0AQDpEDKYsn7"],
        &["https://x.my.salesforce.com", "00550000001fg5O", "1278448101416"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "un=anna%40example.com&width=1440&hasRememberUn=true&startURL=&loginURL=&username=anna%40example.com&pw=hunter&Login=Log+In",
        &["hunter"],
        &["anna%40example.com"],
    );
}

#[test]
fn scim() {
    case(Header("Authorization"), "Bearer Kx8mQ2vN7pR4tW9zB3cF6hJ1", &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"], &[]);
    case(
        Body("application/json"),
        r#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "externalId": "701984", "userName": "anna@example.com", "active": true, "meta": {"resourceType": "User", "version": "W/\"e180ee84f0671b1\"", "location": "https://h/Users/4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"}}"#,
        &[],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "701984", "e180ee84f0671b1"],
    );
    case(
        Body("application/json"),
        r#"{"Operations": [{"op": "add", "value": {"password": "hunter", "active": false}}]}"#,
        &["hunter"],
        &[],
    );
    case(
        Body("application/json"),
        r#"{"Operations": [{"method": "POST", "path": "/Users", "bulkId": "q", "data": {"userName": "anna", "password": "hunter"}}]}"#,
        &["hunter"],
        &["/Users", "anna"],
    );
}

#[test]
fn other_products() {
    case(
        Url,
        "https://forum/session/sso_login?sso=bm9uY2U9Y2I2ODI1MWVlZmI1MjExZTU4YzAwZmYxMzk1ZjBjMGImZW1haWw9YW5uYUBleGFtcGxlLmNvbQ%3D%3D&sig=f3a9c1d7e5b2408693acde10f2b4d6e8f3a9c1d7e5b2408693acde10f2b4d6e8",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &[],
    );
    case(
        Url,
        "https://acme.zendesk.com/access/jwt?jwt=THE.JWT&return_to=https%3A%2F%2Fx",
        &["THE.SIGNATURE"],
        &["return_to=https"],
    );
    case(Url, "https://api-x.duosecurity.com/oauth/v1/authorize?request=THE.JWT&client_id=DI", &["THE.SIGNATURE"], &[]);
    case(
        Url,
        "https://rp/duo?state=abc&duo_code=Kx8mQ2vN7pR4tW9zB3cF6hJ1",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["state=abc"],
    );
}

#[test]
fn pages_and_scripts() {
    case(
        Body("text/html; charset=utf-8"),
        r#"<html><head><title>Submit this form</title></head><body onload="document.forms[0].submit()"><form method="post" action="https://rp/cb"><input type="hidden" name="code" value="Kx8mQ2vN7pR4tW9zB3cF6hJ1"/><input type="hidden" name="id_token" value="THE.JWT"/><input type="hidden" name="state" value="f3a9c1d7e5b2408693acde10f2b4d6e8"/></form></body></html>"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "THE.SIGNATURE"],
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "THE.CLAIMS"],
    );
    case(
        Body("text/html"),
        "<form method=\"post\" action=\"https://rp/cb\">\n<input type=hidden name=code value=Kx8mQ2vN7pR4tW9zB3cF6hJ1><input type=hidden name=state value=f3a9c1d7e5b2408693acde10f2b4d6e8></form>",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
    );
    case(
        Body("text/html"),
        r#"<a href="https://h/u/reset?token=Kx8mQ2vN7pR4tW9zB3cF6hJ1&amp;u=anna">reset</a><a href='/verify?code=f3a9c1d7e5b2408693acde10f2b4d6e8'>v</a>"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &["u=anna"],
    );
    case(
        Body("text/html"),
        "<script>\n  window.token = 'Kx8mQ2vN7pR4tW9zB3cF6hJ1';\n  var state = 'f3a9c1d7e5b2408693acde10f2b4d6e8';\n  sessionStorage.setItem(\"id_token\", \"THE.JWT\");\n  fetch('/api', {headers: {'X-CSRF-Token': 'mW_9-xKt4Zb7Qa2Lc8Vd3', Authorization: 'Bearer Kx8mQ2vN7pR4tW9zB3cF6hJ1'}});\n</script>",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "THE.SIGNATURE", "mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
    );
    case(
        Body("text/html"),
        "<script>function f(token, password) { if (password == null || token === undefined) return token.length; this.token = token; const password = getPassword(); let x = { password: password, token: token, secret: config.secret }; }</script><p>Enter password: at least 8 letters.</p>",
        &[],
        &[
            "if (password == null || token === undefined) return token.length",
            "this.token = token;",
            "password = getPassword();",
            "{ password: password, token: token, secret: config.secret }",
            "Enter password: at least 8 letters.",
        ],
    );
    case(
        Body("application/javascript"),
        "export const tokenUrl='/token', passwordRules={min:8}; const headers = { Authorization: `Bearer ${token}` };",
        &[],
        &["tokenUrl='/token'", "Bearer ${token}"],
    );
    case(
        Body("text/css"),
        ".password{color:red} .token:hover{x:y} input[type=password]{border:1}",
        &[],
        &[".password{color:red} .token:hover{x:y} input[type=password]{border:1}"],
    );
    case(
        Body("application/xml"),
        r#"<md:EntityDescriptor entityID="x"><md:KeyDescriptor use="signing"><ds:X509Certificate>MIIC</ds:X509Certificate></md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat><md:AttributeService><md:RequestedAttribute FriendlyName="password" Name="urn:x" isRequired="false"/></md:AttributeService></md:EntityDescriptor>"#,
        &[],
        &["MIIC", "emailAddress", r#"isRequired="false""#],
    );
    case(
        Body("application/xml"),
        r#"<xs:schema><xs:element name="password" type="xs:string" minOccurs="0"/><xs:element name="token"><xs:annotation><xs:documentation>The token to use.</xs:documentation></xs:annotation></xs:element></xs:schema>"#,
        &[],
        &[r#"type="xs:string""#],
    );
}

#[test]
fn documents() {
    case(
        Body("application/json"),
        r#"{"openapi": "3.0.0", "components": {"schemas": {"Login": {"type": "object", "required": ["username", "password"], "properties": {"username": {"type": "string"}, "password": {"type": "string", "format": "password", "description": "The password of the user", "example": "x"}}}}, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}}"#,
        &[],
        &["The password of the user", r#""string""#],
    );
    case(
        Body("application/json"),
        r#"{"errors": [{"field": "password", "message": "is too short", "code": "MIN_LENGTH"}, {"path": "token", "value": null, "msg": "Invalid token"}]}"#,
        &[],
        &["is too short", "MIN_LENGTH", "Invalid token"],
    );
    case(
        Body("application/json"),
        r#"{"message": "Password reset e-mail sent", "passwordResetRequired": "yes", "resetPasswordUrl": "https://h/reset", "token_count": "12", "keys": [{"kty": "RSA", "kid": "sig-2026-01-01", "n": "abc", "e": "AQAB", "x5c": ["MIIC"]}]}"#,
        &[],
        &["Password reset e-mail sent", "https://h/reset", "sig-2026-01-01", "MIIC"],
    );
    case(
        Body("application/json"),
        r#"{"data": {"viewer": {"name": "anna"}, "login": {"token": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "user": {"id": "VXNlcjox"}}}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["VXNlcjox", "anna"],
    );
    case(
        Body("application/json"),
        r#"{"log": {"entries": [{"request": {"headers": [{"name": "Authorization", "value": "Bearer Kx8mQ2vN7pR4tW9zB3cF6hJ1"}, {"name": "Cookie", "value": "a=f3a9c1d7e5b2408693acde10f2b4d6e8"}], "queryString": [{"name": "code", "value": "mW_9-xKt4Zb7Qa2Lc8Vd3"}, {"name": "state", "value": "st"}], "postData": {"text": "password=hunter", "params": [{"name": "password", "value": "hunter"}]}, "cookies": [{"name": "a", "value": "f3a9c1d7e5b2408693acde10f2b4d6e8"}]}}]}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "f3a9c1d7e5b2408693acde10f2b4d6e8", "hunter"],
        &["st"],
    );
    case(
        Body("application/json"),
        r#"{"env": {"DB_URL": "postgres://anna:hunter@h/db", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "PATH": "/bin"}}"#,
        &["hunter", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI"],
        &["/bin"],
    );
}

#[test]
fn logs_settings_and_errors() {
    case(
        Body("text/plain"),
        "POST /oauth2/token HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: sid=Kx8mQ2vN7pR4tW9zB3cF6hJ1\r\n\r\ngrant_type=refresh_token&refresh_token=f3a9c1d7e5b2408693acde10f2b4d6e8&client_id=c",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &["client_id=c", "Host: h"],
    );
    case(
        Body("text/plain"),
        "2026-01-01 INFO user=anna password=hunter ip=10.0.0.1\n2026-01-01 WARN token: Kx8mQ2vN7pR4tW9zB3cF6hJ1 expired\n2026-01-01 ERROR [auth] Cookie: JSESSIONID=f3a9c1d7e5b2408693acde10f2b4d6e8\n",
        &["hunter", "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &["ip=10.0.0.1", "expired"],
    );
    case(Body("text/plain"), "[client]\nuser=anna\npassword=\"hun ter\"\n", &["hun ter"], &["user=anna"]);
    case(
        Body("text/plain"),
        "spring:\n  datasource:\n    username: sa\n    password: hunter\n  security:\n    oauth2:\n      client-secret: '{noop}hunter'\n",
        &["hunter"],
        &["username: sa"],
    );
    case(
        Body("text/plain"),
        "Password: required\nToken: expired\nSecret: missing\n",
        &[],
        &["Password: required", "Token: expired", "Secret: missing"],
    );
    case(Text, "invalid code_verifier 'Kx8mQ2vN7pR4tW9zB3cF6hJ1'", &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"], &[]);
    case(Text, "JSESSIONID=Kx8mQ2vN7pR4tW9zB3cF6hJ1", &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"], &[]);
    case(
        Text,
        r#"Error: Request failed {"config":{"headers":{"Authorization":"Bearer Kx8mQ2vN7pR4tW9zB3cF6hJ1"},"data":"client_secret=hunter&code=f3a9c1d7e5b2408693acde10f2b4d6e8&grant_type=x"}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "hunter", "f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &[],
    );
    case(
        Text,
        r#"{\"access_token\":\"Kx8mQ2vN7pR4tW9zB3cF6hJ1\",\"user\":\"anna\"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["anna"],
    );
    case(
        Text,
        "PKCE verification failed: expected S256 challenge E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        &[],
        &["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
    );
    case(
        Text,
        r#"curl -X POST https://h/token -d 'grant_type=password&password=hunter' -H "X-API-Key: Kx8mQ2vN7pR4tW9zB3cF6hJ1""#,
        &["hunter", "Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["grant_type=password&"],
    );
    case(
        Text,
        "GET /cb?code=Kx8mQ2vN7pR4tW9zB3cF6hJ1&state=s 500 12ms",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["state=s", "500 12ms"],
    );
    case(
        Text,
        "at com.x.Token.parse(Token.java:12) password.check(Password.kt:3) secret-manager/v1/secrets/db-password",
        &[],
        &["com.x.Token.parse(Token.java:12) password.check(Password.kt:3) secret-manager/v1/secrets/db-password"],
    );
    case(
        Text,
        "AADSTS700016: Application with identifier 'c0ffee00-0000-0000-0000-000000000000' was not found. Trace ID: 0f0f0f0f-1111-2222-3333-444444444444 Correlation ID: 0a0a0a0a-1111-2222-3333-444444444444 Timestamp: 2026-01-01 00:00:00Z",
        &[],
        &["c0ffee00-0000-0000-0000-000000000000", "0f0f0f0f-1111-2222-3333-444444444444"],
    );
}
