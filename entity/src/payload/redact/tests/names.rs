//! Every name of a secret, in every carrier; and names that only look like one.

use super::{body, form, header, json, nested::encoded, redactor, text, url};

/// As they are spelt by those who send them.
const NAMES: &str = "password Password PASSWORD passwd pwd user_pass new-password newPassword password-new password-confirm confirm_password \
     passwordConfirm oldPassword currentPassword j_password os_password db.password spring.datasource.password \
     passwordHash password2 Passwort kennwort senha motdepasse userPassword unicodePwd passphrase keyPassphrase \
     keystorePassword client_secret clientSecret Client-Secret client.secret CLIENT_SECRET consumer_secret appSecret \
     secretText sharedSecret webhook_secret secretKey aws_secret_access_key SecretAccessKey SessionToken SecretString \
     clientSecretValue bindCredential secretData access_token accessToken Access-Token refresh_token id_token \
     id_token_hint logout_token device_code subject_token actor_token registration_access_token oauth_token \
     oauth_token_secret tokenSecret api_token auth_token authenticationToken stateToken mfa_token recoveryToken \
     flowToken code_verifier oauth_verifier interaction_code pre-authorized_code duo_code auth_code oob_code \
     client_assertion assertion api_key apiKey API-KEY x-api-key app_key Ocp-Apim-Subscription-Key functions-key \
     accountKey SharedAccessKey private_key privateKeyPem encryption_key signingKey mac_key otp totp otp_code smsCode \
     verification_code mfaCode oneTimePassword passcode pin recovery_code backupCode activation_code resetCode \
     two_factor_code 2fa_code reset_password_token token_hash csrf_token csrfmiddlewaretoken _csrf \
     __RequestVerificationToken xsrf-token JSESSIONID PHPSESSID ASP.NET_SessionId session_id X-Amz-Signature \
     X-Amz-Security-Token sig SharedAccessSignature openid.sig securityAnswer SAMLart x-ms-RefreshTokenCredential \
     PasswordDigest jwt bearer_token atl_token";

