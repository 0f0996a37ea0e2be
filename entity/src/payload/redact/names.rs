//! Looks a name or a value up in the tables of [`super::rules`].

use super::{
    authorization, cookie,
    rules::{
        DESCRIPTIVE, ENDINGS, Group, HARMLESS_ENDINGS, HARMLESS_NAMES, HARMLESS_VALUES, NAMES, QUALIFIERS, REMARKS,
        TICKET_PREFIXES, Way,
    },
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
        match self.way {
            Way::Secret | Way::Authorization | Way::Cookie | Way::SetCookie | Way::Jar | Way::Saml | Way::Assertion => {
                true
            }
            Way::Code
            | Way::Jwk
            | Way::Rsa
            | Way::Signature
            | Way::Bearer
            | Way::Answer
            | Way::UserCode
            | Way::Opaque
            | Way::OpaqueField
            | Way::Sid
            | Way::Ticket => false,
        }
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
            Way::Secret | Way::Authorization => Some(self),
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
        let whole = self.bytes();
        let stem = without_digits(whole);
        let by_stem = || by_name(stem).filter(|rule| rule.stands_alone());
        let rule = by_name(whole).or_else(by_stem).or_else(|| by_ending(stem)).or_else(|| by_qualified(stem))?;
        let harmless = self.is_in(HARMLESS_NAMES) || HARMLESS_ENDINGS.iter().any(|end| stem.ends_with(end.as_bytes()));
        (!harmless).then_some(rule)
    }

    /// The rule for each of several such values, where the name is a plural: `refresh_tokens`.
    pub(super) fn rule_of_each(&self) -> Option<Rule> {
        let stem = self.bytes().strip_suffix(b"s")?;
        by_name(stem).or_else(|| by_ending(stem)).filter(|rule| rule.way == Way::Secret)
    }

    /// Whether a value under this key only describes the secret beside it.
    pub(super) fn describes(&self) -> bool {
        self.is_in(DESCRIPTIVE)
    }
}

fn without_digits(name: &[u8]) -> &[u8] {
    let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    &name[..name.len() - digits]
}

fn by_name(name: &[u8]) -> Option<Rule> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(NAMES));
    TABLE.find(name, |known| known == name)
}

fn by_ending(name: &[u8]) -> Option<Rule> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(ENDINGS));
    TABLE.find(name, |end| name.ends_with(end))
}

/// Of a secret's name with a word behind it that makes it no other thing: `client_secret_value`.
fn by_qualified(name: &[u8]) -> Option<Rule> {
    static BY_LAST: LazyLock<[Vec<&[u8]>; 256]> = LazyLock::new(|| {
        let mut words = [const { Vec::new() }; 256];
        for word in QUALIFIERS.split_ascii_whitespace().map(str::as_bytes) {
            words[usize::from(word.last().copied().unwrap_or_default())].push(word);
        }
        words
    });
    let stem = BY_LAST[usize::from(*name.last()?)].iter().find_map(|word| name.strip_suffix(*word))?;
    by_name(stem).or_else(|| by_ending(stem)).filter(|rule| rule.way == Way::Secret)
}

/// The rule for values of that name.
pub(super) fn rule(name: &[u8]) -> Option<Rule> {
    Name::of(name).rule()
}

/// Whether the value is no secret under whatever name.
pub(super) fn is_harmless(value: &[u8]) -> bool {
    value.is_empty()
        || is_placeholder(value)
        || HARMLESS_VALUES.split_ascii_whitespace().any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether the value is a template's `${name}` or `{{ name }}`.
fn is_placeholder(value: &[u8]) -> bool {
    let dollar = value.strip_prefix(b"${").and_then(|rest| rest.strip_suffix(b"}"));
    let braces = || value.strip_prefix(b"{{").and_then(|rest| rest.strip_suffix(b"}}"));
    let name = |name: &[u8]| name.iter().all(|b| b.is_ascii_alphanumeric() || b"._- ".contains(b));
    dollar.or_else(braces).is_some_and(name)
}

/// Whether a word says something of a secret and is none.
pub(super) fn is_remark(word: &[u8]) -> bool {
    is_harmless(word) || REMARKS.split_ascii_whitespace().any(|remark| word.eq_ignore_ascii_case(remark.as_bytes()))
}

/// Whether a ticket opens something: one of CAS, or one that a machine drew. `INC0012345` is a request for help.
pub(super) fn is_ticket(value: &[u8]) -> bool {
    TICKET_PREFIXES.iter().any(|prefix| value.starts_with(prefix.as_bytes()))
        || (value.len() >= 20 && looks_drawn(value))
}

/// Whether a value looks like the code that people type to let a device in: `WDJB-MJHT`.
pub(super) fn is_user_code(value: &[u8]) -> bool {
    let group = |part: &[u8]| {
        (3..=5).contains(&part.len()) && part.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    value.split(|b| *b == b'-').count() > 1 && value.split(|b| *b == b'-').all(group)
}

/// Whether a value looks made by a machine: long, of the letters of tokens, with digits among them.
pub(super) fn looks_random(value: &[u8]) -> bool {
    let token_like = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~+/=%!*".contains(b);
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

/// Whether a value looks drawn at random and not thought of: letters and digits change places too often for a name
/// with a number in it.
pub(super) fn looks_drawn(value: &[u8]) -> bool {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        _ => 0,
    };
    // What joins words is no change of its own.
    let mut letters = value.iter().map(|b| class(*b)).filter(|class| *class > 0);
    let mut before = letters.next();
    let changes = letters.filter(|class| before.replace(*class) != Some(*class)).count();
    let path = value.contains(&b'/') && (value.contains(&b'.') || !value.len().is_multiple_of(4));
    looks_random(value) && !path && !value.contains(&b'%') && changes * 6 >= value.len()
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
