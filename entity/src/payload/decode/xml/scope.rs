//! Which prefix means which namespace, element by element.

use super::names::Ns;
use quick_xml::events::attributes::Attributes;

/// How many declarations may be in force at a time: each name is looked up among them. `SuiteTalk`'s envelopes have 40.
const DECLARED_MAX: usize = 256;

/// The declarations in force.
#[derive(Default)]
pub(super) struct Scope {
    declared: Vec<(String, Ns)>,
    /// How many were in force when each open element began.
    before: Vec<usize>,
}

impl Scope {
    /// Enters an element, given as it stands between its brackets.
    pub(super) fn open(&mut self, inside: &str) {
        self.before.push(self.declared.len());
        if !inside.contains("xmlns") {
            return;
        }
        let mut attributes = Attributes::new(inside, super::name_len(inside));
        for attribute in attributes.with_checks(false).flatten() {
            let Some(prefix) = attribute.key.as_ref().strip_prefix(b"xmlns") else { continue };
            let prefix = match prefix {
                b"" => "",
                [b':', prefix @ ..] => std::str::from_utf8(prefix).unwrap_or_default(),
                _ => continue,
            };
            if self.declared.len() < DECLARED_MAX {
                self.declared.push((prefix.to_owned(), Ns::of(&String::from_utf8_lossy(&attribute.value))));
            }
        }
    }

    /// Leaves the element that was entered last.
    pub(super) fn close(&mut self) {
        if let Some(before) = self.before.pop() {
            self.declared.truncate(before);
        }
    }

    /// The namespace of an element of that name.
    pub(super) fn resolve(&self, name: &str) -> Ns {
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        self.declared.iter().rev().find(|(declared, _)| declared == prefix).map_or(Ns::Other, |(_, ns)| *ns)
    }
}
