//! JSON, read token by token: no tree, no recursion, and what is no secret string is not touched.
//!
//! The scanner asks for no valid document. A truncated one, several in a row or one with a guard in front
//! (`)]}'`) are read as far as their strings go; if there are bare words between them, the text around is read
//! as text too ([`super::text`]).

use super::{
    brackets::string_end,
    codec::{Json, decode, through},
    context::{Context, Place},
    edit::{Edit, merge, shift, within},
    names::{Name, Rule, looks_like_word, looks_opaque},
    pass::Pass,
    rules::{NAME_KEYS, VALUE_KEYS, Way},
    text, value,
};
use std::ops::Range;

/// How many of the enclosing keys a path names.
const PATH_MAX: usize = 12;
/// How much of each of these keys it names: a long one is not to be copied for each secret within.
const KEY_MAX: usize = 48;

/// Redacts a JSON text.
pub(super) fn scan(pass: Pass<'_>, document: &[u8]) -> Vec<Edit> {
    let (edits, bare_words) = read(pass, document);
    if bare_words { merge(edits, text::around(pass, document)) } else { edits }
}

/// Redacts JSON within a text that is read as text too.
pub(super) fn within_text(pass: Pass<'_>, document: &[u8]) -> Vec<Edit> {
    pass.deeper(document.len()).map(|inner| read(inner, document).0).unwrap_or_default()
}

/// The edits, and whether there are bare words between the strings.
fn read(pass: Pass<'_>, document: &[u8]) -> (Vec<Edit>, bool) {
    let mut scanner = Scanner::new(pass, document);
    scanner.run();
    let Scanner { edits, strong, context, bare_words, .. } = scanner;
    let waited = merge(context.settle::<Json>(pass, document, Place::Document), strong);
    (merge(waited, edits), bare_words)
}

struct Scanner<'a> {
    pass: Pass<'a>,
    document: &'a [u8],
    edits: Vec<Edit>,
    /// Edits that win over others: values whose name stood behind them.
    strong: Vec<Edit>,
    context: Context,
    bare_words: bool,
    depth: usize,
    /// The keys on the way down, each with the depth at which it stands.
    keys: Vec<(usize, Range<usize>)>,
    /// The key of the value to come.
    key: Option<Name>,
    /// The rule of a container whose strings are all secret, and the depth at which it begins.
    inherited: Option<(usize, Rule)>,
    /// The rule of an array whose own strings are secret, and its depth: `"refresh_tokens": […]`.
    each: Option<(usize, Rule)>,
    pair: Pair,
    /// The rule of the string before in an array: `["Cookie", "a=b"]` is how some write headers.
    before: Option<Rule>,
}

/// The two halves of `{"name": …, "value": …}`, in whatever order.
#[derive(Default)]
struct Pair {
    rule: Option<Rule>,
    value: Option<Range<usize>>,
}

/// Whether the text is of several words and nothing but words.
fn is_sentence(text: &[u8]) -> bool {
    text.contains(&b' ')
        && text.iter().all(|b| !b.is_ascii_digit() && (!b.is_ascii_punctuation() || b".,;:!?-'()".contains(b)))
}

