//! XML as a flat tree, read by quick-xml: elements know their namespaces, and that is all the context there is.
//!
//! Entities that a document declares stay as they are written, a document type is passed over, nothing outside of the
//! document is fetched. What is broken or cut off is read up to where it breaks.

mod indent;
mod names;
mod scope;

pub(super) use indent::indented;
pub(super) use names::Ns;

use quick_xml::{
    Reader, XmlVersion,
    escape::{resolve_xml_entity, unescape},
    events::{Event, attributes::Attributes},
};
use scope::Scope;
use std::borrow::Cow;

/// The deepest nesting that is followed. A SAML response within SOAP within SOAP has some twenty.
const DEPTH_MAX: usize = 64;
/// How many elements, texts and comments of a document are read: a large federation's metadata has more and is cut.
const NODES_MAX: usize = 50_000;

/// A document, in the order of its text.
pub(super) struct Document<'a> {
    nodes: Vec<Node<'a>>,
    /// Whether it declares a document type: no message of a protocol does, and attacks do.
    pub(super) doctype: bool,
    /// Whether it ended before its end, or was too deep or too long.
    pub(super) broken: bool,
}

struct Node<'a> {
    what: What<'a>,
    depth: usize,
    parent: usize,
    /// Behind the last node inside.
    end: usize,
}

