//! What identity services in the cloud send, by product: their secrets go, and what a reader looks for stays.

use super::case::{Carrier::*, case};

#[test]
fn entra_id() {
    case(
        Body("application/x-www-form-urlencoded"),
        "i13=0&login=anna%40example.com&loginfmt=anna%40example.com&type=11&LoginOptions=3&passwd=hunter%21&ps=2&canary=Kx8mQ2vN7pR4tW9zB3cF6hJ1%3D0%3A1&ctx=Kx8mQ2vN7pR4tW9zB3cF6hJ1Kx8mQ2vN7pR4tW9zB3cF6hJ1&hpgrequestid=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b&flowToken=mW_9-xKt4Zb7Qa2Lc8Vd3mW_9-xKt4Zb7Qa2Lc8Vd3&i19=24",
        &["hunter%21", "mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["anna%40example.com", "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"],
    );
    case(
        Body("text/html"),
        r#"<script>$Config={"fShowPersistentCookiesWarning":false,"urlPost":"/common/login","sFT":"mW_9-xKt4Zb7Qa2Lc8Vd3mW_9-xKt4Zb7Qa2Lc8Vd3","sFTName":"flowToken","canary":"Kx8mQ2vN7pR4tW9zB3cF6hJ1=0:1","apiCanary":"Kx8mQ2vN7pR4tW9zB3cF6hJ1x","sCtx":"abc","sErrorCode":"50126","correlationId":"4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b","sessionId":"4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b","iDefaultLoginOptions":1,"username":"anna@example.com"};</script>"#,
        &["mW_9-xKt4Zb7Qa2Lc8Vd3", "Kx8mQ2vN7pR4tW9zB3cF6hJ1="],
        &["50126", "anna@example.com", "/common/login"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "code=0.AXoAKx8mQ2vN7pR4tW9zB3cF6hJ1Kx8mQ2vN7pR4tW9zB3cF6hJ1&id_token=THE.JWT&state=abc.def&session_state=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b",
        &["0.AXoAKx8mQ2vN7pR4tW9zB3cF6hJ1", "THE.SIGNATURE"],
        &["state=abc.def", "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=THE.JWT&requested_token_use=on_behalf_of&client_id=4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b&client_secret=abc8Q~Kx8mQ2vN7pR4tW9zB3cF6hJ1abcdefgh",
        &["THE.SIGNATURE", "Kx8mQ2vN7pR4tW9zB3cF6hJ1abcdefgh"],
        &["on_behalf_of", "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "THE.CLAIMS"],
    );
    case(
        Text,
        "client secret abc8Q~Kx8mQ2vN7pR4tW9zB3cF6hJ1abcdefgh for app 4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b expired",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b"],
    );
    case(
        Body("application/json"),
        r#"{"displayName": "x", "secretText": "abc8Q~Kx8mQ2vN7pR4tW9zB3cF6hJ1abcdefgh", "hint": "abc", "keyId": "4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "endDateTime": "2028"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["4f1b8a3e-9c2d-4e7f-a1b5-6d8c0e2f3a4b", "2028"],
    );
    case(
        Body("application/json"),
        r#"{"token_type": "Bearer", "scope": "User.Read", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "THE.JWT", "refresh_token": "0.AXoAKx8mQ2vN7pR4tW9zB3cF6hJ1", "id_token": "THE.JWT", "client_info": "eyJ1aWQiOiIxMjMifQ"}"#,
        &["THE.SIGNATURE", "Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["User.Read", "eyJ1aWQiOiIxMjMifQ"],
    );
    case(
        Body("application/json"),
        r#"{"passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "hunter"}, "userPrincipalName": "anna@example.com", "mailNickname": "anna"}"#,
        &["hunter"],
        &["anna@example.com"],
    );
    case(
        Body("text/xml"),
        r#"<S:Envelope><S:Header><wsse:Security><wsse:UsernameToken wsu:Id="user"><wsse:Username>anna@example.com</wsse:Username><wsse:Password>hunter</wsse:Password></wsse:UsernameToken></wsse:Security></S:Header><S:Body><wst:RequestSecurityToken><wst:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</wst:TokenType></wst:RequestSecurityToken></S:Body></S:Envelope>"#,
        &["hunter"],
        &["anna@example.com", "urn:oasis:names:tc:SAML:1.0:assertion"],
    );
}

#[test]
fn adfs() {
    case(
        Body("application/x-www-form-urlencoded"),
        "UserName=ACME%5Canna&Password=hunter&AuthMethod=FormsAuthentication&Kmsi=true",
        &["hunter"],
        &["ACME%5Canna", "FormsAuthentication"],
    );
    case(
        Body("text/html"),
        r#"<html><body><form method="POST" name="hiddenform" action="https://sp/"><input type="hidden" name="wa" value="wsignin1.0" /><input type="hidden" name="wresult" value="&lt;t:RequestSecurityTokenResponse&gt;&lt;saml:Assertion AssertionID=_1&gt;&lt;saml:Attribute AttributeName=UPN&gt;&lt;saml:AttributeValue&gt;anna&lt;/saml:AttributeValue&gt;&lt;/saml:Attribute&gt;&lt;ds:SignatureValue&gt;U0lH&lt;/ds:SignatureValue&gt;&lt;/saml:Assertion&gt;&lt;e:CipherValue&gt;Kx8mQ2vN7pR4tW9zB3cF6hJ1&lt;/e:CipherValue&gt;&lt;/t:RequestSecurityTokenResponse&gt;" /><input type="hidden" name="wctx" value="rm=0&amp;id=passive" /><noscript><p>Script is disabled.</p></noscript></form><script>window.setTimeout("document.forms[0].submit()", 0);</script></body></html>"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["wsignin1.0", "UPN", "U0lH", "rm=0&amp;id=passive"],
    );
}

#[test]
fn google() {
    case(
        Body("application/json"),
        r#"{"access_token": "ya29.a0AfH6SMBKx8mQ2vN7pR4tW9zB3cF6hJ1", "expires_in": 3599, "refresh_token": "1//0gKx8mQ2vN7pR4tW9zB3cF6hJ1", "scope": "openid https://www.googleapis.com/auth/userinfo.email", "token_type": "Bearer", "id_token": "THE.JWT"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "THE.SIGNATURE"],
        &["userinfo.email"],
    );
    case(
        Url,
        "https://rp/cb?state=xyz&code=4%2F0AeaYSHCKx8mQ2vN7pR4tW9zB3cF6hJ1&scope=email+openid&authuser=0&hd=example.com&prompt=none",
        &["0AeaYSHCKx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["authuser=0", "hd=example.com"],
    );
    case(
        Body("application/json"),
        r#"{"type": "service_account", "project_id": "p", "private_key_id": "f3a9c1d7e5b2408693acde10f2b4d6e8", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\n", "client_email": "x@p.iam", "client_id": "1234567890", "token_uri": "https://oauth2.googleapis.com/token"}"#,
        &["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"],
        &["f3a9c1d7e5b2408693acde10f2b4d6e8", "x@p.iam", "https://oauth2.googleapis.com/token"],
    );
    case(
        Body("application/json"),
        r#"{"web": {"client_id": "x.apps.googleusercontent.com", "client_secret": "GOCSPX-Kx8mQ2vN7pR4tW9zB3cF6hJ1", "redirect_uris": ["https://rp/cb"]}}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["x.apps.googleusercontent.com"],
    );
    case(
        Header("Authorization"),
        "SAPISIDHASH 1690000000_f3a9c1d7e5b2408693acde10f2b4d6e8",
        &["f3a9c1d7e5b2408693acde10f2b4d6e8"],
        &[],
    );
    case(
        Url,
        "https://identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe",
        &["AIzaSyDaGmWKa4JsXZ"],
        &[],
    );
    case(
        Body("application/json"),
        r#"{"idToken": "THE.JWT", "email": "anna@example.com", "refreshToken": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "expiresIn": "3600", "localId": "tRcfmLH7"}"#,
        &["THE.SIGNATURE", "Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["3600", "tRcfmLH7"],
    );
}

#[test]
fn auth0() {
    case(
        Body("application/json"),
        r#"{"client_id": "c1", "username": "anna@example.com", "password": "hunter", "realm": "Username-Password-Authentication", "credential_type": "http://auth0.com/oauth/grant-type/password-realm"}"#,
        &["hunter"],
        &["c1", "anna@example.com", "password-realm"],
    );
    case(
        Body("application/json"),
        r#"{"login_ticket": "Kx8mQ2vN7pR4tW9zB3cF6hJ1", "co_verifier": "mW_9-xKt4Zb7Qa2Lc8Vd3", "co_id": "x1"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "mW_9-xKt4Zb7Qa2Lc8Vd3"],
        &["x1"],
    );
    case(
        Url,
        "https://acme.auth0.com/authorize?client_id=c&response_type=token&login_ticket=Kx8mQ2vN7pR4tW9zB3cF6hJ1&nonce=n",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["nonce=n"],
    );
    case(
        Body("application/json"),
        r#"{"mfa_token": "Fe26.2**Kx8mQ2vN7pR4tW9zB3cF6hJ1", "error": "mfa_required", "error_description": "Multifactor authentication required"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &["mfa_required", "Multifactor authentication required"],
    );
    case(
        Body("application/x-www-form-urlencoded"),
        "grant_type=http%3A%2F%2Fauth0.com%2Foauth%2Fgrant-type%2Fmfa-oob&mfa_token=Kx8mQ2vN7pR4tW9zB3cF6hJ1&oob_code=mW_9-xKt4Zb7Qa2Lc8Vd3&binding_code=482913",
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1", "mW_9-xKt4Zb7Qa2Lc8Vd3", "482913"],
        &["mfa-oob"],
    );
    case(
        Body("application/json"),
        r#"{"ticket": "https://acme.auth0.com/lo/reset?ticket=Kx8mQ2vN7pR4tW9zB3cF6hJ1#"}"#,
        &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"],
        &[],
    );
    case(Body("application/json"), r#"{"ticket": "Kx8mQ2vN7pR4tW9zB3cF6hJ1"}"#, &["Kx8mQ2vN7pR4tW9zB3cF6hJ1"], &[]);
    case(
        Body("application/json"),
        r#"{"recovery_codes": ["ABCD1234EFGH5678"], "barcode_uri": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=a", "secret": "JBSWY3DPEHPK3PXP"}"#,
        &["ABCD1234EFGH5678", "JBSWY3DPEHPK3PXP"],
        &[],
    );
}
