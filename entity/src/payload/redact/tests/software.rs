//! What identity software sends, by product: its secrets go, and what a reader looks for stays.

use super::case::{Carrier::*, case};

#[test]
fn keycloak() {
    case(
        Body("text/html"),
        r#"<!DOCTYPE html><html><body><form id="kc-form-login" onsubmit="login.disabled = true; return true;" action="https://kc.example/realms/acme/login-actions/authenticate?session_code=Kx8mQ2vN7pR4tW9zB3cF6hJ1&amp;execution=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b&amp;client_id=crm&amp;tab_id=Zx81kq_2Jw8&amp;client_data=eyJydSI6Imh0dHBzOi8vY3JtIn0" method="post"><input tabindex="2" id="username" name="username" value="anna" type="text"/><input id="password" name="password" type="password" autocomplete="off"/><input type="hidden" id="id-hidden-input" name="credentialId"/></form></body></html>"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "Zx81kq_2Jw8", r#"value="anna""#, "client_id=crm"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "username=anna%40example.com&password=P%40ssw0rd%21+x&credentialId=",
        &["P%40ssw0rd"],
        &["anna%40example.com"],
    );
    case(
        Header("Set-Cookie"),
        "KEYCLOAK_IDENTITY=THE.JWT; Version=1; Path=/realms/acme/; SameSite=None; Secure; HttpOnly",
        &["THE.SIGNATURE", "THE.CLAIMS"],
        &["KEYCLOAK_IDENTITY=", "Path=/realms/acme/"],
    );
    case(
        Header("Location"),
        "https://crm.example/cb?state=Qk3vT9qLr8&session_state=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b&iss=https%3A%2F%2Fkc.example%2Frealms%2Facme&code=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b.4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b.c0ffee00-1111-2222-3333-444455556666",
        &["c0ffee00-1111"],
        &["state=Qk3vT9qLr8", "iss=https"],
    );
    case(
        Url,
        "https://kc.example/realms/acme/login-actions/action-token?key=THE.JWT&execution=x",
        &["THE.SIGNATURE"],
        &["THE.CLAIMS"],
    );
    case(
        Url,
        "https://kc.example/realms/acme/protocol/openid-connect/logout?id_token_hint=THE.JWT&post_logout_redirect_uri=https%3A%2F%2Fcrm",
        &["THE.SIGNATURE"],
        &["THE.CLAIMS", "post_logout_redirect_uri=https"],
    );
    case(
        Body("application/json"),
        r#"{"access_token": "THE.JWT", "expires_in": 300, "refresh_expires_in": 1800, "refresh_token": "THE.JWT", "token_type": "Bearer", "id_token": "THE.JWT", "not-before-policy": 0, "session_state": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "scope": "openid email"}"#,
        &["THE.SIGNATURE"],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "openid email", "1800", "THE.CLAIMS"],
    );
    case(
        Body("application/json"),
        r#"{"id": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "type": "password", "userLabel": "x", "createdDate": 1, "secretData": "{\"value\": \"H1a2s3h4==\", \"salt\": \"c2FsdA==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 27500, \"algorithm\": \"pbkdf2-sha256\"}"}"#,
        &["H1a2s3h4"],
        &["pbkdf2-sha256", "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"],
    );
    case(
        Body("application/json"),
        r#"{"clientId": "crm", "secret": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "registrationAccessToken": "THE.JWT", "redirectUris": ["https://crm/*"], "attributes": {"client.secret.creation.time": "1690000000", "saml.signing.private.key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "saml.signing.certificate": "MIICmz"}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "THE.SIGNATURE", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"],
        &["1690000000", "MIICmz", "https://crm/*"],
    );
    case(
        Body("application/json"),
        r#"{"providerId": "ldap", "config": {"bindCredential": ["hunter"], "bindDn": ["cn=admin"], "connectionUrl": ["ldap://h"]}}"#,
        &["hunter"],
        &["cn=admin", "ldap://h"],
    );
    case(
        Body("application/json"),
        r#"{"error": "invalid_user_credentials", "type": "LOGIN_ERROR", "realmId": "acme", "clientId": "crm", "userId": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "ipAddress": "10.0.0.1", "details": {"auth_method": "openid-connect", "auth_type": "code", "redirect_uri": "https://crm/cb", "code_id": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "username": "anna"}}"#,
        &[],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "10.0.0.1", r#""code""#, "anna"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "grant_type=authorization_code&code=Kx8mQ2vN7pR4tW9zB3cF6hJ1&redirect_uri=https%3A%2F%2Fcrm%2Fcb&client_id=crm&client_secret=hunter&code_verifier=mW_9-xKt4Zb7Qa2Lc8Vd3mW_9-xKt4Zb7Qa2Lc8Vd3",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "hunter", "mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["redirect_uri=https%3A%2F%2Fcrm%2Fcb", "client_id=crm"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "otp=482913&selectedCredentialId=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b&login=Sign+In",
        &["482913"],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "totp=482913&mode=manual&totpSecret=JBSWY3DPEHPK3PXP&userLabel=phone",
        &["482913", "JBSWY3DPEHPK3PXP"],
        &["userLabel=phone"],
    );
    case(
        Url,
        "otpauth://totp/acme:anna?secret=JBSWY3DPEHPK3PXP&issuer=acme&digits=6",
        &["JBSWY3DPEHPK3PXP"],
        &["issuer=acme"],
    );
}

