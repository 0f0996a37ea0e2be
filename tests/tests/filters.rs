//! Every filter, alone and in pairs, against a model: what a filter means, said a second time in
//! the plainest way, over records that differ in every field.

use serde_json::{Map, Value, json};
use tests::{
    Client, Place,
    logs::{ACTIONS, USERS, call, generated, instant, with},
    on_both,
};

on_both![each_filter_alone_finds_what_it_means, filters_narrow_each_other, a_reference_is_found_as_people_write_it];

/// A filter's field, and which records it means.
type Case = (&'static str, Value, fn(&Value, &Value) -> bool);

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut case = |field, value, means| cases.push((field, value, means));
    for names in [
        json!(["Okta"]),
        json!(["okta", "Café"]),
        json!(["Okta", "Okta"]),
        json!(["Nobody"]),
        json!(["Nobody", "Wiki (SAML 2.0)"]),
    ] {
        case("applications", names.clone(), |log, names| {
            listed(names, &log["applicationFrom"]) || listed(names, &log["applicationTo"])
        });
        case("applicationFrom", names.clone(), |log, names| listed(names, &log["applicationFrom"]));
        case("applicationTo", names, |log, names| listed(names, &log["applicationTo"]));
    }
    for action in ACTIONS {
        case("actions", json!([action]), |log, some| listed(some, &log["action"]));
    }
    case("actions", json!(["SSO_FAILED", "SLO_FAILED", "SSO_INITIATED"]), |log, some| listed(some, &log["action"]));
    for types in [json!(["OTHER"]), json!(["LOGOUT_APPLICATIONS", "AUTHENTICATION_CONNECTIONS"])] {
        case("requestTypes", types, |log, some| listed(some, &log["requestType"]));
    }
    for directions in [json!(["INCOMING"]), json!(["OUTGOING"]), json!(["INCOMING", "OUTGOING"])] {
        case("directions", directions, |log, some| listed(some, &log["direction"]));
    }
    for outcomes in
        [json!(["PENDING"]), json!(["SUCCESS"]), json!(["FAILURE"]), json!(["UNKNOWN"]), json!(["UNKNOWN", "FAILURE"])]
    {
        case("outcomes", outcomes, |log, some| listed(some, &json!(outcome(log))));
    }
    for user in [
        "ann.smith@example.com",
        "ANN.SMITH@EXAMPLE.COM",
        "an",
        "\u{ff21}nnika",
        "fiona",
        "\u{fb01}ona",
        "e\u{301}lodie@exa\u{308}mple.com",
        "\u{c9}LODIE@EX\u{c4}MPLE.COM",
        "100%_sure",
        "O'CONNOR",
        "nobody@example.com",
        "\u{41e}\u{41b}\u{42c}\u{413}\u{410}",
    ] {
        case("user", json!(user), |log, user| users(log).any(|u| u == key(user)));
    }
    for prefix in ["ann*", "ANN*", "ann.smith@example.com*", "100%*", "100*", "fio*", "\u{c9}lo*", "xyz*"] {
        case("user", json!(prefix), |log, user| users(log).any(|u| u.starts_with(key(user).trim_end_matches('*'))));
    }
    for range in [
        json!({ "from": 500, "to": 599 }),
        json!({ "from": 404, "to": 404 }),
        json!({ "from": 400 }),
        json!({ "to": 302 }),
        json!({ "from": 403, "to": 404 }),
        json!({ "from": 600 }),
        json!({ "from": 0, "to": 100_000 }),
    ] {
        case("statusCode", range, |log, range| {
            let from = range["from"].as_i64().unwrap_or(i64::MIN);
            let to = range["to"].as_i64().unwrap_or(i64::MAX);
            log["statusCode"].as_i64().is_some_and(|status| from <= status && status <= to)
        });
    }
    for id in ["c-1", "C-1", "c-", "c"] {
        case("correlationId", json!(id), |log, id| log["correlationId"] == *id);
    }
    cases
}

/// Ranges of instants that begin and end at a record's own, and around it.
fn ranges(logs: &[Value]) -> Vec<Case> {
    let at = |n: usize| logs[n]["occurredAt"].as_str().unwrap().to_owned();
    let elsewhere =
        instant(&at(60)).with_timezone(&chrono::FixedOffset::east_opt(5 * 3600 + 45 * 60).unwrap()).to_rfc3339();
    let within = |log: &Value, range: &Value| {
        let at = instant(log["occurredAt"].as_str().unwrap());
        range["from"].as_str().is_none_or(|from| instant(from) <= at)
            && range["to"].as_str().is_none_or(|to| at < instant(to))
    };
    [
        json!({ "from": at(40), "to": at(90) }),
        json!({ "from": elsewhere, "to": at(200) }),
        json!({ "from": at(100) }),
        json!({ "to": at(100) }),
        json!({ "from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z" }),
    ]
    .map(|range| ("occurredAt", range, within as fn(&Value, &Value) -> bool))
    .into()
}

fn listed(list: &Value, value: &Value) -> bool {
    list.as_array().unwrap().contains(value)
}

fn users(log: &Value) -> impl Iterator<Item = String> {
    [&log["userEmail"], &log["loginId"]].into_iter().filter(|user| user.is_string()).map(key)
}

/// The form in which users are compared; written out by hand for those that are not plain ASCII.
fn key(user: &Value) -> String {
    let user = user.as_str().unwrap();
    let known = USERS.iter().find(|(text, _)| *text == user).map(|(_, key)| (*key).to_owned());
    let composed = |text: String| text.replace("e\u{301}", "\u{e9}").replace("a\u{308}", "\u{e4}");
    known.unwrap_or_else(|| composed(user.to_lowercase()))
}

