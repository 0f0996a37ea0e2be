//! The verb of a call to a connector's API, where the path shows it: `netsuite.customer.get`,
//! `scim.users.create`. The protocols' own verbs come with their messages.

use super::exchange::Exchange;

/// The verb of a call, if its path is one that a published API has.
pub(super) fn of(exchange: &Exchange<'_>) -> Option<String> {
    let segments: Vec<&str> = exchange.path().split('/').filter(|segment| !segment.is_empty()).collect();
    scim(exchange, &segments).or_else(|| netsuite(exchange, &segments)).or_else(|| oauth1(exchange))
}

/// RFC 7644: a base, which by custom ends in `scim` or `scim/v2`, a kind of resource, an id.
fn scim(exchange: &Exchange<'_>, segments: &[&str]) -> Option<String> {
    let base = segments.iter().position(|segment| segment.eq_ignore_ascii_case("scim"))?;
    let rest = &segments[base + 1..];
    let rest = if rest.first().is_some_and(|s| is_version(s)) { &rest[1..] } else { rest };
    let (resource, id) = (rest.first()?, rest.get(1));
    let verb = match (exchange.entry.method.as_str(), id) {
        ("POST", Some(&".search")) | ("GET", None) => "list",
        ("POST", None) => "create",
        ("GET", Some(_)) => "get",
        ("PUT", Some(_)) => "replace",
        ("PATCH", Some(_)) => "update",
        ("DELETE", Some(_)) => "delete",
        _ => return None,
    };
    Some(format!("scim.{}.{verb}", word(resource)?))
}

/// `SuiteTalk` REST: `services/rest/record/v1/TYPE/ID`, `services/rest/query/v1/suiteql`, and scripts.
fn netsuite(exchange: &Exchange<'_>, segments: &[&str]) -> Option<String> {
    let method = exchange.entry.method.as_str();
    match segments {
        ["services", "rest", "record", _, kind, rest @ ..] => {
            let verb = match (method, rest) {
                ("GET", []) => "list",
                ("POST", []) => "create",
                ("POST", [_, "!transform", ..]) => "transform",
                ("GET", [_, ..]) => "get",
                ("PATCH", [_, ..]) => "update",
                ("PUT", [_, ..]) => "upsert",
                ("DELETE", [_, ..]) => "delete",
                _ => return None,
            };
            Some(format!("netsuite.{}.{verb}", word(kind)?))
        }
        ["services", "rest", "query", _, "suiteql"] => Some("netsuite.suiteql.query".to_owned()),
        ["app", "site", "hosting", "restlet.nl"] => Some(format!("netsuite.restlet.{}", method.to_ascii_lowercase())),
        _ => None,
    }
}

/// OAuth 1.0a (RFC 5849): a call for temporary credentials names a callback, a call for a token
/// a verifier.
fn oauth1(exchange: &Exchange<'_>) -> Option<String> {
    let header = exchange.entry.request.header("authorization").unwrap_or_default();
    if !header.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("oauth ")) {
        return None;
    }
    let has = |name: &str| header.contains(&format!("{name}=")) || exchange.form.get(name).is_some();
    if has("oauth_verifier") {
        return Some("oauth1.access_token".to_owned());
    }
    has("oauth_callback").then(|| "oauth1.request_token".to_owned())
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}

/// A segment as part of a verb: letters, digits, `_` and `-`.
fn word(segment: &str) -> Option<String> {
    let fits = segment.len() <= 64 && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    fits.then(|| segment.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::derive::tests::entry;

    #[test]
    fn verbs_are_read_off_known_paths_only() {
        for (method, url, verb) in [
            ("GET", "https://a.example/services/rest/record/v1/customer/647", Some("netsuite.customer.get")),
            ("PUT", "https://a.example/services/rest/record/v1/customer/eid:7", Some("netsuite.customer.upsert")),
            ("POST", "https://a.example/services/rest/query/v1/suiteql?limit=2", Some("netsuite.suiteql.query")),
            ("POST", "https://a.example/scim/v2/Users", Some("scim.users.create")),
            ("GET", "https://a.example/tenant/scim/Groups/7", Some("scim.groups.get")),
            ("GET", "https://a.example/users/7", None),
            ("DELETE", "https://a.example/scim/v2", None),
        ] {
            let entry = entry(method, url);
            assert_eq!(of(&Exchange::of(&entry)).as_deref(), verb, "{url}");
        }
    }
}
