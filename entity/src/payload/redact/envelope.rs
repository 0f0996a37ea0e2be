//! Texts in base64, deflated or not: opened, redacted inside, and closed again as they were.
//!
//! SAML travels so. A message in which nothing is secret keeps its bytes. A whole signed response is a
//! credential of its own while it is valid, if its receiver does not refuse the second of a kind; signatures are
//! public and stay, so it stays, unless it is a bearer's grant. What would inflate to too much is hidden unseen.

use super::{
    brackets,
    edit::{Edit, apply},
    markup,
    pass::Pass,
    value,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::{
    Compression,
    read::{DeflateDecoder, GzDecoder, ZlibDecoder},
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use std::io::{Read, Write};

/// Shorter base64 holds nothing worth opening.
const LEAST: usize = 24;
/// How a body that is still compressed begins.
pub(super) const GZIP: &[u8] = &[0x1F, 0x8B, 8];

/// How a text was deflated.
#[derive(Clone, Copy)]
enum Deflated {
    Bare,
    Zlib,
    Gzip,
}

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
    brackets::is_likely(bytes) || bytes.trim_ascii_start().first() == Some(&b'<')
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

/// Whether bytes are a text that may hold a secret: a document, or printable letters.
fn is_text(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    is_document(bytes) || bytes.iter().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
}

/// The edits if the value is base64 of a text; else nothing.
pub(super) fn base64(pass: Pass<'_>, value: &[u8]) -> Option<Vec<Edit>> {
    // Few values begin so that they decode to a text, so few are decoded whole.
    let start = value.get(..LEAST)?;
    if !start.iter().all(|b| b.is_ascii_alphanumeric() || b"+/-_= \r\n\t".contains(b)) {
        return None;
    }
    if !is_text(&Base64::decode(&start[..16])?.bytes) {
        return None;
    }
    let text = Base64::decode(value)?;
    if !is_text(&text.bytes) {
        return None;
    }
    let inside = value::scan(pass, &text.bytes);
    Some(closed(value, inside, |edits| text.encode(&apply(&text.bytes, edits))))
}

/// Opens a value that is a document, base64 of one, or base64 of a deflated one; nothing if it is neither.
pub(super) fn open(pass: Pass<'_>, value: &[u8]) -> Option<Vec<Edit>> {
    let inner = pass.deeper(value.len())?;
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
    let way = if text.bytes.first() == Some(&0x78) { Deflated::Zlib } else { Deflated::Bare };
    let inflated = match inflate(pass, &text.bytes, way) {
        Some(inflated) if is_document(&inflated) => inflated,
        Some(_) => return None,
        None => return Some(vec![pass.hide(0..value.len(), value, "too-long-inflated")]),
    };
    let inside = value::scan(inner, &inflated);
    Some(closed(value, inside, |edits| text.encode(&deflate(&apply(&inflated, edits), way))))
}

/// A body that is still compressed, as `find` reads it.
pub(super) fn gzip(pass: Pass<'_>, bytes: &[u8], find: impl FnOnce(Pass<'_>, &[u8]) -> Vec<Edit>) -> Vec<Edit> {
    let (Some(inner), Some(inflated)) = (pass.deeper(bytes.len()), inflate(pass, bytes, Deflated::Gzip)) else {
        return vec![pass.hide(0..bytes.len(), bytes, "too-long-inflated")];
    };
    let inside = find(inner, &inflated);
    closed(bytes, inside, |edits| deflate(&apply(&inflated, edits), Deflated::Gzip))
}

/// A SAML message, however it is wrapped.
pub(super) fn saml(pass: Pass<'_>, value: &[u8]) -> Vec<Edit> {
    open(pass, value).unwrap_or_else(|| value::scan(pass, value))
}

/// The inflated text; nothing if it is longer than may still be inflated.
fn inflate(pass: Pass<'_>, bytes: &[u8], way: Deflated) -> Option<Vec<u8>> {
    let mut inflated = Vec::new();
    let limit = pass.inflatable();
    let most = limit.saturating_add(1);
    // What could be read of a text that was cut off is kept: an error at the end is no error here.
    let _ = match way {
        Deflated::Bare => DeflateDecoder::new(bytes).take(most).read_to_end(&mut inflated),
        Deflated::Zlib => ZlibDecoder::new(bytes).take(most).read_to_end(&mut inflated),
        Deflated::Gzip => GzDecoder::new(bytes).take(most).read_to_end(&mut inflated),
    };
    pass.inflated(inflated.len());
    (inflated.len() as u64 <= limit).then_some(inflated)
}

fn deflate(bytes: &[u8], way: Deflated) -> Vec<u8> {
    let level = Compression::default();
    let deflated = match way {
        Deflated::Bare => written(DeflateEncoder::new(Vec::new(), level), bytes, DeflateEncoder::finish),
        Deflated::Zlib => written(ZlibEncoder::new(Vec::new(), level), bytes, ZlibEncoder::finish),
        Deflated::Gzip => written(GzEncoder::new(Vec::new(), level), bytes, GzEncoder::finish),
    };
    // Writing to memory cannot fail; if it did, nothing is better than the secret.
    deflated.unwrap_or_default()
}

fn written<W: Write>(
    mut to: W,
    bytes: &[u8],
    finish: impl FnOnce(W) -> std::io::Result<Vec<u8>>,
) -> std::io::Result<Vec<u8>> {
    to.write_all(bytes)?;
    finish(to)
}
