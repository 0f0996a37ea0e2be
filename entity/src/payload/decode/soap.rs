//! XML bodies: SOAP envelopes with what they carry, SAML messages and metadata as they are, and other XML.

use super::{
    Kind, federation,
    message::{Message, Messages},
    saml,
    xml::{Document, Element, Ns, indented},
};

/// How many texts of a fault's detail are shown.
const DETAILS_MAX: usize = 12;

/// Adds what a body of XML is.
pub(super) fn add(messages: &mut Messages, xml: &str) {
    let document = Document::read(xml);
    let Some(root) = document.root() else { return };
    if root.is(Ns::Soap, "Envelope") {
        return envelope(messages, &document, root);
    }
    if saml::add(messages, &document, root, &|_| {}) || federation::in_envelope(messages, &document, root) {
        return;
    }
    messages.push(other(&document, root));
}

fn envelope(messages: &mut Messages, document: &Document<'_>, envelope: Element<'_, '_>) {
    let before = messages.len();
    // PAOS is SOAP the other way round: its header names the place that the answer goes to.
    let head = envelope.child("Header");
    let paos = head.is_some_and(|head| head.children().any(|inside| inside.ns() == Ns::Paos));
    let body = envelope.child("Body");
    for carried in body.into_iter().flat_map(Element::children).take(4) {
        if carried.is(Ns::Soap, "Fault") {
            messages.push(fault(carried));
        } else {
            let binding = if paos { "PAOS" } else { "SOAP" };
            let known = saml::add(messages, document, carried, &|message| message.add("Binding", binding))
                || federation::in_envelope(messages, document, carried);
            if !known && let Some(error) = netsuite_status(carried) {
                messages.push(error);
            }
        }
    }
    if messages.len() == before {
        let mut message = other(document, envelope);
        for carried in body.into_iter().flat_map(Element::children).take(4) {
            message.add("Body", carried.local());
        }
        messages.push(message);
    }
}

/// A fault of SOAP 1.1 (`faultcode`, `faultstring`) or 1.2 (`Code`, `Reason`).
fn fault(fault: Element<'_, '_>) -> Message {
    let detail = fault.child("detail").or_else(|| fault.child("Detail"));
    let netsuite = detail.is_some_and(|detail| detail.descendants().any(|inside| inside.ns() == Ns::Netsuite));
    let mut message = Message::new(if netsuite { Kind::NetsuiteError } else { Kind::SoapFault });
    message.maybe("Code", fault.text_of("faultcode"));
    let mut code = fault.child("Code");
    // Sub-codes within sub-codes, as SOAP 1.2 has them.
    for _ in 0..4 {
        let Some(here) = code else { break };
        message.maybe(here.local(), here.text_of("Value"));
        code = here.child("Subcode");
    }
    let reason = fault.child("Reason").and_then(|reason| reason.text_of("Text"));
    message.maybe("Reason", fault.text_of("faultstring").or(reason));
    for name in ["faultactor", "Role", "Node"] {
        message.maybe(name, fault.text_of(name));
    }
    let inside = detail.into_iter().flat_map(Element::descendants);
    for element in inside.filter(|element| element.children().next().is_none()).take(DETAILS_MAX) {
        message.add(format!("Detail {}", element.local()), element.text());
    }
    message.with_text(indented(fault))
}

/// `SuiteTalk` answers 200 with a status of its own in the body.
fn netsuite_status(answer: Element<'_, '_>) -> Option<Message> {
    let failed = |inside: &Element<'_, '_>| {
        inside.local() == "status" && inside.attribute("isSuccess").as_deref() == Some("false")
    };
    let status = answer.descendants().find(|inside| inside.ns() == Ns::Netsuite && failed(inside))?;
    let mut message = Message::new(Kind::NetsuiteError);
    message.add("Operation", answer.local());
    for detail in status.children().filter(|child| child.local() == "statusDetail").take(DETAILS_MAX) {
        message.maybe("Type", detail.attribute("type"));
        message.maybe("Code", detail.text_of("code"));
        message.maybe("Message", detail.text_of("message"));
    }
    Some(message.with_text(indented(answer)))
}

fn other(document: &Document<'_>, root: Element<'_, '_>) -> Message {
    let mut message = Message::new(Kind::Xml);
    message.add("Root", root.local());
    if document.doctype {
        message.add("Document type", "declared, passed over");
    }
    message.with_text(indented(root))
}
