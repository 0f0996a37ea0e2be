//! Documents made to crash a server, to keep it busy, or to learn what is nobody's business: each
//! is refused before it costs anything, over every transport, in words that name the limit.

use serde_json::{Value, json};
use std::fmt::Write;
use tests::{
    Answer, Client, Place, Server,
    live::{Events, Socket},
    on_sqlite,
};

on_sqlite![
    what_is_just_within_a_limit_passes_and_what_is_just_beyond_does_not,
    a_page_of_everything_passes_and_four_do_not,
    what_crashed_or_hung_a_prototype_does_no_harm,
    nesting_cannot_be_hidden_from_the_count,
    errors_do_not_flood,
    what_was_sent_is_not_repeated,
    batches_are_refused,
    variables_cannot_nest_without_end,
    the_standard_introspection_query_passes,
];

/// Somebody who asks over each transport.
struct Everywhere {
    _server: Server,
    http: Client,
    socket: Socket,
}

impl Everywhere {
    async fn of(place: &Place) -> Self {
        let server = place.serve().await;
        let token = place.token("Acme", &[]);
        let socket = Socket::with(&server.url("/graphql"), &token).await;
        let http = server.client(&token);
        Self { _server: server, http, socket }
    }

    /// The errors, by HTTP, by socket and as events; none where there are none.
    async fn errors(&mut self, document: &str, variables: &Value) -> [Vec<Value>; 3] {
        let errors = |answer: &Value| answer["errors"].as_array().cloned().unwrap_or_default();
        let answer = self.http.answer(document, variables).await;
        assert!(answer.status < 500, "{document:.80}: {} {}", answer.status, answer.text);
        self.socket.subscribe("1", document, variables).await;
        let told = self.socket.next().await;
        let by_socket = match told["type"].as_str().unwrap() {
            "error" => told["payload"].as_array().unwrap().clone(),
            "next" => {
                assert_eq!(self.socket.next().await["type"], "complete");
                errors(&told["payload"])
            }
            other => panic!("{other}"),
        };
        let body = json!({ "query": document, "variables": variables });
        let events = Events::of(self.http.post().json(&body)).await.rest().await;
        let [(next, told), (complete, _)] = &events[..] else { panic!("{events:?}") };
        assert_eq!((next.as_str(), complete.as_str()), ("next", "complete"));
        [errors(&answer.body), by_socket, errors(told)]
    }

    async fn passes(&mut self, document: &str, variables: &Value) {
        for errors in self.errors(document, variables).await {
            assert_eq!(errors, [Value::Null; 0], "{document:.200}");
        }
    }

    async fn is_refused(&mut self, document: &str, variables: &Value, words: &str) {
        for errors in self.errors(document, variables).await {
            let [error] = &errors[..] else { panic!("{document:.200}: {errors:?}") };
            assert!(error["message"].as_str().unwrap().contains(words), "{document:.200}: {error}");
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{error}");
        }
        self.http.ask("{ viewer { name } }", &Value::Null).await;
    }
}

/// `n` times what is made of each number.
fn times(n: usize, each: impl Fn(usize) -> String) -> String {
    (0..n).map(each).collect()
}

async fn what_is_just_within_a_limit_passes_and_what_is_just_beyond_does_not(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    let nothing = json!({});
    let viewer = |n, each: fn(usize) -> String| format!("{{ viewer {{ {} }} }}", times(n, each));
    let bytes = |n: usize| "{ viewer { name } }".to_owned() + &" ".repeat(n - 19);
    let deep = |n| {
        let (open, close) = ("{ ofType ".repeat(n), " }".repeat(n));
        format!("{{ __schema {{ types {{ fields {{ type {open} {{ name }} {close} }} }} }} }}")
    };
    // A line of fragments, each with a directive where a directive may stand.
    let directives = |n: usize| {
        let fields = times(n - 5, |_| " name @include(if: true)".to_owned());
        format!(
            "query ($a: Boolean = true) {{ viewer @skip(if: false) {{ ...F @include(if: $a) ... @include(if: true) {{ \
             name }} ... on Viewer @skip(if: false) {{ name @skip(if: false) {fields} }} }} }} fragment F on Viewer {{ name }}"
        )
    };
    let inline = |_| "... on Viewer { name } ".to_owned();
    for (limit, within, beyond) in [
        ("100000 are taken", bytes(100_000), bytes(100_001)),
        ("4000 tokens", viewer(665, inline), viewer(666, inline)),
        ("deeper than 16", deep(11), deep(12)),
        ("50 are taken", viewer(50, |n| format!("a{n}: name ")), viewer(51, |n| format!("a{n}: name "))),
        ("50 are taken", directives(50), directives(51)),
        (
            "20 are taken",
            format!("{{ {} }}", times(20, |n| format!("a{n}: viewer {{ name }} "))),
            format!("{{ {} }}", times(21, |n| format!("a{n}: viewer {{ name }} "))),
        ),
        ("more fields than 2000", viewer(1999, |_| "name ".to_owned()), viewer(2000, |_| "name ".to_owned())),
    ] {
        everywhere.passes(&within, &nothing).await;
        everywhere.is_refused(&beyond, &nothing, limit).await;
    }
    // Roots that come by a fragment are roots, and a subscription has one.
    let by_fragment =
        format!("{{ ...F ...F }} fragment F on Query {{ {} }}", times(11, |_| "viewer { name } ".to_owned()));
    everywhere.is_refused(&by_fragment, &nothing, "20 are taken").await;
    let two = "subscription { connectorLogRecorded { id } again: connectorLogRecorded { id } }";
    everywhere.is_refused(two, &nothing, "one field at its root").await;
}