enum What<'a> {
    /// `raw` is what stands between the brackets: name and attributes.
    Element {
        ns: Ns,
        name: &'a str,
        raw: &'a str,
    },
    Text(&'a str),
    Cdata(&'a str),
    Comment(&'a str),
}

impl<'a> Document<'a> {
    /// Reads a text, as far as it is XML.
    pub(super) fn read(xml: &'a str) -> Self {
        let mut document = Self { nodes: Vec::new(), doctype: false, broken: true };
        let mut reader = Reader::from_str(xml);
        let mut scope = Scope::default();
        // The open elements.
        let mut open: Vec<usize> = Vec::new();
        let mut start = 0;
        while document.nodes.len() < NODES_MAX {
            let Ok(event) = reader.read_event() else { break };
            let end = usize::try_from(reader.buffer_position()).unwrap_or(xml.len());
            let raw = xml.get(start..end).unwrap_or_default();
            start = end;
            match event {
                Event::Start(_) | Event::Empty(_) => {
                    if open.len() >= DEPTH_MAX {
                        break;
                    }
                    let empty = matches!(event, Event::Empty(_));
                    let inside = raw.strip_prefix('<').and_then(|raw| raw.strip_suffix('>')).unwrap_or(raw);
                    let inside = if empty { inside.strip_suffix('/').unwrap_or(inside) } else { inside };
                    scope.open(inside);
                    let name = &inside[..name_len(inside)];
                    document.add(&open, What::Element { ns: scope.resolve(name), name, raw: inside.trim_end() });
                    if empty {
                        scope.close();
                    } else {
                        open.push(document.nodes.len() - 1);
                    }
                }
                Event::End(_) => {
                    scope.close();
                    let len = document.nodes.len();
                    if let Some(node) = open.pop().and_then(|at| document.nodes.get_mut(at)) {
                        node.end = len;
                    }
                }
                Event::Text(_) | Event::GeneralRef(_) => document.add(&open, What::Text(raw)),
                Event::CData(_) => document.add(&open, What::Cdata(raw)),
                Event::Comment(_) => document.add(&open, What::Comment(raw)),
                Event::DocType(_) => document.doctype = true,
                Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => {
                    document.broken = !open.is_empty();
                    break;
                }
            }
        }
        let len = document.nodes.len();
        for at in open {
            document.nodes[at].end = len;
        }
        document
    }

    fn add(&mut self, open: &[usize], what: What<'a>) {
        let at = self.nodes.len();
        let parent = open.last().copied().unwrap_or(at);
        self.nodes.push(Node { what, depth: open.len(), parent, end: at + 1 });
    }

    /// The outermost element, if it is all there is of a document so far.
    pub(super) fn root(&self) -> Option<Element<'_, 'a>> {
        let at = self.nodes.iter().position(|node| matches!(node.what, What::Element { .. }))?;
        let before = self.nodes[..at].iter().all(|node| match node.what {
            What::Text(text) => text.trim_start_matches('\u{FEFF}').trim().is_empty(),
            _ => true,
        });
        before.then_some(Element { document: self, at })
    }
}

fn name_len(inside: &str) -> usize {
    inside.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(inside.len())
}

/// One element of a document.
#[derive(Clone, Copy)]
pub(super) struct Element<'d, 'a> {
    document: &'d Document<'a>,
    at: usize,
}

impl<'d, 'a> Element<'d, 'a> {
    fn node(self) -> &'d Node<'a> {
        &self.document.nodes[self.at]
    }

    fn parts(self) -> (Ns, &'a str, &'a str) {
        match self.node().what {
            What::Element { ns, name, raw } => (ns, name, raw),
            _ => (Ns::Other, "", ""),
        }
    }

    pub(super) fn ns(self) -> Ns {
        self.parts().0
    }

    /// The name without its prefix.
    pub(super) fn local(self) -> &'a str {
        let name = self.parts().1;
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    pub(super) fn is(self, ns: Ns, local: &str) -> bool {
        self.ns() == ns && self.local() == local
    }

    /// Whether the element is of one of these names, whatever its namespace.
    pub(super) fn is_called(self, locals: &[&str]) -> bool {
        locals.contains(&self.local())
    }

    /// The value of an attribute, by its name without a prefix; nothing where it is empty.
    pub(super) fn attribute(self, local: &str) -> Option<String> {
        let mut found = None;
        self.attributes(|name, value| {
            let own = name.split_once(':').map_or(name, |(_, own)| own);
            if own == local && found.is_none() && !name.starts_with("xmlns") {
                found = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            }
        });
        found
    }

    fn attributes(self, mut each: impl FnMut(&str, Cow<'_, str>)) {
        let (_, name, raw) = self.parts();
        // One that stands there twice is no reason to read no further.
        let mut attributes = Attributes::new(raw, name.len());
        for attribute in attributes.with_checks(false).flatten() {
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let plain = attribute.normalized_value(XmlVersion::Implicit1_0).ok();
            let value = plain.unwrap_or_else(|| String::from_utf8_lossy(&attribute.value).into_owned().into());
            each(&name, value);
        }
    }

    /// The text right inside, out of its escapes; an entity that the document declares stays as it is written.
    pub(super) fn text(self) -> String {
        let mut text = String::new();
        for node in self.inside().filter(|node| node.depth == self.node().depth + 1) {
            match node.what {
                What::Text(raw) => text.push_str(&plain(raw)),
                What::Cdata(raw) => text.push_str(cdata(raw)),
                _ => {}
            }
        }
        text.trim().to_owned()
    }

    fn inside(self) -> impl Iterator<Item = &'d Node<'a>> {
        self.document.nodes[self.at + 1..self.node().end].iter()
    }

    /// The elements right inside.
    pub(super) fn children(self) -> impl Iterator<Item = Self> {
        let end = self.node().end;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            while at < end {
                let here = Element { document: self.document, at };
                at = here.node().end.max(at + 1);
                if matches!(here.node().what, What::Element { .. }) {
                    return Some(here);
                }
            }
            None
        })
    }

    /// All elements inside, in the order of the text.
    pub(super) fn descendants(self) -> impl Iterator<Item = Self> {
        (self.at + 1..self.node().end)
            .map(move |at| Element { document: self.document, at })
            .filter(|element| matches!(element.node().what, What::Element { .. }))
    }

    pub(super) fn child(self, local: &str) -> Option<Self> {
        self.children().find(|child| child.local() == local)
    }

    pub(super) fn descendant(self, ns: Ns, local: &str) -> Option<Self> {
        self.descendants().find(|element| element.is(ns, local))
    }

    /// The text of the first child of that name, if it has some.
    pub(super) fn text_of(self, local: &str) -> Option<String> {
        self.child(local).map(Self::text).filter(|text| !text.is_empty())
    }

    pub(super) fn parent(self) -> Option<Self> {
        let parent = self.node().parent;
        (parent != self.at).then_some(Element { document: self.document, at: parent })
    }
}

/// A text or a reference out of its escapes.
fn plain(raw: &str) -> Cow<'_, str> {
    let xml_only = raw.strip_prefix('&').and_then(|raw| raw.strip_suffix(';')).and_then(resolve_xml_entity);
    xml_only.map_or_else(|| unescape(raw).unwrap_or(Cow::Borrowed(raw)), Cow::Borrowed)
}

fn cdata(raw: &str) -> &str {
    let inside = raw.strip_prefix("<![CDATA[").unwrap_or(raw);
    inside.strip_suffix("]]>").unwrap_or(inside)
}
