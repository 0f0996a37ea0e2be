//! Records to be recorded: plain ones, and generated ones that differ in every field a filter has.

use crate::Dice;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// The least that a record must say.
pub fn call() -> Value {
    json!({
        "occurredAt": "2026-11-02T08:00:00Z",
        "direction": "INCOMING",
        "applicationFrom": "Okta",
        "applicationTo": "Intranet",
        "action": "NOT_APPLICABLE",
        "requestType": "OTHER",
    })
}

/// A record with more said, or said otherwise.
pub fn with(mut record: Value, more: &Value) -> Value {
    let fields = record.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    record
}

/// So many plain records, a second apart, the first the oldest. Their `correlationId` counts them.
pub fn numbered(count: usize) -> Vec<Value> {
    let start = instant("2026-11-02T08:00:00Z");
    let numbered = |n: usize| {
        let at = start + TimeDelta::seconds(i64::try_from(n).unwrap());
        with(call(), &json!({ "occurredAt": text(at), "correlationId": format!("n-{n}") }))
    };
    (0..count).map(numbered).collect()
}

/// An instant from its text.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|e| panic!("{text} is no instant: {e}"))
}

/// An instant as text.
pub fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Emails and login ids: as they are sent, and in the form in which they are compared (NFKC,
/// lower case), written out by hand.
pub const USERS: [(&str, &str); 12] = [
    ("Ann.Smith@Example.com", "ann.smith@example.com"),
    ("ann.smith@example.com", "ann.smith@example.com"),
    ("ANNA@example.com", "anna@example.com"),
    ("\u{ff21}nnika", "annika"),
    ("an", "an"),
    ("E\u{301}LODIE@exa\u{308}mple.com", "\u{e9}lodie@ex\u{e4}mple.com"),
    ("\u{e9}lodie@ex\u{e4}mple.com", "\u{e9}lodie@ex\u{e4}mple.com"),
    ("\u{fb01}ona", "fiona"),
    ("100%_sure", "100%_sure"),
    ("100x-sure", "100x-sure"),
    ("\u{41e}\u{43b}\u{44c}\u{433}\u{430}", "\u{43e}\u{43b}\u{44c}\u{433}\u{430}"),
    ("o'connor", "o'connor"),
];

/// Applications, some alike but for their case.
pub const APPLICATIONS: [&str; 6] = ["Okta", "okta", "Salesforce", "Wiki (SAML 2.0)", "Caf\u{e9}", "Intranet"];

/// The contract's actions.
pub const ACTIONS: [&str; 7] = [
    "SSO_INITIATED",
    "SSO_FAILED",
    "SSO_SUCCESSFUL",
    "SLO_INITIATED",
    "SLO_FAILED",
    "SLO_SUCCESSFUL",
    "NOT_APPLICABLE",
];

/// The contract's request types.
pub const REQUEST_TYPES: [&str; 5] =
    ["AUTHENTICATION_APPLICATIONS", "AUTHENTICATION_CONNECTIONS", "LOGOUT_APPLICATIONS", "LOGOUT_CONNECTIONS", "OTHER"];

/// So many records, varied in each field that a filter looks at; the same ones each time. Every
/// tenth shares its instant with the one before.
pub fn generated(count: usize) -> Vec<Value> {
    let mut dice = Dice::of(1);
    let mut at = instant("2026-11-01T22:00:00Z");
    (0..count)
        .map(|n| {
            if n % 10 != 0 {
                at += TimeDelta::microseconds(i64::try_from(dice.below(900_000_000)).unwrap());
            }
            generate(&mut dice, at)
        })
        .collect()
}

fn generate(dice: &mut Dice, at: DateTime<Utc>) -> Value {
    let mut record = Map::new();
    let mut set = |name: &str, value: Value| record.insert(name.to_owned(), value);
    set("occurredAt", json!(text(at)));
    set("direction", json!(dice.one_of(&["INCOMING", "OUTGOING"])));
    set("applicationFrom", json!(dice.one_of(&APPLICATIONS)));
    set("applicationTo", json!(dice.one_of(&APPLICATIONS)));
    // Half of them are calls whose outcome the HTTP status decides.
    let action = if dice.below(2) == 0 { "NOT_APPLICABLE" } else { dice.one_of(&ACTIONS) };
    set("action", json!(action));
    set("requestType", json!(dice.one_of(&REQUEST_TYPES)));
    for field in ["userEmail", "loginId"] {
        if dice.below(3) > 0 {
            set(field, json!(dice.one_of(&USERS).0));
        }
    }
    if dice.below(5) > 0 {
        set("statusCode", json!(dice.one_of(&[200, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503, 599])));
    }
    if dice.below(8) == 0 {
        set("errorMessage", json!("connection reset"));
    }
    if dice.below(2) == 0 {
        set("correlationId", json!(dice.one_of(&["c-1", "c-2", "C-1", "c-1 "])));
    }
    Value::Object(record)
}