#[test]
fn a_secret_goes_by_its_name_in_every_carrier() {
    for name in NAMES.split_ascii_whitespace() {
        let secret = "s3crZk3vT9qLr8WxY2mN5bA7cD1e";
        let field = encoded(name);
        let mut all = vec![
            json(&format!(r#"{{"user":"anna","a":[{{"x":{{"{name}":"{secret}"}}}}]}}"#)),
            json(&serde_json::json!({ "user": "anna", "a": format!(r#"{{"{name}":"{secret}"}}"#) }).to_string()),
            json(&format!(r#"{{"user":"anna","list":[{{"value":"{secret}","name":"{name}"}}]}}"#)),
            json(&format!(r#"{{"user":"anna","Operations":[{{"op":"replace","path":"{name}","value":"{secret}"}}]}}"#)),
            form(&format!("user=anna&{field}={secret}&x=1")),
            form(&format!("user=anna&payload={}", encoded(&format!(r#"{{"{name}":"{secret}"}}"#)))),
            url(&format!("https://h.example/p?user=anna&{field}={secret}")),
            url(&format!("https://h.example/p#user=anna&{field}={secret}")),
            body("text/xml", &format!("<r><user>anna</user><add key='{name}' value='{secret}'/></r>")),
            body("text/xml", &format!("<r><user>anna</user><field Name='{name}'><v>{secret}</v></field></r>")),
            body("text/xml", &format!("<r><user>anna</user><m><name>{name}</name><value>{secret}</value></m></r>")),
            body("text/html", &format!(r#"<p>anna<input type="hidden" id="x" name="{name}" value="{secret}">"#)),
            body("text/html", &format!(r#"<script>var c = {{"user":"anna", "{name}" : '{secret}'}};</script>"#)),
            body("text/plain", &format!("user=anna\n{name}={secret}\nx=1")),
            body("application/yaml", &format!("user: anna\n{name}: {secret}\n")),
            body(
                "multipart/form-data; boundary=b",
                &format!(
                    "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{secret}\r\n--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nanna\r\n--b--\r\n"
                ),
            ),
            text(&format!("anna failed with {name}=\"{secret}\", gave up")),
            format!("anna {}", header(name, secret)),
        ];
        if !name.starts_with(|first: char| first.is_ascii_digit()) {
            let prefixed = format!("<r xmlns:p='u'><user>anna</user><p:{name}><![CDATA[{secret}]]></p:{name}></r>");
            all.extend([body("text/xml", &prefixed), body("text/xml", &format!("<r {name}='{secret}' user='anna'/>"))]);
        }
        for redacted in all {
            assert!(!redacted.contains(secret) && redacted.contains("anna"), "{name}: {redacted}");
        }
    }
}

#[test]
fn words_are_secrets_where_only_a_secret_can_stand() {
    for name in ["password", "new-password", "client_secret", "token", "otp", "api_key"] {
        for given in [
            format!("[db]\nuser = anna\n{name} = hunter\nhost = h\n"),
            format!("db:\n  user: anna\n  {name}: hunter\n  host: h\n"),
            format!("cmd --user anna --{name}=hunter"),
            format!("cmd --user anna --{name} hunter2"),
            format!("user=anna\nexport {}='hunter'", name.to_uppercase()),
        ] {
            let redacted = body("text/plain", &given);
            assert!(!redacted.contains("hunter") && redacted.contains("anna"), "{redacted}");
        }
    }
    for same in ["Password: required\nToken: expired\nSecret: missing\n", "use --token or --password to sign in"] {
        assert_eq!(body("text/plain", same), same);
    }
}

#[test]
fn numbers_and_lists_of_secrets_go() {
    for (given, gone) in [
        (r#"{"otp":482913}"#, "482913"),
        (r#"{"pin":[482913]}"#, "482913"),
        (r#"{"recovery_codes":["8F3K-22LQ"]}"#, "8F3K"),
        (r#"{"passwords":["hunter"]}"#, "hunter"),
        (r#"{"name":"password","values":["hunter"]}"#, "hunter"),
        (r#"{"type":"password","id":"login","value":"hunter"}"#, "hunter"),
    ] {
        assert!(!json(given).contains(gone), "{given}");
    }
    for same in [
        r#"{"tokens":["the","quick"],"max_tokens":4096,"total_tokens":1234567,"pins":[4,17]}"#,
        r#"{"pageToken":"CAoQAA1b2c3d4e5f6","nextSyncToken":"CAoQAA1b2c3d4e5f6","$deltatoken":"a1b2c3d4e5f6g7h8"}"#,
        r#"{"passwordPolicy":{"minLength":8},"passwordLastSet":"2026-01-01","passwordHint":"pet","secret_name":"db"}"#,
        r#"{"artifact":"build-1.zip","ticket":"INC0012345","session":"morning-2026","key":"PROJ-12","auth":"saml"}"#,
        r#"{"token":"${TOKEN}","password":"{{ password }}"}"#,
    ] {
        assert_eq!(json(same), same);
    }
}

#[test]
fn labels_lose_credentials_and_nothing_else() {
    let label = |text: &str| redactor().label(text).value;
    for same in [
        "anna@example.com",
        "ACME\\anna",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "refresh token",
        "POST /oauth/token",
        "resetPassword user12345",
        "Bearer Services2024",
        "customer.upsert code=403",
        "token: renewed by night job 7",
        "c0ffee00-1111-2222-3333-444455556666",
        "anna+invoices@example.com",
        "Password Manager (SSO)",
        "GET /users?page_token=abcdefgh12345678",
    ] {
        assert_eq!(label(same), same);
    }
    for (given, gone) in [
        (format!("as {}", super::JWT), "c2lnbmF0dXJl"),
        ("clog_0123456789abcdefghijABCDEFGHIJ0123456789abcd".to_owned(), "0123456789"),
        ("login password=hunter".to_owned(), "hunter"),
        ("Authorization: Bearer Zk3vT9qLr8WxY2mN5bA7cD1e".to_owned(), "Zk3vT9"),
        ("GET /cb?code=Zk3vT9qLr8&state=s".to_owned(), "Zk3vT9"),
        (r#"{"password":"hunter"}"#.to_owned(), "hunter"),
        ("postgres://anna:hunter@h/db".to_owned(), "hunter"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----".to_owned(), "MIIEvQ"),
    ] {
        assert!(!label(&given).contains(gone), "{given} became {}", label(&given));
    }
}
