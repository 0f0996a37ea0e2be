//! `Authorization`: the scheme stays, the credential goes.
//!
//! Of schemes with named parameters (OAuth 1.0, Digest, AWS) only the secret ones go. The fingerprint of Basic is
//! that of the password, so that a client's secret has the same one in a header and in a form.

use super::{
    codec::{Percent, decode},
    edit::{Edit, shift, within},
    jwt,
    names::{Name, Rule, is_harmless, looks_random},
    pass::{Pass, is_marker},
    rules::{PARAMETER_SCHEMES, SCHEMES, SECRET_PARAMETERS, Way},
    value,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use std::borrow::Cow;

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether the word is a scheme after which a credential follows.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    is_one_of(word, SCHEMES)
}

/// Whether a line of a text is the value of the header and not a remark about it.
pub(super) fn is_likely(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let (scheme, rest) = halves(line);
    let known = is_scheme(scheme) || is_one_of(scheme, PARAMETER_SCHEMES);
    let quote = |b: &u8| b.is_ascii_whitespace() || b"'\"`<>\\,;".contains(b);
    let credential = rest.split(quote).next().unwrap_or_default();
    known && !rest.is_empty() || looks_random(line) || looks_random(credential)
}

/// Whether the value begins with a scheme of named parameters, and one of these.
pub(super) fn has_parameters(value: &[u8]) -> bool {
    let (scheme, rest) = halves(value[..value.len().min(96)].trim_ascii_start());
    is_one_of(scheme, PARAMETER_SCHEMES) && halves(rest).0.contains(&b'=')
}

/// Where the value of a header ends that is quoted in a text: with its line, or before, at a quote; parameters have
/// quotes of their own.
pub(super) fn end(text: &[u8]) -> usize {
    let quotes = has_parameters(text);
    let ends = |b: &&u8| match **b {
        b'\n' | b'\r' => false,
        b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' => quotes,
        _ => true,
    };
    text.iter().take_while(ends).count()
}

/// Whether a word after `Bearer` and the like is a credential and no part of a sentence or of a challenge; `after` is
/// the text behind it.
pub(super) fn follows_scheme(word: &[u8], after: &[u8]) -> bool {
    let parameter = word.ends_with(b"=") && matches!(after.first(), Some(b'"' | b'\''));
    let letters = word.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=%:!".contains(b));
    let inner_equals = word.iter().rev().skip_while(|b| **b == b'=').any(|b| *b == b'=');
    letters
        && !parameter
        && !inner_equals
        && (word.len() >= 20 || (word.len() >= 8 && word.iter().any(u8::is_ascii_digit)))
}

/// Whether a word is the credential of Basic: a name and a password with a colon between them, in base64.
pub(super) fn is_basic(word: &[u8]) -> bool {
    let decoded =
        STANDARD_NO_PAD.decode(word.trim_ascii_end().strip_suffix(b"==").or(word.strip_suffix(b"=")).unwrap_or(word));
    decoded.is_ok_and(|text| text.contains(&b':') && text.iter().all(|b| !b.is_ascii_control()))
}

fn halves(value: &[u8]) -> (&[u8], &[u8]) {
    let len = value.iter().take_while(|b| !b.is_ascii_whitespace()).count();
    (&value[..len], value[len..].trim_ascii())
}

/// Redacts the value of the header.
pub(super) fn scan(pass: Pass<'_>, value: &[u8]) -> Vec<Edit> {
    let lead = value.len() - value.trim_ascii_start().len();
    let (scheme, credential) = halves(value.trim_ascii());
    if credential.is_empty() {
        let alone = is_scheme(scheme) || is_one_of(scheme, PARAMETER_SCHEMES);
        return if alone { Vec::new() } else { shift(value::whole(pass, "authorization", scheme), lead) };
    }
    let start = value.trim_ascii_end().len() - credential.len();
    if is_marker(credential) {
        return Vec::new();
    }
    if is_one_of(scheme, PARAMETER_SCHEMES) && credential.contains(&b'=') {
        let oauth = scheme.eq_ignore_ascii_case(b"oauth");
        return shift(parameters(pass, credential, oauth), start);
    }
    let found = if scheme.eq_ignore_ascii_case(b"basic") {
        vec![pass.hide(0..credential.len(), &password(credential), "basic")]
    } else if let Some(found) = jwt::whole(pass, "bearer", credential) {
        found
    } else if is_harmless(credential) {
        Vec::new()
    } else {
        vec![pass.hide(0..credential.len(), credential, if is_scheme(scheme) { "bearer" } else { "authorization" })]
    };
    shift(found, start)
}

/// The password in the credential of Basic; the whole of it where there is none.
fn password(credential: &[u8]) -> Cow<'_, [u8]> {
    let end = credential.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    let decoded = STANDARD_NO_PAD.decode(&credential[..end]).unwrap_or_default();
    let colon = decoded.iter().position(|b| *b == b':').filter(|colon| colon + 1 < decoded.len());
    match colon {
        // OAuth 2.0 escapes the two halves as in a form.
        Some(colon) => Cow::Owned(decode::<Percent>(&decoded[colon + 1..]).into_owned()),
        None => Cow::Borrowed(credential),
    }
}

/// `name="value", name=value`: the secret ones go. OAuth 1.0 escapes its values.
fn parameters(pass: Pass<'_>, text: &[u8], escaped: bool) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(equals) = text[at..].iter().position(|b| *b == b'=').map(|found| at + found) else {
            break;
        };
        let name = &text[at..equals];
        let quoted = text.get(equals + 1) == Some(&b'"');
        let start = equals + 1 + usize::from(quoted);
        let ends = |b: u8| {
            if quoted { b == b'"' } else { b == b',' || b.is_ascii_whitespace() }
        };
        let end = start + text[start..].iter().take_while(|b| !ends(**b)).count();
        at = (end + 1).min(text.len());
        let name = name.trim_ascii_start().strip_prefix(b",").unwrap_or(name).trim_ascii();
        let found = parameter_rule(name).and_then(|rule| parameter(pass, rule, &text[start..end], escaped));
        edits.extend(shift(within(Vec::from_iter(found), name), start));
    }
    edits
}

fn parameter_rule(name: &[u8]) -> Option<Rule> {
    let name = Name::of(name);
    let own = name.is_one_of(SECRET_PARAMETERS).then_some(Rule::secret("signature"));
    own.or_else(|| name.rule().filter(|rule| matches!(rule.way, Way::Secret)))
}

fn parameter(pass: Pass<'_>, rule: Rule, value: &[u8], escaped: bool) -> Option<Edit> {
    let plain = if escaped { decode::<Percent>(value) } else { Cow::Borrowed(value) };
    if is_harmless(&plain) || is_marker(&plain) {
        return None;
    }
    let mut edit = pass.hide(0..value.len(), &plain, rule.label);
    if escaped {
        edit.new = edit.new.iter().fold(Vec::new(), |mut new, byte| {
            match byte {
                b'[' => new.extend(b"%5B"),
                b']' => new.extend(b"%5D"),
                b':' => new.extend(b"%3A"),
                byte => new.push(*byte),
            }
            new
        });
    }
    Some(edit)
}
