//! Headers: those that are credentials, those that hold URLs, and text in all others.

use super::{
    edit::{Edit, within},
    link,
    names::{Name, Rule},
    pass::Pass,
    rules::Way,
    value,
};

/// Headers whose value is one URL.
const LINKS: &[&str] = &[
    "contentlocation",
    "location",
    "origin",
    "path",
    "referer",
    "referrer",
    "requesturi",
    "sourcemap",
    "xenvoyoriginalpath",
    "xforwardeduri",
    "xmsoriginalurl",
    "xoriginaluri",
    "xoriginalurl",
    "xrewriteurl",
];

/// Redacts the value of one header.
pub(super) fn scan(pass: Pass<'_>, name: &str, text: &[u8]) -> Vec<Edit> {
    let key = Name::of(name.as_bytes());
    let found = match key.rule() {
        Some(rule @ Rule { way: Way::Cookie | Way::SetCookie, .. }) => super::cookie::scan(pass, rule.way, text),
        Some(rule) if rule.stands_alone() => value::secret(pass, rule, text),
        _ if key.is_one_of(LINKS) => link::scan(pass, text),
        _ => value::scan(pass, text),
    };
    within(found, name.as_bytes())
}
