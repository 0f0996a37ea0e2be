//! SAML in forms, queries, pages and envelopes, as different software writes it.

use super::*;
use flate2::{Compression, write::DeflateEncoder};
use std::io::Write;

/// A response as Entra ID and AD FS write it: default namespaces, a signed assertion, a certificate.
fn entra() -> String {
    format!(
        r##"<samlp:Response ID="_r1" Version="2.0" IssueInstant="2026-11-25T10:00:00.123Z" Destination="https://sp.example.com/acs" InResponseTo="_q1" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">https://sts.windows.net/tenant/</Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<Assertion ID="_a1" IssueInstant="2026-11-25T10:00:00.100Z" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>https://sts.windows.net/tenant/</Issuer>
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI="#_a1"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>x</DigestValue></Reference></SignedInfo><SignatureValue>y</SignatureValue><KeyInfo><X509Data><X509Certificate>{CERTIFICATE}</X509Certificate></X509Data></KeyInfo></Signature>
<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">anna@example.com</NameID><SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><SubjectConfirmationData InResponseTo="_q1" NotOnOrAfter="2026-11-25T11:00:00Z" Recipient="https://sp.example.com/acs"/></SubjectConfirmation></Subject>
<Conditions NotBefore="2026-11-25T09:55:00Z" NotOnOrAfter="2026-11-25T11:00:00Z"><AudienceRestriction><Audience>urn:sp</Audience><Audience>urn:other</Audience></AudienceRestriction></Conditions>
<AttributeStatement><Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"><AttributeValue>O&apos;Connor &amp; &#x4E;ephew</AttributeValue></Attribute><Attribute Name="urn:oid:1" FriendlyName="groups"><AttributeValue>a</AttributeValue><AttributeValue>b</AttributeValue></Attribute></AttributeStatement>
<AuthnStatement AuthnInstant="2026-11-25T09:59:00Z" SessionIndex="_s1"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></samlp:Response>"##
    )
}

const AUTHN: &str = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_q1" Version="2.0" IssueInstant="2026-11-25T09:58:00Z" Destination="https://idp.example.com/sso" ForceAuthn="true" IsPassive="false" AssertionConsumerServiceURL="https://sp.example.com/acs"><saml:Issuer>urn:sp</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" AllowCreate="true"/><samlp:RequestedAuthnContext Comparison="exact"><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>"#;

fn deflated(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(xml.as_bytes()).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}

