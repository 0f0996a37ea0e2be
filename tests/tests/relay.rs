//! Connections to the letter of Relay's specification: one total order, walked from either end.

use serde_json::{Value, json};
use tests::{
    Client, Place,
    logs::{call, generated, numbered, with},
    on_both,
};

on_both![
    both_ways_walk_the_same_order,
    an_order_turned_round_is_the_same_order,
    a_page_is_cut_as_relay_says,
    a_page_without_records_has_no_cursors,
    a_page_is_fifty_unless_asked_otherwise,
    new_records_do_not_move_the_pages,
    exports_are_a_connection_too,
];

const PAGE: &str = "query ($filter: ConnectorLogFilter, $first: Int, $after: String, $last: Int, $before: String, $orderBy: ConnectorLogOrder) {
    connectorLogs(filter: $filter, first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
        nodes { id }
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

struct Page {
    ids: Vec<String>,
    info: Value,
}

async fn page(acme: &Client, arguments: &Value) -> Page {
    let page = acme.ask(PAGE, arguments).await["connectorLogs"].clone();
    let edges = page["edges"].as_array().unwrap();
    let ids: Vec<String> = edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect();
    let nodes: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    assert_eq!(page["nodes"], json!(nodes), "nodes are the edges' nodes");
    let info = page["pageInfo"].clone();
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    assert_eq!(info["startCursor"], cursor(edges.first()), "{arguments}");
    assert_eq!(info["endCursor"], cursor(edges.last()), "{arguments}");
    Page { ids, info }
}

/// Walks all pages one way, checking each page's own word on what lies before and behind it.
async fn walk(acme: &Client, filter: &Value, size: usize, forwards: bool, order: &str) -> Vec<String> {
    let (count, from, cursor, more, less) = if forwards {
        ("first", "after", "endCursor", "hasNextPage", "hasPreviousPage")
    } else {
        ("last", "before", "startCursor", "hasPreviousPage", "hasNextPage")
    };
    let mut arguments = json!({ "filter": filter, count: size, "orderBy": { "direction": order } });
    let mut walked: Vec<String> = Vec::new();
    loop {
        let Page { ids, info } = page(acme, &arguments).await;
        assert_eq!(info[less], !walked.is_empty(), "{less} after {} records", walked.len());
        if forwards {
            walked.extend(ids);
        } else {
            walked.splice(0..0, ids).for_each(drop);
        }
        if info[more] == false {
            return walked;
        }
        assert_eq!(walked.len() % size, 0, "a page that is not the last is full");
        arguments[from] = info[cursor].clone();
    }
}

async fn both_ways_walk_the_same_order(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let logs = generated(123);
    let recorded = acme.record(&logs).await;
    let everything = walk(&acme, &Value::Null, 100, true, "DESC").await;
    let mut sorted = (everything.clone(), recorded.clone());
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1, "every record once");
    let when = |id: &String| logs[recorded.iter().position(|r| r == id).unwrap()]["occurredAt"].as_str().unwrap();
    assert!(everything.is_sorted_by(|newer, older| when(newer) >= when(older)), "newest first");
    let ties = everything.windows(2).filter(|pair| when(&pair[0]) == when(&pair[1])).count();
    assert!(ties > 5, "records of one instant are what a bad cursor loses");
    for size in [1, 7, 41, 100] {
        for forwards in [true, false] {
            assert_eq!(walk(&acme, &Value::Null, size, forwards, "DESC").await, everything, "{size} {forwards}");
        }
    }
    // The same through each shape of filter: one column, either of two columns, both.
    for filter in [
        json!({ "directions": ["INCOMING"] }),
        json!({ "applications": ["Okta", "okta"] }),
        json!({ "applications": ["Okta"], "user": "ann*" }),
    ] {
        let forwards = walk(&acme, &filter, 7, true, "DESC").await;
        assert!(forwards.len() > 7, "{filter}");
        assert_eq!(walk(&acme, &filter, 7, false, "DESC").await, forwards, "{filter}");
        assert_eq!(forwards, everything.iter().filter(|id| forwards.contains(id)).cloned().collect::<Vec<_>>());
    }
}

async fn an_order_turned_round_is_the_same_order(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&generated(60)).await;
    let mut newest_first = walk(&acme, &Value::Null, 13, true, "DESC").await;
    newest_first.reverse();
    for forwards in [true, false] {
        assert_eq!(walk(&acme, &Value::Null, 13, forwards, "ASC").await, newest_first, "{forwards}");
    }
    let either = json!({ "applications": ["Okta", "okta"] });
    let mut turned = walk(&acme, &either, 5, true, "ASC").await;
    turned.reverse();
    assert_eq!(walk(&acme, &either, 5, true, "DESC").await, turned);
}

