//! Encodings around messages: character sets, compression, base64. Each is opened to a bound.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::{borrow::Cow, io::Read};

/// The most bytes that a compressed text is inflated to: as much as may be shown of it. More is left where it is.
const INFLATED_MAX: u64 = super::message::OUTPUT_MAX as u64;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Base64 of either alphabet, padded or not, wrapped into lines or not, cut off or not.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut compact = Vec::with_capacity(text.len());
    for byte in text.trim().bytes() {
        match byte {
            b'\n' | b'\r' | b'\t' => {}
            // A `+` that was not escaped in a form arrives as a space.
            b' ' | b'-' => compact.push(b'+'),
            b'_' => compact.push(b'/'),
            byte => compact.push(byte),
        }
    }
    while compact.last() == Some(&b'=') {
        compact.pop();
    }
    if compact.len() % 4 == 1 {
        compact.pop();
    }
    STANDARD.decode(&compact).ok().filter(|bytes| !bytes.is_empty())
}

/// How a text is compressed.
#[derive(Clone, Copy)]
pub(super) enum Packed {
    Bare,
    Zlib,
    Gzip,
}

/// As much as can be inflated within the bound; nothing where the bytes are no such thing.
pub(super) fn inflate(bytes: &[u8], packed: Packed) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    // An error at the end of what was cut off is no error here.
    let _ = match packed {
        Packed::Bare => DeflateDecoder::new(bytes).take(INFLATED_MAX).read_to_end(&mut inflated),
        Packed::Zlib => ZlibDecoder::new(bytes).take(INFLATED_MAX).read_to_end(&mut inflated),
        Packed::Gzip => GzDecoder::new(bytes).take(INFLATED_MAX).read_to_end(&mut inflated),
    };
    (!inflated.is_empty()).then_some(inflated)
}

/// The XML of a SAML message: base64, deflated before it or not (SAML 2.0 bindings, 3.4.4 and 3.5.4), or as it is.
pub(super) fn message(value: &str) -> Option<String> {
    if is_markup(value.as_bytes()) {
        return Some(value.to_owned());
    }
    let bytes = base64(value)?;
    let bytes = match bytes.first() {
        _ if is_markup(&bytes) || is_utf16(&bytes) => bytes,
        Some(0x78) => inflate(&bytes, Packed::Zlib).or_else(|| inflate(&bytes, Packed::Bare))?,
        _ => inflate(&bytes, Packed::Bare)?,
    };
    let text = text(&bytes).into_owned();
    is_markup(text.as_bytes()).then_some(text)
}

/// Whether bytes begin like markup.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start().first() == Some(&b'<')
}

fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [b'<', 0, ..] | [0, b'<', ..])
}

/// Bytes as text: UTF-8, or UTF-16 where they begin so. What is no character becomes a mark.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [b'<' | b'{', 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, b'<' | b'{', ..] => utf16(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn utf16(bytes: &[u8], word: impl Fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let words = bytes.chunks_exact(2).map(|pair| word([pair[0], pair[1]]));
    char::decode_utf16(words).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into()
}
