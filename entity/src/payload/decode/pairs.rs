//! Names and values: of a query, of a fragment, of a form, of a page's hidden fields.

use super::{Kind, message::Message};

/// How many pairs are read.
const PAIRS_MAX: usize = 500;

/// Names and values in their order.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `name=value&name=value` out of its escapes.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes()).take(PAIRS_MAX);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The pairs of a URL's query, and of its fragment where that has some: OAuth's implicit flow answers there.
    pub(super) fn of_url(url: &str) -> Self {
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let mut pairs = rest.split_once('?').map(|(_, query)| Self::parse(query)).unwrap_or_default();
        // A single page's route may stand before its query.
        let fragment = fragment.split_once('?').map_or(fragment, |(_, query)| query);
        if fragment.contains('=') {
            pairs.0.extend(Self::parse(fragment).0);
        }
        pairs
    }

    pub(super) fn push(&mut self, name: String, value: String) {
        if self.0.len() < PAIRS_MAX {
            self.0.push((name, value));
        }
    }

    /// The first value of that name that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All pairs as lines.
    pub(super) fn lines(&self) -> String {
        self.iter().fold(String::new(), |mut lines, (name, value)| {
            for part in [name, " = ", value, "\n"] {
                lines.push_str(part);
            }
            lines
        })
    }

    /// A message of all pairs.
    pub(super) fn message(&self, kind: Kind) -> Message {
        let mut message = Message::new(kind).with_text(self.lines());
        for (name, value) in self.iter() {
            message.add(name, value);
        }
        message
    }
}
