//! Whether the worker of this process is well: its queue is served, or was a moment ago. The queue's
//! loop tells; readiness asks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long the queue may be unserved until it is news: a database that restarts is none.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// How long it must be served until what was before is forgotten.
const SETTLED: Duration = Duration::from_secs(15);

/// A worker's pulse. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Since when the queue is served.
    served: Option<Instant>,
    /// Since when it is not, but for moments.
    failing: Option<Instant>,
}

impl Pulse {
    /// The queue is served from now on.
    pub(crate) fn begins(&self, now: Instant) {
        self.state(|state| state.served = Some(now));
    }

    /// Serving it has failed.
    pub(crate) fn fails(&self, now: Instant) {
        self.state(|state| {
            let settled = state.is_settled(now);
            let since = state.failing.filter(|_| !settled).unwrap_or(now);
            *state = State { served: None, failing: Some(since) };
        });
    }

    /// Whether the queue has been failing for over a minute.
    pub fn has_stopped(&self, now: Instant) -> bool {
        self.state(|state| {
            !state.is_settled(now) && state.failing.is_some_and(|since| now.duration_since(since) > PATIENCE)
        })
    }

    fn state<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn is_settled(&self, now: Instant) -> bool {
        self.served.is_some_and(|since| now.duration_since(since) > SETTLED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_fails_for_over_a_minute_is_news_until_it_is_served_again() {
        let (pulse, begun) = (Pulse::default(), Instant::now());
        let at = |seconds: u64| begun + Duration::from_secs(seconds);
        assert!(!pulse.has_stopped(at(0)), "one that has not begun is well");
        pulse.begins(at(0));
        assert!(!pulse.has_stopped(at(1000)));
        // It fails, again and again after a moment.
        for second in (1000..1060).step_by(5) {
            pulse.fails(at(second));
            pulse.begins(at(second + 1));
            assert!(!pulse.has_stopped(at(second + 1)), "at {second}");
        }
        pulse.fails(at(1061));
        assert!(pulse.has_stopped(at(1061)));
        pulse.begins(at(1062));
        assert!(pulse.has_stopped(at(1063)), "not served for long enough to be believed");
        assert!(!pulse.has_stopped(at(1078)));
        // The next fault is a new one.
        pulse.fails(at(1100));
        assert!(!pulse.has_stopped(at(1150)));
        assert!(pulse.has_stopped(at(1161)));
    }
}
