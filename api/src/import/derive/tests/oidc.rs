//! OAuth 2.0 and OpenID Connect, as other products speak them.

use super::*;
use Action::{NotApplicable, SloInitiated, SloSuccessful, SsoFailed, SsoInitiated, SsoSuccessful};
use RequestType::{
    AuthenticationApplications as Applications, AuthenticationConnections as Connections, LogoutApplications,
    LogoutConnections,
};

const HOSTS: &str = "self www.acme.example=Acme\nlogin.entra.example=Entra\nshop.example=Shop";
const ACME: &str = "https://www.acme.example";
const ENTRA: &str = "https://login.entra.example/common/oauth2/v2.0";
const ISSUER: &str = "https://sts.entra.example/72f988bf/";

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "sid": "s1", "preferred_username": "anna@acme.example", "nonce": "678910abcDEF"})
}

fn authorize() -> String {
    format!(
        "{ENTRA}/authorize?client_id=6731de76&response_type=code%20id_token&response_mode=form_post&redirect_uri={ACME}/signin-oidc&state=CfDJ8Abc12345&nonce=678910abcDEF"
    )
}

/// Firefox sends forms as text and leaves the list of their fields empty.
fn callback(form: &[(&str, &str)], response: Value) -> Value {
    let mut entry = post(&format!("{ACME}/signin-oidc"), form, response);
    entry["request"]["postData"]["params"] = json!([]);
    entry["request"]["headers"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "Origin", "value": "https://login.entra.example"}));
    entry["cache"] = json!({});
    entry["_securityState"] = json!("secure");
    entry
}

fn token(host: &str, form: &[(&str, &str)], response: Value) -> Value {
    post(&format!("{host}/token"), form, response)
}

#[test]
fn a_hybrid_sign_in_by_form_post() {
    let id_token = jwt(&claims());
    let drafts = drafts(
        HOSTS,
        vec![
            call("GET", &format!("{ACME}/MicrosoftIdentity/Account/SignIn"), redirect(&authorize())),
            callback(
                &[("code", "0.AAAA"), ("id_token", &id_token), ("state", "CfDJ8Abc12345"), ("session_state", "9c3")],
                redirect("/"),
            ),
            token(
                ENTRA,
                &[("grant_type", "authorization_code"), ("code", "0.AAAA"), ("client_id", "6731de76")],
                answer(200, &json!({"access_token": "eyJ0", "id_token": id_token})),
            ),
            token(
                ENTRA,
                &[("grant_type", "refresh_token"), ("refresh_token", "0.BBBB")],
                answer(
                    400,
                    &json!({"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired."}),
                ),
            ),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SsoInitiated, Connections),
            (SsoSuccessful, Connections),
            (NotApplicable, Connections),
            (NotApplicable, Connections)
        ]
    );
    assert_eq!((drafts[1].application_from.as_str(), drafts[1].application_to.as_str()), ("Entra", "Acme"));
    for draft in &drafts[..3] {
        assert_eq!(draft.login_id.as_deref(), Some("anna@acme.example"));
    }
    assert_eq!(drafts[3].error_message.as_deref(), Some("invalid_grant: AADSTS700082: The refresh token has expired."));
}

#[test]
fn what_goes_wrong_at_the_provider_or_here() {
    let code = [("code", "0.CCCCCC"), ("state", "CfDJ8Abc12345")];
    let refused = answer(
        401,
        &json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}),
    );
    let drafts = drafts(
        HOSTS,
        vec![
            callback(
                &[
                    ("error", "access_denied"),
                    ("error_description", "AADSTS65004: User declined to consent."),
                    ("state", "CfDJ8Abc12345"),
                ],
                redirect("/"),
            ),
            callback(&code, redirect("/")),
            // The callback's answer looks well, but its code was not taken.
            token(ENTRA, &[("grant_type", "authorization_code"), ("code", "0.CCCCCC")], refused),
            callback(&[("code", "0.DDDDDD"), ("state", "CfDJ8Abc12345")], json!({"status": 502})),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [(SsoFailed, Connections), (SsoFailed, Connections), (NotApplicable, Connections), (SsoFailed, Connections)]
    );
    assert_eq!(drafts[0].error_message.as_deref(), Some("access_denied: AADSTS65004: User declined to consent."));
}

