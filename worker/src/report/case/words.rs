//! What happened, in sentences, and the small words beside the values.

use crate::report::{Cover, Row, grouped};
use chrono::{DateTime, Offset, TimeDelta, Utc};
use entity::log::{Action, Outcome, RequestType};
use http::StatusCode;

/// What a call was: "SSO failed", "netsuite.customer.upsert succeeded".
pub(super) fn what(row: &Row) -> String {
    if row.action != Action::NotApplicable {
        let (first, rest) = row.action.words().split_once(' ').unwrap_or_default();
        return format!("{first} {}", rest.to_lowercase());
    }
    let call = match (&row.operation, row.request_type) {
        (Some(operation), _) => operation.as_str(),
        (None, RequestType::Other) => "Call",
        (None, kind) => kind.words(),
    };
    let end = match row.outcome {
        Outcome::Success => " succeeded",
        Outcome::Failure => " failed",
        Outcome::Pending => " began",
        Outcome::Unknown => "",
    };
    format!("{call}{end}")
}

/// From whom to whom.
pub(super) fn way(row: &Row) -> String {
    format!("{} → {}", row.application_from, row.application_to)
}

/// What happened, in one sentence: "SSO failed: Okta → Acme, ann@acme.example, 2026-11-02 08:00:00
/// +01:00, HTTP 403."
pub(super) fn sentence(row: &Row, cover: &Cover) -> String {
    let parts = [
        Some(way(row)),
        row.user_email.clone().or_else(|| row.login_id.clone()),
        Some(told(row.occurred_at, cover)),
        row.status_code.map(|code| format!("HTTP {code}")),
    ];
    format!("{}: {}.", what(row), parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// What several calls come to: "3 calls within 1,240 ms, 1 of them failed."
pub(super) fn together(rows: &[&Row]) -> String {
    let failed = rows.iter().filter(|row| row.outcome == Outcome::Failure).count();
    let span = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => last.occurred_at - first.occurred_at,
        _ => TimeDelta::zero(),
    };
    let failures = match failed {
        0 => "none of them failed".to_owned(),
        all if all == rows.len() => "all of them failed".to_owned(),
        some => format!("{some} of them failed"),
    };
    format!("{} calls within {}, {failures}.", rows.len(), length(span))
}

/// A stretch of time.
fn length(span: TimeDelta) -> String {
    let unit = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match span {
        _ if span < TimeDelta::seconds(10) => milliseconds(i32::try_from(span.num_milliseconds()).unwrap_or_default()),
        _ if span < TimeDelta::minutes(10) => unit(span.num_seconds(), "second"),
        _ if span < TimeDelta::hours(10) => unit(span.num_minutes(), "minute"),
        _ if span < TimeDelta::days(10) => unit(span.num_hours(), "hour"),
        _ => unit(span.num_days(), "day"),
    }
}

/// How long after the first call another began: "+1,240 ms".
pub(super) fn later(span: TimeDelta) -> String {
    format!("+{} ms", grouped(u64::try_from(span.num_milliseconds()).unwrap_or_default()))
}

pub(super) fn milliseconds(ms: i32) -> String {
    u64::try_from(ms).map_or_else(|_| format!("{ms} ms"), |ms| format!("{} ms", grouped(ms)))
}

/// An instant to the second, with its offset.
pub(super) fn told(at: DateTime<Utc>, cover: &Cover) -> String {
    let at = at.with_timezone(&cover.zone);
    format!("{} {}", at.format("%Y-%m-%d %H:%M:%S"), at.offset().fix())
}

/// The same to the millisecond.
pub(super) fn told_exactly(at: DateTime<Utc>, cover: &Cover) -> String {
    let at = at.with_timezone(&cover.zone);
    format!("{} {}", at.format("%Y-%m-%d %H:%M:%S%.3f"), at.offset().fix())
}

/// A status with its name: "403 Forbidden".
pub(super) fn status(code: i16) -> String {
    let known = u16::try_from(code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    known.and_then(|code| code.canonical_reason()).map_or_else(|| code.to_string(), |name| format!("{code} {name}"))
}

/// A stable word as people write it: `OAUTH_TOKEN_REQUEST` is "OAuth token request".
pub(super) fn kind(name: &str) -> String {
    const NAMES: [(&str, &str); 19] = [
        ("API", "API"),
        ("GOOGLE", "Google"),
        ("HTML", "HTML"),
        ("JSON", "JSON"),
        ("JWKS", "JWKS"),
        ("JWT", "JWT"),
        ("MICROSOFT", "Microsoft"),
        ("NETSUITE", "NetSuite"),
        ("OAUTH", "OAuth"),
        ("OAUTH1", "OAuth 1.0"),
        ("OIDC", "OpenID Connect"),
        ("OKTA", "Okta"),
        ("PAR", "PAR"),
        ("SAML", "SAML"),
        ("SCIM", "SCIM"),
        ("SOAP", "SOAP"),
        ("WS-FEDERATION", "WS-Federation"),
        ("WS-TRUST", "WS-Trust"),
        ("XML", "XML"),
    ];
    let known = |word: &str| NAMES.iter().find(|(name, _)| *name == word).map(|(_, known)| (*known).to_owned());
    let words = name.replace("WS_", "WS-");
    let words: Vec<_> = words.split('_').map(|word| known(word).unwrap_or_else(|| word.to_lowercase())).collect();
    let words = words.join(" ");
    let (first, rest) = words.split_at_checked(1).unwrap_or_default();
    first.to_uppercase() + rest
}

/// Bytes: "1 byte", "5,213 bytes".
pub(super) fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{} bytes", grouped(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn what_happened_is_told_in_a_sentence() {
        let report = samples::report(1);
        let mut row = report.rows[0].clone();
        (row.action, row.outcome, row.status_code) = (Action::SsoFailed, Outcome::Failure, Some(403));
        (row.application_from, row.application_to) = ("Okta".to_owned(), "Acme".to_owned());
        (row.user_email, row.login_id, row.duration_ms) = (None, Some("ann".to_owned()), None);
        let told = sentence(&row, &report.cover);
        assert_eq!(told, "SSO failed: Okta → Acme, ann, 2026-10-25 07:15:00 +01:00, HTTP 403.");
        (row.action, row.operation) = (Action::NotApplicable, Some("contact.update".to_owned()));
        assert_eq!(what(&row), "contact.update failed");
        (row.operation, row.request_type, row.outcome) = (None, RequestType::Other, Outcome::Unknown);
        assert_eq!(what(&row), "Call");
        let mut later = row.clone();
        (later.occurred_at, later.outcome) = (row.occurred_at + TimeDelta::milliseconds(1240), Outcome::Failure);
        assert_eq!(together(&[&row, &later]), "2 calls within 1,240 ms, 1 of them failed.");
        assert_eq!(length(TimeDelta::hours(30)), "30 hours");
    }

    #[test]
    fn stable_words_are_told_as_people_write_them() {
        let told = ["SAML_AUTHN_REQUEST", "OAUTH1_REQUEST", "WS_FEDERATION_REQUEST", "FORM", "JSON", "OIDC_USERINFO"];
        let words = [
            "SAML authn request",
            "OAuth 1.0 request",
            "WS-Federation request",
            "Form",
            "JSON",
            "OpenID Connect userinfo",
        ];
        assert_eq!(told.map(kind), words);
        assert_eq!((status(403), status(999)), ("403 Forbidden".to_owned(), "999".to_owned()));
    }
}
