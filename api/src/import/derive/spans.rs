//! Which call to the domain a call of the domain's own serves: one that was at work at the time.
//! Only where there is no doubt: if several were at work, all have to say the same.

use super::key::Key;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;

/// How many calls to the domain are looked at.
const SPANS_MAX: usize = 512;

/// When a call to the domain was at work.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) call: Key,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    /// With whom, if it brought or sent on a message.
    pub(super) party: Option<String>,
    pub(super) signs_out: bool,
}

/// The latest calls to the domain.
#[derive(Debug, Default)]
pub(super) struct Spans(VecDeque<Span>);

impl Spans {
    pub(super) fn push(&mut self, span: Span) {
        self.0.push_back(span);
        if self.0.len() > SPANS_MAX {
            self.0.pop_front();
        }
    }

    fn at(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Span> {
        self.0.iter().filter(move |span| span.from <= at && at <= span.to)
    }

    /// Whether a call to a party was made for a sign-out.
    pub(super) fn serves_sign_out(&self, party: &str, at: DateTime<Utc>) -> bool {
        let mut served = self.at(at).filter(|span| span.party.as_deref() == Some(party)).peekable();
        served.peek().is_some() && served.all(|span| span.signs_out)
    }

    /// The one call that was at work.
    pub(super) fn only(&self, at: DateTime<Utc>) -> Option<Key> {
        let mut served = self.at(at);
        let one = served.next()?;
        served.next().is_none().then_some(one.call)
    }
}
