//! A body: what its content type says, unless it looks like something else.

use super::{
    brackets,
    codec::{Form, Utf16, through},
    edit::{Edit, shift},
    envelope, form, json, known, markup, multipart,
    pass::Pass,
    text, value,
};

/// Media types in which nothing is looked for: a byte that changed would break them.
const OPAQUE: &[&str] = &["audio/", "font/", "image/", "video/"];

/// How much of a body is looked at to tell whether it is a text.
const START: usize = 1024;

/// Redacts a body.
pub(super) fn scan(pass: Pass<'_>, content_type: Option<&[u8]>, bytes: &[u8]) -> Vec<Edit> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            return shift(scan(pass, content_type, without_marks(rest)), mark_len(bytes));
        }
        _ if bytes.starts_with(envelope::GZIP) => {
            return envelope::gzip(pass, bytes, |pass, text| scan(pass, content_type, text));
        }
        [0xFF, 0xFE, ..] | [b'<' | b'{' | b'[', 0, ..] => {
            return wide::<false>(pass, content_type, bytes);
        }
        [0xFE, 0xFF, ..] | [0, b'<' | b'{' | b'[', ..] => {
            return wide::<true>(pass, content_type, bytes);
        }
        _ => {}
    }
    let content_type = content_type.unwrap_or_default();
    let essence = content_type.split(|b| *b == b';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
    let has = |part: &[u8]| essence.windows(part.len()).any(|window| window == part);
    if OPAQUE.iter().any(|kind| essence.starts_with(kind.as_bytes())) && !has(b"svg") {
        return Vec::new();
    }
    if has(b"multipart/") {
        return multipart::scan(pass, bytes, multipart::parameter(content_type, b"boundary"));
    }
    if brackets::is_likely(bytes) || (has(b"json") && !markup::is_likely(bytes)) {
        return json::scan(pass, bytes);
    }
    if has(b"x-www-form-urlencoded") {
        return form::scan::<Form>(pass, bytes, b"&");
    }
    if markup::begins(bytes) || ((has(b"html") || has(b"xml")) && markup::is_likely(bytes)) {
        return markup::scan(pass, bytes);
    }
    if is_binary(bytes) { known::scan(pass, bytes) } else { value::scan(pass, bytes) }
}

/// Whether bytes are no text in any encoding, by their start: what has a known shape is all that is looked for.
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(START)];
    let control = |b: &&u8| matches!(b, 0..=8 | 14..=31 | 127);
    start.iter().filter(control).count() * 20 > start.len() && std::str::from_utf8(start).is_err()
}

fn mark_len(bytes: &[u8]) -> usize {
    bytes.len() - without_marks(bytes).len()
}

/// Without byte order marks, however many there are.
fn without_marks(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        bytes = rest;
    }
    bytes
}

fn wide<const BIG: bool>(pass: Pass<'_>, content_type: Option<&[u8]>, bytes: &[u8]) -> Vec<Edit> {
    let inside = |text: &[u8]| {
        let kept = without_marks(text);
        // Decoded, it cannot look wide again but by its content: then it is read as plain text.
        let narrow = !matches!(kept, [0, ..] | [_, 0, ..]);
        let found = if narrow { scan(pass, content_type, kept) } else { text::scan(pass, kept) };
        shift(found, text.len() - kept.len())
    };
    through::<Utf16<BIG>>(bytes, inside)
}
