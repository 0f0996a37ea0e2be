//! Credentials that show by their shape what they are, wherever they stand: JWTs, private keys, keys with a
//! known prefix.

use super::{
    edit::{Edit, shift},
    jwt,
    names::prefixed,
    pass::Pass,
};
use std::ops::Range;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// The shortest body that may be a key.
const KEY_LEAST: usize = 16;
/// How a marker begins when it is percent-encoded: a plain one ends a body by its bracket.
const MARK: &[u8] = b"%5Bredacted%3A";
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
        let word = &text[start..start + len];
        at = start + len;
        if word.starts_with(b"BEGIN") && text[..start].ends_with(DASHES) {
            if let Some(pem) = Pem::at(text, start - DASHES.len()) {
                at = pem.end;
                edits.extend(pem.hide(pass, text));
            }
        } else if word.len() >= LEAST {
            match prefixed(word) {
                Some(rule) => edits.push(pass.hide(start..at, word, rule)),
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
        let spelt = [b"\\n".as_slice(), b"\\r", b"%0A", b"%0D"];
        let mut body = text[start..end].trim_ascii_start();
        while let Some(rest) = spelt.iter().find_map(|line| body.strip_prefix(*line)) {
            body = rest.trim_ascii_start();
        }
        let body_start = end - body.len();
        body = body.trim_ascii_end();
        while let Some(rest) = spelt.iter().find_map(|line| body.strip_suffix(*line)) {
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

/// What a key is made of, with its header lines and with line ends that are spelt out.
fn in_pem(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,-.()_@\\%".contains(&byte)
}