const EVERYTHING: &str = "fragment Everything on ConnectorLogConnection {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount { value exact }
    nodes {
        id occurredAt recordedAt direction action requestType outcome userEmail loginId operation method url
        statusCode durationMs clientIp correlationId reference errorMessage
        applicationFrom { id name firstSeenAt lastSeenAt } applicationTo { id name firstSeenAt lastSeenAt }
        request { ...P } response { ...P }
    }
}
fragment P on Payload {
    headers { name value } contentType body encoding sizeBytes truncated redactions { path rule fingerprint }
    decoded { kind text summary { key value } }
}";

async fn a_page_of_everything_passes_and_four_do_not(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    let pages = |n| {
        let pages = times(n, |n| format!("p{n}: connectorLogs(first: $n) {{ ...Everything }} "));
        format!("query ($n: Int) {{ {pages} }} {EVERYTHING}")
    };
    everywhere.passes(&pages(1), &json!({ "n": 100 })).await;
    everywhere.passes(&pages(2), &json!({ "n": 100 })).await;
    everywhere.is_refused(&pages(4), &json!({ "n": 100 }), "points").await;
    everywhere.passes(&pages(3), &json!({})).await;
    // Small pages may be many, as long as no counting is asked for.
    everywhere.passes(&pages(10), &json!({ "n": 10 })).await;
    let ids = |n: usize| json!({ "ids": vec!["log_01h455vb4pex5vsknk084sn02q"; n] });
    let nodes = format!(
        "query ($ids: [ID!]!) {{ {} }} fragment R on ConnectorLog {{ request {{ body }} response {{ body }} }}",
        times(10, |n| format!("n{n}: nodes(ids: $ids) {{ ...R }} "))
    );
    everywhere.passes(&nodes, &ids(10)).await;
    everywhere.is_refused(&nodes, &ids(100), "points").await;
}

/// Each fragment spreads the next one `wide` times.
fn bomb(levels: usize, wide: usize) -> String {
    let mut document = "{ ...f0 }".to_owned();
    for level in 0..levels {
        let spreads = format!(" ...f{}", level + 1).repeat(wide);
        write!(document, " fragment f{level} on Query {{{spreads} }}").unwrap();
    }
    document + &format!(" fragment f{levels} on Query {{ viewer {{ name }} }}")
}

async fn what_crashed_or_hung_a_prototype_does_no_harm(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    let nothing = json!({});
    let nested = |n: usize, open: &str, close: &str| open.repeat(n) + &close.repeat(n);
    let lists = nested(1900, "[", "]");
    let objects = nested(1500, "{a:", "}").replace(":}", ":1}");
    for document in [
        format!("{{ x(a: {lists}) }}"),
        format!("{{ x(a: {objects}) }}"),
        format!("query ($a: [Int] = {lists}) {{ viewer {{ name }} }}"),
        format!("{{ viewer @include(if: {lists}) {{ name }} }}"),
        format!("{{ x(a: {}", "[".repeat(4_000)),
    ] {
        everywhere.is_refused(&document, &nothing, "60 levels").await;
    }
    for document in [bomb(7, 10), bomb(16, 10), bomb(20, 2), bomb(28, 2)] {
        everywhere.is_refused(&document, &nothing, "more fields than 2000").await;
    }
    everywhere.is_refused(&bomb(400, 1), &nothing, "deeper than 32").await;
    for cycle in
        ["{ ...a } fragment a on Query { viewer { name } ...a }", "{ viewer { name } } fragment a on Query { ...a }"]
    {
        everywhere.is_refused(cycle, &nothing, "spreads itself").await;
    }
}

