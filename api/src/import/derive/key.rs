//! Values that tie exchanges together (ids, states, codes, tokens), as hashes: what is remembered
//! between exchanges holds no secret.

use sha2::{Digest, Sha256};

/// A hash of a value and of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 16]);

impl Key {
    /// The key of a value made of parts, which cannot run into each other.
    pub(super) fn new(kind: &str, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in [kind].iter().chain(parts) {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Self(key)
    }

    /// The key of a value that only serves where it was made by chance: a `state` may be a
    /// constant, a session's index may be 1, and would then tie strangers together.
    pub(super) fn by_chance(kind: &str, value: &str) -> Option<Self> {
        is_chance(value).then(|| Self::new(kind, &[value]))
    }
}

/// Whether a value looks as if it had been made by chance.
fn is_chance(value: &str) -> bool {
    let mut seen = [false; 256];
    value.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let mixed = value.bytes().any(|b| b.is_ascii_digit())
        || (value.bytes().any(|b| b.is_ascii_lowercase()) && value.bytes().any(|b| b.is_ascii_uppercase()));
    value.len() >= 8 && different >= 6 && mixed && !value.contains("://") && !value.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_no_ties() {
        for constant in ["", "1", "state", "/home/page1", "https://a.example/Back1", "aaaaaaaaaaaaaaa1", "12345"] {
            assert!(!is_chance(constant), "{constant}");
        }
        for chance in
            ["WVG1rwYMRxx7exTpih9lISeI", "id-J3vCybd14VeLOjl1G", "a0NQVcquf_4ZfK-C3FWJ3NKh6rk", "9f86d081884c"]
        {
            assert!(is_chance(chance), "{chance}");
        }
    }
}
