//! Short texts that are read to the letter: names and identifiers that people search for, and a value that stands
//! behind its label.

use super::{
    edit::{Edit, merge, shift},
    known,
    names::{Rule, looks_opaque, looks_random},
    pass::Pass,
    rules::Way,
    text, value,
    words::parts_words,
};

/// No name and no value is shorter together: `pin=1234`.
const LEAST: usize = 8;

/// Redacts a name or an identifier: credentials of a known shape, pairs with an equals sign, `Bearer` with what looks
/// made by a machine. All else in it is meant to be read and searched for.
pub(super) fn scan(pass: Pass<'_>, label: &[u8]) -> Vec<Edit> {
    let sure = |edit: &Edit| {
        let (before, after) = (label[..edit.range.start].trim_ascii_end(), &label[edit.range.end..]);
        let unquoted = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'"));
        let pair = unquoted.unwrap_or(before).ends_with(b"=") || unquoted.is_some_and(|before| before.ends_with(b":"));
        pair || after.starts_with(b"@") || looks_random(&label[edit.range.clone()])
    };
    let known = known::scan(pass, label);
    let found = if label.len() < LEAST { Vec::new() } else { text::scan(pass, label) };
    merge(found.into_iter().filter(sure).collect(), known)
}

/// The value after a label that stood apart from it (`<b>cookie</b>: 'abc'`), if it looks like a secret.
pub(super) fn behind(pass: Pass<'_>, rule: Rule, text: &[u8]) -> Vec<Edit> {
    let start = text.iter().take_while(|b| b.is_ascii_whitespace() || b"=:>'\"(".contains(b)).count();
    let len = text[start..].iter().take_while(|b| !(parts_words(**b) || b",;])".contains(b))).count();
    let word = &text[start..start + len];
    let rest = text[start + len..].iter().all(|b| b.is_ascii_whitespace() || b"'\",;.])".contains(b));
    let secret = if rule.stands_alone() { looks_random(word) } else { rule.way == Way::Code && looks_opaque(word) };
    if rest && secret { shift(value::whole(pass, rule.label, word), start) } else { Vec::new() }
}
