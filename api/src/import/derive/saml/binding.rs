//! How a SAML message travels: base64, deflated before it in a query (SAML 2.0 bindings, 3.4 and 3.5).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::DeflateDecoder;
use std::io::Read;

/// The longest message that is looked at, inflated or not.
const MESSAGE_MAX: usize = 1 << 20;

/// Base64 as it is found: with padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The XML of a message, whichever way it was packed; `None` where it is no message or too long.
pub(super) fn unpack(value: &str) -> Option<String> {
    if value.len() > 2 * MESSAGE_MAX {
        return None;
    }
    let packed: String = value
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let bytes = LENIENT.decode(packed).ok()?;
    let xml = if looks_like_xml(&bytes) { bytes } else { inflate(&bytes)? };
    (looks_like_xml(&xml) && xml.len() <= MESSAGE_MAX).then(|| String::from_utf8_lossy(&xml).into_owned())
}

fn looks_like_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().first() == Some(&b'<')
}

/// Inflates a message; one that grows beyond [`MESSAGE_MAX`] is none.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut xml = Vec::new();
    let read = DeflateDecoder::new(bytes).take(MESSAGE_MAX as u64 + 1).read_to_end(&mut xml).ok()?;
    (read <= MESSAGE_MAX).then_some(xml)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::BASE64_STANDARD;
    use flate2::{Compression, write::DeflateEncoder};
    use std::io::Write;

    fn deflated(xml: &[u8]) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(xml).unwrap();
        BASE64_STANDARD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn both_bindings_and_loose_base64() {
        assert_eq!(unpack(&deflated(b"<a/>")).as_deref(), Some("<a/>"));
        assert_eq!(unpack(&BASE64_STANDARD.encode("\n<a>ü</a>")).as_deref(), Some("\n<a>ü</a>"));
        assert_eq!(unpack("PGEv\r\nPg").as_deref(), Some("<a/>"));
        assert_eq!(unpack("nonsense"), None);
        assert_eq!(unpack(""), None);
    }

    #[test]
    fn a_bomb_is_no_message() {
        let mut bomb = b"<a>".to_vec();
        bomb.resize(64 << 20, b' ');
        let packed = deflated(&bomb);
        assert!(packed.len() < 128 << 10);
        assert_eq!(unpack(&packed), None);
    }
}