impl<'a> Scanner<'a> {
    fn new(pass: Pass<'a>, document: &'a [u8]) -> Self {
        Self {
            pass,
            document,
            edits: Vec::new(),
            strong: Vec::new(),
            context: Context::default(),
            bare_words: false,
            depth: 0,
            keys: Vec::new(),
            key: None,
            inherited: None,
            each: None,
            pair: Pair::default(),
            before: None,
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.document.get(at) {
            at = match byte {
                b'"' => self.string(at + 1),
                b'{' | b'[' => self.open(at, byte == b'['),
                b'}' | b']' => self.close(at),
                b',' => {
                    self.key = None;
                    at + 1
                }
                b'-' | b'0'..=b'9' => self.number(at),
                byte if byte.is_ascii_alphabetic() => self.word(at),
                _ => at + 1,
            };
        }
    }

    fn open(&mut self, at: usize, array: bool) -> usize {
        self.depth += 1;
        let key = self.key.take();
        let own = key.as_ref().and_then(Name::rule).and_then(Rule::inside);
        let paired = || self.pair.rule.filter(|_| key.as_ref().is_some_and(|key| key.is_one_of(VALUE_KEYS)));
        self.inherited = self.inherited.or(own.or_else(paired).map(|rule| (self.depth, rule)));
        let each = key.as_ref().filter(|_| array).and_then(Name::rule_of_each);
        self.each = each.map(|rule| (self.depth, rule)).or(self.each);
        self.before = None;
        self.pair = Pair::default();
        at + 1
    }

    fn close(&mut self, at: usize) -> usize {
        self.depth = self.depth.saturating_sub(1);
        self.inherited = self.inherited.filter(|(depth, _)| self.depth >= *depth);
        self.each = self.each.filter(|(depth, _)| self.depth >= *depth);
        self.key = None;
        self.pair = Pair::default();
        at + 1
    }

    /// A string whose first byte is at `start`: a key if a colon follows. Returns where to go on.
    fn string(&mut self, start: usize) -> usize {
        let end = string_end(self.document, start);
        let after = (end + 1).min(self.document.len());
        let next = after + self.document[after..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        if self.document.get(next) == Some(&b':') {
            self.set_key(start..end);
            return next + 1;
        }
        self.value(start..end);
        after
    }

    fn set_key(&mut self, range: Range<usize>) {
        let raw = &self.document[range.clone()];
        let name = Name::of(&decode::<Json>(raw));
        self.context.see(&name);
        self.key = Some(name);
        while self.keys.last().is_some_and(|(depth, _)| *depth >= self.depth) {
            self.keys.pop();
        }
        if self.keys.len() < PATH_MAX {
            self.keys.push((self.depth, range));
        }
    }

    fn value(&mut self, range: Range<usize>) {
        let key = self.key.take();
        let is = |names: &[&str]| key.as_ref().is_some_and(|key| key.is_one_of(names));
        let raw = &self.document[range.clone()];
        let rule = self.rule(key.as_ref(), raw);
        if is(NAME_KEYS) {
            // The last of several names that is a secret's: `"type": "password", "id": "login"`.
            let named = super::names::rule(&decode::<Json>(raw)).filter(|rule| rule.stands_alone());
            self.pair.rule = named.or(self.pair.rule);
            if let (Some(rule), Some(value)) = (self.pair.rule, self.pair.value.take()) {
                let found = self.secret(&value, rule);
                self.strong.extend(found);
            }
        }
        let follows = |rule: &Rule| rule.is_header(raw) || (rule.way == Way::Secret && looks_opaque(raw));
        let before = std::mem::take(&mut self.before).filter(follows);
        let rule = rule.or_else(|| self.pair.rule.filter(|_| is(VALUE_KEYS))).or(before);
        if key.is_none() && raw.len() < KEY_MAX {
            self.before = super::names::rule(raw);
        }
        let found = match rule {
            Some(rule) if rule.stands_alone() => self.secret(&range, rule),
            other => {
                if let Some(rule) = other {
                    let path = self.path();
                    self.context.wait(range.clone(), rule, path);
                }
                if is(VALUE_KEYS) {
                    self.pair.value = Some(range.clone());
                }
                let found = through::<Json>(raw, |text| value::scan(self.pass, text));
                self.place(&range, found)
            }
        };
        self.edits.extend(found);
    }

    fn rule(&self, key: Option<&Name>, raw: &[u8]) -> Option<Rule> {
        key.and_then(Name::rule).or_else(|| self.rule_of_each(key, raw)).or_else(|| {
            let (_, rule) = self.inherited?;
            // `"password": ["is too short"]` is a remark; under the key `value` it would be a password.
            let remark = is_sentence(raw) && !key.is_some_and(|key| key.is_one_of(VALUE_KEYS));
            (!remark && !key.is_some_and(Name::describes)).then_some(rule)
        })
    }

    /// The rule of a string among others of a plural name. A word there names a kind and is none, but of passwords.
    fn rule_of_each(&self, key: Option<&Name>, raw: &[u8]) -> Option<Rule> {
        let (depth, rule) = self.each?;
        let own = key.is_none() && depth == self.depth;
        (own && (rule.label == "password" || !looks_like_word(raw))).then_some(rule)
    }

    fn secret(&mut self, range: &Range<usize>, rule: Rule) -> Vec<Edit> {
        let raw = &self.document[range.clone()];
        let found = through::<Json>(raw, |text| value::secret(self.pass, rule, text));
        self.place(range, found)
    }

    /// A number under a secret's name, if it is long enough for one: it becomes a string.
    fn number(&mut self, start: usize) -> usize {
        let in_number = |b: &&u8| b.is_ascii_digit() || b"+-.eE".contains(b);
        let len = self.document[start..].iter().take_while(in_number).count();
        let range = start..start + len;
        let rule = match self.key.take() {
            Some(key) => key.rule(),
            // In an array.
            None => self.rule(None, &self.document[range.clone()]),
        };
        if len >= 4 && rule.is_some_and(Rule::stands_alone) {
            let label = rule.map_or("secret", |rule| rule.label);
            let mut edit = self.pass.hide(range.clone(), &self.document[range.clone()], label);
            edit.new = [b"\"", edit.new.as_slice(), b"\""].concat();
            let found = within(vec![edit], &self.path());
            self.edits.extend(found);
        }
        range.end
    }

    fn word(&mut self, start: usize) -> usize {
        let len = self.document[start..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let range = start..start + len;
        self.bare_words |= !matches!(&self.document[range.clone()], b"true" | b"false" | b"null");
        self.key = None;
        range.end
    }

    fn place(&mut self, range: &Range<usize>, found: Vec<Edit>) -> Vec<Edit> {
        if found.is_empty() { found } else { shift(within(found, &self.path()), range.start) }
    }

    /// The keys on the way to where the scanner stands.
    fn path(&mut self) -> Vec<u8> {
        while self.keys.last().is_some_and(|(depth, _)| *depth > self.depth) {
            self.keys.pop();
        }
        let name = |(_, range): &(usize, Range<usize>)| {
            let raw = &self.document[range.clone()];
            decode::<Json>(&raw[..raw.len().min(KEY_MAX)])
        };
        self.keys.iter().map(name).collect::<Vec<_>>().join(&b'/')
    }
}
