//! `Cookie` and `Set-Cookie`: names and attributes stay, values go.
//!
//! A value in a cookie is a secret as a whole, even a JWT: its name is what a reader needs. Cookies that were
//! folded into one line by a comma are told apart too.

use super::{
    codec::{Percent, decode},
    edit::{Edit, within},
    names::{Name, is_harmless},
    pass::{Pass, is_marker},
    rules::{COOKIE_ATTRIBUTES, Way},
};

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the text names a cookie, and is no bare value (which may end in the `=` of base64).
pub(super) fn has_names(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let name = text.iter().take_while(|b| in_name(**b) || **b == b':').count();
    text.get(name) == Some(&b'=') && name > 0 && text[name..].iter().any(|b| *b != b'=')
}

/// Redacts the value of the header. A piece without a name is a value.
pub(super) fn scan(pass: Pass<'_>, way: Way, text: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut start = 0;
    // Whether the next piece is a cookie; in `Set-Cookie` only the first before each comma or line is one.
    let mut cookie = true;
    while start <= text.len() {
        let end = piece_end(text, start);
        let piece = &text[start..end];
        let equals = piece.iter().position(|b| *b == b'=');
        let name = piece[..equals.unwrap_or(0)].trim_ascii();
        let attribute = if equals.is_some() { name } else { piece.trim_ascii() };
        if cookie || !Name::of(attribute).is_in(COOKIE_ATTRIBUTES) {
            let value_start = start + equals.map_or(0, |equals| equals + 1);
            edits.extend(hide(pass, name, text, value_start, end));
        }
        cookie = way == Way::Cookie || text.get(end) != Some(&b';');
        start = end + 1;
    }
    edits
}

/// Where the piece that begins at `start` ends: at a semicolon, a line's end, or a comma with a name after it.
fn piece_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b';' | b'\n' | b'\r' => return at,
            b',' => {
                let spaces = text[at + 1..].iter().take_while(|b| **b == b' ').count();
                let name = text[at + 1 + spaces..].iter().take_while(|b| in_name(**b)).count();
                let after = at + 1 + spaces + name;
                if name > 0 && text.get(after) == Some(&b'=') {
                    return at;
                }
                at = after;
            }
            _ => at += 1,
        }
    }
    text.len()
}

fn hide(pass: Pass<'_>, name: &[u8], text: &[u8], start: usize, end: usize) -> Option<Edit> {
    let raw = &text[start..end];
    let lead = raw.iter().take_while(|b| b.is_ascii_whitespace() || **b == b'"').count();
    let trail = raw[lead..].iter().rev().take_while(|b| b.is_ascii_whitespace() || **b == b'"').count();
    let range = start + lead..end - trail;
    let value = &text[range.clone()];
    if is_harmless(value) || is_marker(value) {
        return None;
    }
    let edit = pass.hide(range, &decode::<Percent>(value), "cookie");
    within(vec![edit], name).pop()
}
