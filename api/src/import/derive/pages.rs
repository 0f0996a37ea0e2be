//! Addresses that a provider of the domain's own makes up for one sign-in (`/interaction/9f86d081…`)
//! and sends the browser through: they tie the request for sign-in to the page where somebody
//! typed a name, and both to the response. An address that two sign-ins are sent to ties nothing.

use super::{bounded::Bounded, key::Key};
use url::Url;

/// How many addresses are remembered.
const PAGES_MAX: usize = 50_000;

#[derive(Debug)]
pub(super) struct Pages {
    /// The sign-in that an address belongs to; `None` where it belongs to several.
    of: Bounded<Key, Option<Key>>,
}

impl Default for Pages {
    fn default() -> Self {
        Self { of: Bounded::new(PAGES_MAX) }
    }
}

impl Pages {
    /// What ties an exchange that asked for one address and was sent to another, both the
    /// domain's own, to a sign-in. `mark` is the request for sign-in that it brings, if it does.
    pub(super) fn ties(&mut self, asked: Option<&Url>, sent_to: Option<&Url>, mark: Option<Key>) -> Vec<Key> {
        let asked = asked.and_then(page_key).filter(|page| self.owner(page).is_some());
        let sent_to = sent_to.and_then(page_key);
        let mark = mark.or_else(|| self.owner(&asked?));
        if let (Some(page), Some(mark)) = (sent_to, mark) {
            let shared = self.of.get(&page).is_some_and(|owner| *owner != Some(mark));
            self.of.insert(page, if shared { None } else { Some(mark) });
        }
        let known = |page: &Key| self.owner(page).is_some();
        asked.into_iter().chain(sent_to).filter(known).collect()
    }

    fn owner(&self, page: &Key) -> Option<Key> {
        self.of.get(page).copied().flatten()
    }
}

/// The key of an address that has a part made by chance.
fn page_key(url: &Url) -> Option<Key> {
    let values = || url.query_pairs().map(|(_, value)| value.into_owned());
    let segments = || url.path_segments().into_iter().flatten().map(str::to_owned);
    let unique = segments().chain(values()).any(|part| part.len() >= 16 && Key::by_chance("page", &part).is_some());
    unique.then(|| Key::new("page", &[url.as_str()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_one_sign_in_ties_and_one_of_several_does_not() {
        let url = |path: &str| Url::parse(&format!("https://op.example{path}")).unwrap();
        let (page, next) = (url("/interaction/ZBP4dFUeSgtEjnYvbKvMj4"), url("/auth/ZBP4dFUeSgtEjnYvbKvMj4"));
        let (one, two) = (Key::new("test", &["1"]), Key::new("test", &["2"]));
        let mut pages = Pages::default();
        assert!(pages.ties(None, Some(&page), None).is_empty(), "nobody asked to sign in yet");
        let tie = pages.ties(None, Some(&page), Some(one));
        assert_eq!(tie.len(), 1);
        assert_eq!(pages.ties(None, Some(&page), None), tie, "the form that somebody filled in");
        let both = pages.ties(Some(&page), Some(&next), None);
        assert_eq!(both[0], tie[0]);
        assert_eq!(pages.ties(Some(&next), None, None), both[1..]);
        assert!(pages.ties(None, Some(&page), Some(two)).is_empty());
        assert!(pages.ties(Some(&page), None, None).is_empty());
        assert!(pages.ties(None, Some(&url("/login")), Some(one)).is_empty());
    }
}
