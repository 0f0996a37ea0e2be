//! Real input: captures of sign-ins between other people's software, and a sender's own lines. They
//! go in, are found by what they say, are shown with both payloads and come out in both formats.

use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use tests::{
    Client, Place,
    files::{Pdf, column, csv},
    logs::instant,
    on_both, on_sqlite,
};

on_both![captures_are_found_by_what_they_say, captures_come_out_in_both_formats, what_is_refused_of_a_capture_is_named];

mod scored {
    use super::{on_sqlite, the_score_is_what_the_records_say};
    on_sqlite![the_score_is_what_the_records_say];
}

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

fn fixture(name: &str) -> String {
    format!("{FIXTURES}/{name}")
}

fn import(place: &Place, name: &str) -> String {
    place.succeed(&["import", "--domain", "Acme", "--hosts", &fixture("hosts"), &fixture(name)])
}

/// All records, oldest first, with all that is known of them.
async fn records(acme: &Client) -> Vec<Value> {
    let query = "{ connectorLogs(first: 100, orderBy: { direction: ASC }) {
        pageInfo { hasNextPage }
        nodes {
            id reference occurredAt direction outcome action requestType userEmail loginId statusCode correlationId method url
            applicationFrom { name } applicationTo { name }
            request { headers { name value } body sizeBytes } response { headers { name value } body sizeBytes }
        }
    } }";
    let list = acme.ask(query, &Value::Null).await["connectorLogs"].clone();
    assert_eq!(list["pageInfo"]["hasNextPage"], false);
    list["nodes"].as_array().unwrap().clone()
}

async fn captures_are_found_by_what_they_say(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    import(place, "logins.har");
    import(place, "records.ndjson");
    let logs = records(&acme).await;
    assert!(logs.len() > 50);
    let distinct = |field: &str| logs.iter().map(|log| log[field].to_string()).collect::<BTreeSet<_>>().len();
    for (field, at_least) in [("direction", 2), ("outcome", 3), ("action", 5), ("requestType", 4), ("statusCode", 4)] {
        assert!(distinct(field) >= at_least, "{field} is always the same: these captures prove little");
    }
    for log in &logs {
        let mut filters = vec![
            json!({ "reference": log["reference"] }),
            json!({ "applications": [log["applicationTo"]["name"]], "requestTypes": [log["requestType"]] }),
            json!({ "applicationFrom": [log["applicationFrom"]["name"]], "directions": [log["direction"]] }),
            json!({ "actions": [log["action"]], "outcomes": [log["outcome"]], "occurredAt": { "from": log["occurredAt"] } }),
        ];
        let users = ["userEmail", "loginId"].into_iter().filter_map(|field| log[field].as_str());
        filters.extend(users.map(|user| json!({ "user": user.to_uppercase() })));
        filters.extend(log["statusCode"].as_i64().map(|s| json!({ "statusCode": { "from": s, "to": s } })));
        filters.extend(log["correlationId"].as_str().map(|id| json!({ "correlationId": id })));
        for filter in filters {
            assert!(
                acme.list(&filter).await.contains(&log["id"].as_str().unwrap().to_owned()),
                "{filter} misses {log}"
            );
        }
    }
    // Both sides are shown, of calls that had an answer.
    let shown = logs.iter().filter(|log| log["request"]["headers"][0].is_object() && log["response"].is_object());
    assert!(shown.count() > 30);
    assert!(logs.iter().any(|log| log["response"]["body"].as_str().is_some_and(|body| body.len() > 100)));
}

