//! Whole captures, small and made by hand, of software that is not in the sample captures and
//! with the habits of other recorders.

mod oidc;
mod other;
mod saml;

use super::*;
use base64::{Engine, prelude::*};
use entity::log::RequestType;
use serde_json::{Value, json};

/// The smallest entry.
pub(super) fn entry(method: &str, url: &str) -> Entry {
    Entry::try_from_json(call(method, url, json!({"status": 200}))).unwrap()
}

/// An entry with an answer.
#[expect(clippy::needless_pass_by_value, reason = "the answers are made where they are given")]
fn call(method: &str, url: &str, response: Value) -> Value {
    json!({"startedDateTime": "2026-10-20T07:55:03Z", "time": 20, "request": {"method": method, "url": url}, "response": response})
}

/// An entry that posts a form.
fn post(url: &str, form: &[(&str, &str)], response: Value) -> Value {
    let mut entry = call("POST", url, response);
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    entry["request"]["headers"] = json!([{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}]);
    entry["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "text": text});
    entry
}

fn redirect(location: &str) -> Value {
    json!({"status": 302, "headers": [{"name": "location", "value": location}], "content": {"size": 0, "mimeType": "x-unknown"}})
}

fn page(html: &str) -> Value {
    json!({"status": 200, "headers": [{"name": "content-type", "value": "text/html"}], "content": {"text": html}})
}

fn answer(status: u16, body: &Value) -> Value {
    json!({"status": status, "headers": [{"name": "content-type", "value": "application/json"}], "content": {"text": body.to_string()}})
}

fn jwt(claims: &Value) -> String {
    format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A form that posts itself.
fn auto_post(action: &str, name: &str, xml: &str) -> Value {
    let packed = BASE64_STANDARD.encode(xml).replace('+', "&#x2b;");
    page(&format!(
        r#"<body onload="f()"><form method="post" action="{action}"><input type=hidden name="{name}" value="{packed}"></form>"#
    ))
}

/// The drafts of a capture, a second between its entries.
fn drafts(hosts: &str, entries: Vec<Value>) -> Vec<Draft> {
    let mut known = Hosts::new("acme");
    known.read(hosts).unwrap();
    let mut deriver = Deriver::new(known);
    for (number, mut entry) in (1..).zip(entries) {
        if entry["startedDateTime"] == "2026-10-20T07:55:03Z" {
            entry["startedDateTime"] = json!(format!("2026-10-20T07:{:02}:{:02}Z", number / 60, number % 60));
        }
        deriver.push(number, Entry::try_from_json(entry).unwrap());
    }
    std::iter::from_fn(|| deriver.next()).map(|derived| derived.draft).collect()
}

/// What the tests look at first.
fn acts(drafts: &[Draft]) -> Vec<(Action, RequestType)> {
    drafts.iter().map(|draft| (draft.action, draft.request_type)).collect()
}

const NOTHING: (Action, RequestType) = (Action::NotApplicable, RequestType::Other);
