//! The short code of a record, to be read out over the phone: `7KQ2-M9XF-04TB`.
//!
//! Twelve characters of Crockford's base32, which has no I, L, O or U. The code is made of the
//! record's id and of nothing else (28 bits of the minute, 32 of the tail), so it costs no column
//! and no index: to find it again is to look through the ids of one minute.

use crate::id::LogId;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use std::{fmt, str::FromStr};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const MINUTE_BITS: u32 = 28;

/// The short code of a record. Two records of one domain and one minute share a code about once
/// in four thousand million pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference(u64);

/// Why a text is no reference.
#[derive(Debug, thiserror::Error)]
#[error("is not a reference: it has twelve letters and digits, such as 7KQ2-M9XF-04TB")]
pub struct NotAReference;

impl Reference {
    /// The code of a record.
    pub fn of(id: LogId) -> Self {
        let minute = u64::try_from(id.occurred_at().timestamp() / 60).unwrap_or(0);
        let tail = id.uuid().as_u64_pair().1 & 0xffff_ffff;
        Self(tail << MINUTE_BITS | minute & ((1 << MINUTE_BITS) - 1))
    }

    /// The minute in which the record occurred: from, to (exclusive).
    pub fn minute(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let minute = i64::try_from(self.0 & ((1 << MINUTE_BITS) - 1)).unwrap_or(0);
        let from = Utc.timestamp_opt(minute * 60, 0).single().unwrap_or(DateTime::UNIX_EPOCH);
        (from, from + TimeDelta::minutes(1))
    }

    /// The last eight hexadecimal digits of the record's UUID.
    pub fn tail(self) -> String {
        format!("{:08x}", self.0 >> MINUTE_BITS)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(LENGTH + 2);
        for place in (0..LENGTH).rev() {
            let digit = (self.0 >> (5 * place)) & 31;
            text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]));
            if place == 8 || place == 4 {
                text.push('-');
            }
        }
        f.write_str(&text)
    }
}

impl FromStr for Reference {
    type Err = NotAReference;

    /// Reads a code as people write it: in either case, with or without hyphens and spaces, and
    /// with O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let mut value = 0u64;
        let mut digits = 0;
        for letter in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = ALPHABET.iter().position(|&a| char::from(a) == letter).ok_or(NotAReference)?;
            value = value << 5 | u64::try_from(digit).map_err(|_| NotAReference)?;
            digits += 1;
            if digits > LENGTH {
                return Err(NotAReference);
            }
        }
        if digits == LENGTH { Ok(Self(value)) } else { Err(NotAReference) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_the_phone() {
        let at = Utc.timestamp_micros(1_792_000_000_123_456).unwrap();
        let id = LogId::at(at, 0x1234_5678_9abc_def0);
        let code = Reference::of(id);
        let spoken = code.to_string().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(spoken.parse::<Reference>().unwrap(), code);
        let (from, to) = code.minute();
        assert!(from <= at && at < to);
        assert!(id.uuid().simple().to_string().ends_with(&code.tail()));
        assert!("7KQ2-M9XF-04T".parse::<Reference>().is_err());
        assert!("7KQ2-M9XF-04TBB".parse::<Reference>().is_err());
        assert!("7KQ2-M9XF-04TU".parse::<Reference>().is_err());
    }
}
