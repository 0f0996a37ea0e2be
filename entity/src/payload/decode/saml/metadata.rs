//! Metadata: what a party says of itself, its endpoints and its keys.

use super::{
    super::{message::Message, xml::Element},
    crypto,
};

/// How many parties of a federation are described; the text has all that was kept.
const ENTITIES_MAX: usize = 4;
/// Endpoints, by the names of their elements.
const ENDPOINTS: &[&str] =
    &["SingleSignOnService", "SingleLogoutService", "AssertionConsumerService", "ArtifactResolutionService"];

/// Adds what an `EntityDescriptor` says, or the first of several.
pub(super) fn describe(element: Element<'_, '_>, message: &mut Message) {
    message.maybe("validUntil", element.attribute("validUntil"));
    message.maybe("cacheDuration", element.attribute("cacheDuration"));
    if element.local() == "EntityDescriptor" {
        return describe_entity(element, message);
    }
    message.maybe("Name", element.attribute("Name"));
    let entities = element.descendants().filter(|inside| inside.local() == "EntityDescriptor");
    message.add("Entities", entities.count().to_string());
    for entity in element.descendants().filter(|inside| inside.local() == "EntityDescriptor").take(ENTITIES_MAX) {
        describe_entity(entity, message);
    }
}

fn describe_entity(entity: Element<'_, '_>, message: &mut Message) {
    message.maybe("entityID", entity.attribute("entityID"));
    for role in entity.children() {
        match role.local() {
            "IDPSSODescriptor" => message.add("Role", "identity provider"),
            "SPSSODescriptor" => message.add("Role", "service provider"),
            _ => continue,
        }
        for name in ["WantAuthnRequestsSigned", "AuthnRequestsSigned", "WantAssertionsSigned"] {
            message.maybe(name, role.attribute(name));
        }
        for part in role.children() {
            match part.local() {
                "KeyDescriptor" => {
                    let usage = part.attribute("use").unwrap_or_else(|| "signing and encryption".to_owned());
                    crypto::describe_keys(part, &format!("Certificate ({usage})"), message);
                }
                "NameIDFormat" => message.add("NameIDFormat", part.text()),
                endpoint if ENDPOINTS.contains(&endpoint) => {
                    let binding = part.attribute("Binding").unwrap_or_default();
                    let binding = binding.rsplit_once(':').map_or(binding.as_str(), |(_, name)| name);
                    message.maybe(format!("{endpoint} ({binding})"), part.attribute("Location"));
                }
                _ => {}
            }
        }
    }
}
