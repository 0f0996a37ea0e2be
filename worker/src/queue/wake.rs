//! When a worker looks for jobs: at each notification and at each tick.
//!
//! apalis' own strategies lose wake-ups (a timer that has fired is not polled again, a
//! notification that comes during a fetch is eaten); this one drains its sources until each is
//! pending, so that each has the waker registered.

use apalis::prelude::{PollSnapshot, PollStrategy};
use futures::Stream;
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A tick and a stream of notifications.
pub(super) struct Wake {
    tick: Interval,
    notify: Option<Pin<Box<dyn Stream<Item = ()> + Send + Sync>>>,
}

impl Wake {
    pub(super) fn new(every: Duration, notify: impl Stream<Item = ()> + Send + Sync + 'static) -> Self {
        let mut tick = interval(every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { tick, notify: Some(Box::pin(notify)) }
    }
}

impl PollStrategy for Wake {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        let mut woken = false;
        while self.tick.poll_tick(cx).is_ready() {
            woken = true;
        }
        while let Some(notify) = &mut self.notify {
            match notify.as_mut().poll_next(cx) {
                Poll::Ready(Some(())) => woken = true,
                Poll::Ready(None) => self.notify = None,
                Poll::Pending => break,
            }
        }
        if woken { Poll::Ready(Some(())) } else { Poll::Pending }
    }
}