async fn captures_come_out_in_both_formats(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    import(place, "logins.har");
    import(place, "records.ndjson");
    let mut logs = records(&acme).await;
    logs.reverse();
    let text = |log: &Value, field: &str| log[field].as_str().unwrap().to_owned();
    let rows = csv(&acme.exported(&json!({ "format": "CSV" })).await);
    assert_eq!(column(&rows, "id"), logs.iter().map(|log| text(log, "id")).collect::<Vec<_>>());
    for (row, log) in rows.iter().zip(&logs) {
        // Some of the texts look like formulas, and are made harmless by an apostrophe.
        let cell = |field: &str| row[field].as_str().map(|cell| cell.trim_start_matches('\'').to_owned());
        assert_eq!(cell("applicationTo").as_deref(), log["applicationTo"]["name"].as_str());
        for field in ["action", "requestType", "outcome", "url", "userEmail"] {
            assert_eq!(cell(field).as_deref(), log[field].as_str().or(Some("")), "{field} of {row}");
        }
    }
    let file = acme.exported(&json!({ "format": "PDF", "timeZone": "Europe/Berlin" })).await;
    let path = place.path("report.pdf");
    let references: Vec<String> = logs.iter().map(|log| text(log, "reference")).collect();
    assert_eq!(Pdf::check(&path, &file).references(), references);
}

async fn what_is_refused_of_a_capture_is_named(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let output = place.run(&["import", "--domain", "Acme", &fixture("records-bad.ndjson")]);
    let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    for line in 2..=10 {
        assert!(told.lines().any(|l| l.starts_with(&format!("line {line}"))), "line {line} is not named: {told}");
    }
    let kept = records(&acme).await;
    assert_eq!(kept.len(), 2, "the good ones stay");
}

/// A value of the truth, in the contract's words.
fn in_contract(value: &Value, absent: &str) -> String {
    match value.as_str() {
        None => absent.to_owned(),
        Some("NA") => "NOT_APPLICABLE".to_owned(),
        Some(words) => words.to_uppercase().replace([' ', '-'], "_"),
    }
}

async fn the_score_is_what_the_records_say(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    import(place, "logins.har");
    let logs = records(&acme).await;
    let truth = fs::read_to_string(fixture("logins.truth.jsonl")).unwrap();
    let truth: Vec<Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let scored: Vec<&Value> =
        truth.iter().filter(|t| t["connector_call"] == true && t["visible_to_domain"] == true).collect();
    let (mut direction, mut action, mut request_type, mut to) = (0, 0, 0, 0);
    for row in &scored {
        let at = instant(row["started"].as_str().unwrap());
        let log =
            logs.iter().find(|l| instant(l["occurredAt"].as_str().unwrap()) == at && l["method"] == row["method"]);
        let log = log.unwrap_or_else(|| panic!("no record of {row}"));
        let hit = |field: &str, expected: String| usize::from(log[field] == expected);
        let alternatives = row["action_alternatives"].as_array().into_iter().flatten();
        let right = alternatives.chain([&row["action"]]).any(|a| log["action"] == in_contract(a, "NOT_APPLICABLE"));
        action += usize::from(right);
        direction += hit("direction", in_contract(&row["direction"], ""));
        request_type += hit("requestType", in_contract(&row["request_type"], "OTHER"));
        to += usize::from(log["applicationTo"]["name"] == row["application_to"]);
    }
    let (har, truth) = (fixture("logins.har"), fixture("logins.truth.jsonl"));
    let score = place.succeed(&["score", "--hosts", &fixture("hosts"), &har, &truth]);
    for (name, hits) in
        [("direction", direction), ("action", action), ("request type", request_type), ("application to", to)]
    {
        let percent = tenths(hits, scored.len());
        let line = format!("{name}\t{percent}\t{hits}\t{}", scored.len());
        assert!(score.lines().any(|l| l == line), "{line:?} is not in {score}");
        assert!(hits * 10 >= scored.len() * 9, "{name}: {hits} of {}", scored.len());
    }
    for name in ["application from", "user", "outcome"] {
        assert!(score.lines().any(|l| l.starts_with(&format!("{name}\t"))), "no {name} in {score}");
    }
}

/// A percentage with one decimal.
fn tenths(part: usize, whole: usize) -> String {
    let tenths = (part * 2000 + whole) / (whole * 2);
    format!("{}.{}", tenths / 10, tenths % 10)
}