#[test]
fn a_response_in_a_form_says_all_that_counts() {
    let body = form(&[("SAMLResponse", &packed(&entra())), ("RelayState", "/home")]);
    let message = only(request("https://sp.example.com/acs").body(FORM, &body));
    assert_eq!(message.kind, Kind::SamlResponse);
    message.says(&[
        ("Message", "Response"),
        ("Binding", "HTTP-POST"),
        ("RelayState", "/home"),
        ("ID", "_r1"),
        ("InResponseTo", "_q1"),
        ("IssueInstant", "2026-11-25T10:00:00.123Z"),
        ("Destination", "https://sp.example.com/acs"),
        ("Issuer", "https://sts.windows.net/tenant/"),
        ("Status", "Success"),
        ("Assertion ID", "_a1"),
        ("NameID", "anna@example.com"),
        ("NameID Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        ("SubjectConfirmation", "bearer"),
        ("SubjectConfirmation Recipient", "https://sp.example.com/acs"),
        ("SubjectConfirmation NotOnOrAfter", "2026-11-25T11:00:00Z"),
        ("Conditions NotBefore", "2026-11-25T09:55:00Z"),
        ("SessionIndex", "_s1"),
        ("AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"),
        ("Attribute http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "O'Connor & Nephew"),
        ("Attribute urn:oid:1 (groups)", "a, b"),
        ("Signed", "Assertion"),
        ("SignatureMethod", "rsa-sha256"),
        ("DigestMethod", "sha256"),
        ("Certificate subject", "C=DE, O=Example AG, CN=idp.example.com"),
        ("Certificate serial", "1A2B3C"),
        ("Certificate not before", "2026-11-25T10:35:50Z"),
        ("Certificate not after", "2036-11-22T10:35:50Z"),
        (
            "Certificate SHA-256",
            "1F:55:07:34:EF:92:E1:11:47:55:10:38:54:D6:FC:C5:EC:EC:FF:01:08:76:AE:04:88:A0:B7:52:D7:4B:99:A2",
        ),
    ]);
    assert_eq!(message.all("Audience"), ["urn:sp", "urn:other"]);
    assert!(message.text.contains("\n    <NameID Format=") || message.text.contains("      <NameID Format="));
    assert!(message.text.contains("O&apos;Connor &amp; &#x4E;ephew"), "{}", message.text);
    quick_xml::Reader::from_str(&message.text).read_event().unwrap();
}

#[test]
fn a_request_in_a_query_is_inflated() {
    let query = form(&[
        ("SAMLRequest", &deflated(AUTHN)),
        ("RelayState", "s"),
        ("SigAlg", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        ("Signature", "c2ln"),
    ]);
    let url = format!("https://idp.example.com/sso?{query}");
    let called = only(request(&url).opened());
    assert_eq!(called.kind, Kind::SamlAuthnRequest);
    called.says(&[
        ("Binding", "HTTP-Redirect"),
        ("SigAlg", "rsa-sha256"),
        ("Query signature", "present"),
        ("Signed", "query"),
        ("Issuer", "urn:sp"),
        ("ForceAuthn", "true"),
        ("IsPassive", "false"),
        ("AssertionConsumerServiceURL", "https://sp.example.com/acs"),
        ("NameIDPolicy Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
        ("Requested AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:X509"),
    ]);
    // The other side of the same: the browser is sent there. The URL belongs to the request alone.
    let sent = only(response("https://sp.example.com/login").header("Location", &url).opened());
    sent.says(&[("Redirects to", "https://idp.example.com/sso"), ("ID", "_q1")]);
    assert!(response(&url).opened().is_empty());
}

#[test]
fn a_page_that_posts_itself() {
    let page = format!(
        r#"<!DOCTYPE html><html><head><title>Working...</title></head><body onload="document.forms[0].submit()"><form method="POST" action="https&#x3a;//sp.example.com/acs"><input type=hidden name="SAMLResponse" value="{}"/><input type="hidden" name="RelayState" value="a&amp;b"/></form></body></html>"#,
        packed(&entra())
    );
    let message = only(response("https://idp.example.com/sso").body("text/html; charset=utf-8", &page));
    assert_eq!(message.kind, Kind::SamlResponse);
    message.says(&[("Binding", "HTTP-POST"), ("Form posts to", "https://sp.example.com/acs"), ("RelayState", "a&b")]);
}

#[test]
fn failures_name_their_codes() {
    let xml = r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:NoPassive"/></samlp:StatusCode><samlp:StatusMessage>Sign in first</samlp:StatusMessage></samlp:Status></samlp:Response>"#;
    let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(xml))])));
    message.says(&[
        ("Status", "Responder"),
        ("Sub-status", "NoPassive"),
        ("StatusMessage", "Sign in first"),
        ("Signed", "nothing"),
    ]);
}

#[test]
fn what_is_encrypted_says_so() {
    let xml = r#"<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r"><a:EncryptedAssertion><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"><x:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/><k:KeyInfo xmlns:k="http://www.w3.org/2000/09/xmldsig#"><x:EncryptedKey><x:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/></x:EncryptedKey></k:KeyInfo><x:CipherData><x:CipherValue>[redacted:0123456789abcdef]</x:CipherValue></x:CipherData></x:EncryptedData></a:EncryptedAssertion></p:Response>"#;
    let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(xml))])));
    message.says(&[("Assertion", "encrypted"), ("Encrypted", "EncryptedAssertion by aes256-gcm, rsa-oaep-mgf1p")]);
}

#[test]
fn a_wrapped_signature_is_named() {
    let xml = entra().replace("URI=\"#_a1\"", "URI=\"#_elsewhere\"");
    let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(&xml))])));
    message.says(&[("Signed", "Assertion, but the signature refers to #_elsewhere")]);
}

