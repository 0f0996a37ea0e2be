//! XML and HTML: elements and attributes whose names say that they hold a secret, hidden inputs, links, scripts.
//!
//! Read piece by piece ([`super::tag`]) without a tree, so depth costs nothing and broken documents are read as
//! far as they go.

use super::{
    codec::{Xml, decode, through},
    context::{Context, Place},
    edit::{Edit, merge, shift, within},
    label,
    names::{self, Name, Rule},
    pass::Pass,
    rules::{NAME_KEYS, NOT_VALUES, VALUE_ELEMENTS, VALUE_KEYS, Way},
    tag::{self, Attribute, Piece, Pieces},
    value,
};
use std::ops::Range;

/// The longest name that an attribute gives.
const NAME_MAX: usize = 160;
/// The longest text that may be a label.
const LABEL_MAX: usize = 40;

/// Whether the text is markup.
pub(super) fn begins(text: &[u8]) -> bool {
    tag::begins(text.trim_ascii_start())
}

/// Whether the text is markup, or has some in it.
pub(super) fn is_likely(text: &[u8]) -> bool {
    begins(text) || text.windows(2).any(|pair| pair == b"</" || pair == b"/>")
}

/// Redacts a document.
pub(super) fn scan(pass: Pass<'_>, document: &[u8]) -> Vec<Edit> {
    let mut scanner = Scanner {
        pass,
        document,
        edits: Vec::new(),
        context: Context::default(),
        element: None,
        part: Part::Other,
        paired: None,
        inherited: None,
        label: None,
    };
    for piece in Pieces::of(document) {
        match piece {
            Piece::Text(range) => scanner.text(range, true),
            Piece::Raw(range) => scanner.text(range, false),
            Piece::Open { name, attributes, closed } => scanner.open(name, &attributes, closed),
            Piece::Close { name } => scanner.close(&name),
        }
    }
    let Scanner { edits, context, .. } = scanner;
    merge(context.settle::<Xml>(pass, document, Place::Document), edits)
}

struct Scanner<'a> {
    pass: Pass<'a>,
    document: &'a [u8],
    edits: Vec<Edit>,
    context: Context,
    /// The element just opened, if its name has a rule.
    element: Option<(Rule, Range<usize>)>,
    /// The element just opened, and what it is in a pair of elements.
    part: Part,
    /// The secret's name that the last element of names held: `<key>password</key><value>…</value>`.
    paired: Option<(Rule, Range<usize>)>,
    /// An element named by an attribute (`<Attribute Name="password">`): its rule holds until it is closed.
    inherited: Option<Inherited>,
    /// The last text, if it was nothing but a secret's name: what follows may be the secret.
    label: Option<(Rule, Range<usize>)>,
}

/// What an element is in a pair of a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Value,
    Other,
}

impl Part {
    fn of(element: &Name) -> Self {
        match element {
            name if name.is_one_of(NAME_KEYS) => Self::Name,
            value if value.is_one_of(VALUE_KEYS) || value.is_one_of(VALUE_ELEMENTS) => Self::Value,
            _ => Self::Other,
        }
    }
}

struct Inherited {
    rule: Rule,
    tag: Range<usize>,
    /// How many elements of that name are open.
    open: usize,
    path: Vec<u8>,
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|b| *b == b':').next().unwrap_or(name)
}

