//! Escapes of the carriers: percent-encoding, JSON strings, XML entities, UTF-16.
//!
//! A scanner sees the decoded text; its edits are carried back to the raw text unit by unit, so that what is
//! not redacted keeps the spelling that it was sent in.

use super::edit::Edit;
use std::borrow::Cow;

/// What one unit of the raw text stands for: at most four bytes.
pub(super) struct Unit {
    bytes: [u8; 4],
    len: usize,
}

impl Unit {
    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], len: 1 }
    }

    fn char(char: char) -> Self {
        let mut bytes = [0; 4];
        let len = char.encode_utf8(&mut bytes).len();
        Self { bytes, len }
    }
}

/// One way of escaping.
pub(super) trait Codec {
    /// Whether a unit that begins with this byte may be anything but that byte.
    fn special(byte: u8) -> bool;
    /// The unit at the start of `raw`, which is not empty: its length there, and what it stands for.
    fn unit(raw: &[u8]) -> (usize, Unit);
    /// Writes a text so that it decodes to itself.
    fn encode(text: &[u8], out: &mut Vec<u8>);
}

/// The decoded text.
pub(super) fn decode<C: Codec>(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.iter().any(|b| C::special(*b)) {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let (len, unit) = C::unit(&raw[at..]);
        out.extend_from_slice(&unit.bytes[..unit.len]);
        at += len;
    }
    Cow::Owned(out)
}

/// Finds edits in the decoded text and carries them back to the raw one.
pub(super) fn through<C: Codec>(raw: &[u8], find: impl FnOnce(&[u8]) -> Vec<Edit>) -> Vec<Edit> {
    let decoded = decode::<C>(raw);
    let mut edits = find(&decoded);
    let same = matches!(decoded, Cow::Borrowed(_));
    let (mut at, mut seen) = (0, 0);
    for edit in &mut edits {
        let mut new = Vec::with_capacity(edit.new.len() + 8);
        C::encode(&edit.new, &mut new);
        edit.new = new;
        if same {
            continue;
        }
        let mut forward = |until: usize, whole: bool| {
            while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
                let (len, unit) = C::unit(rest);
                if seen >= until || (whole && seen + unit.len > until) {
                    break;
                }
                at += len;
                seen += unit.len;
            }
            at
        };
        let start = forward(edit.range.start, true);
        edit.range = start..forward(edit.range.end, false);
    }
    edits
}

fn hex_pair(raw: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(digit(*raw.first()?)? * 16 + digit(*raw.get(1)?)?)
}

fn percent(raw: &[u8]) -> (usize, Unit) {
    match raw[0] {
        b'%' => hex_pair(&raw[1..]).map_or((1, Unit::byte(b'%')), |byte| (3, Unit::byte(byte))),
        byte => (1, Unit::byte(byte)),
    }
}

fn encode_percent(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'%');
            out.extend(hex::encode_upper([byte]).bytes());
        }
    }
}

/// Percent-encoding, as in a path or a cookie.
pub(super) struct Percent;

impl Codec for Percent {
    fn special(byte: u8) -> bool {
        byte == b'%'
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        percent(raw)
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        encode_percent(text, out);
    }
}

/// Percent-encoding with `+` for a space, as in a query or a form.
pub(super) struct Form;

impl Codec for Form {
    fn special(byte: u8) -> bool {
        matches!(byte, b'%' | b'+')
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        if raw[0] == b'+' { (1, Unit::byte(b' ')) } else { percent(raw) }
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        encode_percent(text, out);
    }
}

/// Percent-encoding as it is met in texts: read like a form, written plainly.
pub(super) struct Loose;

impl Codec for Loose {
    fn special(byte: u8) -> bool {
        Form::special(byte)
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        Form::unit(raw)
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(text);
    }
}

/// The inside of a JSON string.
pub(super) struct Json;

