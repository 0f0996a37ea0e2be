//! JSON Web Tokens: header and claims are for everyone to read, the signature makes them a credential.
//!
//! An encrypted token (five parts) keeps its header. What is secret within the claims (an authorization code
//! in a signed response, say) is redacted there.

use super::{
    edit::{Edit, apply, shift, within},
    json,
    pass::{Pass, is_marker},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::ops::Range;

fn in_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether base64 begins so that it decodes to the start of a JSON object: a brace, white space, a quote.
fn opens_object(part: &[u8]) -> bool {
    // A brace and any of those begin with these letters; the rest is looked at only then.
    if !matches!(part, [b'e', b'w' | b'y', ..]) {
        return false;
    }
    let len = part.len().min(16) / 4 * 4;
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(&part[..len]) else {
        return false;
    };
    bytes.split_first().is_some_and(|(_, rest)| matches!(rest.trim_ascii_start(), [b'"', ..] | [])) && len >= 8
}

/// The parts of dotted base64url that starts at the start of the text.
fn parts(text: &[u8]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    // Nothing has more than five parts; the sixth would be something else's.
    while parts.len() < 5 {
        let len = text[start..].iter().take_while(|b| in_part(**b)).count();
        parts.push(start..start + len);
        if text.get(start + len) != Some(&b'.') {
            break;
        }
        start += len + 1;
    }
    parts
}

/// How many parts the token has that starts there: three, five if it is encrypted, none if it is no token.
fn count(text: &[u8], parts: &[Range<usize>]) -> usize {
    match parts.len() {
        3 | 4 => 3,
        5 => {
            let header = URL_SAFE_NO_PAD.decode(&text[parts[0].clone()]).unwrap_or_default();
            if header.windows(5).any(|w| w == br#""enc""#) { 5 } else { 3 }
        }
        _ => 0,
    }
}

/// The edits if the whole value is a token, even one that lost its signature before; else nothing.
pub(super) fn whole(pass: Pass<'_>, label: &'static str, value: &[u8]) -> Option<Vec<Edit>> {
    if !opens_object(value) {
        return None;
    }
    let parts = parts(value);
    let rest = &value[parts.last()?.end..];
    if is_marker(rest) && parts.last()?.is_empty() {
        return match parts.len() {
            // An encrypted one keeps its header only.
            2 => Some(Vec::new()),
            3 => Some(claims(pass, value, &parts[1]).into_iter().collect()),
            _ => None,
        };
    }
    (rest.is_empty() && count(value, &parts) == parts.len()).then(|| hide(pass, label, value, &parts))
}

fn hide(pass: Pass<'_>, label: &'static str, token: &[u8], parts: &[Range<usize>]) -> Vec<Edit> {
    if parts.len() == 5 {
        return vec![pass.hide(parts[1].start..token.len(), token, label)];
    }
    let signature = parts[2].clone();
    let signed = (!signature.is_empty()).then(|| pass.hide(signature, token, label));
    claims(pass, token, &parts[1]).into_iter().chain(signed).collect()
}

/// The claims with what is secret in them hidden, if there is any.
fn claims(pass: Pass<'_>, token: &[u8], part: &Range<usize>) -> Option<Edit> {
    if !opens_object(&token[part.clone()]) {
        return None;
    }
    let claims = URL_SAFE_NO_PAD.decode(&token[part.clone()]).ok()?;
    let edits = json::scan(pass.deeper(claims.len())?, &claims);
    if edits.is_empty() {
        return None;
    }
    let new = URL_SAFE_NO_PAD.encode(apply(&claims, &edits)).into_bytes();
    let marks = within(edits, b"claims").into_iter().flat_map(|edit| edit.marks).collect();
    Some(Edit { range: part.clone(), new, marks })
}

/// Tokens anywhere in a text.
pub(super) fn anywhere(pass: Pass<'_>, text: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = 0;
    // Each step leaves at least the part behind that it looked at, so the text is read once.
    while let Some(start) = text[at..].iter().position(|b| *b == b'e').map(|found| at + found) {
        if !opens_object(&text[start..]) {
            at = start + 1;
            continue;
        }
        let mut parts = parts(&text[start..]);
        let count = count(&text[start..], &parts);
        if count > 0 {
            parts.truncate(count);
        }
        let end = start + parts.last().map_or(1, |part| part.end);
        if count > 0 {
            let found = hide(pass, "jwt-signature", &text[start..end], &parts);
            edits.extend(shift(found, start));
        }
        at = end.max(start + 1);
    }
    edits
}
