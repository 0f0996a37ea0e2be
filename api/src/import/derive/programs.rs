//! Which application a program is, where it does not say: a client fetches the domain's discovery
//! document and keys without naming itself, and says who it is when it redeems a code a moment
//! before or later. Only where no other application was seen to use the same program.

use super::{bounded::Bounded, key::Key};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;

/// How many programs are remembered.
const PROGRAMS_MAX: usize = 10_000;
/// How many of a program's calls are remembered.
const CALLS_MAX: usize = 64;
/// How far apart two calls of one sign-in are, at most.
const MOMENT: TimeDelta = TimeDelta::seconds(10);

/// A program, by how it calls itself (`User-Agent`).
#[derive(Debug, Default)]
struct Program {
    application: Option<String>,
    /// Several applications use it.
    shared: bool,
    calls: VecDeque<DateTime<Utc>>,
}

/// The programs that called the domain's own provider.
#[derive(Debug)]
pub(super) struct Programs(Bounded<Key, Program>);

impl Default for Programs {
    fn default() -> Self {
        Self(Bounded::new(PROGRAMS_MAX))
    }
}

impl Programs {
    /// Learns that an application called, by this program.
    pub(super) fn learn(&mut self, program: Key, application: &str, at: DateTime<Utc>) {
        let known = self.0.entry(program);
        known.shared |= known.application.as_deref().is_some_and(|other| other != application);
        known.application.get_or_insert_with(|| application.to_owned());
        known.calls.push_back(at);
        if known.calls.len() > CALLS_MAX {
            known.calls.pop_front();
        }
    }

    /// The application that calls by this program, at that moment.
    pub(super) fn application(&self, program: Key, at: DateTime<Utc>) -> Option<&str> {
        let known = self.0.get(&program).filter(|known| !known.shared)?;
        known.calls.iter().any(|call| (*call - at).abs() <= MOMENT).then_some(known.application.as_deref())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_an_application_for_a_moment_and_while_no_other_uses_it() {
        let (program, at) = (Key::new("program", &["mod_auth_openidc"]), DateTime::UNIX_EPOCH);
        let mut programs = Programs::default();
        programs.learn(program, "CRM", at);
        assert_eq!(programs.application(program, at + TimeDelta::seconds(9)), Some("CRM"));
        assert_eq!(programs.application(program, at - TimeDelta::seconds(11)), None);
        programs.learn(program, "Shop", at + TimeDelta::hours(1));
        assert_eq!(programs.application(program, at), None);
    }
}
