//! What the exchanges of a capture say about each other. Everything here has a bound, and values
//! are kept as hashes, so a capture may be as long as it likes and leaves no secrets in memory.
//!
//! Exchanges are [learnt](Context::learn) as they come; each is judged a little later, when those
//! that follow it closely are known as well.

use super::{
    bounded::Bounded,
    key::Key,
    message::{Grant, Kind, Message},
    oauth::backchannel::ENDPOINTS,
    pages::Pages,
    parties::{Parties, Relation},
    person::{Person, Standing},
    programs::Programs,
    reading::{Answer, Leaving, Reading},
    spans::{Span, Spans},
    threads::Threads,
};
use crate::import::hosts::Hosts;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

/// How many of each kind of fact are remembered.
const FACTS_MAX: usize = 100_000;
/// How long a sign-out may take before nothing more is expected of it.
const SIGN_OUT_TIME: TimeDelta = TimeDelta::minutes(10);

/// What is remembered.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) parties: Parties,
    threads: Threads,
    people: Bounded<Key, Person>,
    endpoints: Bounded<String, &'static str>,
    launches: Bounded<String, String>,
    backs: Bounded<Key, Awaited>,
    delivered: Bounded<Key, ()>,
    redeemed: Bounded<Key, bool>,
    begun: Bounded<Key, ()>,
    concluded: Bounded<Key, ()>,
    ending: Bounded<Key, DateTime<Utc>>,
    stuck: Bounded<Key, String>,
    pages: Pages,
    programs: Programs,
    spans: Spans,
}

/// The request that asked for a way back, where it is certain which that was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker(pub(super) Option<Key>);

/// A way back that the browser is expected to come by.
#[derive(Debug)]
struct Awaited {
    since: DateTime<Utc>,
    mark: Option<Key>,
    /// It has been come by.
    done: bool,
    /// Two people are expected by it at a time.
    shared: bool,
}

impl Context {
    pub(super) fn new(hosts: Hosts) -> Self {
        Self {
            parties: Parties::new(hosts),
            threads: Threads::default(),
            people: Bounded::new(FACTS_MAX),
            endpoints: Bounded::new(1000),
            launches: Bounded::new(1000),
            backs: Bounded::new(FACTS_MAX),
            delivered: Bounded::new(FACTS_MAX),
            redeemed: Bounded::new(FACTS_MAX),
            begun: Bounded::new(FACTS_MAX),
            concluded: Bounded::new(FACTS_MAX),
            ending: Bounded::new(FACTS_MAX),
            stuck: Bounded::new(FACTS_MAX),
            pages: Pages::default(),
            programs: Programs::default(),
            spans: Spans::default(),
        }
    }

