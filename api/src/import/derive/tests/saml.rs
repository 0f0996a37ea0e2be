//! SAML, as other products speak it.

use super::*;
use Action::{NotApplicable, SloFailed, SloInitiated, SloSuccessful, SsoFailed, SsoInitiated, SsoSuccessful};
use RequestType::{
    AuthenticationApplications as Applications, AuthenticationConnections as Connections, LogoutApplications,
    LogoutConnections,
};
use flate2::{Compression, write::DeflateEncoder};
use std::io::Write;

const HOSTS: &str = "self portal.acme.example=Portal\nacme.okta.example=Okta\n*.suite.example=Suite";
const PORTAL: &str = "https://portal.acme.example";
const OKTA: &str = "https://acme.okta.example/app/portal/exk1fcia6d/sso/saml";

fn query(address: &str, name: &str, xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes()).unwrap();
    let packed = BASE64_STANDARD.encode(encoder.finish().unwrap());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair(name, &packed)
        .append_pair("RelayState", "/")
        .finish();
    format!("{address}?{query}")
}

fn authn_request(id: &str, acs: &str) -> String {
    format!(
        r#"<q:AuthnRequest xmlns:q="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" AssertionConsumerServiceURL="{acs}"><Issuer>urn:sp:{acs}</Issuer></q:AuthnRequest>"#
    )
}

fn response(id: &str, answers: &str, issuer: &str, status: &str, who: &str) -> String {
    let assertion = if who.is_empty() {
        String::new()
    } else {
        format!(
            r#"<Assertion><Subject><NameID>{who}</NameID></Subject><AuthnStatement SessionIndex="id1729.4f60aa"/></Assertion>"#
        )
    };
    let answers = if answers.is_empty() { String::new() } else { format!("InResponseTo=\"{answers}\"") };
    format!(
        r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" {answers}><Issuer>{issuer}</Issuer>
        <p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></p:Status>{assertion}</p:Response>"#
    )
}

fn logout(kind: &str, id: &str, issuer: &str, more: &str) -> String {
    format!(
        r#"<p:{kind} xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="{id}" {more}><Issuer>{issuer}</Issuer>
        <SessionIndex>id1729.4f60aa</SessionIndex></p:{kind}>"#
    )
}

fn acs(response: &str, answer: Value) -> Value {
    post(&format!("{PORTAL}/sso/consume"), &[("SAMLResponse", &BASE64_STANDARD.encode(response))], answer)
}

/// Chrome shows both sides of the browser's journey, and writes fields of its own.
#[test]
fn a_browser_goes_to_the_provider_and_back() {
    let to_okta = query(OKTA, "SAMLRequest", &authn_request("_1", &format!("{PORTAL}/sso/consume")));
    let issued = response("id9", "_1", "http://www.okta.example/exk1fcia6d", "Success", "Anna@Acme.example");
    let mut first = call("GET", &format!("{PORTAL}/"), redirect(&to_okta));
    for (field, value) in
        [("_initiator", json!({"type": "other"})), ("_priority", json!("VeryHigh")), ("pageref", json!("page_1"))]
    {
        first[field] = value;
    }
    let drafts = drafts(
        HOSTS,
        vec![
            first,
            call("GET", &to_okta, page("<form action='/login'><input name=username></form>")),
            call("POST", "https://acme.okta.example/api/v1/authn", answer(200, &json!({"status": "SUCCESS"}))),
            call(
                "GET",
                &format!("{OKTA}/continue"),
                auto_post(&format!("{PORTAL}/sso/consume"), "SAMLResponse", &issued),
            ),
            acs(&issued, redirect("/home")),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SsoInitiated, Connections),
            (NotApplicable, Connections),
            NOTHING,
            (NotApplicable, Connections),
            (SsoSuccessful, Connections),
        ]
    );
    assert_eq!((drafts[0].application_from.as_str(), drafts[0].application_to.as_str()), ("Portal", "Okta"));
    // The issuer's host is not the host that answers: what ties the response to its request tells.
    assert_eq!((drafts[4].application_from.as_str(), drafts[4].application_to.as_str()), ("Okta", "Portal"));
    for tied in [0, 1, 4] {
        assert_eq!(drafts[tied].user_email.as_deref(), Some("Anna@Acme.example"), "{tied}");
    }
    assert_eq!(drafts[2].user_email, None);
}

#[test]
fn a_response_that_is_not_accepted_is_a_failure() {
    let good = response("r", "", "https://acme.okta.example/idp", "Success", "anna@acme.example");
    for (response, answer) in [
        (response("r", "q", "https://acme.okta.example/idp", "Requester", ""), redirect("/")),
        (good.clone(), json!({"status": 500})),
        (good.clone(), json!({"status": 0})),
        (good.clone(), redirect("/auth/failure?message=invalid_ticket")),
        (good.clone(), redirect("/users/sign_in")),
        (good.clone(), redirect("/?error=user_not_found")),
    ] {
        assert_eq!(acts(&drafts(HOSTS, vec![acs(&response, answer)])), [(SsoFailed, Connections)]);
    }
    let unasked = drafts(HOSTS, vec![acs(&good, redirect("/"))]);
    assert_eq!((acts(&unasked), unasked[0].application_from.as_str()), (vec![(SsoSuccessful, Connections)], "Okta"));
}

