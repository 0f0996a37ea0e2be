//! Exports, as tests that let things go wrong look at them: what the store is to hold, how often one
//! was tried, and whether its file is the right one.

use crate::{
    Client, Place,
    files::{Pdf, column, csv},
    get, within,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Settings as the harness makes them and more, as processes are given them.
pub fn settings<'a>(settings: &'a [(&'static str, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
    settings.chain(more.iter().copied()).collect()
}

/// What a JSON value says, which must be text.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The name of an export's file in the store.
pub fn file_of(export: &Value) -> String {
    format!("{}.{}", text(&export["id"]), text(&export["format"]).to_lowercase())
}

/// All that the store is to hold of exports: a file and a manifest of each.
pub fn files_of<'a>(exports: impl IntoIterator<Item = &'a Value>) -> Vec<String> {
    let both = |export| [file_of(export), format!("{}.manifest.json", file_of(export))];
    let mut names: Vec<String> = exports.into_iter().flat_map(both).collect();
    names.sort();
    names
}

/// How often an export was tried.
pub async fn attempts(client: &Client, export: &Value) -> u64 {
    let query = "query ($id: ID!) { node(id: $id) { ... on Export { attempts } } }";
    client.ask(query, &json!({ "id": export["id"] })).await["node"]["attempts"].as_u64().unwrap()
}

/// Waits until an export has a status, and answers with it as it stands then.
pub async fn reaches(client: &Client, export: &Value, status: &str, limit: Duration) -> Value {
    within(limit, status, async || {
        let now = client.export_now(&export["id"]).await;
        let over = ["FAILED", "CANCELED"].iter().find(|&&end| now["status"] == end && status != end);
        assert!(over.is_none(), "{status} will not come: {now}");
        (now["status"] == status).then_some(now)
    })
    .await
}

/// Waits until each of the exports is completed, and answers with them as they stand then.
pub async fn all_completed(client: &Client, asked: &[Value], limit: Duration) -> Vec<Value> {
    let begun = std::time::Instant::now();
    let mut done = Vec::new();
    for export in asked {
        done.push(reaches(client, export, "COMPLETED", limit.saturating_sub(begun.elapsed())).await);
    }
    done
}

/// Holds the file of a completed export against what the list showed.
pub async fn assert_file(place: &Place, done: &Value, shown: &[String]) {
    let answer = get(text(&done["file"]["url"])).await;
    assert_eq!(answer.status(), 200, "{done}");
    let file = answer.bytes().await.unwrap();
    match text(&done["format"]) {
        "CSV" => assert_eq!(column(&csv(&file), "id"), shown),
        _ => assert_eq!(Pdf::check(&place.path("report.pdf"), &file).references().len(), shown.len()),
    }
}
