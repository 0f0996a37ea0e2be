//! From the entries of a HAR to records: who called whom, for what, on whose behalf, and how it
//! ended, as far as the exchange and those around it show it.
//!
//! [`exchange`] takes an entry apart, [`saml`] and [`oauth`] find the protocols' messages in it,
//! [`reading`] gathers what the exchange shows by itself, [`context`] and [`threads`] remember
//! what exchanges say about each other, [`verdict`] holds the rules, and this module makes the
//! draft. Nothing knows a product, a host or a path that a standard does not set; the one
//! exception is [`operation`], which reads verbs off the paths of published APIs.
//!
//! An exchange is judged when a few more have been read, for its end is often told by the next:
//! a request for sign-in does not name the person, the response to it does.

mod bounded;
mod complaint;
mod context;
mod exchange;
mod html;
mod jwt;
mod key;
mod message;
mod oauth;
mod operation;
mod pages;
mod params;
mod parties;
mod person;
mod programs;
mod reading;
mod record;
mod saml;
mod spans;
mod threads;
mod verdict;

use crate::import::{har::Entry, hosts::Hosts};
use context::Context;
use entity::log::{Action, draft::Draft};
use exchange::Exchange;
use reading::Reading;
use std::collections::VecDeque;

/// How many exchanges are held back until those that follow are known.
const HELD_MAX: usize = 4000;
/// How many bytes of bodies are held back with them.
const HELD_BYTES_MAX: usize = 48 << 20;

/// A record made of an entry.
#[derive(Debug)]
pub(super) struct Derived {
    /// The entry's number.
    pub(super) number: u64,
    /// What the capture calls the exchange.
    pub(super) exchange: Option<String>,
    /// The record.
    pub(super) draft: Draft,
}

/// Makes records of entries, in their order and some entries later.
#[derive(Debug)]
pub(super) struct Deriver {
    hosts: Hosts,
    context: Context,
    held: VecDeque<Held>,
    bytes: usize,
}

/// An exchange that is read and not yet judged.
#[derive(Debug)]
struct Held {
    derived: Derived,
    reading: Reading,
    bytes: usize,
}

impl Deriver {
    pub(super) fn new(hosts: Hosts) -> Self {
        Self { context: Context::new(hosts.clone()), hosts, held: VecDeque::new(), bytes: 0 }
    }

    /// Takes the next entry.
    pub(super) fn push(&mut self, number: u64, entry: Entry) {
        let exchange = Exchange::of(&entry);
        let mut reading = Reading::of(&exchange, &self.hosts, &mut self.context);
        self.context.learn(&mut reading);
        let discovers = reading.arriving.as_ref().is_some_and(|message| message.operation == "oidc.discovery");
        if let (true, Some(document)) = (discovers, &exchange.json) {
            self.context.learn_endpoints(document);
        }
        let error = complaint::of(&exchange, &reading);
        let verb = operation::of(&exchange);
        let bytes = [&entry.request.body, &entry.response.body].into_iter().flatten().map(Vec::len).sum();
        self.bytes += bytes;
        let name = entry.exchange.clone();
        let draft = record::draft(entry, verb, error);
        self.held.push_back(Held { derived: Derived { number, exchange: name, draft }, reading, bytes });
    }

    /// The next record, if there is no reason to wait any longer.
    pub(super) fn ready(&mut self) -> Option<Derived> {
        let enough = self.held.len() > HELD_MAX || self.bytes > HELD_BYTES_MAX;
        if enough { self.next() } else { None }
    }

    /// The next record, however little is known of what follows it.
    pub(super) fn next(&mut self) -> Option<Derived> {
        let Held { mut derived, reading, bytes } = self.held.pop_front()?;
        self.bytes -= bytes;
        let verdict = verdict::of(&reading, &mut self.context);
        let signs_in = matches!(verdict.action, Action::SsoInitiated | Action::SsoFailed | Action::SsoSuccessful);
        let hint = reading.hint.clone().filter(|_| signs_in);
        let person = self.context.person(&reading).or(hint);
        record::decide(&mut derived.draft, &reading, verdict, person);
        Some(derived)
    }
}

#[cfg(test)]
mod tests;