fn outcome(log: &Value) -> &'static str {
    match log["action"].as_str().unwrap() {
        "SSO_INITIATED" | "SLO_INITIATED" => "PENDING",
        "SSO_SUCCESSFUL" | "SLO_SUCCESSFUL" => "SUCCESS",
        "SSO_FAILED" | "SLO_FAILED" => "FAILURE",
        _ if log["errorMessage"].is_string() => "FAILURE",
        _ => match log["statusCode"].as_i64() {
            Some(400..) => "FAILURE",
            Some(_) => "SUCCESS",
            None => "UNKNOWN",
        },
    }
}

/// Asks with some of the cases together, and compares list and count with what they mean.
async fn compare(acme: &Client, logs: &[Value], ids: &[String], cases: &[&Case]) -> usize {
    let filter: Map<String, Value> =
        cases.iter().map(|(field, value, _)| ((*field).to_owned(), value.clone())).collect();
    let filter = Value::Object(filter);
    let found = acme.list(&filter).await;
    let means = |log: &Value| cases.iter().all(|(_, value, means)| means(log, value));
    let mut expected: Vec<&String> = logs.iter().zip(ids).filter(|(log, _)| means(log)).map(|(_, id)| id).collect();
    // Within an instant the order is the server's; that it is always the same is another promise.
    expected.sort_by_key(|id| found.iter().position(|f| f == *id));
    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    let query = "query ($filter: ConnectorLogFilter) { connectorLogs(filter: $filter, first: 1) { totalCount { value exact } } }";
    let count = acme.ask(query, &json!({ "filter": filter })).await["connectorLogs"]["totalCount"].clone();
    assert_eq!(count, json!({ "value": expected.len(), "exact": true }), "{filter}");
    expected.len()
}

async fn each_filter_alone_finds_what_it_means(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let logs = generated(300);
    let ids = acme.record(&logs).await;
    let (mut some, mut none) = (0, 0);
    for case in cases().iter().chain(&ranges(&logs)) {
        match compare(&acme, &logs, &ids, &[case]).await {
            0 => none += 1,
            _ => some += 1,
        }
    }
    assert_eq!(compare(&acme, &logs, &ids, &[]).await, 300);
    // The records are varied enough for the comparison to mean something.
    assert!(some > 50 && none < 12, "{some} filters found records, {none} found none");
}

async fn filters_narrow_each_other(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let logs = generated(300);
    let ids = acme.record(&logs).await;
    let mut all = cases();
    all.extend(ranges(&logs));
    // One case of each field that finds plenty, and those that look at either of two columns twice.
    let chosen: Vec<&Case> = [
        ("applications", json!(["okta", "Café"])),
        ("applicationFrom", json!(["Okta"])),
        ("applicationTo", json!(["okta", "Café"])),
        ("actions", json!(["NOT_APPLICABLE"])),
        ("requestTypes", json!(["LOGOUT_APPLICATIONS", "AUTHENTICATION_CONNECTIONS"])),
        ("directions", json!(["INCOMING"])),
        ("outcomes", json!(["UNKNOWN", "FAILURE"])),
        ("user", json!("ann*")),
        ("statusCode", json!({ "from": 400 })),
        ("correlationId", json!("c-1")),
        ("occurredAt", ranges(&logs)[0].1.clone()),
    ]
    .iter()
    .map(|(field, value)| all.iter().find(|(f, v, _)| f == field && v == value).unwrap())
    .collect();
    for (n, one) in chosen.iter().enumerate() {
        for other in &chosen[n + 1..] {
            let found = compare(&acme, &logs, &ids, &[one, other]).await;
            assert!(found > 0, "no record tells {} and {} apart", one.0, other.0);
        }
    }
    let either_side_and_either_name: Vec<&Case> =
        chosen.iter().copied().filter(|c| ["applications", "user", "outcomes"].contains(&c.0)).collect();
    assert!(compare(&acme, &logs, &ids, &either_side_and_either_name).await > 0);
    compare(&acme, &logs, &ids, &chosen).await;
}

async fn a_reference_is_found_as_people_write_it(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    // All within a minute, so that the minute alone tells none from another.
    let logs: Vec<Value> =
        (10..60).map(|s| with(call(), &json!({ "occurredAt": format!("2026-11-02T08:00:{s}Z") }))).collect();
    let ids = acme.record(&logs).await;
    let query = "query ($id: ID!) { node(id: $id) { ... on ConnectorLog { reference } } }";
    for id in [&ids[0], &ids[25], &ids[49]] {
        let found = acme.ask(query, &json!({ "id": id })).await;
        let reference = found["node"]["reference"].as_str().unwrap();
        assert!(reference.len() <= 14, "{reference} is not short");
        for written in [
            reference.to_owned(),
            reference.to_lowercase(),
            reference.replace('-', ""),
            reference.to_lowercase().replace('-', " "),
        ] {
            assert_eq!(acme.list(&json!({ "reference": written })).await, [id.as_str()], "{written}");
        }
        // Together with another filter it still narrows.
        assert_eq!(acme.list(&json!({ "reference": reference, "directions": ["OUTGOING"] })).await, [""; 0]);
        let last = if reference.ends_with('0') { "1" } else { "0" };
        let another = reference[..reference.len() - 1].to_owned() + last;
        assert_eq!(acme.list(&json!({ "reference": another })).await, [""; 0], "{another}");
    }
}
