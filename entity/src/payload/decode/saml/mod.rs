//! SAML 2.0: messages of the protocol, assertions (1.1 too) and metadata, by their elements.
//!
//! Summaries are in the words of the standard: the names of its elements and attributes. What a message is and how it
//! came (its binding) stand first.

mod artifact;
mod assertion;
mod binding;
mod crypto;
mod metadata;
mod protocol;

pub(super) use binding::{Way, in_pairs};

use super::{
    Kind,
    message::{Message, Messages},
    xml::{Document, Element, Ns, indented},
};

/// The kind of message that an element begins.
fn kind(element: Element<'_, '_>) -> Option<Kind> {
    Some(match (element.ns(), element.local()) {
        (Ns::Samlp, "AuthnRequest") => Kind::SamlAuthnRequest,
        (Ns::Samlp | Ns::Saml1p, "Response") => Kind::SamlResponse,
        (Ns::Samlp, "LogoutRequest") => Kind::SamlLogoutRequest,
        (Ns::Samlp, "LogoutResponse") => Kind::SamlLogoutResponse,
        (Ns::Samlp, "ArtifactResolve") => Kind::SamlArtifactResolve,
        (Ns::Samlp, "ArtifactResponse") => Kind::SamlArtifactResponse,
        (Ns::Samlp | Ns::Saml1p, _) => Kind::SamlMessage,
        (Ns::Saml | Ns::Saml1, "Assertion") | (Ns::Saml, "EncryptedAssertion") => Kind::SamlAssertion,
        (Ns::Metadata, "EntityDescriptor" | "EntitiesDescriptor") => Kind::SamlMetadata,
        _ => return None,
    })
}

/// Adds the message that an element is, if it is one, with `carried` saying how it came. Answers whether it was one.
pub(super) fn add(
    messages: &mut Messages,
    document: &Document<'_>,
    element: Element<'_, '_>,
    carried: &dyn Fn(&mut Message),
) -> bool {
    let Some(kind) = kind(element) else { return false };
    let mut message = Message::new(kind);
    message.add("Message", element.local());
    carried(&mut message);
    if document.doctype {
        message.add("Document type", "declared, passed over");
    }
    match kind {
        Kind::SamlMetadata => metadata::describe(element, &mut message),
        Kind::SamlAssertion => assertion::describe(element, &mut message),
        _ => protocol::describe(element, &mut message),
    }
    crypto::describe(element, &mut message);
    // What an ArtifactResponse carries is a message of its own.
    let inner =
        (kind == Kind::SamlArtifactResponse).then(|| element.children().find(|child| kind_inside(*child))).flatten();
    messages.push(message.with_text(indented(element)));
    if let Some(inner) = inner {
        add(messages, document, inner, &|message| message.add("Binding", "HTTP-Artifact"));
    }
    true
}

fn kind_inside(child: Element<'_, '_>) -> bool {
    kind(child).is_some_and(|kind| !matches!(kind, Kind::SamlMessage | Kind::SamlArtifactResponse))
}

/// The last part of one of SAML's own names: `urn:oasis:names:tc:SAML:2.0:status:Responder` is `Responder`. Others
/// stay whole.
fn short<'n>(name: &'n str, family: &str) -> &'n str {
    let own = name.strip_prefix("urn:oasis:names:tc:SAML:").and_then(|rest| rest.split_once(family));
    own.map_or(name, |(_, last)| last)
}