async fn a_page_is_cut_as_relay_says(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(20)).await;
    let all = page(&acme, &json!({ "first": 20 })).await;
    assert_eq!((&all.info["hasNextPage"], &all.info["hasPreviousPage"]), (&json!(false), &json!(false)));
    let edges = acme.ask(PAGE, &json!({ "first": 20 })).await["connectorLogs"]["edges"].clone();
    let cursor = |n: usize| edges[n]["cursor"].clone();
    // Between `after` and `before` the first `first`, of these the last `last`. With `first`, a
    // next page is one of what lies between the two.
    for (arguments, expected, before, behind) in [
        (json!({ "first": 5 }), 0..5, false, true),
        (json!({ "last": 5 }), 15..20, true, false),
        (json!({ "first": 10, "last": 3 }), 7..10, true, true),
        (json!({ "first": 20, "last": 20 }), 0..20, false, false),
        (json!({ "after": cursor(4), "before": cursor(9), "first": 10 }), 5..9, true, false),
        (json!({ "after": cursor(4), "before": cursor(9), "first": 2 }), 5..7, true, true),
        (json!({ "after": cursor(4), "before": cursor(9), "last": 2 }), 7..9, true, true),
        (json!({ "after": cursor(4), "before": cursor(9), "first": 3, "last": 1 }), 7..8, true, true),
        (json!({ "after": cursor(16), "first": 10 }), 17..20, true, false),
        (json!({ "before": cursor(3), "last": 10 }), 0..3, false, true),
    ] {
        let found = page(&acme, &arguments).await;
        assert_eq!(found.ids, all.ids[expected], "{arguments}");
        assert_eq!(found.info["hasPreviousPage"], before, "{arguments}");
        assert_eq!(found.info["hasNextPage"], behind, "{arguments}");
    }
    assert_eq!(page(&acme, &json!({ "first": 3, "last": 10 })).await.ids, all.ids[..3]);
}

async fn a_page_without_records_has_no_cursors(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let nothing = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(page(&acme, &json!({})).await.info, nothing);
    acme.record(&[call()]).await;
    let filter = json!({ "filter": { "applications": ["Nobody"] } });
    assert_eq!(page(&acme, &filter).await.info, nothing);
    assert_eq!(page(&acme, &json!({ "first": 0 })).await.ids, [""; 0]);
    // Behind the last record there is nothing, but something before.
    let end = page(&acme, &json!({})).await.info["endCursor"].clone();
    let behind = page(&acme, &json!({ "after": end })).await;
    assert_eq!((behind.ids.len(), &behind.info["hasNextPage"]), (0, &json!(false)));
}

async fn a_page_is_fifty_unless_asked_otherwise(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(101)).await;
    let newest = acme.list(&Value::Null).await;
    assert_eq!(page(&acme, &json!({})).await.ids, newest[..50]);
    let middle = page(&acme, &json!({ "first": 51 })).await.info["endCursor"].clone();
    assert_eq!(page(&acme, &json!({ "before": middle })).await.ids, newest[..50]);
}

async fn new_records_do_not_move_the_pages(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    acme.record(&numbered(20)).await;
    let before = acme.list(&Value::Null).await;
    let first = page(&acme, &json!({ "first": 8 })).await;
    let newer = with(call(), &json!({ "occurredAt": "2026-11-03T00:00:00Z" }));
    let older = with(call(), &json!({ "occurredAt": "2026-11-01T00:00:00Z" }));
    let late = acme.record(&[newer, older]).await;
    let second = page(&acme, &json!({ "first": 8, "after": first.info["endCursor"] })).await;
    assert_eq!(second.ids, before[8..16]);
    let third = page(&acme, &json!({ "first": 8, "after": second.info["endCursor"] })).await;
    assert_eq!(third.ids, [&before[16..], &late[1..]].concat());
    let back = page(&acme, &json!({ "last": 100, "before": second.info["startCursor"] })).await;
    assert_eq!(back.ids, [&late[..1], &before[..8]].concat());
}

async fn exports_are_a_connection_too(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let mut newest_first = Vec::new();
    for _ in 0..5 {
        let export = acme.export(&json!({ "format": "CSV" })).await;
        acme.completed(&export).await;
        newest_first.insert(0, export["id"].clone());
    }
    let query = "query ($first: Int, $after: String, $last: Int, $before: String) {
        exports(first: $first, after: $after, last: $last, before: $before) {
            edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }";
    let ids =
        |page: &Value| page["edges"].as_array().unwrap().iter().map(|e| e["node"]["id"].clone()).collect::<Vec<_>>();
    let first = acme.ask(query, &json!({ "first": 3 })).await["exports"].clone();
    assert_eq!(ids(&first), newest_first[..3]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let rest =
        acme.ask(query, &json!({ "first": 3, "after": first["pageInfo"]["endCursor"] })).await["exports"].clone();
    assert_eq!(ids(&rest), newest_first[3..]);
    assert_eq!((&rest["pageInfo"]["hasNextPage"], &rest["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
    let back =
        acme.ask(query, &json!({ "last": 2, "before": rest["pageInfo"]["startCursor"] })).await["exports"].clone();
    assert_eq!(ids(&back), newest_first[1..3]);
}
