//! Which exchanges belong to one sign-in or sign-out: those that share an id, a state, a code or a
//! token, directly or by way of others. A session cookie ties nothing: it may outlive a person.

use super::{
    key::Key,
    person::{Person, Standing},
};
use std::collections::{HashMap, VecDeque};

/// How many threads are remembered.
const THREADS_MAX: usize = 50_000;
/// How many keys one thread has; a chain of refreshes has no end.
const KEYS_MAX: usize = 256;

/// One sign-in or sign-out.
#[derive(Debug, Default)]
struct Thread {
    keys: VecDeque<Key>,
    person: Option<(Person, Standing)>,
    /// Two people were asserted: none of them speaks for the rest.
    contested: bool,
}

/// All threads, by their keys.
#[derive(Debug, Default)]
pub(super) struct Threads {
    of: HashMap<Key, u64>,
    all: HashMap<u64, Thread>,
    order: VecDeque<u64>,
    next: u64,
}

impl Threads {
    /// Whether an exchange with that key was seen.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.of.contains_key(&key)
    }

    /// Who is known to be behind one of the keys.
    pub(super) fn person(&self, keys: &[Key]) -> Option<&Person> {
        let thread = keys.iter().find_map(|key| self.all.get(self.of.get(key)?))?;
        thread.person.as_ref().filter(|_| !thread.contested).map(|(person, _)| person)
    }

    /// Takes an exchange into its thread: joins those that its keys belong to, and learns whom
    /// it names.
    pub(super) fn join(&mut self, keys: &[Key], person: Option<&(Person, Standing)>) {
        let Some(first) = keys.first() else { return };
        let id = match keys.iter().find_map(|key| self.of.get(key)) {
            Some(id) => *id,
            None => self.open(*first),
        };
        for key in keys {
            match self.of.get(key).copied() {
                Some(other) if other == id => {}
                Some(other) => self.merge(id, other),
                None => self.tie(id, *key),
            }
        }
        if let (Some(person), Some(thread)) = (person, self.all.get_mut(&id)) {
            thread.learn(person.clone());
        }
    }

    fn open(&mut self, key: Key) -> u64 {
        let id = self.next;
        self.next += 1;
        self.all.insert(id, Thread::default());
        self.tie(id, key);
        self.order.push_back(id);
        if self.order.len() > THREADS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            for key in self.all.remove(&oldest).unwrap_or_default().keys {
                self.of.remove(&key);
            }
        }
        id
    }

    fn tie(&mut self, id: u64, key: Key) {
        let Some(thread) = self.all.get_mut(&id) else {
            return;
        };
        self.of.insert(key, id);
        thread.keys.push_back(key);
        if thread.keys.len() > KEYS_MAX
            && let Some(oldest) = thread.keys.pop_front()
        {
            self.of.remove(&oldest);
        }
    }

    /// Makes two threads one, unless they are known to be two people's.
    fn merge(&mut self, id: u64, other: u64) {
        let (Some(one), Some(two)) = (self.all.get(&id), self.all.get(&other)) else {
            return;
        };
        if let (Some((a, Standing::Asserted)), Some((b, Standing::Asserted))) = (&one.person, &two.person)
            && a.contradicts(b)
        {
            return;
        }
        // Its place in the order of age stays, and is passed over when its turn comes.
        let other = self.all.insert(other, Thread::default()).unwrap_or_default();
        for key in other.keys {
            self.tie(id, key);
        }
        if let Some(thread) = self.all.get_mut(&id) {
            thread.contested |= other.contested;
            other.person.into_iter().for_each(|person| thread.learn(person));
        }
    }
}

impl Thread {
    fn learn(&mut self, (person, standing): (Person, Standing)) {
        match &mut self.person {
            None => self.person = Some((person, standing)),
            Some((known, old)) if *old == standing && !known.contradicts(&person) => {
                known.email = known.email.take().or(person.email);
                known.login = known.login.take().or(person.login);
            }
            Some((_, Standing::Asserted)) if standing == Standing::Asserted => self.contested = true,
            // Who was asserted goes before who was only claimed, a later claim before an earlier.
            Some((_, old)) if *old > standing => {}
            Some(known) => *known = (person, standing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Key {
        Key::new("test", &[&n.to_string()])
    }

    fn somebody(name: &str, standing: Standing) -> (Person, Standing) {
        (Person::named(name).unwrap(), standing)
    }

    #[test]
    fn what_is_tied_by_way_of_others_belongs_together() {
        let mut threads = Threads::default();
        threads.join(&[key(1)], Some(&somebody("hint@a.example", Standing::Claimed)));
        threads.join(&[key(2), key(3)], Some(&somebody("anna@a.example", Standing::Asserted)));
        assert_eq!(threads.person(&[key(1)]), Person::named("hint@a.example").as_ref());
        threads.join(&[key(1), key(2)], None);
        assert_eq!(threads.person(&[key(1)]), Person::named("anna@a.example").as_ref());
        assert_eq!(threads.person(&[key(4)]), None);
    }

    #[test]
    fn two_people_are_never_made_one() {
        let mut threads = Threads::default();
        threads.join(&[key(1)], Some(&somebody("anna@a.example", Standing::Asserted)));
        threads.join(&[key(2)], Some(&somebody("ben@a.example", Standing::Asserted)));
        threads.join(&[key(1), key(2)], None);
        assert_eq!(threads.person(&[key(2)]), Person::named("ben@a.example").as_ref());
        threads.join(&[key(2)], Some(&somebody("cleo@a.example", Standing::Asserted)));
        assert_eq!(threads.person(&[key(2)]), None);
    }

    #[test]
    fn a_long_chain_forgets_its_beginning() {
        let mut threads = Threads::default();
        for n in 0..1000 {
            threads.join(&[key(n), key(n + 1)], None);
        }
        assert!(!threads.knows(key(1)) && threads.knows(key(1000)));
        assert!(threads.of.len() <= KEYS_MAX);
    }
}
