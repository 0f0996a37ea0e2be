//! Identifiers: an id of one kind is not an id of another.
//!
//! Inside, ids are UUIDs (RFC 9562) or small integers; outside they carry their kind and can be
//! copied with a double click: `log_01j…` (TypeID: a prefix and Crockford base32). A [`LogId`] is
//! made from the instant of the call, so the order of ids *is* the order of occurrence: one
//! primary key serves the list, the cursor and the date range.

use chrono::{DateTime, TimeZone, Utc};
use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// A domain's key within the database. It is never shown: outside, a domain is a [`DomainUid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, DeriveValueType)]
pub struct DomainId(pub i32);

/// An application's number within its domain. Outside it is an [`ApplicationUid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct ApplicationNo(pub i32);

/// Why a text is no id of the kind asked for.
#[derive(Debug, thiserror::Error)]
#[error("is not an id of the form {prefix}_…")]
pub struct NotThisKind {
    prefix: &'static str,
}

macro_rules! public_id {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(Uuid);

        impl TryFromU64 for $name {
            /// A UUID is never made by the database's counter.
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        #[derive(Default)]
        struct $kind;

        impl StaticType for $kind {
            const TYPE: &'static str = $prefix;
        }

        impl $name {
            /// The UUID as it stands in the database.
            pub fn uuid(self) -> Uuid {
                self.0
            }

            /// The id that a UUID from the database stands for.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                TypeSafeId::<$kind>::from_uuid(self.0).fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotThisKind;

            fn from_str(text: &str) -> Result<Self, NotThisKind> {
                text.parse::<TypeSafeId<$kind>>()
                    .map(|id| Self(id.uuid()))
                    .map_err(|_| NotThisKind { prefix: $prefix })
            }
        }
    };
}

public_id!(
    /// One record of the log.
    LogId, LogKind, "log"
);
public_id!(
    /// One export.
    ExportId, ExportKind, "exp"
);
public_id!(
    /// One access token (the row, not the secret).
    TokenId, TokenKind, "tok"
);
public_id!(
    /// One event of the list of who looked.
    AccessEventId, AccessEventKind, "evt"
);
public_id!(
    /// One session of somebody who signed in (the row, not the secret).
    SessionId, SessionKind, "ses"
);
public_id!(
    /// A domain, as the outside knows it.
    DomainUid, DomainKind, "dom"
);
public_id!(
    /// An application, as the outside knows it: its domain and its number within it.
    ApplicationUid, ApplicationKind, "app"
);

macro_rules! made_in_order {
    ($($name:ident),+) => {
        $(impl $name {
            /// A new id; ids made later sort later.
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        })+
    };
}

made_in_order!(ExportId, TokenId, AccessEventId);

impl SessionId {
    /// A new id.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for SessionId {
    fn default() -> Self {
        Self::new()
    }
}

impl DomainUid {
    /// A new id.
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }
}

impl Default for DomainUid {
    fn default() -> Self {
        Self::new()
    }
}

impl ApplicationUid {
    /// A UUIDv8: the domain's own bits, the application's number in the last 32.
    pub fn of(domain: DomainUid, number: ApplicationNo) -> Self {
        let mut bytes = *domain.0.as_bytes();
        bytes[12..].copy_from_slice(&number.0.to_be_bytes());
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The number within `domain`; none where the id is another domain's.
    pub fn number_in(self, domain: DomainUid) -> Option<ApplicationNo> {
        let [.., a, b, c, d] = *self.0.as_bytes();
        let number = ApplicationNo(i32::from_be_bytes([a, b, c, d]));
        (Self::of(domain, number) == self).then_some(number)
    }
}

/// The bits below the instant: 62 of them, random or a keyed hash.
const TAIL_MASK: u64 = (1 << 62) - 1;

impl LogId {
    /// The id of a call at `at` (whole microseconds count, anything finer is dropped): RFC 9562
    /// version 7, 48 bits of milliseconds, then the fraction of the millisecond as its method 3
    /// says, then the low 62 bits of `tail`.
    ///
    /// `at` must not lie before 1970; an earlier instant counts as 1970.
    pub fn at(at: DateTime<Utc>, tail: u64) -> Self {
        let micros = u64::try_from(at.timestamp_micros()).unwrap_or(0);
        let fraction = u16::try_from((micros % 1000) * 4096 / 1000).unwrap_or(0x0fff);
        Self(uuid_v7(micros / 1000, fraction, tail & TAIL_MASK))
    }

    /// The first id that a call at `at` can have: where a range that begins at `at` begins, and
    /// one that ends before `at` ends.
    pub fn first_at(at: DateTime<Utc>) -> Self {
        Self::at(at, 0)
    }

    /// When the call was made, to the microsecond.
    pub fn occurred_at(self) -> DateTime<Utc> {
        let bits = self.0.as_u128();
        let millis = i64::try_from(bits >> 80).unwrap_or(0);
        let fraction = i64::try_from((bits >> 64) & 0x0fff).unwrap_or(0);
        // The fraction was rounded down to 1/4096 ms; rounding up gives the microsecond back.
        let micros = millis * 1000 + (fraction * 1000 + 4095) / 4096;
        Utc.timestamp_micros(micros).single().unwrap_or(DateTime::UNIX_EPOCH)
    }
}

fn uuid_v7(millis: u64, rand_a: u16, rand_b: u64) -> Uuid {
    let high = (millis & 0xffff_ffff_ffff) << 16 | 0x7000 | u64::from(rand_a & 0x0fff);
    Uuid::from_u64_pair(high, 1 << 63 | rand_b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_microsecond_comes_back_and_keeps_its_order() {
        let start = Utc.timestamp_micros(1_792_000_000_123_000).unwrap();
        let mut last = None;
        for micro in 0..2000 {
            let at = start + chrono::TimeDelta::microseconds(micro);
            let id = LogId::at(at, u64::MAX);
            assert_eq!(id.occurred_at(), at);
            assert!(last.is_none_or(|before| before < id));
            assert!(LogId::first_at(at) < id);
            assert_eq!(id.uuid().get_version_num(), 7);
            last = Some(id);
        }
    }

    #[test]
    fn an_application_of_another_domain_has_no_number_here() {
        let (ours, theirs) = (DomainUid::new(), DomainUid::new());
        let uid = ApplicationUid::of(ours, ApplicationNo(77));
        assert_eq!(uid.number_in(ours), Some(ApplicationNo(77)));
        assert_eq!(uid.number_in(theirs), None);
        assert!(uid.to_string().parse::<LogId>().is_err());
    }
}
