//! Dice: the same numbers for the same seed, on every machine.

use std::{env, time::SystemTime};

/// `SplitMix64`.
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way each time.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice that fall another way each time, and say which; `TEST_SEED` has them fall that way again.
    pub fn thrown() -> Self {
        let seed = env::var("TEST_SEED").ok().map_or_else(of_the_clock, |seed| seed.parse().unwrap());
        eprintln!("the dice fall so again with TEST_SEED={seed}");
        Self(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

fn of_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::from(now.subsec_nanos()) ^ now.as_secs()
}
