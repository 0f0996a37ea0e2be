//! What stands between a document and async-graphql, whose parser and visitors a small document
//! can crash or keep busy for hours: nesting is bounded before the parser sees the text, and the
//! selections that fragments expand to are bounded before anything walks them.

use async_graphql::{
    Name, Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet},
};
use std::collections::HashMap;

/// How deep brackets of any kind may nest. People's queries stay below twenty.
const NESTING_MAX: usize = 60;
/// How many selections a document may expand to. The standard introspection query has about 150.
const SELECTIONS_MAX: usize = 2_000;

/// A document that is not let through, in words.
pub(super) type Refusal = String;

/// Bounds the nesting of a document's text. Strings and comments do not count.
pub(super) fn nesting(document: &str) -> Result<(), Refusal> {
    let bytes = document.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'#' => at = find(bytes, at, b'\n'),
            b'"' => at = string_end(bytes, at),
            _ => {}
        }
        if depth > NESTING_MAX {
            return Err(format!("The document nests deeper than {NESTING_MAX} brackets."));
        }
        at += 1;
    }
    Ok(())
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    bytes[from..].iter().position(|&b| b == wanted).map_or(bytes.len(), |n| from + n)
}

/// The last byte of the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut at = start + if block { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if block && bytes[at + 1..].starts_with(b"\"\"\"") => at += 3,
            b'\\' if !block => at += 1,
            b'"' if block && bytes[at..].starts_with(b"\"\"\"") => return at + 2,
            b'"' | b'\n' if !block => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Bounds what a document expands to, each fragment counted once however often it is spread.
pub(super) fn expansion(document: &ExecutableDocument) -> Result<(), Refusal> {
    let mut counter = Counter { document, fragments: HashMap::new() };
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    let mut total = 0usize;
    for operation in operations {
        total = total.saturating_add(counter.count(&operation.node.selection_set)?);
    }
    for name in document.fragments.keys() {
        counter.fragment(name)?;
    }
    if total > SELECTIONS_MAX {
        return Err(format!("The document selects more than {SELECTIONS_MAX} fields, its fragments expanded."));
    }
    Ok(())
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// What a fragment expands to; none while it is being counted.
    fragments: HashMap<&'a Name, Option<usize>>,
}

impl<'a> Counter<'a> {
    fn count(&mut self, set: &'a Positioned<SelectionSet>) -> Result<usize, Refusal> {
        let mut total = 0usize;
        for item in &set.node.items {
            let more = match &item.node {
                Selection::Field(field) => 1 + self.count(&field.node.selection_set)?,
                Selection::InlineFragment(fragment) => 1 + self.count(&fragment.node.selection_set)?,
                Selection::FragmentSpread(spread) => 1 + self.fragment(&spread.node.fragment_name.node)?,
            };
            total = total.saturating_add(more);
        }
        Ok(total)
    }

    fn fragment(&mut self, name: &Name) -> Result<usize, Refusal> {
        // An unknown fragment is for the validation to name.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(0);
        };
        match self.fragments.get(name) {
            Some(Some(count)) => return Ok(*count),
            Some(None) => return Err(format!("The fragment {name} spreads itself.")),
            None => {}
        }
        self.fragments.insert(name, None);
        let count = self.count(&fragment.node.selection_set)?;
        self.fragments.insert(name, Some(count));
        Ok(count)
    }
}

/// The type of the operation that a request executes; none where it names none.
pub(super) fn operation(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    match &document.operations {
        DocumentOperations::Single(operation) => Some(operation.node.ty),
        DocumentOperations::Multiple(operations) => operations.get(name?).map(|operation| operation.node.ty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use std::fmt::Write;

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let many = "[".repeat(100);
        assert!(nesting(&format!("{{ a(b: \"{many}\\\"{many}\") }}")).is_ok());
        assert!(nesting(&format!("{{ a(b: \"\"\"{many}\\\"\"\"{many}\"\"\") }} # {many}\n")).is_ok());
        assert!(nesting(&format!("{{ a(b: \"\" c: {many}) }}")).is_err());
        assert!(nesting(&format!("# a comment\n{{ a(b: {many}")).is_err());
        assert!(nesting("\"").is_ok() && nesting("\"\"\"\\").is_ok() && nesting("\"\\").is_ok());
    }

    #[test]
    fn fragments_that_multiply_or_loop_are_refused() {
        let mut bomb = "{ ...f0 }".to_owned();
        for level in 0..30 {
            let next = level + 1;
            write!(bomb, " fragment f{level} on Query {{ ...f{next} ...f{next} }}").unwrap();
        }
        bomb += " fragment f30 on Query { viewer { name } }";
        assert!(expansion(&parse_query(bomb).unwrap()).unwrap_err().contains("more than"));
        let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        assert!(expansion(&parse_query(cycle).unwrap()).unwrap_err().contains("spreads itself"));
        assert!(expansion(&parse_query("{ viewer { name } }").unwrap()).is_ok());
    }
}