impl<'a> Scanner<'a> {
    fn bytes(&self, range: &Range<usize>) -> &'a [u8] {
        &self.document[range.clone()]
    }

    fn open(&mut self, tag: Range<usize>, attributes: &[Attribute], closed: bool) {
        let element = Name::of(local(self.bytes(&tag)));
        self.context.see(&element);
        self.part = Part::of(&element);
        // `<password><value>…`: a value within a secret is one.
        let around = self.element.take().filter(|_| self.part == Part::Value);
        self.element = element.rule().map(|rule| (rule, tag.clone())).or(around).filter(|_| !closed);
        let name = self.given_name(attributes);
        let named = Name::of(&name);
        self.context.see(&named);
        let own = named.rule();
        let typed = || attributes.iter().find_map(|a| self.rule_of_type(a));
        let rule = own.filter(|rule| rule.stands_alone()).or_else(typed).or(own);
        let mut has_value = false;
        for attribute in attributes {
            let key = Name::of(local(self.bytes(&attribute.name)));
            if key.is_one_of(VALUE_KEYS) {
                has_value = true;
                self.attribute(rule, attribute, &name);
            } else {
                self.attribute(key.rule(), attribute, self.bytes(&attribute.name));
            }
        }
        if let Some(inherited) = &mut self.inherited {
            inherited.open += usize::from(!closed && self.document[inherited.tag.clone()] == self.document[tag]);
        } else if let Some(rule) = own.filter(|rule| rule.stands_alone())
            && !(closed || has_value || element.is_in(NOT_VALUES))
        {
            self.inherited = Some(Inherited { rule, tag, open: 1, path: name });
        }
    }

    /// The name that attributes give to what the element holds: the first that is a secret's; `id` where no other does.
    fn given_name(&self, attributes: &[Attribute]) -> Vec<u8> {
        let key = |a: &Attribute| Name::of(local(self.bytes(&a.name)));
        let value = |a: &Attribute| {
            let name = decode::<Xml>(self.bytes(&a.value)).into_owned();
            // What is no name but a document, in an attribute whose quotes were not seen.
            let strange = name.len() > NAME_MAX || name.iter().any(|b| b"<>\"\\=".contains(b));
            if strange { Vec::new() } else { name }
        };
        let weak = |a: &Attribute| key(a).is_one_of(&["id", "path", "type"]);
        let names = || attributes.iter().filter(|a| key(a).is_one_of(NAME_KEYS) && !weak(a)).map(value);
        let id = || attributes.iter().find(|a| key(a).is_one_of(&["id"])).map(value);
        let secret = names().find(|name| names::rule(name).is_some());
        secret.or_else(|| names().next()).or_else(id).unwrap_or_default()
    }

    /// The rule of `<input type="password">`, whatever its name.
    fn rule_of_type(&self, attribute: &Attribute) -> Option<Rule> {
        let is_type = Name::of(self.bytes(&attribute.name)).is_one_of(&["type"]);
        let rule = names::rule(self.bytes(&attribute.value)).filter(|rule| rule.way == Way::Secret);
        rule.filter(|_| is_type && attribute.value.len() < LABEL_MAX)
    }

    fn attribute(&mut self, rule: Option<Rule>, attribute: &Attribute, name: &[u8]) {
        let range = attribute.value.clone();
        // The key on a keyboard that leads to a link.
        let rule = rule.filter(|_| range.len() > 1 || !name.eq_ignore_ascii_case(b"accesskey"));
        match rule {
            Some(rule) if rule.stands_alone() => return self.secret(rule, range, true, name),
            Some(rule) => self.context.wait(range.clone(), rule, name.to_vec()),
            None => {}
        }
        let found = through::<Xml>(self.bytes(&range), |text| value::scan(self.pass, text));
        self.add(found, &range, name);
    }

    fn close(&mut self, tag: &Range<usize>) {
        self.element = None;
        self.part = Part::Other;
        if let Some(inherited) = &mut self.inherited
            && self.document[inherited.tag.clone()] == self.document[tag.clone()]
        {
            inherited.open -= 1;
            if inherited.open == 0 {
                self.inherited = None;
            }
        }
    }

    fn text(&mut self, range: Range<usize>, entities: bool) {
        let raw = &self.document[range.clone()];
        if raw.trim_ascii().is_empty() {
            return;
        }
        let label = self.label.take();
        if self.part == Part::Name {
            let rule = Some(raw).filter(|words| words.len() < LABEL_MAX).and_then(names::rule);
            self.paired = rule.filter(|rule| rule.stands_alone()).map(|rule| (rule, range.clone()));
        } else if self.part == Part::Value
            && let Some((rule, name)) = self.paired.take()
        {
            return self.secret(rule, range, entities, self.bytes(&name));
        }
        match self.element.clone() {
            Some((rule, tag)) if rule.stands_alone() => {
                return self.secret(rule, range, entities, local(self.bytes(&tag)));
            }
            Some((rule, tag)) => self.context.wait(range.clone(), rule, local(self.bytes(&tag)).to_vec()),
            None => {}
        }
        if let Some(Inherited { rule, path, .. }) = &self.inherited {
            let (rule, path) = (*rule, path.clone());
            return self.secret(rule, range, entities, &path);
        }
        let pass = self.pass;
        let find = |text: &[u8]| {
            let labelled = label.map(|(rule, name)| within(label::behind(pass, rule, text), self.bytes(&name)));
            labelled.filter(|edits| !edits.is_empty()).unwrap_or_else(|| value::scan(pass, text))
        };
        let found = if entities { through::<Xml>(raw, find) } else { find(raw) };
        if found.is_empty() {
            let rule = Some(raw).filter(|words| words.len() < LABEL_MAX).and_then(names::rule);
            self.label = rule.map(|rule| (rule, range.clone()));
        }
        self.add(found, &range, b"");
    }

    fn secret(&mut self, rule: Rule, range: Range<usize>, entities: bool, name: &[u8]) {
        let raw = &self.document[range.clone()];
        let find = |text: &[u8]| value::secret(self.pass, rule, text);
        let found = if entities { through::<Xml>(raw, find) } else { find(raw) };
        self.add(found, &range, name);
    }

    fn add(&mut self, found: Vec<Edit>, range: &Range<usize>, name: &[u8]) {
        self.edits.extend(shift(within(found, name), range.start));
    }
}
