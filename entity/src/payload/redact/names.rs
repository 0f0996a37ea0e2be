//! Looks a name or a value up in the tables of [`super::rules`].

use super::{
    authorization, cookie,
    rules::{DESCRIPTIVE, ENDINGS, Group, HARMLESS_NAMES, HARMLESS_VALUES, NAMES, PREFIXES, TICKET_PREFIXES, Way},
};
use std::sync::LazyLock;

/// What to do with a value, and what that is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) label: &'static str,
    pub(super) way: Way,
}

impl Rule {
    pub(super) const fn secret(label: &'static str) -> Self {
        Self { label, way: Way::Secret }
    }

    /// Whether the name alone says it; else what stands beside it has a word too.
    pub(super) fn stands_alone(self) -> bool {
        !matches!(self.way, Way::Code | Way::Jwk | Way::Jws | Way::Rsa | Way::Ticket)
    }

    /// Whether the text is the value of such a header and nothing that merely follows its name.
    pub(super) fn is_header(self, text: &[u8]) -> bool {
        match self.way {
            Way::Authorization => authorization::is_likely(text),
            Way::Cookie | Way::SetCookie => cookie::has_names(text),
            _ => false,
        }
    }

    /// The rule for what is inside a container of this name, if that is secret as well.
    pub(super) fn inside(self) -> Option<Self> {
        match self.way {
            Way::Secret | Way::Authorization => Some(Self::secret(self.label)),
            Way::Cookie | Way::SetCookie => Some(Self { way: Way::Jar, ..self }),
            _ => None,
        }
    }
}

/// The names of a group, each with its rule.
fn words(group: &Group) -> impl Iterator<Item = (&'static [u8], Rule)> {
    let rule = Rule { label: group.rule, way: group.way };
    group.names.split_ascii_whitespace().map(move |name| (name.as_bytes(), rule))
}

/// Names with their rules, apart by their last letters: most words are told from all of them by one look.
struct Table([Vec<(&'static [u8], Rule)>; 256]);

impl Table {
    fn of(groups: &'static [Group]) -> Self {
        let mut table = [const { Vec::new() }; 256];
        for (name, rule) in groups.iter().flat_map(words) {
            table[usize::from(name.last().copied().unwrap_or_default())].push((name, rule));
        }
        Self(table)
    }

    /// The rule of the first name that fits, of those that end like `name`.
    fn find(&self, name: &[u8], fits: impl Fn(&[u8]) -> bool) -> Option<Rule> {
        let last = usize::from(*name.last()?);
        self.0[last].iter().find(|(known, _)| fits(known)).map(|(_, rule)| *rule)
    }
}

/// The most of a normalised name that is looked at: its end.
const NAME_MAX: usize = 48;

/// A name without case and without what is no ASCII letter or digit; of a long one the end.
pub(super) struct Name {
    bytes: [u8; NAME_MAX],
    start: usize,
}

impl Name {
    pub(super) fn of(name: &[u8]) -> Self {
        let mut bytes = [0; NAME_MAX];
        let mut start = NAME_MAX;
        for byte in name.iter().rev().filter(|b| b.is_ascii_alphanumeric()).take(NAME_MAX) {
            start -= 1;
            bytes[start] = byte.to_ascii_lowercase();
        }
        Self { bytes, start }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| name.as_bytes() == self.bytes())
    }

    /// Whether the name is in a text of names.
    pub(super) fn is_in(&self, names: &str) -> bool {
        names.split_ascii_whitespace().any(|name| name.as_bytes() == self.bytes())
    }

    /// The rule for values of this name.
    pub(super) fn rule(&self) -> Option<Rule> {
        static BY_NAME: LazyLock<Table> = LazyLock::new(|| Table::of(NAMES));
        static BY_ENDING: LazyLock<Table> = LazyLock::new(|| Table::of(ENDINGS));
        let whole = self.bytes();
        let digits = whole.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let stem = &whole[..whole.len() - digits];
        let by_stem = || BY_NAME.find(stem, |name| name == stem).filter(|rule| digits > 0 && rule.stands_alone());
        let by_ending = || BY_ENDING.find(stem, |end| stem.ends_with(end));
        let rule = BY_NAME.find(whole, |name| name == whole).or_else(by_stem).or_else(by_ending)?;
        (!self.is_in(HARMLESS_NAMES)).then_some(rule)
    }

    /// Whether a value under this key only describes the secret beside it.
    pub(super) fn describes(&self) -> bool {
        self.is_in(DESCRIPTIVE)
    }
}

/// The rule for values of that name.
pub(super) fn rule(name: &[u8]) -> Option<Rule> {
    Name::of(name).rule()
}

/// Whether the value is no secret under whatever name.
pub(super) fn is_harmless(value: &[u8]) -> bool {
    value.is_empty() || HARMLESS_VALUES.split_ascii_whitespace().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a ticket is one of CAS.
pub(super) fn is_ticket(value: &[u8]) -> bool {
    TICKET_PREFIXES.iter().any(|prefix| value.starts_with(prefix.as_bytes()))
}

/// What a key or token of a known shape is called, by its first letters.
pub(super) fn prefixed(word: &[u8]) -> Option<&'static str> {
    let first = *word.first()?;
    let is = |prefix: &str| prefix.as_bytes().first() == Some(&first) && word.starts_with(prefix.as_bytes());
    let found = PREFIXES.iter().find(|(prefix, len, _)| len.contains(&word.len()) && is(prefix))?;
    Some(found.2)
}

/// Whether a value looks made by a machine: long, of the letters of tokens, with digits among them.
pub(super) fn looks_random(value: &[u8]) -> bool {
    let token_like = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~+/=%!".contains(b);
    value.len() >= 16
        && value.iter().all(token_like)
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a value looks made by a machine so much that it needs no sign between it and its name: no host, no path,
/// no pair.
pub(super) fn looks_opaque(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    looks_random(value) && !value[..end].iter().any(|b| b"./!%=".contains(b))
}

/// Whether a value is a word that people write: letters, with nothing else inside.
pub(super) fn looks_like_word(value: &[u8]) -> bool {
    let Some((_, rest)) = value.split_first() else {
        return true;
    };
    let joined = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b',' | b':' | b'!' | b'?');
    let letters = value.iter().all(|b| b.is_ascii_alphabetic() || joined(b));
    let one_case = !rest.iter().any(u8::is_ascii_uppercase) || !value.iter().any(u8::is_ascii_lowercase);
    letters && one_case
}
