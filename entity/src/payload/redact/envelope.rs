//! Texts in base64, deflated or not: opened, redacted inside, and closed again as they were.
//!
//! SAML travels so. A message in which nothing is secret keeps its bytes. A whole signed response is a
//! credential of its own while it is valid, if its receiver does not refuse the second of a kind; issue 3
//! says that signatures stay, so it stays.

use super::{
    edit::{Edit, apply},
    json, markup,
    pass::Pass,
    value,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::{Compression, read::DeflateDecoder, read::ZlibDecoder, write::DeflateEncoder, write::ZlibEncoder};
use std::io::{Read, Write};

/// The most that a deflated text is inflated to. What is longer is hidden unseen.
const INFLATED_MAX: u64 = 1024 * 1024;
/// Shorter base64 holds nothing worth opening.
const LEAST: usize = 24;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A text in base64, and how it was spelt.
struct Base64 {
    bytes: Vec<u8>,
    url_safe: bool,
    padded: bool,
}

impl Base64 {
    /// Decodes either alphabet, padded or not, wrapped into lines or not, cut off or not.
    fn decode(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        // A `+` that was not escaped in a form arrives as a space; lines end otherwise.
        let mut compact: Vec<u8> = text
            .iter()
            .filter(|b| !matches!(b, b'\n' | b'\r' | b'\t'))
            .map(|b| match b {
                b' ' => b'+',
                byte => *byte,
            })
            .collect();
        let url_safe = compact.iter().any(|b| matches!(b, b'-' | b'_'));
        let padded = compact.last() == Some(&b'=') || (!url_safe && compact.len().is_multiple_of(4));
        while compact.last() == Some(&b'=') {
            compact.pop();
        }
        if compact.len() % 4 == 1 {
            compact.pop();
        }
        let alphabet = if url_safe { alphabet::URL_SAFE } else { alphabet::STANDARD };
        let bytes = GeneralPurpose::new(&alphabet, LENIENT).decode(&compact).ok()?;
        Some(Self { bytes, url_safe, padded })
    }

    fn encode(&self, bytes: &[u8]) -> Vec<u8> {
        let alphabet = if self.url_safe { alphabet::URL_SAFE } else { alphabet::STANDARD };
        let config = LENIENT.with_encode_padding(self.padded);
        GeneralPurpose::new(&alphabet, config).encode(bytes).into_bytes()
    }
}

fn is_document(bytes: &[u8]) -> bool {
    json::is_likely(bytes) || bytes.trim_ascii_start().first() == Some(&b'<')
}

/// One edit for the whole value, if there is anything to change inside.
fn closed(value: &[u8], inside: Vec<Edit>, close: impl FnOnce(&[Edit]) -> Vec<u8>) -> Vec<Edit> {
    if inside.is_empty() {
        return inside;
    }
    let new = close(&inside);
    let marks = inside.into_iter().flat_map(|edit| edit.marks).collect();
    vec![Edit { range: 0..value.len(), new, marks }]
}

/// The edits if the value is base64 of a document; else nothing.
pub(super) fn base64(pass: Pass<'_>, value: &[u8]) -> Option<Vec<Edit>> {
    // Documents begin with `<`, `{`, `[` or white space: few letters to begin with, so few texts to decode.
    if value.len() < LEAST || !matches!(value[0], b'P' | b'e' | b'W' | b'I' | b'C' | b'D' | b'7') {
        return None;
    }
    let start = Base64::decode(value.get(..16)?)?;
    if !is_document(start.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start.bytes)) {
        return None;
    }
    let text = Base64::decode(value)?;
    let inside = value::scan(pass, &text.bytes);
    Some(closed(value, inside, |edits| text.encode(&apply(&text.bytes, edits))))
}

/// Opens a value that is a document, base64 of one, or base64 of a deflated one; nothing if it is neither.
pub(super) fn open(pass: Pass<'_>, value: &[u8]) -> Option<Vec<Edit>> {
    let inner = pass.deeper()?;
    if value.trim_ascii_start().first() == Some(&b'<') {
        return Some(markup::scan(inner, value));
    }
    if let Some(edits) = super::jwt::whole(pass, "jwt-signature", value) {
        return Some(edits);
    }
    if let Some(edits) = base64(inner, value) {
        return Some(edits);
    }
    if value.len() < LEAST {
        return None;
    }
    let text = Base64::decode(value)?;
    let zlib = text.bytes.first() == Some(&0x78);
    let mut inflated = Vec::new();
    let limit = INFLATED_MAX + 1;
    // What could be read of a text that was cut off is kept: an error at the end is no error here.
    let _ = if zlib {
        ZlibDecoder::new(text.bytes.as_slice()).take(limit).read_to_end(&mut inflated)
    } else {
        DeflateDecoder::new(text.bytes.as_slice()).take(limit).read_to_end(&mut inflated)
    };
    if !is_document(&inflated) {
        return None;
    }
    if inflated.len() as u64 > INFLATED_MAX {
        return Some(vec![pass.hide(0..value.len(), value, "too-long-inflated")]);
    }
    let inside = value::scan(inner, &inflated);
    Some(closed(value, inside, |edits| text.encode(&deflate(&apply(&inflated, edits), zlib))))
}

/// A SAML message, however it is wrapped.
pub(super) fn saml(pass: Pass<'_>, value: &[u8]) -> Vec<Edit> {
    open(pass, value).unwrap_or_else(|| value::scan(pass, value))
}

fn deflate(bytes: &[u8], zlib: bool) -> Vec<u8> {
    // Writing to memory cannot fail; if it did, nothing is better than the secret.
    let level = Compression::default();
    if zlib {
        let mut out = ZlibEncoder::new(Vec::new(), level);
        out.write_all(bytes).and_then(|()| out.finish()).unwrap_or_default()
    } else {
        let mut out = DeflateEncoder::new(Vec::new(), level);
        out.write_all(bytes).and_then(|()| out.finish()).unwrap_or_default()
    }
}
