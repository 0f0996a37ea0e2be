//! Documents made to crash a server, or to keep it busy, are answered with an error, and the
//! server goes on.

use serde_json::Value;
use std::fmt::Write;
use tests::{Place, on_sqlite};

on_sqlite![nesting_does_no_harm, documents_that_expand_do_no_harm];

/// The document is refused, and somebody else is answered meanwhile.
async fn harmless(place: &Place, documents: &[(&str, String)]) {
    let (_server, acme) = place.open("Acme").await;
    for (name, document) in documents {
        let answer = acme.answer(document, &Value::Null).await;
        assert!(answer.status < 500, "{name}: {} {}", answer.status, answer.text);
        assert!(answer.body["errors"][0]["message"].is_string(), "{name}: {}", answer.text);
        assert!(answer.text.len() < 100_000, "{name}: an answer of {} bytes", answer.text.len());
        acme.ask("{ viewer { name } }", &Value::Null).await;
    }
}

async fn nesting_does_no_harm(place: &Place) {
    let nested = |n: usize, open: &str, close: &str| open.repeat(n) + &close.repeat(n);
    let lists = nested(1900, "[", "]");
    let objects = nested(1500, "{a:", "}").replace(":}", ":1}");
    harmless(
        place,
        &[
            ("lists", format!("{{ x(a: {lists}) }}")),
            ("objects", format!("{{ x(a: {objects}) }}")),
            ("a default", format!("query ($a: [Int] = {lists}) {{ viewer {{ name }} }}")),
            ("a directive", format!("{{ viewer @include(if: {lists}) {{ name }} }}")),
            ("lists that do not end", format!("{{ x(a: {}", "[".repeat(100_000))),
            ("selections", format!("{{ viewer {} }}", nested(5000, "{ viewer", "}"))),
            ("types", format!("query ($a: {}) {{ viewer {{ name }} }}", nested(5000, "[", "]").replace("[]", "[Int]"))),
        ],
    )
    .await;
}

async fn documents_that_expand_do_no_harm(place: &Place) {
    // Each fragment spreads the next one `wide` times.
    let bomb = |levels: usize, wide: usize| {
        let mut document = "{ ...f0 }".to_owned();
        for level in 0..levels {
            let spreads = format!(" ...f{}", level + 1).repeat(wide);
            write!(document, " fragment f{level} on Query {{{spreads} }}").unwrap();
        }
        document + &format!(" fragment f{levels} on Query {{ viewer {{ name }} }}")
    };
    let cycle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned();
    let itself = "{ ...a } fragment a on Query { viewer { name } ...a }".to_owned();
    let aliases = (0..20_000).fold("{".to_owned(), |all, n| all + &format!(" a{n}: viewer {{ name }}")) + " }";
    let unknown = (0..10_000).fold("{".to_owned(), |all, n| all + &format!(" nothing{n}")) + " }";
    harmless(
        place,
        &[
            ("thirty levels of two", bomb(30, 2)),
            ("seven levels of ten", bomb(7, 10)),
            ("sixteen levels of ten", bomb(16, 10)),
            ("a cycle", cycle),
            ("a fragment in itself", itself),
            ("aliases", aliases),
            ("unknown fields", unknown),
        ],
    )
    .await;
}
