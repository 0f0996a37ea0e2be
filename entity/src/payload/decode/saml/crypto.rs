//! Signatures and encryption of a message: what is signed, by which algorithms, with which certificate. Nothing is
//! verified: the keys that would be needed are not in a log.

use super::{
    super::{
        certificate::{CERTIFICATES_MAX, Certificate},
        message::Message,
        xml::{Element, Ns},
    },
    binding,
};

/// How many signatures are described: one of the response, one of each assertion.
const SIGNATURES_MAX: usize = 8;

/// Adds the signatures of an element and of what is inside, and what is encrypted there.
pub(super) fn describe(element: Element<'_, '_>, message: &mut Message) {
    let signatures = element.descendants().filter(|inside| inside.is(Ns::Signature, "Signature"));
    let mut any = false;
    for signature in signatures.take(SIGNATURES_MAX) {
        any = true;
        describe_signature(signature, message);
    }
    if !any && super::kind(element).is_some_and(|kind| kind != super::Kind::SamlMetadata) {
        let by_query = message.summary.iter().any(|(key, _)| key == binding::QUERY_SIGNATURE);
        message.add("Signed", if by_query { "query" } else { "nothing" });
    }
    for encrypted in
        element.descendants().filter(|inside| inside.is(Ns::Encryption, "EncryptedData")).take(SIGNATURES_MAX)
    {
        let what = encrypted.parent().map(Element::local).unwrap_or_default();
        let ways = encrypted.descendants().filter(|inside| inside.is(Ns::Encryption, "EncryptionMethod"));
        let ways: Vec<String> =
            ways.filter_map(|way| way.attribute("Algorithm")).map(|name| algorithm(&name)).collect();
        message.add("Encrypted", format!("{what} by {}", ways.join(", ")));
    }
}

fn describe_signature(signature: Element<'_, '_>, message: &mut Message) {
    let signed = signature.parent();
    let name = signed.map(Element::local).unwrap_or_default();
    let info = signature.child("SignedInfo");
    let reference = info.and_then(|info| info.child("Reference"));
    let target = reference.and_then(|reference| reference.attribute("URI")).unwrap_or_default();
    let id = signed
        .and_then(|signed| ["ID", "AssertionID", "ResponseID", "RequestID"].iter().find_map(|id| signed.attribute(id)));
    // A signature that refers elsewhere than to its parent is how signatures are wrapped.
    let fits = target.is_empty() || id.as_deref() == target.strip_prefix('#');
    message.add("Signed", if fits { name.to_owned() } else { format!("{name}, but the signature refers to {target}") });
    let method = |of: Option<Element<'_, '_>>, local: &str| {
        of?.child(local)?.attribute("Algorithm").map(|name| algorithm(&name))
    };
    message.maybe("SignatureMethod", method(info, "SignatureMethod"));
    message.maybe("DigestMethod", method(reference, "DigestMethod"));
    describe_keys(signature, "Certificate", message);
    if let Some(key) = signature.descendant(Ns::Signature, "KeyName") {
        message.add("KeyName", key.text());
    }
}

/// Adds the certificates inside an element.
pub(super) fn describe_keys(element: Element<'_, '_>, name: &str, message: &mut Message) {
    let certificates = element.descendants().filter(|inside| inside.is(Ns::Signature, "X509Certificate"));
    for certificate in certificates.take(CERTIFICATES_MAX) {
        match Certificate::read(&certificate.text()) {
            Some(certificate) => certificate.describe(name, message),
            None => message.add(name, "cannot be read"),
        }
    }
}

/// `http://www.w3.org/2001/04/xmldsig-more#rsa-sha256` is `rsa-sha256`.
pub(super) fn algorithm(uri: &str) -> String {
    uri.rsplit_once('#').map_or(uri, |(_, name)| name).to_owned()
}
