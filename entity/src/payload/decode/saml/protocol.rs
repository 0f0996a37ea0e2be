//! Requests and responses of the SAML protocol: what all have, and what each has of its own.

use super::{super::message::Message, super::xml::Element, assertion, short};

/// Status codes within status codes: two are usual.
const CODES_MAX: usize = 4;
/// How many assertions of a response are described.
const ASSERTIONS_MAX: usize = 4;

/// Adds what a message says.
pub(super) fn describe(element: Element<'_, '_>, message: &mut Message) {
    for name in [
        "ID",
        "RequestID",
        "ResponseID",
        "InResponseTo",
        "IssueInstant",
        "Destination",
        "Recipient",
        "Consent",
        "AssertionConsumerServiceURL",
        "AssertionConsumerServiceIndex",
        "AttributeConsumingServiceIndex",
        "ProtocolBinding",
        "ProviderName",
        "ForceAuthn",
        "IsPassive",
        "NotOnOrAfter",
        "Reason",
    ] {
        message.maybe(name, element.attribute(name));
    }
    message.maybe("Issuer", element.text_of("Issuer"));
    if let Some(status) = element.child("Status") {
        describe_status(status, message);
    }
    if let Some(policy) = element.child("NameIDPolicy") {
        message.maybe("NameIDPolicy Format", policy.attribute("Format"));
        message.maybe("NameIDPolicy AllowCreate", policy.attribute("AllowCreate"));
        message.maybe("NameIDPolicy SPNameQualifier", policy.attribute("SPNameQualifier"));
    }
    if let Some(context) = element.child("RequestedAuthnContext") {
        message.maybe("RequestedAuthnContext Comparison", context.attribute("Comparison"));
        for class in context.children() {
            message.add(format!("Requested {}", class.local()), class.text());
        }
    }
    if let Some(subject) = element.child("Subject") {
        assertion::describe_subject(subject, message);
    }
    if let Some(conditions) = element.child("Conditions") {
        assertion::describe_conditions(conditions, message);
    }
    if let Some(scoping) = element.child("Scoping") {
        message.maybe("ProxyCount", scoping.attribute("ProxyCount"));
        for entry in scoping.descendants().filter(|inside| inside.local() == "IDPEntry") {
            message.maybe("IDPEntry ProviderID", entry.attribute("ProviderID"));
        }
        for requester in scoping.children().filter(|inside| inside.local() == "RequesterID") {
            message.add("RequesterID", requester.text());
        }
    }
    for child in element.children() {
        match child.local() {
            "NameID" | "NameIdentifier" => assertion::describe_name(child, "NameID", message),
            "EncryptedID" => message.add("NameID", "encrypted"),
            "SessionIndex" | "Artifact" => message.add(child.local(), child.text()),
            _ => {}
        }
    }
    let assertions = element.children().filter(|child| child.is_called(&["Assertion", "EncryptedAssertion"]));
    for assertion in assertions.take(ASSERTIONS_MAX) {
        assertion::describe(assertion, message);
    }
}

/// The codes, outermost first, and what is said beside them.
fn describe_status(status: Element<'_, '_>, message: &mut Message) {
    let mut code = status.child("StatusCode");
    for place in 0..CODES_MAX {
        let Some(here) = code else { break };
        let value = here.attribute("Value").unwrap_or_default();
        message.add(if place == 0 { "Status" } else { "Sub-status" }, short(&value, ":status:"));
        code = here.child("StatusCode");
    }
    if let Some(said) = status.child("StatusMessage") {
        // Some libraries write the message as an attribute.
        let text = Some(said.text()).filter(|text| !text.is_empty());
        message.maybe("StatusMessage", text.or_else(|| said.attribute("Value")));
    }
    if let Some(detail) = status.child("StatusDetail") {
        let texts = detail.descendants().map(Element::text).filter(|text| !text.is_empty()).take(8);
        message.add("StatusDetail", texts.collect::<Vec<_>>().join("; "));
    }
}
