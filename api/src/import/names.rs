//! Names that an import gives: to applications, and to records that bring no key of their own.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::{application::NAME_MAX, log::draft::normal_name};
use sha2::{Digest, Sha256};

/// What the other party is called where nothing in the capture says who it is.
pub(super) const UNKNOWN: &str = "Unknown";

/// A name that the log takes: NFC, trimmed, without control characters, cut to its bound;
/// `None` where nothing is left.
pub(super) fn application(text: &str) -> Option<String> {
    let name = normal_name(&text.replace(char::is_control, " "));
    let name: String = name.chars().take(NAME_MAX).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// An idempotency key made of parts, which cannot run into each other.
pub(super) fn key(kind: &str, parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    format!("{kind}:{}", BASE64_URL_SAFE_NO_PAD.encode(hash.finalize()))
}
