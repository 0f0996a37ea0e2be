//! A NUL character, which PostgreSQL keeps in no text, in each argument of each field: made from the
//! schema, so that an argument which is yet to come is asked too.

use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tests::{Client, Place, live::Events, on_both};

on_both![a_nul_character_is_no_fault_of_ours_wherever_it_stands];

const SCHEMA: &str = "{ __schema { types {
    name kind
    fields { name type { ...T } args { name defaultValue type { ...T } } }
    inputFields { name defaultValue type { ...T } }
    enumValues { name }
} } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

struct Schema(HashMap<String, Value>);

impl Schema {
    async fn of(client: &Client) -> Self {
        let data = client.ask(SCHEMA, &Value::Null).await;
        let types = data["__schema"]["types"].as_array().unwrap();
        Self(types.iter().map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone())).collect())
    }

    /// The least that can be given for a type.
    fn least(&self, of: &Value) -> Value {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.least(&of["ofType"]),
            "LIST" => json!([self.least(&of["ofType"])]),
            "ENUM" => self.0[of["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let fields = self.0[of["name"].as_str().unwrap()]["inputFields"].as_array().unwrap();
                let needed = fields.iter().filter(|f| f["type"]["kind"] == "NON_NULL");
                needed.map(|f| (f["name"].as_str().unwrap().to_owned(), self.least(&f["type"]))).collect()
            }
            _ => match of["name"].as_str().unwrap() {
                "Int" | "Float" => json!(1),
                "Boolean" => json!(true),
                "DateTime" => json!("2026-11-02T08:00:00Z"),
                "Date" => json!("2026-11-02"),
                "TimeZone" => json!("UTC"),
                _ => json!("x"),
            },
        }
    }

    /// Everything that can be given for a type with a NUL character in one place, and that place.
    fn poisoned(&self, of: &Value) -> Vec<(String, Value)> {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.poisoned(&of["ofType"]),
            "LIST" => self.poisoned(&of["ofType"]).into_iter().map(|(at, v)| (format!("[]{at}"), json!([v]))).collect(),
            "INPUT_OBJECT" => {
                let fields = self.0[of["name"].as_str().unwrap()]["inputFields"].as_array().unwrap();
                let with = |field: &Value| {
                    let name = field["name"].as_str().unwrap();
                    let within = self.poisoned(&field["type"]).into_iter().map(move |(at, value)| {
                        let mut object = self.least(of).as_object().unwrap().clone();
                        object.insert(name.to_owned(), value);
                        (format!(".{name}{at}"), Value::Object(object))
                    });
                    within.collect::<Vec<_>>()
                };
                fields.iter().flat_map(with).collect()
            }
            "SCALAR" if !matches!(of["name"].as_str(), Some("Int" | "Float" | "Boolean")) => {
                vec![(String::new(), json!("a\0b")), (String::new(), json!("\0"))]
            }
            _ => Vec::new(),
        }
    }

    /// Each question of a root: where the NUL character stands, the document, the variables.
    fn questions(&self, root: &str) -> Vec<(String, String, Value)> {
        let mut questions = Vec::new();
        for field in self.0[root]["fields"].as_array().unwrap() {
            let (name, args) = (field["name"].as_str().unwrap(), field["args"].as_array().unwrap());
            let leaf = matches!(self.0[named(&field["type"])]["kind"].as_str(), Some("SCALAR" | "ENUM"));
            for poisoned in args {
                for (at, value) in self.poisoned(&poisoned["type"]) {
                    let mut variables = Map::new();
                    for arg in args.iter().filter(|arg| arg["type"]["kind"] == "NON_NULL") {
                        variables.insert(arg["name"].as_str().unwrap().to_owned(), self.least(&arg["type"]));
                    }
                    let argument = poisoned["name"].as_str().unwrap();
                    variables.insert(argument.to_owned(), value);
                    let given: Vec<&Value> =
                        args.iter().filter(|a| variables.contains_key(a["name"].as_str().unwrap())).collect();
                    let text =
                        |each: fn(&Value) -> String| given.iter().map(|a| each(a)).collect::<Vec<_>>().join(", ");
                    let document = format!(
                        "{} ({}) {{ {name}({}) {} }}",
                        root.to_lowercase(),
                        text(|a| format!("${}: {}", a["name"].as_str().unwrap(), written(&a["type"]))),
                        text(|a| format!("{0}: ${0}", a["name"].as_str().unwrap())),
                        if leaf { "" } else { "{ __typename }" },
                    );
                    questions.push((format!("{root}.{name}({argument}{at})"), document, Value::Object(variables)));
                }
            }
        }
        questions
    }
}

fn named(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_else(|| named(&of["ofType"]))
}

/// A type as documents write it.
fn written(of: &Value) -> String {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&of["ofType"])),
        "LIST" => format!("[{}]", written(&of["ofType"])),
        _ => of["name"].as_str().unwrap().to_owned(),
    }
}

async fn a_nul_character_is_no_fault_of_ours_wherever_it_stands(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let schema = Schema::of(&acme).await;
    for (root, least) in [("Query", 20), ("Mutation", 40), ("Subscription", 10)] {
        let questions = schema.questions(root);
        assert!(questions.len() >= least, "{root}: {} questions", questions.len());
        for (at, document, variables) in questions {
            let text = if root == "Subscription" {
                let body = json!({ "query": document, "variables": variables });
                Events::of(acme.post().json(&body)).await.next().await.unwrap().1.to_string()
            } else {
                let answer = acme.answer(&document, &variables).await;
                assert_eq!(answer.status, 200, "{at}: {}", answer.text);
                answer.text
            };
            assert!(!text.contains("INTERNAL_SERVER_ERROR"), "{at}: {text}");
        }
    }
    let faults = server.log().iter().filter(|line| line["level"] == "ERROR").count();
    assert_eq!(faults, 0, "the log tells of errors");
}
