//! Seconds since 1970 beside the instant that they are.

use chrono::{DateTime, SecondsFormat};

/// RFC 3339 in UTC; nothing where no calendar goes so far.
pub(super) fn rfc3339(seconds: i64) -> Option<String> {
    Some(DateTime::from_timestamp(seconds, 0)?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// `1764064800 (2025-11-25T10:00:00Z)`.
pub(super) fn beside(seconds: i64) -> String {
    match rfc3339(seconds) {
        Some(instant) => format!("{seconds} ({instant})"),
        None => seconds.to_string(),
    }
}