#[test]
fn simplesamlphp() {
    case(
        Body("application/x-www-form-urlencoded"),
        "username=anna&password=hunter&AuthState=_f3a9c1d7e5b2408693acde10f2b4d6e8%3Ahttps%3A%2F%2Fidp%2Fsaml2%2Fidp%2FSSOService.php%3Fspentityid%3Dsp",
        &["hunter"],
        &["AuthState=_"],
    );
    case(
        Header("Set-Cookie"),
        "SimpleSAMLAuthToken=_f3a9c1d7e5b2408693acde10f2b4d6e8; path=/; secure; HttpOnly",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &[],
    );
    case(
        Url,
        "/simplesaml/module.php/core/loginuserpass.php?AuthState=_f3a9c1d7e5b2408693acde10f2b4d6e8%3Ax",
        &[],
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
    );
}

#[test]
fn shibboleth() {
    case(
        Body("application/x-www-form-urlencoded"),
        "csrf_token=_f3a9c1d7e5b2408693acde10f2b4d6e8&j_username=anna&j_password=hunter&_eventId_proceed=",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "hunter"],
        &["j_username=anna", "_eventId_proceed"],
    );
    case(
        Header("Cookie"),
        "shib_idp_session=f3a9c1d7e5b2408693acde10f2b4d6e8; _shibsession_64656661=_f3a9c1d7e5b2408693acde10f2b4d6e8; JSESSIONID=node0Kx8mQ2vN7pR4tW9zB3cF6hJ1.node0",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["_shibsession_64656661="],
    );
}

#[test]
fn okta() {
    case(
        Body("application/json"),
        r#"{"username": "anna@example.com", "password": "hunter", "options": {"multiOptionalFactorEnroll": true}}"#,
        &["hunter"],
        &["anna@example.com"],
    );
    case(
        Body("application/json"),
        r#"{"expiresAt": "2026-01-01T00:05:00.000Z", "status": "SUCCESS", "sessionToken": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "_embedded": {"user": {"id": "00ub0oNGTSWTBKOLGLNR", "passwordChanged": "2026-01-01", "profile": {"login": "anna@example.com", "locale": "en"}}}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["00ub0oNGTSWTBKOLGLNR", "anna@example.com"],
    );
    case(
        Url,
        "https://acme.okta.com/login/sessionCookieRedirect?checkAccountSetupComplete=true&token=Kx8mQ2vN7pR4tW9zB3cF6hJ1&redirectUrl=https%3A%2F%2Fx",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["redirectUrl=https"],
    );
    case(
        Body("application/json"),
        r#"{"identifier": "anna@example.com", "stateHandle": "02.id.Kx8mQ2vN7pR4tW9zB3cF6hJ1~c.x", "credentials": {"passcode": "hunter"}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "hunter"],
        &["anna@example.com"],
    );
    case(
        Body("application/json"),
        r#"{"version": "1.0.0", "stateHandle": "02.id.Kx8mQ2vN7pR4tW9zB3cF6hJ1", "expiresAt": "2026", "intent": "LOGIN", "remediation": {"type": "array", "value": [{"rel": ["create-form"], "name": "challenge-authenticator", "href": "https://acme.okta.com/idp/idx/challenge/answer", "method": "POST", "value": [{"name": "credentials", "type": "object", "form": {"value": [{"name": "passcode", "label": "Password", "secret": true}]}, "required": true}, {"name": "stateHandle", "required": true, "value": "02.id.Kx8mQ2vN7pR4tW9zB3cF6hJ1", "visible": false}]}]}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["challenge-authenticator", "/idp/idx/challenge/answer", "Password"],
    );
    case(
        Body("application/json"),
        r#"{"grant_type": "interaction_code", "interaction_code": "mW_9-xKt4Zb7Qa2Lc8Vd3", "client_id": "0oa1", "code_verifier": "mW_9-xKt4Zb7Qa2Lc8Vd3"}"#,
        &["mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["0oa1"],
    );
    case(Header("Authorization"), "SSWS 00abcDEF-ghiJKL_mnoPQR123456789stuvwxyzABC", &["00abcDEF-ghi"], &["SSWS"]);
    case(
        Body("application/json"),
        r#"{"factorType": "question", "provider": "OKTA", "profile": {"question": "disliked_food", "questionText": "What is the food you least liked?", "answer": "mayonnaise"}}"#,
        &["mayonnaise"],
        &["disliked_food", "least liked"],
    );
    case(
        Body("application/json"),
        r#"{"answer": "mayonnaise", "stateToken": "Kx8mQ2vN7pR4tW9zB3cF6hJ1"}"#,
        &["mayonnaise", "Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &[],
    );
    case(
        Body("application/json"),
        r#"{"factorType": "token:software:totp", "_embedded": {"activation": {"timeStep": 30, "sharedSecret": "JBTWGV22G4ZGKV3N", "encoding": "base32", "qrcode": {"href": "https://acme.okta.com/qr"}}}}"#,
        &["JBTWGV22G4ZGKV3N"],
        &["base32", "https://acme.okta.com/qr"],
    );
    case(
        Body("application/json"),
        r#"{"credentials": {"oauthClient": {"client_secret": "mW_9-xKt4Zb7Qa2Lc8Vd3", "client_id": "0oa", "autoKeyRotation": true, "token_endpoint_auth_method": "client_secret_basic"}, "signing": {"kid": "k1"}, "userNameTemplate": {"template": "${source.login}", "type": "BUILT_IN"}}}"#,
        &["mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["client_secret_basic", "${source.login}", "BUILT_IN"],
    );
    case(
        Body("application/json"),
        r#"{"credentials": {"password": {"value": "hunter", "hash": {"algorithm": "BCRYPT", "workFactor": 10, "salt": "rwh>3Yjp%5Bq", "value": "DHXMtaPvqa6yv"}}, "provider": {"type": "IMPORT", "name": "IMPORT"}}}"#,
        &["hunter", "DHXMtaPvqa6yv"],
        &["IMPORT"],
    );
}
