//! A value, out of its escapes: hidden if its name says that it is a secret, else read as what it looks like.

use super::{
    authorization, brackets, cookie,
    edit::{Edit, merge, shift},
    envelope, json, jwt, known, markup, multipart,
    names::{Rule, is_harmless, looks_random},
    pass::{Pass, begins_with_marker, is_marker},
    rules::Way,
    text,
};

/// Shorter texts hold no credential that could be told from a word.
const LEAST: usize = 8;

/// Redacts a value whose name says nothing.
pub(super) fn scan(pass: Pass<'_>, value: &[u8]) -> Vec<Edit> {
    if value.len() < LEAST {
        return Vec::new();
    }
    let Some(inner) = pass.deeper(value.len()) else {
        // Nobody writes so on purpose: it goes unread. What is merely deep is read as plain text.
        let hidden = pass.is_too_much(value.len()) && !is_marker(value);
        return if hidden { vec![pass.hide(0..value.len(), value, "too-deep")] } else { known::scan(pass, value) };
    };
    if brackets::is_likely(value) {
        return json::scan(inner, value);
    }
    if multipart::is_likely(value) {
        return multipart::scan(inner, value, None);
    }
    if markup::begins(value) {
        return markup::scan(inner, value);
    }
    if markup::is_likely(value) {
        // Markup within a text; or a text, a script's perhaps, with tags in its literals.
        return merge(text::scan(inner, value), markup::scan(inner, value));
    }
    envelope::base64(inner, value).unwrap_or_else(|| text::scan(inner, value))
}

/// Hides the secret in `value`, which is decoded, in the way that its name asks for.
pub(super) fn secret(pass: Pass<'_>, rule: Rule, value: &[u8]) -> Vec<Edit> {
    match rule.way {
        Way::Authorization => authorization::scan(pass, value),
        Way::Jar if cookie::has_names(value) => cookie::scan(pass, Way::SetCookie, value),
        Way::Cookie | Way::SetCookie if cookie::has_names(value) => cookie::scan(pass, rule.way, value),
        // `"cookie": "required"` names no cookie; a bare session id under that key is one.
        Way::Cookie | Way::SetCookie if !looks_random(value.trim_ascii()) => Vec::new(),
        Way::Saml => envelope::saml(pass, value),
        Way::Assertion => {
            let inside = envelope::open(pass.within_grant(), value);
            inside.unwrap_or_else(|| whole(pass, rule.label, value))
        }
        _ => whole(pass, rule.label, value),
    }
}

/// Hides the whole value, but for what a JWT says openly.
pub(super) fn whole(pass: Pass<'_>, label: &'static str, value: &[u8]) -> Vec<Edit> {
    let start = value.len() - value.trim_ascii_start().len();
    let secret = value.trim_ascii();
    if is_harmless(secret) || is_marker(secret) || begins_with_marker(secret) {
        return Vec::new();
    }
    if let Some(edits) = jwt::whole(pass, label, secret) {
        return shift(edits, start);
    }
    vec![pass.hide(start..start + secret.len(), secret, label)]
}