#[test]
fn a_token_response_ends_a_sign_in_whose_callback_is_not_seen() {
    let granted = || answer(200, &json!({"access_token": "abcdef", "token_type": "Bearer"}));
    let pending = answer(400, &json!({"error": "authorization_pending"}));
    for (grant, response, expected) in [
        ("authorization_code", granted(), (SsoSuccessful, Connections)),
        ("authorization_code", json!({"status": 0, "_error": "ETIMEDOUT"}), (SsoFailed, Connections)),
        ("authorization_code", answer(200, &json!({"error": "bad_verification_code"})), (SsoFailed, Connections)),
        ("password", granted(), (SsoSuccessful, Connections)),
        ("urn:ietf:params:oauth:grant-type:device_code", pending, (NotApplicable, Connections)),
        ("client_credentials", granted(), NOTHING),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", granted(), NOTHING),
    ] {
        let form = [("grant_type", grant), ("code", "0.EEEEEE"), ("username", "anna@acme.example"), ("password", "x")];
        assert_eq!(acts(&drafts(HOSTS, vec![token(ENTRA, &form, response)])), [expected], "{grant}");
    }
}

#[test]
fn the_domain_is_the_provider_of_an_application() {
    let request = |kind: &str| {
        format!(
            "{ACME}/connect/authorize?client_id=shop&response_type={kind}&redirect_uri=https://shop.example/cb&state=q8Zk2LmN0pXy&scope=openid"
        )
    };
    let id_token = jwt(&json!({"iss": ACME, "sub": "1", "aud": "shop", "email": "anna@acme.example"}));
    let mut userinfo = call("GET", &format!("{ACME}/connect/userinfo"), answer(200, &json!({"sub": "1"})));
    userinfo["request"]["headers"] = json!([{"name": "authorization", "value": "Bearer at-93840284"}]);
    let drafts = drafts(
        HOSTS,
        vec![
            call("GET", &request("code"), redirect("https://shop.example/cb?code=F00DF00D&state=q8Zk2LmN0pXy")),
            token(
                ACME,
                &[("grant_type", "authorization_code"), ("code", "F00DF00D"), ("client_id", "shop")],
                answer(200, &json!({"access_token": "at-93840284", "id_token": id_token})),
            ),
            userinfo,
            call(
                "GET",
                &request("id_token"),
                redirect(&format!("https://shop.example/cb#id_token={id_token}&state=q8Zk2LmN0pXy")),
            ),
            call("GET", &request("code"), redirect("https://shop.example/cb?error=access_denied&state=q8Zk2LmN0pXy")),
            call(
                "GET",
                &format!(
                    "{ACME}/connect/endsession?id_token_hint={id_token}&post_logout_redirect_uri=https://shop.example/bye"
                ),
                redirect("/logout?id=1"),
            ),
            call("GET", &format!("{ACME}/logout?id=1"), redirect("https://shop.example/bye")),
            call("GET", &format!("{ACME}/elsewhere"), redirect("https://shop.example/bye")),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SsoInitiated, Applications),
            (SsoSuccessful, Applications),
            (NotApplicable, Applications),
            (SsoSuccessful, Applications),
            (SsoFailed, Applications),
            (SloInitiated, LogoutApplications),
            (SloSuccessful, LogoutApplications),
            NOTHING,
        ]
    );
    for draft in &drafts[..6] {
        assert_eq!((draft.application_from.as_str(), draft.application_to.as_str()), ("Shop", "Acme"));
    }
    assert_eq!(drafts[0].user_email.as_deref(), Some("anna@acme.example"));
    assert_eq!(drafts[2].operation.as_deref(), Some("oidc.userinfo"));
}

#[test]
fn a_sign_out_at_the_provider() {
    let hint = jwt(&claims());
    let out = format!("{ENTRA}/logout?id_token_hint={hint}&post_logout_redirect_uri={ACME}/");
    let mut notice = claims();
    notice["events"] = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let notice = || post(&format!("{ACME}/backchannel"), &[("logout_token", &jwt(&notice))], json!({"status": 200}));
    let home = |from: Option<&str>| {
        let mut entry = call("GET", &format!("{ACME}/"), page(""));
        entry["request"]["headers"] =
            json!(from.map(|site| json!({"name": "sec-fetch-site", "value": site})).into_iter().collect::<Vec<_>>());
        entry
    };
    let drafts = drafts(
        HOSTS,
        vec![
            notice(),
            call("GET", &format!("{ACME}/SignOut"), redirect(&out)),
            notice(),
            // Somebody opens the same address, and then the browser comes back by it, once.
            home(None),
            home(Some("cross-site")),
            home(Some("cross-site")),
            call("GET", &format!("{ACME}/signout-oidc?iss={ISSUER}&sid=s2"), page("")),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SloSuccessful, LogoutConnections),
            (SloInitiated, LogoutConnections),
            (NotApplicable, LogoutConnections),
            NOTHING,
            (SloSuccessful, LogoutConnections),
            NOTHING,
            (SloSuccessful, LogoutConnections),
        ]
    );
    assert_eq!((drafts[1].application_to.as_str(), drafts[4].application_from.as_str()), ("Entra", "Entra"));
    assert_eq!(drafts[2].login_id.as_deref(), Some("anna@acme.example"));
}
