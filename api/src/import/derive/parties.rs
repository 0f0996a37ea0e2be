//! Who is at the other end: which application sent a message, and which part it plays for the
//! domain.

use super::{
    bounded::Bounded,
    key::Key,
    message::{Kind, Message, Name, Role},
    reading::Reading,
};
use crate::import::{hosts::Hosts, names};
use url::Url;

/// How many names and ties are remembered.
const FACTS_MAX: usize = 100_000;

/// What a party is to the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// It signs people in to the domain: a provider.
    Connection,
    /// The domain signs people in to it: a client.
    Application,
}

impl Relation {
    /// What the other is where the domain plays that part itself.
    fn to_one_who_meets(own: Role) -> Self {
        match own {
            Role::Client => Self::Connection,
            Role::Provider => Self::Application,
        }
    }

    /// What the other is where it plays that part.
    fn to(theirs: Role) -> Self {
        match theirs {
            Role::Provider => Self::Connection,
            Role::Client => Self::Application,
        }
    }
}

/// What earlier exchanges say of a tie.
#[derive(Debug, Default)]
struct Tie {
    party: Option<String>,
    relation: Option<Relation>,
}

/// The parts that an application was seen to play.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    connection: bool,
    application: bool,
}

/// Applications, and what is known of them.
#[derive(Debug)]
pub(super) struct Parties {
    pub(super) hosts: Hosts,
    ties: Bounded<Key, Tie>,
    named: Bounded<Key, String>,
    parts: Bounded<String, Parts>,
}

impl Parties {
    pub(super) fn new(hosts: Hosts) -> Self {
        Self { hosts, ties: Bounded::new(FACTS_MAX), named: Bounded::new(FACTS_MAX), parts: Bounded::new(FACTS_MAX) }
    }

    /// The application behind a host that is not the domain's own: by its name, or as the host itself.
    pub(super) fn of_host(&self, host: Option<&str>) -> Option<String> {
        let host = host.filter(|host| !host.is_empty() && !self.hosts.is_own(host))?;
        self.hosts.name(host).map(str::to_owned).or_else(|| names::application(host))
    }

    /// The application at the other end of a request that brings a message: the one that is
    /// called, or the one that sent the message.
    pub(super) fn of_request(&self, reading: &Reading, message: &Message) -> Option<String> {
        if !reading.incoming {
            return self.of_host(Some(&reading.host));
        }
        let others = || message.senders.iter().filter(|name| !self.is_own(name));
        let named = || others().find_map(|name| self.hosts.name(&host_of(name)?).map(str::to_owned));
        let tied = || self.tied(&message.ties);
        let learnt = || others().find_map(|name| self.named.get(&key_of(name)).cloned());
        let by_host = || others().find_map(|name| self.of_host(host_of(name).as_deref()));
        let by_word = || others().find_map(|name| names::application(word_of(name)));
        let origin = || self.of_host(reading.origin.as_deref());
        // A response is sent from its provider's page, and an issuer need not be a host that
        // answers; the page that a request passes by may be anybody's.
        let from_provider = matches!(message.kind, Kind::SignInResponse | Kind::SignOutResponse);
        let guess = || {
            if from_provider { origin().or_else(by_host) } else { by_host().or_else(origin) }
        };
        named().or_else(tied).or_else(learnt).or_else(guess).or_else(by_word)
    }

    /// The application that an earlier message with one of these ties was exchanged with.
    pub(super) fn tied(&self, ties: &[Key]) -> Option<String> {
        ties.iter().find_map(|key| self.ties.get(key)?.party.clone())
    }

    /// What the party of a request's message is to the domain.
    pub(super) fn relation_of_request(&self, reading: &Reading, message: &Message) -> Option<Relation> {
        let own = !reading.incoming && self.is_sent_by_domain(message);
        let foreign = !reading.incoming && !own;
        let by_part = message
            .sender_role
            .filter(|_| !foreign)
            .map(|role| if own { Relation::to_one_who_meets(role) } else { Relation::to(role) });
        let party = || self.of_request(reading, message);
        by_part.or_else(|| self.tied_relation(message)).or_else(|| self.part(&party()?))
    }

    /// What the party of an answer's message is to the domain.
    pub(super) fn relation_of_answer(
        &self,
        reading: &Reading,
        message: &Message,
        to: Option<&str>,
    ) -> Option<Relation> {
        let by_part = message.sender_role.and_then(|role| match to {
            _ if reading.incoming => Some(Relation::to_one_who_meets(role)),
            // The page of another: it counts where it sends the browser to the domain.
            Some(to) if self.hosts.is_own(to) => Some(Relation::to(role)),
            _ => None,
        });
        let party = if reading.incoming { to } else { Some(reading.host.as_str()) };
        by_part.or_else(|| self.tied_relation(message)).or_else(|| self.part(&self.of_host(party)?))
    }

    fn tied_relation(&self, message: &Message) -> Option<Relation> {
        let keys = message.ties.iter().chain(&message.subjects);
        keys.into_iter().find_map(|key| self.ties.get(key)?.relation)
    }

    /// The one part that an application was seen to play.
    fn part(&self, party: &str) -> Option<Relation> {
        match self.parts.get(&party.to_owned())? {
            Parts { connection: true, application: false } => Some(Relation::Connection),
            Parts { connection: false, application: true } => Some(Relation::Application),
            _ => None,
        }
    }

    /// Whether a message within a call from the domain is the domain's own. Calls beside the
    /// browser are; what a browser carries may be between two others, whom the domain never meets.
    fn is_sent_by_domain(&self, message: &Message) -> bool {
        let hosts = || message.senders.iter().filter_map(host_of);
        let beside_browser = matches!(message.kind, Kind::Token(_) | Kind::Step | Kind::SignOutNotice | Kind::Other);
        hosts().any(|host| self.hosts.is_own(&host))
            || (beside_browser && (hosts().next().is_none() || !self.hosts.knows_own()))
    }

    fn is_own(&self, name: &Name) -> bool {
        host_of(name).is_some_and(|host| self.hosts.is_own(&host))
    }

    /// Remembers who a message's ties and names belong to; `ours` says that the domain sent it.
    pub(super) fn learn(&mut self, message: &Message, ours: bool, party: Option<&str>, relation: Option<Relation>) {
        for key in &message.ties {
            let tie = self.ties.entry(*key);
            tie.party = tie.party.take().or_else(|| party.map(str::to_owned));
            tie.relation = tie.relation.or(relation);
        }
        if message.conclusive {
            message.subjects.iter().for_each(|key| self.ties.entry(*key).relation = relation);
        }
        let Some(party) = party else { return };
        for name in if ours { &message.receivers } else { &message.senders } {
            if !self.is_own(name) && self.named.get(&key_of(name)).is_none() {
                self.named.insert(key_of(name), party.to_owned());
            }
        }
        let seen = self.parts.entry(party.to_owned());
        seen.connection |= relation == Some(Relation::Connection);
        seen.application |= relation == Some(Relation::Application);
    }
}

fn host_of(name: &Name) -> Option<String> {
    match name {
        Name::Host(host) => Some(host.clone()),
        Name::Entity(entity) => Url::parse(entity).ok()?.host_str().map(str::to_owned),
        Name::Client(_) => None,
    }
}

fn word_of(name: &Name) -> &str {
    match name {
        Name::Host(word) | Name::Entity(word) | Name::Client(word) => word,
    }
}

fn key_of(name: &Name) -> Key {
    match name {
        Name::Host(host) => Key::new("host", &[host]),
        Name::Entity(entity) => Key::new("entity", &[entity]),
        Name::Client(id) => Key::new("client", &[id]),
    }
}
