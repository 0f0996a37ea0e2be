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
        let fields = self.types["Query"]["fields"].as_array().unwrap();
        fields.iter().flat_map(|field| self.question(field, ids)).collect()
    }

    fn question(&self, field: &Value, ids: &[String]) -> Vec<(String, String)> {
        let name = field["name"].as_str().unwrap();
        let selection = self.selection(named(&field["type"]), 5).unwrap_or_default();
        let needed: Vec<&Value> = field["args"].as_array().unwrap().iter().filter(|a| is_needed(a)).collect();
        let takes_one_id = needed.iter().any(|a| named(&a["type"]) == "ID" && a["type"]["ofType"]["kind"] != "LIST");
        let rounds: Vec<&[String]> = if takes_one_id { ids.chunks(1).collect() } else { vec![ids] };
        let ask = |ids: &[String]| {
            let given: Vec<String> = needed.iter().map(|a| self.argument(a, ids)).collect();
            let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
            (name.to_owned(), format!("{{ {name}{given} {selection} }}"))
        };
        rounds.into_iter().map(ask).collect()
    }

    /// Something to give for an argument that must be given.
    fn argument(&self, argument: &Value, ids: &[String]) -> String {
        let (name, kind) = (argument["name"].as_str().unwrap(), named(&argument["type"]));
        let list = argument["type"]["ofType"]["kind"] == "LIST";
        let value = match (kind, &self.types[kind]["enumValues"][0]["name"]) {
            ("ID", _) if list => json!(ids).to_string(),
            ("ID", _) => json!(ids[0]).to_string(),
            (_, Value::String(first)) => first.clone(),
            _ => panic!("teach this test what to give for {name}: {kind}"),
        };
        format!("{name}: {value}")
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

fn is_needed(argument: &Value) -> bool {
    argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
}
