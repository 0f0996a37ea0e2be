//! Assertions: who was signed in, how, for whom and until when. SAML 1.1 has other names for the same.

use super::super::{
    message::Message,
    xml::{Element, Ns},
};

/// How many of a person's attributes are described.
const ATTRIBUTES_MAX: usize = 120;
/// How many values of one attribute are listed: groups come by the hundred.
const VALUES_MAX: usize = 200;

/// Adds what an assertion says.
pub(super) fn describe(assertion: Element<'_, '_>, message: &mut Message) {
    if assertion.local() == "EncryptedAssertion" {
        message.add("Assertion", "encrypted");
        return;
    }
    let id = assertion.attribute("ID").or_else(|| assertion.attribute("AssertionID"));
    message.maybe("Assertion ID", id);
    message.maybe("Assertion IssueInstant", assertion.attribute("IssueInstant"));
    message.maybe("Assertion Issuer", assertion.text_of("Issuer").or_else(|| assertion.attribute("Issuer")));
    for part in assertion.children() {
        match part.local() {
            "Subject" => describe_subject(part, message),
            "Conditions" => describe_conditions(part, message),
            "AuthnStatement" | "AuthenticationStatement" => describe_sign_in(part, message),
            "AttributeStatement" => describe_attributes(part, message),
            _ => {}
        }
    }
    // SAML 1.1 names the subject in each statement.
    if assertion.ns() == Ns::Saml1
        && let Some(subject) = assertion.descendant(Ns::Saml1, "Subject")
    {
        describe_subject(subject, message);
    }
}

/// Adds a name and what says of what kind it is.
pub(super) fn describe_name(name: Element<'_, '_>, key: &str, message: &mut Message) {
    message.add(key, name.text());
    for of in ["Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"] {
        message.maybe(format!("{key} {of}"), name.attribute(of));
    }
}

/// Adds whom a message is about, and how the bearer is confirmed to be that one.
pub(super) fn describe_subject(subject: Element<'_, '_>, message: &mut Message) {
    for child in subject.children() {
        match child.local() {
            "NameID" | "NameIdentifier" => describe_name(child, "NameID", message),
            "EncryptedID" => message.add("NameID", "encrypted"),
            "SubjectConfirmation" => {
                let method = child.attribute("Method").or_else(|| child.text_of("ConfirmationMethod"));
                message.maybe("SubjectConfirmation", method.as_deref().map(|method| last(method, ":cm:")));
                if let Some(data) = child.child("SubjectConfirmationData") {
                    for name in ["Recipient", "InResponseTo", "NotBefore", "NotOnOrAfter", "Address"] {
                        message.maybe(format!("SubjectConfirmation {name}"), data.attribute(name));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Adds until when and for whom.
pub(super) fn describe_conditions(conditions: Element<'_, '_>, message: &mut Message) {
    message.maybe("Conditions NotBefore", conditions.attribute("NotBefore"));
    message.maybe("Conditions NotOnOrAfter", conditions.attribute("NotOnOrAfter"));
    for inside in conditions.descendants() {
        match inside.local() {
            "Audience" => message.add("Audience", inside.text()),
            "OneTimeUse" => message.add("OneTimeUse", "true"),
            _ => {}
        }
    }
}

fn describe_sign_in(statement: Element<'_, '_>, message: &mut Message) {
    message.maybe("AuthnInstant", statement.attribute("AuthnInstant"));
    message.maybe("AuthnInstant", statement.attribute("AuthenticationInstant"));
    message.maybe("SessionIndex", statement.attribute("SessionIndex"));
    message.maybe("SessionNotOnOrAfter", statement.attribute("SessionNotOnOrAfter"));
    message.maybe("AuthnContextClassRef", statement.attribute("AuthenticationMethod"));
    if let Some(context) = statement.child("AuthnContext") {
        for inside in context.children() {
            if inside.is_called(&["AuthnContextClassRef", "AuthnContextDeclRef", "AuthenticatingAuthority"]) {
                message.add(inside.local(), inside.text());
            }
        }
    }
    if let Some(place) = statement.child("SubjectLocality") {
        message.maybe("SubjectLocality", place.attribute("Address"));
    }
}

fn describe_attributes(statement: Element<'_, '_>, message: &mut Message) {
    let attributes = statement.children().filter(|child| child.is_called(&["Attribute", "EncryptedAttribute"]));
    for attribute in attributes.take(ATTRIBUTES_MAX) {
        if attribute.local() == "EncryptedAttribute" {
            message.add("Attribute", "encrypted");
            continue;
        }
        let name = attribute.attribute("Name").or_else(|| attribute.attribute("AttributeName")).unwrap_or_default();
        let friendly = attribute.attribute("FriendlyName").filter(|friendly| *friendly != name);
        let key =
            friendly.map_or_else(|| format!("Attribute {name}"), |friendly| format!("Attribute {name} ({friendly})"));
        let values: Vec<String> = attribute.children().take(VALUES_MAX).map(value).collect();
        message.add(key, if values.iter().all(String::is_empty) { "(empty)".to_owned() } else { values.join(", ") });
    }
}

/// A value is text, or a name in an element of its own.
fn value(value: Element<'_, '_>) -> String {
    let text = value.text();
    if !text.is_empty() {
        return text;
    }
    value.children().next().map(Element::text).unwrap_or_default()
}

fn last<'n>(name: &'n str, family: &str) -> &'n str {
    super::short(name, family)
}
