//! Puts the fields of an answer into the order in which they were asked for, as GraphQL's
//! "Serialized Map Ordering" says. async-graphql writes them as they become ready.

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// The selections of one operation: its response keys, in order, fragments expanded.
pub(super) struct Order {
    keys: Keys,
}

#[derive(Default)]
struct Keys(IndexMap<Name, Keys>);

impl Order {
    /// The order that an operation asks for.
    pub(super) fn of(document: &ExecutableDocument, operation: &Positioned<OperationDefinition>) -> Self {
        let mut keys = Keys::default();
        keys.add(document, &operation.node.selection_set);
        Self { keys }
    }

    /// Orders an answer.
    pub(super) fn apply(&self, data: &mut Value) {
        self.keys.apply(data);
    }
}

impl Keys {
    /// `guard::admit` has bounded what this walks, and refused fragments that loop.
    fn add(&mut self, document: &ExecutableDocument, set: &Positioned<SelectionSet>) {
        for item in &set.node.items {
            match &item.node {
                Selection::Field(field) => {
                    let keys = self.0.entry(field.node.response_key().node.clone()).or_default();
                    keys.add(document, &field.node.selection_set);
                }
                Selection::InlineFragment(fragment) => self.add(document, &fragment.node.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set);
                    }
                }
            }
        }
    }

    fn apply(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(fields) if !self.0.is_empty() => {
                let place = |name: &Name| self.0.get_index_of(name);
                if !fields.keys().is_sorted_by_key(place) {
                    fields.sort_by_key(|name, _| place(name));
                }
                for (name, field) in fields.iter_mut() {
                    if let Some(keys) = self.0.get(name) {
                        keys.apply(field);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{parser::parse_query, value};

    #[test]
    fn fields_come_in_the_order_asked_for() {
        let document = "{ b: x { ...f d } a } fragment f on X { e c }";
        let mut data = value!({ "a": 1, "b": [{ "c": 1, "d": 2, "e": 3 }] });
        let document = parse_query(document).unwrap();
        let operation = document.operations.iter().next().unwrap().1;
        Order::of(&document, operation).apply(&mut data);
        assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"b":[{"e":3,"c":1,"d":2}],"a":1}"#);
    }
}
