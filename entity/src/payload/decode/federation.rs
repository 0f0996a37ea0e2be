//! WS-Federation in pairs, WS-Trust in envelopes: token responses around an assertion.

use super::{
    Kind, encoding,
    message::{Message, Messages},
    pairs::Pairs,
    saml::{self, Way},
    xml::{Document, Element, Ns, indented},
};

/// How many tokens of a response are looked at.
const TOKENS_MAX: usize = 4;

/// Adds the messages of WS-Federation in pairs; answers whether there were any.
pub(super) fn in_pairs(messages: &mut Messages, pairs: &Pairs, way: Way<'_>) -> bool {
    if let Some(result) = pairs.get("wresult") {
        let xml = encoding::message(result).unwrap_or_else(|| result.to_owned());
        let document = Document::read(&xml);
        let mut message = Message::new(Kind::WsFederationResponse);
        message.add("Message", "RequestSecurityTokenResponse");
        way.describe(&mut message);
        for name in ["wa", "wctx"] {
            message.maybe(name, pairs.get(name));
        }
        respond(messages, &document, document.root(), message);
        return true;
    }
    let action = pairs.get("wa").filter(|wa| wa.starts_with("wsign"));
    if action.is_none() && !pairs.has("wtrealm") {
        return false;
    }
    let mut message = pairs.message(Kind::WsFederationRequest);
    way.describe(&mut message);
    messages.push(message);
    true
}

/// Adds the message of WS-Trust that an element is; answers whether it was one.
pub(super) fn in_envelope(messages: &mut Messages, document: &Document<'_>, element: Element<'_, '_>) -> bool {
    if element.ns() != Ns::Trust {
        return false;
    }
    if element.local() == "RequestSecurityToken" {
        let mut message = Message::new(Kind::WsTrustRequest);
        message.add("Message", element.local());
        for name in ["RequestType", "TokenType", "KeyType"] {
            message.maybe(name, element.text_of(name));
        }
        message.maybe("AppliesTo", applies_to(element));
        messages.push(message.with_text(indented(element)));
        return true;
    }
    let mut message = Message::new(Kind::WsTrustResponse);
    message.add("Message", element.local());
    respond(messages, document, Some(element), message);
    true
}

fn respond(messages: &mut Messages, document: &Document<'_>, root: Option<Element<'_, '_>>, mut message: Message) {
    let Some(root) = root else {
        message.add("Problem", "it is no XML");
        messages.push(message);
        return;
    };
    let find = |name: &str| root.descendants().find(|inside| inside.local() == name && inside.ns() != Ns::Saml);
    for name in ["TokenType", "KeyType"] {
        message.maybe(name, find(name).map(Element::text));
    }
    if let Some(lifetime) = find("Lifetime") {
        message.maybe("Created", lifetime.text_of("Created"));
        message.maybe("Expires", lifetime.text_of("Expires"));
    }
    message.maybe("AppliesTo", applies_to(root));
    messages.push(message.with_text(indented(root)));
    let tokens = root.descendants().filter(|inside| {
        inside.is_called(&["Assertion", "EncryptedAssertion"]) && matches!(inside.ns(), Ns::Saml | Ns::Saml1)
    });
    for token in tokens.take(TOKENS_MAX) {
        saml::add(messages, document, token, &|message| message.add("Found in", "RequestSecurityTokenResponse"));
    }
}

fn applies_to(element: Element<'_, '_>) -> Option<String> {
    let applies = element.descendants().find(|inside| inside.local() == "AppliesTo")?;
    applies.descendants().find(|inside| inside.local() == "Address").map(Element::text)
}
