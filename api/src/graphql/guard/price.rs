//! What an operation costs, before it costs anything: each field has a price, what is below a
//! list is multiplied by as many as are asked for, and each fragment is priced once.
//!
//! A point is about a microsecond of the database's time and our own: a plain column of a record
//! is one, a body hundreds, a count of what matches thousands.

use super::{Refusal, operations};
use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use std::collections::HashMap;

/// The most that an operation may cost. A page of 100 records with both payloads and all there is
/// about them costs half of it; the bodies that it can buy fill 250 MB at their largest.
const PRICE_MAX: u64 = 800_000;
/// How many a page has where nothing is said, and how many it has at most: `graphql::page`.
const PAGE_DEFAULT: u64 = 50;
const PAGE_MAX: u64 = 100;

/// Bounds what each operation of a document costs with these variables.
pub(super) fn check(document: &ExecutableDocument, variables: &Variables) -> Result<(), Refusal> {
    for operation in operations(document) {
        let mut till = Till { document, operation: &operation.node, variables, fragments: HashMap::new() };
        let price = till.set(&operation.node.selection_set);
        let price = price.once.saturating_add(price.each.saturating_mul(PAGE_DEFAULT));
        if price > PRICE_MAX {
            return Err(format!(
                "The operation costs {price} points; at most {PRICE_MAX} are taken: ask for fewer records \
                 (first, last), for fewer payload bodies, or in parts."
            ));
        }
    }
    Ok(())
}

/// What a field costs by itself.
fn own(field: &str) -> u64 {
    match field {
        // Up to 256 KiB, read and written; or opened up, into texts of up to twice the size.
        "body" | "decoded" => 800,
        // The first two: four look-ups in an index give both.
        "firstSeenAt" | "lastSeenAt" | "request" | "response" => 20,
        // A transaction and a seek.
        "connectorLogs" | "exports" | "accessEvents" | "node" | "nodes" => 100,
        // Up to 10,000 entries of an index.
        "totalCount" => 5_000,
        // All records of a period.
        "connectorLogStats" | "failureGroups" => 50_000,
        // A thousand records are frozen, and rendered later.
        "exportLogs" => 20_000,
        _ => 1,
    }
}

/// How many a list is taken to have that does not say it in its arguments.
fn usual(field: &str) -> Option<u64> {
    Some(match field {
        "applications" | "connectorLogStats" | "failureGroups" | "accessTokens" => 100,
        "logs" | "headers" => 20,
        "summary" => 10,
        "redactions" | "evidence" => 5,
        "decoded" => 3,
        "userErrors" => 1,
        _ => return None,
    })
}

/// What one record costs that is sent to be recorded.
const RECORD: u64 = 150;

/// What a selection costs once, and each of the records of the page that it stands on.
#[derive(Clone, Copy, Default)]
struct Price {
    once: u64,
    each: u64,
}

struct Till<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    fragments: HashMap<&'a Name, Price>,
}

impl<'a> Till<'a> {
    /// `expansion::check` has bounded what this walks, and refused fragments that loop.
    fn set(&mut self, set: &'a Positioned<SelectionSet>) -> Price {
        let mut whole = Price::default();
        for item in &set.node.items {
            let more = match &item.node {
                Selection::Field(field) => self.field(&field.node),
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            };
            whole.once = whole.once.saturating_add(more.once);
            whole.each = whole.each.saturating_add(more.each);
        }
        whole
    }

    fn fragment(&mut self, name: &Name) -> Price {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Price::default();
        };
        if let Some(price) = self.fragments.get(name) {
            return *price;
        }
        let price = self.set(&fragment.node.selection_set);
        self.fragments.insert(name, price);
        price
    }

    fn field(&mut self, field: &'a Field) -> Price {
        let name = field.name.node.as_str();
        let below = self.set(&field.selection_set);
        let page = self.page(field);
        let below = below.once.saturating_add(below.each.saturating_mul(page.unwrap_or(PAGE_DEFAULT)));
        let ids = field.get_argument("ids").map(|ids| self.many(&ids.node).min(PAGE_MAX));
        let sent = field.get_argument("input").map_or(0, |input| self.sent(&input.node));
        let times = ids.or_else(|| usual(name).map(|usual| page.unwrap_or(usual))).unwrap_or(1);
        let price = own(name).saturating_add(below.saturating_mul(times)).saturating_add(sent.saturating_mul(RECORD));
        // The records of a page; the size of the page stands with the connection.
        let of_page = matches!(name, "nodes" | "edges") && ids.is_none();
        if of_page { Price { once: 0, each: price } } else { Price { once: price, each: 0 } }
    }

    /// How many records a field asks for, where it says so. What no page may have is refused by
    /// the field itself.
    fn page(&self, field: &Field) -> Option<u64> {
        let size = |name| match &field.get_argument(name)?.node {
            Value::Variable(name) => number(self.variable(name)?),
            Value::Number(n) => number(&Constant::Number(n.clone())),
            _ => None,
        };
        size("first").or_else(|| size("last"))
    }

    /// How many a value lists.
    fn many(&self, value: &Value) -> u64 {
        match value {
            Value::Variable(name) => self.variable(name).map_or(0, many),
            Value::List(items) => items.len() as u64,
            Value::Null => 0,
            // One that is no list stands for a list of itself.
            _ => 1,
        }
    }

    /// How many records an input brings.
    fn sent(&self, input: &Value) -> u64 {
        match input {
            Value::Variable(name) => match self.variable(name) {
                Some(Constant::Object(input)) => input.get("logs").map_or(0, many),
                _ => 0,
            },
            Value::Object(input) => input.get("logs").map_or(0, |logs| self.many(logs)),
            _ => 0,
        }
    }

    fn variable(&self, name: &Name) -> Option<&Constant> {
        self.variables.get(name).or_else(|| {
            let defined = self.operation.variable_definitions.iter().find(|v| v.node.name.node == *name);
            defined.and_then(|v| v.node.default_value())
        })
    }
}