#[test]
fn logout_in_every_binding() {
    let logout = |root: &str, inside: &str| {
        format!(
            r#"<s:{root} xmlns:s="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_l" InResponseTo="_m" NotOnOrAfter="2026-11-25T10:05:00Z"><a:Issuer>urn:idp</a:Issuer>{inside}</s:{root}>"#
        )
    };
    let asked = logout(
        "LogoutRequest",
        r#"<a:NameID NameQualifier="urn:idp" SPNameQualifier="urn:sp">anna</a:NameID><s:SessionIndex>_s1</s:SessionIndex>"#,
    );
    let said = |message: &Message| {
        assert_eq!(message.kind, Kind::SamlLogoutRequest);
        message.says(&[("NameID", "anna"), ("NameID SPNameQualifier", "urn:sp"), ("SessionIndex", "_s1")]);
    };
    said(&only(request("https://sp/slo").body(FORM, &form(&[("SAMLRequest", &packed(&asked))]))));
    said(&only(request(&format!("https://sp/slo?{}", form(&[("SAMLRequest", &deflated(&asked))]))).opened()));
    let soap = format!(
        r#"<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{asked}</e:Body></e:Envelope>"#
    );
    let over_soap = only(request("https://sp/slo").body("text/xml", &soap));
    said(&over_soap);
    assert_eq!(over_soap.get("Binding"), "SOAP");
    let answer = logout(
        "LogoutResponse",
        r#"<s:Status><s:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"><s:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"/></s:StatusCode></s:Status>"#,
    );
    let answer = only(request("https://sp/slo").body(FORM, &form(&[("SAMLResponse", &packed(&answer))])));
    assert_eq!((answer.kind, answer.get("Sub-status")), (Kind::SamlLogoutResponse, "PartialLogout"));
}

#[test]
fn artifacts_and_what_is_behind_them() {
    let mut artifact = vec![0, 4, 0, 7];
    artifact.extend([0xAB; 20]);
    artifact.extend([1; 20]);
    let url = format!("https://sp/acs?{}", form(&[("SAMLart", &STANDARD.encode(&artifact)), ("RelayState", "r")]));
    only(request(&url).opened()).says(&[
        ("Type code", "0x0004"),
        ("Endpoint index", "7"),
        ("Source ID (SHA-1 of the issuer's entityID)", &"ab".repeat(20)),
        ("RelayState", "r"),
    ]);
    let hidden = only(request("https://sp/acs?SAMLart=%5Bredacted%3A0123456789abcdef%5D").opened());
    assert_eq!((hidden.kind, hidden.get("Artifact")), (Kind::SamlArtifact, "[redacted:0123456789abcdef]"));
    let soap = format!(
        r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><p:ArtifactResponse xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_ar" InResponseTo="_ad"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>{}</p:ArtifactResponse></e:Body></e:Envelope>"#,
        entra()
    );
    let messages = response("https://idp/ars").body("text/xml; charset=utf-8", &soap);
    assert_eq!(kinds(&messages), [Kind::SamlArtifactResponse, Kind::SamlResponse]);
    assert_eq!((messages[0].get("ID"), messages[1].get("ID")), ("_ar", "_r1"));
}

#[test]
fn what_is_no_message_says_why() {
    for (value, problem) in [
        ("%%%", "neither base64 of XML nor of deflated XML"),
        ("bm90IHhtbA==", "neither base64 of XML nor of deflated XML"),
        (&packed("<Response/>"), "XML, but no message of SAML 2.0: look at its root element and namespace"),
        (&packed("<"), "begins like XML and cannot be read"),
    ] {
        let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", value)])));
        assert_eq!((message.kind, message.get("Problem")), (Kind::SamlMessage, problem), "{value}");
    }
    // What was cut off is read as far as it goes.
    let half = &entra()[..900];
    let message = only(request("https://sp/").body(FORM, &form(&[("SAMLResponse", &packed(half))])));
    message.says(&[("ID", "_r1"), ("Status", "Success")]);
}
