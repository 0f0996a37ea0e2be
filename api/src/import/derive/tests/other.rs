//! What is no sign-in, or nothing that can be known.

use super::*;
use entity::log::Direction;

const HOSTS: &str = "self www.acme.example=Acme\napi.crm.example=CRM";

#[test]
fn what_only_looks_like_a_sign_in_is_nothing() {
    let entries = vec![
        call("GET", "https://www.acme.example/shop?code=SAVE20", page("")),
        call("GET", "https://www.acme.example/search?state=CA&error=1&login=newest", page("")),
        post("https://www.acme.example/contact", &[("SAMLResponse", "not base64 !"), ("code", "1")], page("")),
        post("https://www.acme.example/upload", &[("SAMLRequest", &"QUFB".repeat(100))], page("<form action='//x'>")),
        call(
            "POST",
            "https://api.crm.example/v2/leads?username=anna@acme.example",
            answer(422, &json!({"message": "Name is missing"})),
        ),
        call("GET", "https://www.acme.example/\u{0}%zz?%ff=%f0%9f", page("<")),
        call("GET", "https://[::1", json!({"status": 204})),
    ];
    let drafts = drafts(HOSTS, entries);
    assert!(acts(&drafts).iter().all(|act| *act == NOTHING));
    assert!(drafts.iter().all(|draft| draft.user_email.is_none() && draft.login_id.is_none()));
    assert_eq!(
        (drafts[4].application_to.as_str(), drafts[4].error_message.as_deref()),
        ("CRM", Some("Name is missing"))
    );
    assert_eq!((drafts[0].application_from.as_str(), drafts[0].application_to.as_str()), ("Unknown", "Acme"));
}

#[test]
fn an_entry_is_taken_over_as_it_stands() {
    let mut entry = call(
        "GET",
        "https://api.crm.example/v2/leads",
        json!({"status": 0, "_error": "ECONNREFUSED: no", "content": {}}),
    );
    entry["request"]["headers"] = json!([
        {"name": "traceparent", "value": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
        {"name": "X", "value": "1"}, {"name": "x", "value": "2"},
    ]);
    entry["time"] = json!(19.6);
    entry["serverIPAddress"] = json!("198.51.100.7");
    let drafts = drafts(HOSTS, vec![entry.clone(), entry]);
    let draft = &drafts[0];
    assert_eq!(draft.direction, Direction::Outgoing);
    assert_eq!((draft.status_code, draft.duration_ms, draft.client_ip.as_deref()), (None, Some(20), None));
    assert_eq!(draft.correlation_id.as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(draft.error_message.as_deref(), Some("ECONNREFUSED: no"));
    assert_eq!(draft.request.as_ref().map(|side| side.headers.len()), Some(3));
    assert!(draft.response.is_none());
    // Two calls at two times are two records; the same entry has the same key.
    assert_ne!(drafts[0].idempotency_key, drafts[1].idempotency_key);
}

#[test]
fn without_hosts_everything_goes_out_and_the_parts_are_not_known() {
    let authorize = "https://idp.example/authorize?client_id=a&response_type=code&state=q8Zk2LmN0pXy";
    let drafts = drafts(
        "",
        vec![
            call("GET", "https://app.example/login", redirect(authorize)),
            call("GET", authorize, page("")),
            call("GET", "https://app.example/cb?code=F00DF00D&state=q8Zk2LmN0pXy", redirect("/")),
        ],
    );
    let actions: Vec<_> = drafts.iter().map(|draft| draft.action).collect();
    assert_eq!(actions, [Action::SsoInitiated, Action::NotApplicable, Action::SsoSuccessful]);
    assert!(drafts.iter().all(|draft| draft.direction == Direction::Outgoing && draft.application_from == "acme"));
    assert_eq!(drafts[2].application_to, "app.example");
}

#[test]
fn a_provider_that_cannot_be_asked_fails_the_one_sign_in_that_waits_for_it() {
    let mut asked = call("GET", "https://www.acme.example/login", json!({"status": 500}));
    asked["request"]["headers"] = json!([{"name": "accept", "value": "text/html"}]);
    asked["time"] = json!(5000);
    let discovery = || call("GET", "https://idp.example/.well-known/openid-configuration", json!({"status": 503}));
    let one = drafts(HOSTS, vec![asked.clone(), discovery()]);
    assert_eq!((one[0].action, one[0].application_to.as_str()), (Action::SsoFailed, "idp.example"));
    // Two wait: which of them it was for is not known.
    let two = drafts(HOSTS, vec![asked.clone(), asked, discovery()]);
    assert_eq!(acts(&two[..2]), [NOTHING, NOTHING]);
}

#[test]
fn memory_is_bounded_and_order_is_kept() {
    let mut deriver = Deriver::new(Hosts::new("acme"));
    let mut seen = Vec::new();
    for number in 1..=5000 {
        deriver.push(number, entry("GET", "https://a.example/"));
        seen.extend(std::iter::from_fn(|| deriver.ready()).map(|derived| derived.number));
        assert!(deriver.held.len() <= HELD_MAX);
    }
    seen.extend(std::iter::from_fn(|| deriver.next()).map(|derived| derived.number));
    assert_eq!(seen, (1..=5000).collect::<Vec<_>>());
}