impl Codec for Json {
    fn special(byte: u8) -> bool {
        byte == b'\\'
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        let plain = match (raw[0], raw.get(1)) {
            (b'\\', Some(b'n')) => b'\n',
            (b'\\', Some(b't')) => b'\t',
            (b'\\', Some(b'r')) => b'\r',
            (b'\\', Some(b'b')) => 8,
            (b'\\', Some(b'f')) => 12,
            (b'\\', Some(b'u')) => return json_u(raw),
            (b'\\', Some(&byte)) => byte,
            (byte, _) => return (1, Unit::byte(byte)),
        };
        (2, Unit::byte(plain))
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        for &byte in text {
            match byte {
                b'"' | b'\\' => out.extend([b'\\', byte]),
                0..=31 => out.extend(format!("\\u{byte:04x}").bytes()),
                _ => out.push(byte),
            }
        }
    }
}

/// `\u0041`, or two of them for one character.
fn json_u(raw: &[u8]) -> (usize, Unit) {
    let four = |at: usize| Some(u32::from(hex_pair(raw.get(at..)?)?) << 8 | u32::from(hex_pair(raw.get(at + 2..)?)?));
    let Some(first) = four(2) else {
        return (2, Unit::byte(b'u'));
    };
    let low = (raw.get(6..8) == Some(br"\u".as_slice()))
        .then(|| four(8))
        .flatten()
        .filter(|low| (0xDC00..0xE000).contains(low));
    match low {
        Some(low) if (0xD800..0xDC00).contains(&first) => {
            let char = 0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00);
            (12, Unit::char(char::from_u32(char).unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        _ => (6, Unit::char(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))),
    }
}

/// Text and attributes of XML and HTML.
pub(super) struct Xml;

impl Codec for Xml {
    fn special(byte: u8) -> bool {
        byte == b'&'
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        if raw[0] != b'&' {
            return (1, Unit::byte(raw[0]));
        }
        let as_is = (1, Unit::byte(b'&'));
        let Some(end) = raw.iter().take(12).position(|b| *b == b';') else {
            return as_is;
        };
        let char = match &raw[1..end] {
            b"amp" => '&',
            b"lt" => '<',
            b"gt" => '>',
            b"quot" => '"',
            b"apos" => '\'',
            name => match entity_number(name).and_then(char::from_u32) {
                Some(char) => char,
                None => return as_is,
            },
        };
        (end + 1, Unit::char(char))
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        for &byte in text {
            match byte {
                b'&' => out.extend(b"&amp;"),
                b'<' => out.extend(b"&lt;"),
                b'>' => out.extend(b"&gt;"),
                b'"' => out.extend(b"&quot;"),
                b'\'' => out.extend(b"&#39;"),
                _ => out.push(byte),
            }
        }
    }
}

fn entity_number(name: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(name.strip_prefix(b"#")?).ok()?;
    match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// UTF-16, the high byte first if `BIG`.
pub(super) struct Utf16<const BIG: bool>;

impl<const BIG: bool> Codec for Utf16<BIG> {
    fn special(_: u8) -> bool {
        true
    }
    fn unit(raw: &[u8]) -> (usize, Unit) {
        let word = |at: usize| {
            let pair = [*raw.get(at)?, *raw.get(at + 1)?];
            Some(if BIG { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
        };
        let words = [word(0).unwrap_or(0xFFFD), word(2).unwrap_or(0xFFFD)];
        match char::decode_utf16(words).next() {
            Some(Ok(char)) => (raw.len().min(char.len_utf16() * 2), Unit::char(char)),
            _ => (raw.len().min(2), Unit::char(char::REPLACEMENT_CHARACTER)),
        }
    }
    fn encode(text: &[u8], out: &mut Vec<u8>) {
        for word in String::from_utf8_lossy(text).encode_utf16() {
            out.extend(if BIG { word.to_be_bytes() } else { word.to_le_bytes() });
        }
    }
}
