//! The widest questions that a schema allows, made from its introspection: each root field with
//! everything that can be selected below it. What a test asks so covers fields not yet thought of.

use crate::Client;
use serde_json::{Value, json};
use std::{collections::HashMap, fmt::Write};

/// A schema as the server tells it.
pub struct Schema {
    types: HashMap<String, Value>,
}

const INTROSPECTION: &str = "{ __schema { types {
    name kind
    fields { name type { ...T } args { name defaultValue type { ...T } } }
    enumValues { name }
    inputFields { name defaultValue type { ...T } }
    possibleTypes { name }
} } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

impl Schema {
    /// The schema of a server.
    pub async fn of(client: &Client) -> Self {
        let data = client.ask(INTROSPECTION, &Value::Null).await;
        let types = data["__schema"]["types"].as_array().unwrap();
        Self { types: types.iter().map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone())).collect() }
    }

    /// One query for each field of the root, by the field's name. `ids` are given where ids are
    /// asked for; where a root takes one id, there is a query for each.
    pub fn questions(&self, ids: &[String]) -> Vec<(String, String)> {
        self.operations("Query", "query", ids)
    }

    /// The same for what can be done: each field of the root with all that can be given to it.
    pub fn mutations(&self, ids: &[String]) -> Vec<(String, String)> {
        self.operations("Mutation", "mutation", ids)
    }

    /// The same for what can be watched.
    pub fn subscriptions(&self, ids: &[String]) -> Vec<(String, String)> {
        self.operations("Subscription", "subscription", ids)
    }

    fn operations(&self, root: &str, operation: &str, ids: &[String]) -> Vec<(String, String)> {
        let fields = self.types[root]["fields"].as_array().unwrap();
        let all = fields.iter().flat_map(|field| self.asking(field, ids));
        all.map(|(name, field)| (name, format!("{operation} {{ {field} }}"))).collect()
    }

    fn asking(&self, field: &Value, ids: &[String]) -> Vec<(String, String)> {
        let name = field["name"].as_str().unwrap();
        let selection = self.selection(named(&field["type"]), 5).unwrap_or_default();
        let needed: Vec<&Value> = field["args"].as_array().unwrap().iter().filter(|a| is_needed(a)).collect();
        let rounds: Vec<&[String]> =
            if needed.iter().any(|a| self.takes_one_id(a)) { ids.chunks(1).collect() } else { vec![ids] };
        let ask = |ids: &[String]| {
            let given: Vec<String> = needed.iter().map(|a| self.argument(a, ids)).collect();
            let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
            (name.to_owned(), format!("{name}{given} {selection}"))
        };
        rounds.into_iter().map(ask).collect()
    }

    fn takes_one_id(&self, argument: &Value) -> bool {
        match named(&argument["type"]) {
            "ID" => !is_list(&argument["type"]),
            kind => {
                let within = self.types[kind]["inputFields"].as_array().into_iter().flatten();
                within.filter(|field| is_needed(field)).any(|field| self.takes_one_id(field))
            }
        }
    }

    /// Something to give for an argument, or a field of one, that must be given.
    fn argument(&self, argument: &Value, ids: &[String]) -> String {
        let (name, kind) = (argument["name"].as_str().unwrap(), named(&argument["type"]));
        let value = match (kind, &self.types[kind]) {
            ("ID", _) if is_list(&argument["type"]) => return format!("{name}: {}", json!(ids)),
            ("ID", _) => json!(ids[0]).to_string(),
            ("String", _) => json!("given by a test").to_string(),
            (_, of) if of["kind"] == "ENUM" => of["enumValues"][0]["name"].as_str().unwrap().to_owned(),
            (_, of) if of["kind"] == "INPUT_OBJECT" => {
                let fields = of["inputFields"].as_array().unwrap().iter().filter(|field| is_needed(field));
                format!("{{ {} }}", fields.map(|field| self.argument(field, ids)).collect::<Vec<_>>().join(", "))
            }
            _ => panic!("teach this test what to give for {name}: {kind}"),
        };
        if is_list(&argument["type"]) { format!("{name}: [{value}]") } else { format!("{name}: {value}") }
    }

    /// Everything that can be selected on a type; nothing for a scalar, or beyond the depth.
    fn selection(&self, name: &str, depth: usize) -> Option<String> {
        let of = &self.types[name];
        match of["kind"].as_str().unwrap() {
            "OBJECT" => {}
            "INTERFACE" | "UNION" => {
                let mut all = "{ __typename".to_owned();
                for possible in of["possibleTypes"].as_array().unwrap() {
                    let possible = possible["name"].as_str().unwrap();
                    write!(all, " ... on {possible} {}", self.selection(possible, depth)?).unwrap();
                }
                return Some(format!("{all} }}"));
            }
            _ => return None,
        }
        let mut all = "{ __typename".to_owned();
        for field in of["fields"].as_array().unwrap() {
            let (name, kind) = (field["name"].as_str().unwrap(), named(&field["type"]));
            if field["args"].as_array().unwrap().iter().any(is_needed) {
                continue;
            }
            let leaf = matches!(self.types[kind]["kind"].as_str(), Some("SCALAR" | "ENUM"));
            match (leaf, depth) {
                (true, _) => write!(all, " {name}").unwrap(),
                (false, 0) => {}
                // Fields of one name but of different types may stand side by side only under other names.
                (false, _) => {
                    if let Some(below) = self.selection(kind, depth - 1) {
                        write!(all, " {name}{}: {name} {below}", alias(kind)).unwrap();
                    }
                }
            }
        }
        Some(format!("{all} }}"))
    }
}

fn alias(kind: &str) -> String {
    format!("Of{kind}")
}

/// The type's own name, without lists and exclamation marks.
fn named(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_else(|| named(&of["ofType"]))
}

fn is_list(of: &Value) -> bool {
    of["kind"] == "LIST" || (of["kind"] == "NON_NULL" && is_list(&of["ofType"]))
}

fn is_needed(argument: &Value) -> bool {
    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
}
