//! The time, in the precision that both databases keep.

use chrono::{DateTime, SubsecRound, Utc};

/// Now, in whole microseconds: PostgreSQL keeps no more, and what is stored must read back equal.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
