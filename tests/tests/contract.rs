//! The contract: the server's schema holds all of it, and asks callers for nothing more.

use async_graphql::Positioned;
use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition},
};
use std::collections::BTreeSet;
use tests::{Place, on_sqlite};

on_sqlite![
    the_schema_holds_the_contract,
    nothing_more_is_asked_of_callers,
    the_printed_schema_is_the_one_in_the_project
];

/// What a schema promises, one sentence each.
#[derive(Default)]
struct Promises {
    /// `type Query.node: Node`, `type Query.node(id: ID!)`, `enum Action.SSO_FAILED` …
    all: BTreeSet<String>,
    /// Those that a caller cannot leave out.
    demands: BTreeSet<String>,
    /// The types.
    types: BTreeSet<String>,
}

impl Promises {
    fn of(schema: &str) -> Self {
        let mut promises = Self::default();
        for definition in parse_schema(schema).unwrap().definitions {
            let TypeSystemDefinition::Type(of) = definition else {
                continue;
            };
            let name = of.node.name.node.to_string();
            promises.types.insert(name.clone());
            promises.add_type(&name, &of.node.kind);
        }
        promises
    }

    fn add_type(&mut self, name: &str, kind: &TypeKind) {
        match kind {
            TypeKind::Scalar => self.add(format!("scalar {name}")),
            TypeKind::Object(object) => {
                object.implements.iter().for_each(|i| self.add(format!("type {name} implements {}", i.node)));
                self.add_fields(&format!("type {name}"), &object.fields);
            }
            TypeKind::Interface(interface) => self.add_fields(&format!("interface {name}"), &interface.fields),
            TypeKind::Union(union) => union.members.iter().for_each(|m| self.add(format!("union {name} = {}", m.node))),
            TypeKind::Enum(of) => of.values.iter().for_each(|v| self.add(format!("enum {name}.{}", v.node.value.node))),
            TypeKind::InputObject(input) => self.add_inputs(&format!("input {name}."), "", &input.fields),
        }
    }

    fn add(&mut self, promise: String) {
        self.all.insert(promise);
    }

    fn add_fields(&mut self, owner: &str, fields: &[Positioned<FieldDefinition>]) {
        for field in fields {
            let name = &field.node.name.node;
            self.add(format!("{owner}.{name}: {}", field.node.ty.node));
            self.add_inputs(&format!("{owner}.{name}("), ")", &field.node.arguments);
        }
    }

    fn add_inputs(&mut self, before: &str, behind: &str, inputs: &[Positioned<InputValueDefinition>]) {
        for input in inputs {
            let promise = format!("{before}{}: {}{behind}", input.node.name.node, input.node.ty.node);
            if !input.node.ty.node.nullable && input.node.default_value.is_none() {
                self.demands.insert(promise.clone());
            }
            self.add(promise);
        }
    }
}

fn contract() -> Promises {
    Promises::of(include_str!("contract.graphql"))
}

async fn the_schema_holds_the_contract(place: &Place) {
    let (contract, served) = (contract(), Promises::of(&place.succeed(&["schema"])));
    assert!(contract.all.len() > 150, "{} promises are too few", contract.all.len());
    let broken: Vec<&String> = contract.all.difference(&served.all).collect();
    assert!(broken.is_empty(), "the schema lacks: {broken:#?}");
}

async fn nothing_more_is_asked_of_callers(place: &Place) {
    let (contract, served) = (contract(), Promises::of(&place.succeed(&["schema"])));
    let known = |promise: &str| contract.types.iter().any(|name| promise.split([' ', '.']).nth(1) == Some(name));
    let more: Vec<&String> = (served.demands.difference(&contract.demands))
        // A field that the contract does not have may ask for what it likes.
        .filter(|demand| {
            known(demand) && (demand.starts_with("input") || contract.all.iter().any(|p| same_field(p, demand)))
        })
        .collect();
    assert!(more.is_empty(), "callers must now give: {more:#?}");
}

fn same_field(promise: &str, demand: &str) -> bool {
    let field = |text: &str| text.split(['(', ':']).next().map(str::to_owned);
    field(promise) == field(demand)
}

async fn the_printed_schema_is_the_one_in_the_project(place: &Place) {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    let printed = place.succeed(&["schema"]);
    assert!(printed == committed, "schema.graphql is not what `connector-log schema` prints: print it there again");
}