fn number(value: &Constant) -> Option<u64> {
    match value {
        Constant::Number(n) => n.as_i64().map(|n| u64::try_from(n).unwrap_or(0).min(PAGE_MAX)),
        _ => None,
    }
}

fn many(value: &Constant) -> u64 {
    match value {
        Constant::List(items) => items.len() as u64,
        Constant::Null => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{
        parser::{
            parse_query, parse_schema,
            types::{BaseType, TypeKind, TypeSystemDefinition},
        },
        value,
    };
    use std::collections::HashSet;

    fn checked(document: &str, variables: Constant) -> Result<(), Refusal> {
        let variables = Variables::from_value(variables);
        check(&parse_query(document).unwrap(), &variables)
    }

    #[test]
    fn a_page_costs_as_many_times_what_a_record_costs() {
        let page = "query ($n: Int = 100) {
            a: connectorLogs(first: $n) { ...P } b: connectorLogs(last: $n) { ...P }
            c: connectorLogs(first: $n) { ...P } d: connectorLogs(last: $n) { ...P }
            e: connectorLogs(first: 100) { ...P } f: connectorLogs { ...P }
        } fragment P on ConnectorLogConnection { edges { node { request { body } response { body } } } }";
        assert!(checked(page, value!({})).unwrap_err().contains("points"));
        assert!(checked(page, value!({ "n": 10 })).is_ok());
        assert!(checked(page, value!({ "n": null })).is_ok());
        // A number that no page has costs what the largest page costs.
        assert!(checked(page, value!({ "n": 2_000_000_000 })).is_err());
    }

    #[test]
    fn ids_and_records_that_are_sent_count() {
        let ids = |n: usize| value!({ "ids": vec![Constant::from("log_x"); n] });
        let nodes = "query ($ids: [ID!]!) { a: nodes(ids: $ids) { ...R } b: nodes(ids: $ids) { ...R }
            c: nodes(ids: $ids) { ...R } d: nodes(ids: $ids) { ...R }
            e: nodes(ids: $ids) { ...R } f: nodes(ids: $ids) { ...R } }
            fragment R on ConnectorLog { request { body } response { body } }";
        assert!(checked(nodes, ids(10)).is_ok() && checked(nodes, ids(100)).is_err());
        let record = |n: usize| {
            let once = "recordConnectorLogs(input: { logs: $logs }) { ids }";
            let aliased = (0..n).fold(String::new(), |all, n| format!("{all} r{n}: {once}"));
            checked(
                &format!("mutation ($logs: [ConnectorLogInput!]!) {{ {aliased} }}"),
                value!({ "logs": vec![Constant::Null; 1000] }),
            )
        };
        assert!(record(5).is_ok() && record(7).is_err());
    }

    /// A list that is neither a page's, nor said in its arguments, nor in the table would cost
    /// what one of it costs.
    #[test]
    fn every_list_of_the_schema_has_a_size() {
        let schema = parse_schema(crate::graphql::sdl()).unwrap();
        let types: Vec<_> = schema
            .definitions
            .into_iter()
            .filter_map(|d| if let TypeSystemDefinition::Type(t) = d { Some(t.node) } else { None })
            .collect();
        let leaf = |kind: &TypeKind| matches!(kind, TypeKind::Scalar | TypeKind::Enum(_));
        let composite: HashSet<_> = types.iter().filter(|t| !leaf(&t.kind)).map(|t| t.name.node.to_string()).collect();
        for of in &types {
            let TypeKind::Object(object) = &of.kind else { continue };
            for field in &object.fields {
                let (name, field) = (field.node.name.node.as_str(), &field.node);
                let BaseType::List(item) = &field.ty.node.base else { continue };
                let BaseType::Named(item) = &item.base else { continue };
                let sized = matches!(name, "nodes" | "edges") || usual(name).is_some();
                assert!(
                    sized || !composite.contains(item.as_str()),
                    "{}.{name} lists {item}: give it a size in `usual`",
                    of.name.node
                );
            }
        }
    }
}
