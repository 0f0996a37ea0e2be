//! Artifacts: references of 44 bytes that name their issuer by a hash (SAML 2.0 bindings, 3.6.4).

use super::super::{Kind, encoding, message::Message};

/// Adds what an artifact names: its type, which endpoint of its issuer resolves it, and who that is.
pub(super) fn message(artifact: &str, carried: impl Fn(&mut Message)) -> Message {
    let mut message = Message::new(Kind::SamlArtifact);
    message.add("Message", "Artifact");
    carried(&mut message);
    message.add("Artifact", artifact);
    if let Some(bytes) = encoding::base64(artifact).filter(|bytes| bytes.len() >= 42) {
        match bytes.as_slice() {
            [0, 4, index @ ..] if index.len() == 42 => {
                message.add("Type code", "0x0004");
                message.add("Endpoint index", u16::from_be_bytes([index[0], index[1]]).to_string());
                message.add("Source ID (SHA-1 of the issuer's entityID)", hex::encode(&index[2..22]));
            }
            // SAML 1.x: no index, and the source stands first.
            [0, code @ (1 | 2), source @ ..] if source.len() == 40 => {
                message.add("Type code", format!("0x{code:04x}"));
                message.add("Source ID", hex::encode(&source[..20]));
            }
            _ => {}
        }
    }
    message.with_lines()
}
