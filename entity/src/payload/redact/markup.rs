//! XML and HTML: elements and attributes whose names say that they hold a secret, hidden inputs, links, scripts.
//!
//! Read piece by piece ([`super::tag`]) without a tree, so depth costs nothing and broken documents are read as
//! far as they go.

use super::{
    codec::{Xml, decode, through},
    context::{Context, Place},
    edit::{Edit, merge, shift, within},
    names::{self, Name, Rule},
    pass::Pass,
    rules::{NAME_KEYS, NOT_VALUES, VALUE_KEYS},
    tag::{self, Attribute, Piece, Pieces},
    text, value,
};
use std::ops::Range;

/// The longest text that may be a label.
const LABEL_MAX: usize = 40;

/// Whether the text is markup, or has some in it.
pub(super) fn is_likely(text: &[u8]) -> bool {
    tag::begins(text.trim_ascii_start()) || text.windows(2).any(|pair| pair == b"</" || pair == b"/>")
}

/// Redacts a document.
pub(super) fn scan(pass: Pass<'_>, document: &[u8]) -> Vec<Edit> {
    let mut scanner = Scanner {
        pass,
        document,
        edits: Vec::new(),
        context: Context::default(),
        element: None,
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
    /// An element named by an attribute (`<Attribute Name="password">`): its rule holds until it is closed.
    inherited: Option<Inherited>,
    /// The last text, if it was nothing but a secret's name: what follows may be the secret.
    label: Option<(Rule, Range<usize>)>,
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
        self.element = element.rule().filter(|_| !closed).map(|rule| (rule, tag.clone()));
        let named = attributes.iter().find(|a| Name::of(local(self.bytes(&a.name))).is_one_of(NAME_KEYS));
        let name = named.map(|a| decode::<Xml>(self.bytes(&a.value)).into_owned()).unwrap_or_default();
        let named = Name::of(&name);
        self.context.see(&named);
        let rule = named.rule();
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
        } else if let Some(rule) = rule.filter(|rule| rule.stands_alone())
            && !(closed || has_value || element.is_in(NOT_VALUES))
        {
            self.inherited = Some(Inherited { rule, tag, open: 1, path: name });
        }
    }

    fn attribute(&mut self, rule: Option<Rule>, attribute: &Attribute, name: &[u8]) {
        let range = attribute.value.clone();
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
            let labelled = label.map(|(rule, name)| within(text::labelled(pass, rule, text), self.bytes(&name)));
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
