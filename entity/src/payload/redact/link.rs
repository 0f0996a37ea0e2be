//! URLs, whole or relative: password, path parameters, query and fragment.

use super::{
    codec::{Form, Percent, through},
    edit::{Edit, shift, within},
    form, known,
    names::{self, Name, Rule, looks_random},
    pass::Pass,
    rules::{ANNOUNCERS, ANNOUNCING_HOSTS},
    value,
};
use std::ops::Range;

/// Redacts a URL.
pub(super) fn scan(pass: Pass<'_>, url: &[u8]) -> Vec<Edit> {
    let find = |byte: u8, range: Range<usize>| {
        let found = url[range.clone()].iter().position(|b| *b == byte);
        found.map_or(range.end, |found| range.start + found)
    };
    let fragment = find(b'#', 0..url.len());
    let query = find(b'?', 0..fragment);
    let path = authority_end(&url[..query]);
    let mut edits = authority(pass, &url[..path]);
    let hook = announces(&url[..path]);
    edits.extend(shift(self::path(pass, hook, &url[path..query]), path));
    let part = |range: Range<usize>, name: &[u8]| {
        let found = form::scan::<Form>(pass, &url[range.clone()], b"&");
        shift(within(found, name), range.start)
    };
    if query < fragment {
        edits.extend(part(query + 1..fragment, b"query"));
    }
    if fragment < url.len() {
        // A page that routes by its fragment has a path and a query there.
        let inner = find(b'?', fragment..url.len());
        let equals = find(b'=', fragment..url.len());
        let start = if inner < equals { inner + 1 } else { fragment + 1 };
        edits.extend(part(start..url.len(), b"fragment"));
    }
    edits
}

/// Where the path begins.
fn authority_end(head: &[u8]) -> usize {
    let scheme = head.windows(3).position(|window| window == b"://").map(|at| at + 3);
    let start = scheme.or_else(|| head.starts_with(b"//").then_some(2));
    start.map_or(0, |start| start + head[start..].iter().take_while(|b| **b != b'/').count())
}

/// `https://user:password@host`: the password goes, and keys of known shapes elsewhere.
fn authority(pass: Pass<'_>, text: &[u8]) -> Vec<Edit> {
    let start = text.windows(2).position(|window| window == b"//").map_or(0, |at| at + 2);
    let end = text.iter().rposition(|b| *b == b'@').filter(|end| *end >= start);
    let colon = end.and_then(|end| text[start..end].iter().position(|b| *b == b':'));
    let password = match (colon, end) {
        (Some(colon), Some(end)) => start + colon + 1..end,
        _ => text.len()..text.len(),
    };
    let known = |range: Range<usize>| {
        let found = through::<Percent>(&text[range.clone()], |text| known::scan(pass, text));
        shift(found, range.start)
    };
    let rule = Rule::secret("password");
    let found = through::<Percent>(&text[password.clone()], |text| value::secret(pass, rule, text));
    let mut edits = known(0..password.start);
    edits.extend(shift(within(found, b"password"), password.start));
    edits.extend(known(password.end..text.len()));
    edits
}

/// Whether the host takes calls without any other credential than its path.
fn announces(authority: &[u8]) -> bool {
    let host = authority.rsplit(|b| b"/@".contains(b)).next().unwrap_or_default();
    host.split(|b| *b == b'.')
        .any(|label| ANNOUNCING_HOSTS.iter().any(|known| label.eq_ignore_ascii_case(known.as_bytes())))
}

/// The session within the segment that ASP.NET writes without cookies: `(S(…))`.
fn bracketed(segment: &[u8]) -> Option<Range<usize>> {
    let inner = segment.strip_prefix(b"(")?.strip_suffix(b"))")?;
    matches!(inner, [b'A'..=b'Z', b'(', _, ..]).then(|| 3..segment.len() - 2)
}

/// `;jsessionid=…`, what looks like a secret after a segment that announces one, and keys of known shapes. `hook` if
/// the host announces one.
fn path(pass: Pass<'_>, hook: bool, path: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut start = 0;
    let mut announced: Option<Rule> = None;
    for segment in path.split(|b| *b == b'/') {
        let end = segment.iter().position(|b| *b == b';').unwrap_or(segment.len());
        let (word, parameters) = segment.split_at(end);
        let hooked = hook.then_some(Rule::secret("signed-link"));
        let found = through::<Percent>(word, |word| match (announced.or(hooked), bracketed(word)) {
            (Some(rule), _) if looks_random(word) => value::whole(pass, rule.label, word),
            (_, Some(inner)) => shift(value::whole(pass, "session-id", &word[inner.clone()]), inner.start),
            // A URL or a query that was put into a segment.
            _ if word.contains(&b'=') => value::scan(pass, word),
            _ => known::scan(pass, word),
        });
        edits.extend(shift(within(found, b"path"), start));
        if let Some(parameters) = parameters.strip_prefix(b";") {
            edits.extend(shift(within(form::scan::<Form>(pass, parameters, b";"), b"path"), start + end + 1));
        }
        let by_custom = || Name::of(word).is_in(ANNOUNCERS).then_some(Rule::secret("token"));
        // A number may stand between.
        if !(announced.is_some() && word.iter().all(u8::is_ascii_digit)) {
            announced = names::rule(word).filter(|rule| rule.inside().is_some()).or_else(by_custom);
        }
        start += segment.len() + 1;
    }
    edits
}