#[test]
fn the_domain_is_the_provider_of_an_application() {
    let acs = "https://sp.suite.example/Shibboleth.sso/SAML2/POST";
    let request = query(&format!("{PORTAL}/idp"), "SAMLRequest", &authn_request("_a", acs));
    let issued = response("_r", "_a", &format!("{PORTAL}/idp"), "Success", "anna@acme.example");
    let drafts = drafts(
        HOSTS,
        vec![
            call("GET", &request, page("<form><input name=j_username></form>")),
            // The same request once more is not begun twice.
            call("GET", &request, page("")),
            post(
                &format!("{PORTAL}/idp/login"),
                &[("j_username", "anna"), ("j_password", "x")],
                auto_post(acs, "SAMLResponse", &issued),
            ),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [(SsoInitiated, Applications), (NotApplicable, Applications), (SsoSuccessful, Applications)]
    );
    assert_eq!(drafts[0].application_from, "Suite");
    assert_eq!((drafts[2].application_from.as_str(), drafts[2].application_to.as_str()), ("Portal", "Suite"));
}

/// The part that a party plays in a sign-out is known from the sign-in before.
#[test]
fn sign_outs_by_browser_and_beside_it() {
    let idp = "https://acme.okta.example/idp";
    let signed_in = acs(&response("r", "", idp, "Success", "anna@acme.example"), redirect("/"));
    let mut soap = call("POST", &format!("{PORTAL}/slo/soap"), page(""));
    let xml = |body: &str| json!({"mimeType": "text/xml", "text": format!("<S:Envelope><S:Body>{body}</S:Body></S:Envelope>")});
    soap["request"]["headers"] = json!([{"name": "content-type", "value": "text/xml"}]);
    soap["request"]["postData"] = xml(&logout("LogoutRequest", "_3", idp, ""));
    let ok = "<p:Status><p:StatusCode Value='x:Success'/></p:Status>";
    let partial =
        "<p:Status><p:StatusCode Value='x:Success'><p:StatusCode Value='x:PartialLogout'/></p:StatusCode></p:Status>";
    let back = |id: &str, status: &str| {
        logout("LogoutResponse", id, idp, "InResponseTo='_2'").replace("</p:", &format!("{status}</p:"))
    };
    let mut stranger = soap.clone();
    stranger["request"]["postData"] = xml(&logout("LogoutRequest", "_8", "urn:who", "").replace("id1729.4f60aa", "7"));
    let drafts = drafts(
        HOSTS,
        vec![
            stranger,
            signed_in,
            soap,
            call(
                "GET",
                &query(&format!("{PORTAL}/slo"), "SAMLRequest", &logout("LogoutRequest", "_4", idp, "")),
                redirect(&query(
                    "https://acme.okta.example/slo",
                    "SAMLResponse",
                    &logout("LogoutResponse", "_5", PORTAL, "InResponseTo='_4'"),
                )),
            ),
            call(
                "GET",
                &format!("{PORTAL}/bye"),
                redirect(&query(
                    "https://acme.okta.example/slo",
                    "SAMLRequest",
                    &logout("LogoutRequest", "_2", PORTAL, ""),
                )),
            ),
            call("GET", &query(&format!("{PORTAL}/slo"), "SAMLResponse", &back("_6", ok)), page("")),
            call("GET", &query(&format!("{PORTAL}/slo"), "SAMLResponse", &back("_7", partial)), page("")),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SloSuccessful, RequestType::Other),
            (SsoSuccessful, Connections),
            (SloSuccessful, LogoutConnections),
            (SloSuccessful, LogoutConnections),
            (SloInitiated, LogoutConnections),
            (SloSuccessful, LogoutConnections),
            (SloFailed, LogoutConnections),
        ]
    );
    assert_eq!(drafts[6].error_message.as_deref(), Some("PartialLogout"));
    assert_eq!(drafts[4].user_email.as_deref(), Some("anna@acme.example"));
}

#[test]
fn a_sign_out_is_passed_on_to_the_other_applications() {
    let (one, two) = ("https://one.suite.example", "https://two.other.example");
    let issue = |id: &str, to: &str| {
        let issued = response(id, "", PORTAL, "Success", "anna@acme.example");
        call("GET", &format!("{PORTAL}/launch{id}"), auto_post(&format!("{to}/acs"), "SAMLResponse", &issued))
    };
    let slo = |name: &str, xml: &str, answer: &str| {
        call("GET", &query(&format!("{PORTAL}/slo"), name, xml), redirect(answer))
    };
    let drafts = drafts(
        HOSTS,
        vec![
            issue("a", one),
            issue("b", two),
            slo(
                "SAMLRequest",
                &logout("LogoutRequest", "_1", one, ""),
                &query(two, "SAMLRequest", &logout("LogoutRequest", "_2", PORTAL, "")),
            ),
            slo(
                "SAMLResponse",
                &logout("LogoutResponse", "_3", two, "InResponseTo='_2'"),
                &query(one, "SAMLResponse", &logout("LogoutResponse", "_4", PORTAL, "InResponseTo='_1'")),
            ),
        ],
    );
    assert_eq!(
        acts(&drafts),
        [
            (SsoSuccessful, Applications),
            (SsoSuccessful, Applications),
            (SloInitiated, LogoutApplications),
            (SloSuccessful, LogoutApplications),
        ]
    );
    assert_eq!(
        (drafts[2].application_from.as_str(), drafts[3].application_from.as_str()),
        ("Suite", "two.other.example")
    );
}
