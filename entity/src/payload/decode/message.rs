//! One decoded message, and the list of them with its bounds.

use super::Kind;

/// The most bytes of names, values and texts of all messages of one side: twice the largest body, since a message may
/// be longer when it is indented or inflated.
pub(super) const OUTPUT_MAX: usize = 512 * 1024;
/// How many messages one side may have. A sign-in's redirect has four.
const MESSAGES_MAX: usize = 24;
/// How many lines a summary may have. An assertion with all groups of a person has some dozens.
const SUMMARY_MAX: usize = 250;
/// The most bytes of a summary's value; the whole of it stands in the text.
const VALUE_MAX: usize = 4096;
/// The most bytes of a summary's key.
const KEY_MAX: usize = 256;

/// Something that a payload carries, opened up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: Kind,
    /// What it says, in the words of its standard; a key may come more than once.
    pub summary: Vec<(String, String)>,
    /// The whole of it, in lines for people to read.
    pub text: String,
}

impl Message {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, summary: Vec::new(), text: String::new() }
    }

    /// Adds a line, unless it says nothing.
    pub(super) fn add(&mut self, key: impl AsRef<str>, value: impl AsRef<str>) {
        let (key, value) = (key.as_ref().trim(), value.as_ref().trim());
        if !key.is_empty() && !value.is_empty() && self.summary.len() < SUMMARY_MAX {
            self.summary.push((cut(key, KEY_MAX), cut(value, VALUE_MAX)));
        }
    }

    /// Adds a line, if there is a value.
    pub(super) fn maybe<V: AsRef<str>>(&mut self, key: impl AsRef<str>, value: Option<V>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }

    /// The same with its text.
    pub(super) fn with_text(mut self, text: String) -> Self {
        self.text = text;
        self
    }

    /// The text as the lines of the summary, for what has no other.
    pub(super) fn with_lines(mut self) -> Self {
        let mut text = String::new();
        for (key, value) in &self.summary {
            for part in [key, ": ", value, "\n"] {
                text.push_str(part);
            }
        }
        self.text = text;
        self
    }

    fn cost(&self) -> usize {
        self.text.len() + self.summary.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>()
    }
}

/// The messages of one side, in the order in which they are found.
pub(super) struct Messages {
    list: Vec<Message>,
    room: usize,
}

impl Messages {
    pub(super) fn new() -> Self {
        Self { list: Vec::new(), room: OUTPUT_MAX }
    }

    /// Adds a message; what has no room is cut.
    pub(super) fn push(&mut self, mut message: Message) {
        if self.list.len() >= MESSAGES_MAX {
            return;
        }
        let others = message.cost() - message.text.len();
        let Some(room) = self.room.checked_sub(others) else { return };
        message.text = shortened(message.text, room);
        self.room = room.saturating_sub(message.text.len());
        self.list.push(message);
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn into_list(self) -> Vec<Message> {
        self.list
    }
}

/// The text, or as much of it as there is room for and a sign that there was more.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(max.saturating_sub('…'.len_utf8()))])
}

fn shortened(text: String, max: usize) -> String {
    if text.len() <= max { text } else { cut(&text, max) }
}
