//! Credentials that show by their shape what they are, wherever they stand: JWTs, private keys, keys with a
//! known prefix.

use super::{
    edit::{Edit, shift},
    jwt,
    pass::Pass,
    shapes,
};
use std::ops::Range;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// The shortest body that may be a key.
const KEY_LEAST: usize = 16;
/// How a marker begins when it is percent-encoded: a plain one ends a body by its bracket.
const MARK: &[u8] = b"%5Bredacted%3A";
/// A line end in percent-encoding, without its sign.
const LINE_ENDS: &[&[u8]] = &[b"0A", b"0D", b"0a", b"0d"];
/// No credential of a known shape is shorter.
const LEAST: usize = 20;
/// The longest label of a PEM block that is looked at.
const LABEL_MAX: usize = 64;

/// Redacts what has a known shape. The text is read once, by words of the letters that keys are made of.
pub(super) fn scan(pass: Pass<'_>, text: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at + text[at..].iter().take_while(|b| !b.is_ascii_alphanumeric()).count();
        let len = text[start..].iter().take_while(|b| in_key(**b)).count();
        // In a text with escapes, the letter of one is no part of the word behind it.
        if text[..start].ends_with(b"\\") && matches!(text.get(start), Some(b'n' | b'r' | b't')) {
            at = start + 1;
            continue;
        }
        at = start + len;
        let word = &text[start..at];
        if word.starts_with(b"BEGIN") && text[..start].ends_with(DASHES) {
            if let Some(pem) = Pem::at(text, start - DASHES.len()) {
                at = pem.end;
                edits.extend(pem.hide(pass, text));
            }
        } else if let Some((from, to, rule)) = shapes::mixed(text, start, at) {
            at = to;
            edits.push(pass.hide(from..to, &text[from..to], rule));
        } else if word.len() >= LEAST {
            // A full stop ends a sentence and no key.
            let word = &word[..word.len() - word.iter().rev().take_while(|b| **b == b'.').count()];
            match shapes::prefixed(word) {
                Some(rule) => edits.push(pass.hide(start..start + word.len(), word, rule)),
                None => edits.extend(shift(jwt::anywhere(pass, word), start)),
            }
        }
    }
    edits
}

fn in_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// A PEM block.
pub(super) struct Pem {
    /// What is between its first and its last line, without the line ends around it.
    body: Range<usize>,
    /// Where the text goes on.
    pub(super) end: usize,
}

impl Pem {
    /// The block that begins at `at`, if one does. One that was cut off goes on as long as it looks like a key.
    pub(super) fn at(text: &[u8], at: usize) -> Option<Self> {
        let label = text.get(at..)?.strip_prefix(BEGIN)?;
        let label = &label[..label.len().min(LABEL_MAX)];
        let label = &label[..label.windows(DASHES.len()).position(|window| window == DASHES)?];
        let start = at + BEGIN.len() + label.len() + DASHES.len();
        if !(label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK")) {
            return Some(Self { body: start..start, end: start });
        }
        let len = text[start..].iter().take_while(|b| in_pem(**b)).count();
        let end = text[start..start + len].windows(END.len()).position(|window| window == END);
        let end = start + end.unwrap_or(len);
        let mut body = text[start..end].trim_ascii_start();
        while let Some(rest) = without_first_line_end(body) {
            body = rest.trim_ascii_start();
        }
        let body_start = end - body.len();
        body = body.trim_ascii_end();
        while let Some(rest) = without_last_line_end(body) {
            body = rest.trim_ascii_end();
        }
        Some(Self { body: body_start..body_start + body.len(), end })
    }

    fn hide(self, pass: Pass<'_>, text: &[u8]) -> Option<Edit> {
        let secret = &text[self.body.clone()];
        let hidden = secret.len() >= KEY_LEAST && !secret.windows(MARK.len()).any(|window| window == MARK);
        hidden.then(|| pass.hide(self.body, secret, "private-key"))
    }
}

/// The rest behind a line end that is spelt out at the start: `\n` or `%0A`, escaped however often.
fn without_first_line_end(text: &[u8]) -> Option<&[u8]> {
    let backslashes = text.iter().take_while(|b| **b == b'\\').count();
    if backslashes > 0 {
        return matches!(text.get(backslashes), Some(b'n' | b'r')).then(|| &text[backslashes + 1..]);
    }
    let mut rest = text.strip_prefix(b"%")?;
    while let Some(again) = rest.strip_prefix(b"25") {
        rest = again;
    }
    LINE_ENDS.iter().find_map(|end| rest.strip_prefix(*end))
}

/// The rest before such a line end at the end.
fn without_last_line_end(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_suffix(b"n").or_else(|| text.strip_suffix(b"r")) {
        let backslashes = rest.iter().rev().take_while(|b| **b == b'\\').count();
        return (backslashes > 0).then(|| &rest[..rest.len() - backslashes]);
    }
    let mut rest = LINE_ENDS.iter().find_map(|end| text.strip_suffix(*end))?;
    while let Some(again) = rest.strip_suffix(b"25") {
        rest = again;
    }
    rest.strip_suffix(b"%")
}

/// What a key is made of, with its header lines and with line ends that are spelt out.
fn in_pem(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,-.()_@\\%".contains(&byte)
}
