//! Metadata, WS-Federation and WS-Trust, SOAP.

use super::*;

#[test]
fn metadata_names_endpoints_and_certificates() {
    let xml = format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/" validUntil="2027-01-01T00:00:00Z"><md:IDPSSODescriptor WantAuthnRequestsSigned="true"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
{CERTIFICATE}
</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>f</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"#
    );
    let message = only(response("https://idp.example.com/metadata").body("application/samlmetadata+xml", &xml));
    assert_eq!(message.kind, Kind::SamlMetadata);
    message.says(&[
        ("entityID", "https://idp.example.com/"),
        ("Role", "identity provider"),
        ("WantAuthnRequestsSigned", "true"),
        ("Certificate (signing) subject", "C=DE, O=Example AG, CN=idp.example.com"),
        ("SingleSignOnService (HTTP-Redirect)", "https://idp.example.com/sso"),
    ]);
    assert_eq!(message.all("Certificate subject").len(), 0);
    assert_eq!(message.all("Certificate (signing) subject").len(), 1);
}

#[test]
fn ws_federation_asks_and_answers() {
    let url = "https://adfs.example.com/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Asp&wctx=c";
    let asked = only(request(url).opened());
    assert_eq!((asked.kind, asked.get("wtrealm")), (Kind::WsFederationRequest, "urn:sp"));
    let result = r#"<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"><t:Lifetime><u:Created xmlns:u="u">2026-11-25T10:00:00Z</u:Created><u:Expires xmlns:u="u">2026-11-25T11:00:00Z</u:Expires></t:Lifetime><p:AppliesTo xmlns:p="p"><w:EndpointReference xmlns:w="w"><w:Address>urn:sp</w:Address></w:EndpointReference></p:AppliesTo><t:RequestedSecurityToken><saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID="_a" Issuer="http://adfs.example.com/adfs/services/trust" IssueInstant="2026-11-25T10:00:00Z" xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"><saml:Conditions NotBefore="2026-11-25T10:00:00Z" NotOnOrAfter="2026-11-25T11:00:00Z"><saml:AudienceRestrictionCondition><saml:Audience>urn:sp</saml:Audience></saml:AudienceRestrictionCondition></saml:Conditions><saml:AttributeStatement><saml:Subject><saml:NameIdentifier Format="f">anna</saml:NameIdentifier><saml:SubjectConfirmation><saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:bearer</saml:ConfirmationMethod></saml:SubjectConfirmation></saml:Subject><saml:Attribute AttributeName="upn" AttributeNamespace="n"><saml:AttributeValue>anna@example.com</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></t:RequestedSecurityToken><t:TokenType>urn:oasis:names:tc:SAML:1.0:assertion</t:TokenType></t:RequestSecurityTokenResponse>"#;
    let answered = request("https://sp/").body(FORM, &form(&[("wa", "wsignin1.0"), ("wresult", result)]));
    assert_eq!(kinds(&answered), [Kind::WsFederationResponse, Kind::SamlAssertion]);
    answered[0].says(&[("Expires", "2026-11-25T11:00:00Z"), ("AppliesTo", "urn:sp")]);
    answered[1].says(&[
        ("Assertion ID", "_a"),
        ("Assertion Issuer", "http://adfs.example.com/adfs/services/trust"),
        ("NameID", "anna"),
        ("SubjectConfirmation", "bearer"),
        ("Audience", "urn:sp"),
        ("Attribute upn", "anna@example.com"),
    ]);
}

#[test]
fn faults_of_both_soaps_and_of_netsuite() {
    let old = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>No such method</faultstring></s:Fault></s:Body></s:Envelope>"#;
    let message = only(response("https://a/").body("text/xml", old));
    assert_eq!(message.kind, Kind::SoapFault);
    message.says(&[("Code", "s:Client"), ("Reason", "No such method")]);
    let new = r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidSecurity</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">An error occurred</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"#;
    only(response("https://a/").body("application/soap+xml", new)).says(&[
        ("Code", "s:Sender"),
        ("Subcode", "a:InvalidSecurity"),
        ("Reason", "An error occurred"),
    ]);
    let login = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault><faultcode>soapenv:Server.userException</faultcode><faultstring>Invalid login attempt.</faultstring><detail><platformFaults:invalidCredentialsFault xmlns:platformFaults="urn:faults_2023_1.platform.webservices.netsuite.com"><platformFaults:code>INVALID_LOGIN_ATTEMPT</platformFaults:code></platformFaults:invalidCredentialsFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#;
    let message = only(response("https://a/").body("text/xml", login));
    assert_eq!((message.kind, message.get("Detail code")), (Kind::NetsuiteError, "INVALID_LOGIN_ATTEMPT"));
    let status = r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><addResponse xmlns="urn:messages_2023_1.platform.webservices.netsuite.com"><writeResponse><c:status isSuccess="false" xmlns:c="urn:core_2023_1.platform.webservices.netsuite.com"><c:statusDetail type="ERROR"><c:code>DUP_ENTITY</c:code><c:message>This entity already exists.</c:message></c:statusDetail></c:status></writeResponse></addResponse></e:Body></e:Envelope>"#;
    let message = only(response("https://a/").body("text/xml", status));
    assert_eq!(message.kind, Kind::NetsuiteError);
    message.says(&[("Operation", "addResponse"), ("Code", "DUP_ENTITY"), ("Message", "This entity already exists.")]);
}

#[test]
fn other_xml_is_indented() {
    let message = only(response("https://a/").body("application/xml", "<a b=\"1\"><c>x</c> <d/><!-- n --></a>"));
    assert_eq!((message.kind, message.get("Root")), (Kind::Xml, "a"));
    assert_eq!(message.text, "<a b=\"1\">\n  <c>x</c>\n  <d/>\n  <!-- n -->\n</a>\n");
}

#[test]
fn enhanced_clients_and_grants_carry_messages_too() {
    let paos = r#"<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header><paos:Request xmlns:paos="urn:liberty:paos:2003-08" responseConsumerURL="https://sp/ecp"/></S:Header><S:Body><p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_q"/></S:Body></S:Envelope>"#;
    let message = only(response("https://sp/").body("application/vnd.paos+xml", paos));
    assert_eq!(message.kind, Kind::SamlAuthnRequest);
    message.says(&[("Binding", "PAOS"), ("ID", "_q")]);
    let assertion = r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a"><saml:Issuer>urn:idp</saml:Issuer></saml:Assertion>"#;
    let grant = form(&[
        ("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer"),
        ("assertion", &packed(assertion).replace('+', "-").replace('/', "_")),
    ]);
    let messages = request("https://op/token").body(FORM, &grant);
    assert_eq!(kinds(&messages), [Kind::OauthTokenRequest, Kind::SamlAssertion]);
    messages[1].says(&[("Found in", "grant"), ("Assertion Issuer", "urn:idp")]);
    let trust = r#"<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><t:RequestSecurityToken xmlns:t="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><t:TokenType>saml2</t:TokenType></t:RequestSecurityToken></e:Body></e:Envelope>"#;
    let message = only(request("https://adfs/").body("application/soap+xml", trust));
    assert_eq!((message.kind, message.get("TokenType")), (Kind::WsTrustRequest, "saml2"));
}
