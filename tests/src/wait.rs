//! Waiting for conditions. Nothing here, and no test, waits for time to pass, but for those that let
//! dice choose a moment.

use crate::Dice;
use std::time::{Duration, Instant};

/// How long a condition may take before a test fails: far more than it ever should, so that a slow
/// machine fails no test.
const LIMIT: Duration = Duration::from_secs(90);
/// How long lies between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until there is something to see, and answers with it.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(LIMIT, what, look).await
}

/// The same with a limit of its own.
pub async fn within<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(begun.elapsed() < limit, "not within {} seconds: {what}", limit.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}

/// Lets a moment pass, shorter than `longest`, that the dice choose: what happens then may happen at
/// any moment, and no condition may say when.
pub async fn a_moment(dice: &mut Dice, longest: Duration) {
    let longest = u64::try_from(longest.as_micros()).unwrap();
    tokio::time::sleep(Duration::from_micros(dice.below(longest))).await;
}