    /// The operation that a discovery document gave an address to.
    pub(super) fn endpoint(&self, address: &str) -> Option<&'static str> {
        self.endpoints.get(&address.to_owned()).copied()
    }

    /// Whether something with that key was seen.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.threads.knows(key)
    }

    /// Who is behind the exchange, by what ties it to others.
    pub(super) fn person(&self, reading: &Reading) -> Option<Person> {
        let tied = || self.threads.person(&reading.ties);
        let subjects = reading.subjects();
        let known = || subjects.iter().find_map(|subject| self.people.get(subject));
        reading.person.as_ref().map(|(person, _)| person).or_else(tied).or_else(known).cloned()
    }

    /// Whether this is the first of its kind: a request is begun once, however often it is seen.
    pub(super) fn begin(&mut self, mark: Option<Key>) -> bool {
        mark.is_none_or(|mark| self.begun.insert(mark, ()).is_none())
    }

    /// Whether a code or an assertion was seen to arrive where it was meant to.
    pub(super) fn was_delivered(&self, mark: Option<Key>) -> bool {
        mark.is_some_and(|mark| self.delivered.get(&mark).is_some())
    }

    /// Whether a code was seen to be refused where it was redeemed, and never taken.
    pub(super) fn was_refused(&self, mark: Option<Key>) -> bool {
        mark.and_then(|mark| self.redeemed.get(&mark)).is_some_and(|taken| !taken)
    }

    /// Whether somebody's sign-out is under way.
    pub(super) fn is_ending(&self, reading: &Reading) -> bool {
        let fresh = |since: &DateTime<Utc>| (TimeDelta::zero()..SIGN_OUT_TIME).contains(&(reading.started - since));
        reading.subjects().iter().any(|subject| self.ending.get(subject).is_some_and(fresh))
    }

    /// The application that an address starts a sign-in to, without being asked by it.
    pub(super) fn launched(&self, page: &str) -> Option<&str> {
        self.launches.get(&page.to_owned()).map(String::as_str)
    }

    /// The application that calls without naming itself.
    pub(super) fn caller(&self, reading: &Reading) -> Option<String> {
        reading.program.and_then(|program| self.programs.application(program, reading.started)).map(str::to_owned)
    }

    /// The provider that could not be asked while the domain answered a call, and for that alone.
    pub(super) fn stuck(&self, call: Key) -> Option<&str> {
        self.stuck.get(&call).map(String::as_str)
    }

    /// Remembers that a response ended its sign-in, whatever is redeemed later.
    pub(super) fn conclude(&mut self, message: &Message) {
        for tie in &message.ties {
            self.concluded.insert(*tie, ());
        }
    }

    /// Whether a response ended the sign-in already.
    pub(super) fn was_concluded(&self, mark: Option<Key>) -> bool {
        mark.is_some_and(|mark| self.concluded.get(&mark).is_some())
    }

    /// Takes a way back that is expected.
    pub(super) fn take_back(&mut self, key: Key, at: DateTime<Utc>) -> Option<Asker> {
        self.backs.get(&key).filter(|awaited| awaited.open(at))?;
        let awaited = self.backs.entry(key);
        awaited.done = true;
        Some(Asker(awaited.mark.filter(|_| !awaited.shared)))
    }

    /// Learns from an exchange what it says about others, and adds to it what others say about it.
    pub(super) fn learn(&mut self, reading: &mut Reading) {
        let mut party = None;
        if let Some(message) = &reading.arriving {
            let relation = self.parties.relation_of_request(reading, message);
            party = self.parties.of_request(reading, message);
            self.message(message, !reading.incoming, party.as_deref(), relation, reading.started);
            match message.kind {
                Kind::SignInResponse => message.mark.into_iter().for_each(|mark| {
                    self.delivered.insert(mark, ());
                }),
                Kind::Token(Grant::Code) => self.redeem(reading, message),
                _ => {}
            }
            if let (true, Kind::Token(_), Some(program), Some(party)) =
                (reading.incoming, message.kind, reading.program, &party)
            {
                self.programs.learn(program, party, reading.started);
            }
        }
        if let Some(Leaving { message, to }) = &reading.leaving {
            let relation = self.parties.relation_of_answer(reading, message, to.as_deref());
            let host = if reading.incoming { to.as_deref() } else { Some(reading.host.as_str()) };
            let other = self.parties.of_host(host);
            self.message(message, reading.incoming, other.as_deref(), relation, reading.started);
            if let (true, None, Some(page), Some(other)) = (message.unasked, &reading.arriving, &reading.page, &other) {
                self.launches.insert(page.clone(), other.clone());
            }
            if let (Kind::SignOutResponse, Some(back)) = (message.kind, reading.back()) {
                self.backs.entry(back.key).done = true;
            }
            party = party.or(other);
        }
        if reading.incoming {
            let mark = reading.arriving.as_ref().filter(|m| m.kind == Kind::SignInRequest).and_then(|m| m.mark);
            let ties = self.pages.ties(reading.url.as_ref(), reading.sent_to.as_ref(), mark);
            reading.ties.extend(ties);
        }
        self.serve(reading, party);
        let person = reading.person.as_ref().filter(|_| !reading.brings_token_only());
        self.threads.join(&reading.ties, person);
    }

    /// Which call to the domain an exchange is, or serves.
    fn serve(&mut self, reading: &mut Reading, party: Option<String>) {
        if reading.incoming {
            let span = Span {
                call: reading.call,
                from: reading.started,
                to: reading.ended,
                party,
                signs_out: reading.messages().any(|message| message.kind.is_sign_out()),
            };
            self.spans.push(span);
        } else if let (Some(party), Some(message)) = (party, &reading.arriving) {
            reading.serves_sign_out = self.spans.serves_sign_out(&party, reading.started);
            // What is asked of a provider before anybody can be sent there.
            let before = ["oidc.discovery", "oauth.par"].contains(&message.operation);
            if let (true, Answer::Broken, Some(call)) = (before, reading.answer, self.spans.only(reading.started)) {
                self.stuck.insert(call, party);
            }
        }
    }

    /// Learns the endpoints that a discovery document names.
    pub(super) fn learn_endpoints(&mut self, document: &Map<String, Value>) {
        for (name, operation) in ENDPOINTS {
            if let Some(address) = document.get(name).and_then(Value::as_str) {
                self.endpoints.insert(address.to_owned(), operation);
            }
        }
    }

    fn message(
        &mut self,
        message: &Message,
        ours: bool,
        party: Option<&str>,
        relation: Option<Relation>,
        at: DateTime<Utc>,
    ) {
        self.parties.learn(message, ours, party, relation);
        if let Some((person, Standing::Asserted)) = &message.person {
            for subject in &message.subjects {
                self.people.insert(*subject, person.clone());
            }
        }
        if message.kind == Kind::SignOutRequest {
            for subject in &message.subjects {
                self.ending.insert(*subject, at);
            }
            if let Some(back) = message.back {
                let awaited = self.backs.entry(back.key);
                let shared = awaited.open(at) && awaited.mark != message.mark && !back.by_chance;
                *awaited = Awaited { since: at, mark: message.mark, done: false, shared };
            }
        }
    }

    fn redeem(&mut self, reading: &Reading, message: &Message) {
        let Some(mark) = message.mark else { return };
        let taken = reading.answer == Answer::Granted && message.failure.is_none();
        // A code that is refused the second time was taken the first time.
        let before = self.redeemed.get(&mark).copied().unwrap_or(false);
        self.redeemed.insert(mark, taken || before);
    }
}

impl Awaited {
    fn open(&self, at: DateTime<Utc>) -> bool {
        !self.done && (TimeDelta::zero()..SIGN_OUT_TIME).contains(&(at - self.since))
    }
}

impl Default for Awaited {
    fn default() -> Self {
        Self { since: DateTime::UNIX_EPOCH, mark: None, done: true, shared: false }
    }
}
