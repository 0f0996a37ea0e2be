//! What a document expands to: how many selections once its fragments are in their places, how
//! deep, how wide at its root; and what stands in it as written. Each fragment is measured once
//! however often it is spread, for async-graphql's own visitors walk it anew each time: seven
//! fragments that spread each other ten times are a walk of ten million steps.

use super::{Refusal, operations};
use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
};
use std::collections::HashMap;

/// How many selections a document may expand to. The standard introspection query has about 150,
/// everything that can be asked about a record about 60.
const SELECTIONS_MAX: usize = 2_000;
/// How deep fields may nest: the standard introspection query needs fifteen levels, our own
/// deepest answer seven.
pub(in crate::graphql) const DEPTH_MAX: usize = 16;
/// The same, fragments counted as levels too; async-graphql takes no more.
const LEVELS_MAX: usize = 32;
/// How many fields an operation may have at its root: each is a question of its own.
const ROOTS_MAX: usize = 20;
/// How many aliases a document may write. People use a handful.
const ALIASES_MAX: usize = 50;
/// How many directives a document may write, in all places together.
const DIRECTIVES_MAX: usize = 50;

/// Bounds what a document expands to.
pub(super) fn check(document: &ExecutableDocument) -> Result<Found, Refusal> {
    written(document)?;
    let mut ruler = Ruler { document, fragments: HashMap::new() };
    let (mut whole, mut roots) = (Extent::default(), 0);
    for operation in operations(document) {
        let extent = ruler.set(&operation.node.selection_set, 1)?;
        roots = roots.max(extent.roots);
        whole = whole.beside(extent);
    }
    for name in document.fragments.keys() {
        ruler.fragment(name, 1)?;
    }
    let too_many = |what: &str, max: usize| Err(format!("The document {what} {max}: ask in parts."));
    if whole.selections > SELECTIONS_MAX {
        return too_many("selects, its fragments expanded, more fields than", SELECTIONS_MAX);
    }
    if whole.depth > DEPTH_MAX {
        return too_many("nests fields deeper than", DEPTH_MAX);
    }
    if whole.levels > LEVELS_MAX {
        return too_many("nests fields and fragments deeper than", LEVELS_MAX);
    }
    if roots > ROOTS_MAX {
        return Err(format!(
            "An operation has {roots} fields at its root; at most {ROOTS_MAX} are taken: ask in parts."
        ));
    }
    operations(document).try_for_each(watches_one_thing)?;
    Ok(Found { introspection: whole.introspection })
}

/// A subscription has one root field by the specification; async-graphql takes any number, and
/// passes over those that stand in a fragment.
fn watches_one_thing(operation: &Positioned<OperationDefinition>) -> Result<(), Refusal> {
    if operation.node.ty != OperationType::Subscription {
        return Ok(());
    }
    match &operation.node.selection_set.node.items[..] {
        [Positioned { node: Selection::Field(_), .. }] => Ok(()),
        [_] => Err("A subscription's field stands at its root itself, not in a fragment.".to_owned()),
        _ => Err("A subscription has one field at its root: subscribe once for each.".to_owned()),
    }
}

/// What a document was found to do.
pub(super) struct Found {
    /// It asks for the schema.
    pub(super) introspection: bool,
}

/// Bounds what stands in the document, wherever it stands.
fn written(document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut count = Written::default();
    for operation in operations(document) {
        count.directives(&operation.node.directives);
        for variable in &operation.node.variable_definitions {
            count.directives(&variable.node.directives);
        }
        count.set(&operation.node.selection_set);
    }
    for fragment in document.fragments.values() {
        count.directives(&fragment.node.directives);
        count.set(&fragment.node.selection_set);
    }
    let Written { aliases, directives } = count;
    if aliases > ALIASES_MAX {
        return Err(format!("The document has {aliases} aliases; at most {ALIASES_MAX} are taken: ask in parts."));
    }
    if directives > DIRECTIVES_MAX {
        let words = format!("The document has {directives} directives; at most {DIRECTIVES_MAX} are taken");
        return Err(format!("{words}: leave those out that change nothing."));
    }
    Ok(())
}

#[derive(Default)]
struct Written {
    aliases: usize,
    directives: usize,
}

