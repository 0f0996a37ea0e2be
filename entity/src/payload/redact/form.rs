//! Names and values in a row: query strings, fragments, form bodies.

use super::{
    codec::{Codec, Form, decode, through},
    context::{Context, Place},
    edit::{Edit, merge, shift, within},
    names::Name,
    pass::Pass,
    rules::Way,
    value,
};
use std::borrow::Cow;

/// The name of a pair and its value, with an equals sign between them; a pair without one is a value.
fn halves(pair: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let Some(equals) = pair.iter().position(|b| *b == b'=') else {
        return (Cow::Borrowed(b""), pair);
    };
    let name = &pair[..equals];
    // `&amp;` where a page's source was taken for its text.
    (decode::<Form>(name.strip_prefix(b"amp;").unwrap_or(name)), &pair[equals + 1..])
}

/// Redacts `a=b&c=d`, the pairs parted by one of `separators`, the values escaped by `C`.
pub(super) fn scan<C: Codec>(pass: Pass<'_>, text: &[u8], separators: &[u8]) -> Vec<Edit> {
    let mut context = Context::default();
    for pair in text.split(|b| separators.contains(b)) {
        context.see(&Name::of(&halves(pair).0));
    }
    let pass = pass.within_form(context.has_companion(Way::Code));
    let mut edits = Vec::new();
    let mut start = 0;
    for pair in text.split(|b| separators.contains(b)) {
        let (name, value) = halves(pair);
        let range = start + pair.len() - value.len()..start + pair.len();
        start += pair.len() + 1;
        let found = match Name::of(&name).rule() {
            Some(rule) if rule.stands_alone() => through::<C>(value, |value| value::secret(pass, rule, value)),
            other => {
                if let Some(rule) = other {
                    context.wait(range.clone(), rule, name.to_vec());
                }
                through::<C>(value, |value| value::scan(pass, value))
            }
        };
        edits.extend(shift(within(found, &name), range.start));
    }
    merge(context.settle::<C>(pass, text, Place::Form), edits)
}
