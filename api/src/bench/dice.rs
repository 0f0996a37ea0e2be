//! Numbers that look like chance and are the same on every machine (`SplitMix64`).

use std::fmt::Write as _;

/// A source of numbers.
pub(super) struct Dice(u64);

impl Dice {
    /// The source of that seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not, `bound`; 0 where that is 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound.max(1))).unwrap_or(0)
    }

    /// True once in `n`.
    pub(super) fn once_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// From 0 up to, but not, 2^`bits` - 1, a number n about as often as 1/(n + 1): Zipf's law by
    /// halves.
    pub(super) fn zipf(&mut self, bits: u32) -> u32 {
        let half = 1 << self.below(bits);
        half - 1 + self.below(half)
    }

    /// One of a list in which each has a weight.
    pub(super) fn weighted<T: Copy>(&mut self, first: T, rest: &[(u32, T)], total: u32) -> T {
        let mut at = self.below(total);
        for (weight, value) in rest {
            match at.checked_sub(*weight) {
                Some(beyond) => at = beyond,
                None => return *value,
            }
        }
        first
    }

    /// Lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            // Writing into a String cannot fail.
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }
}