impl Written {
    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        self.directives += directives.len();
    }

    fn set(&mut self, set: &Positioned<SelectionSet>) {
        for item in &set.node.items {
            self.directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    self.set(&field.node.selection_set);
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// How large a selection is.
#[derive(Clone, Copy, Default)]
struct Extent {
    selections: usize,
    /// Of fields.
    depth: usize,
    /// Of fields and fragments.
    levels: usize,
    /// Fields at the top.
    roots: usize,
    introspection: bool,
}

impl Extent {
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            roots: self.roots.saturating_add(other.roots),
            introspection: self.introspection || other.introspection,
        }
    }

    fn within_field(self, name: &str) -> Self {
        let introspection = self.introspection || matches!(name, "__schema" | "__type");
        Self { depth: self.depth + 1, roots: 1, introspection, ..self.within_fragment() }
    }

    fn within_fragment(self) -> Self {
        Self { selections: self.selections.saturating_add(1), levels: self.levels + 1, ..self }
    }
}

struct Ruler<'a> {
    document: &'a ExecutableDocument,
    /// How large a fragment is; none while it is being measured.
    fragments: HashMap<&'a Name, Option<Extent>>,
}

impl<'a> Ruler<'a> {
    /// `level` bounds this walk's own recursion.
    fn set(&mut self, set: &'a Positioned<SelectionSet>, level: usize) -> Result<Extent, Refusal> {
        if level > LEVELS_MAX + 1 {
            return Err(format!(
                "The document nests fields and fragments deeper than {LEVELS_MAX} levels: ask in parts."
            ));
        }
        let mut whole = Extent::default();
        for item in &set.node.items {
            whole = whole.beside(match &item.node {
                Selection::Field(field) => {
                    self.set(&field.node.selection_set, level + 1)?.within_field(&field.node.name.node)
                }
                Selection::InlineFragment(fragment) => {
                    self.set(&fragment.node.selection_set, level + 1)?.within_fragment()
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, level + 1)?.within_fragment()
                }
            });
        }
        Ok(whole)
    }

    fn fragment(&mut self, name: &Name, level: usize) -> Result<Extent, Refusal> {
        // An unknown fragment is for the validation to name.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Extent::default());
        };
        match self.fragments.get(name) {
            Some(Some(extent)) => return Ok(*extent),
            Some(None) => return Err(format!("The fragment {name} spreads itself: take it out of itself.")),
            None => {}
        }
        self.fragments.insert(name, None);
        let extent = self.set(&fragment.node.selection_set, level)?;
        self.fragments.insert(name, Some(extent));
        Ok(extent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use std::fmt::Write;

    fn refusal(document: &str) -> String {
        check(&parse_query(document).unwrap()).map(drop).unwrap_err()
    }

    #[test]
    fn fragments_that_multiply_or_loop_are_refused() {
        let mut bomb = "{ ...f0 }".to_owned();
        for level in 0..20 {
            let next = level + 1;
            write!(bomb, " fragment f{level} on Query {{ ...f{next} ...f{next} }}").unwrap();
        }
        bomb += " fragment f20 on Query { viewer { name } }";
        assert!(refusal(&bomb).contains("2000"));
        let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        assert!(refusal(cycle).contains("spreads itself"));
        assert!(check(&parse_query("{ viewer { name } }").unwrap()).is_ok());
    }

    #[test]
    fn a_long_chain_of_fragments_is_too_deep_wherever_it_is_met_first() {
        let mut chain = String::from("{ ...f0 }");
        for level in 0..400 {
            write!(chain, " fragment f{level} on Query {{ ...f{} }}", level + 1).unwrap();
        }
        chain += " fragment f400 on Query { viewer { name } }";
        assert!(refusal(&chain).contains("deeper than 32"));
    }

    #[test]
    fn introspection_is_seen_through_fragments() {
        let found = |document: &str| check(&parse_query(document).unwrap()).unwrap().introspection;
        assert!(found("{ ...a } fragment a on Query { x: __schema { types { name } } }"));
        assert!(found("{ ... on Query { __type(name: \"Query\") { name } } }"));
        assert!(!found("{ __typename viewer { __typename name } }"));
    }
}