async fn nesting_cannot_be_hidden_from_the_count(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    let many = "[".repeat(3_000);
    for start in ["{ x(a: # \r ", "{ x(a: \"\" ", "{ x(a: [\"\\\\\" ", "{ x(a: [\"\"\"\\\"\"\"\"\"\" "] {
        everywhere.is_refused(&format!("{start}{many}"), &json!({}), "60 levels").await;
    }
    // To the parser a block string without an end is an empty string, and what follows is nested.
    everywhere.is_refused(&format!("{{ x(a: [\"\"\" \" {many}"), &json!({}), "does not end").await;
}

async fn errors_do_not_flood(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    let unknown = format!("{{ {} }}", times(1_500, |n| format!("nothing{n} ")));
    // Twenty fields are what a root may have; below it there is no such limit.
    let unknown = unknown.replacen("{ ", "{ viewer { ", 1) + " }";
    let unused = format!("{{ viewer {{ name }} }} {}", times(500, |n| format!("fragment f{n} on Viewer {{ name }} ")));
    for document in [unknown, unused] {
        for errors in everywhere.errors(&document, &json!({})).await {
            assert_eq!(errors.len(), 21, "{errors:?}");
            assert!(errors[20]["message"].as_str().unwrap().contains("errors more"), "{}", errors[20]);
        }
    }
    // What is wrong is said, and nothing of what would be right.
    for errors in everywhere.errors("{ viewr { nam } connectorLogs(frist: 1) { nods { id } } }", &json!({})).await {
        let text = json!(errors).to_string();
        assert!(!text.contains("Did you mean") && !text.contains("connectorLogs(first"), "{text}");
    }
}

async fn what_was_sent_is_not_repeated(place: &Place) {
    let (server, acme) = place.open("Acme").await;
    let secret = "hunter2-the-secret";
    let record = "mutation ($logs: [ConnectorLogInput!]!) { recordConnectorLogs(input: { logs: $logs }) { ids } }";
    for more in [
        json!({ "request": secret }),
        json!({ "direction": secret }),
        json!({ "request": { "headers": [{ "name": "Authorization", "value": { "a": secret } }] } }),
        json!({ "request": { "headers": secret } }),
        json!({ "statusCode": secret }),
        json!({ "occurredAt": secret }),
        json!({ "clientIp": secret }),
    ] {
        let log = tests::logs::with(tests::logs::call(), &more);
        let answer = acme.answer(record, &json!({ "logs": [log] })).await;
        assert!(!answer.text.contains(secret), "{more}: {}", answer.text);
    }
    for document in
        [format!("{{ node(id: {secret:?} x) }}"), format!("{{ exports(first: {secret:?}) {{ nodes {{ id }} }} }}")]
    {
        let answer = acme.answer(&document, &json!({})).await;
        assert!(!answer.text.contains(secret), "{document}: {}", answer.text);
    }
    assert!(!json!(server.log()).to_string().contains(secret), "nor is it logged");
}

async fn batches_are_refused(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let one = r#"{"query":"{ viewer { name } }"}"#;
    for body in [format!("[{one},{one}]"), format!(" \n[{one}]"), "[]".to_owned()] {
        let answer = acme.post().header("content-type", "application/json").body(body).send().await.unwrap();
        let answer = Answer::of(answer).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains("batches"), "{}", answer.text);
    }
}

async fn variables_cannot_nest_without_end(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    for depth in [100, 130, 10_000, 500_000] {
        let nested = "[".repeat(depth) + &"]".repeat(depth);
        let body =
            format!(r#"{{"query":"query ($a: [ID!]!) {{ nodes(ids: $a) {{ id }} }}","variables":{{"a":{nested}}}}}"#);
        let answer = acme.post().header("content-type", "application/json").body(body).send().await.unwrap();
        let answer = Answer::of(answer).await;
        assert!(answer.status < 500 && answer.body["errors"][0]["message"].is_string(), "{depth}: {}", answer.text);
        assert!(answer.text.len() < 10_000, "{depth}: {} bytes", answer.text.len());
        acme.ask("{ viewer { name } }", &Value::Null).await;
    }
}

/// What graphql-js writes with all of its options.
const INTROSPECTION: &str = include_str!("introspection.graphql");

async fn the_standard_introspection_query_passes(place: &Place) {
    let mut everywhere = Everywhere::of(place).await;
    everywhere.passes(INTROSPECTION, &json!({})).await;
}
