//! Calendar days, both inclusive, in a time zone: right on the days on which clocks change. The
//! instants are written out; they come from no library that the product uses.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{
    Place,
    logs::{call, instant, text, with},
    on_both,
};

on_both![a_day_begins_and_ends_where_its_zone_says, days_are_both_inclusive];

/// A zone, a day, its first instant and the first instant after it.
const DAYS: [(&str, &str, &str, &str); 15] = [
    ("UTC", "2026-03-29", "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"),
    // 23 hours and 25 hours.
    ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
    ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
    ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"),
    ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
    ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
    // At midnight the clocks went to one o'clock: a day without a midnight.
    ("Pacific/Apia", "2010-09-26", "2010-09-26T11:00:00Z", "2010-09-27T10:00:00Z"),
    ("Pacific/Apia", "2011-04-02", "2011-04-02T10:00:00Z", "2011-04-03T11:00:00Z"),
    ("Pacific/Apia", "2011-09-24", "2011-09-24T11:00:00Z", "2011-09-25T10:00:00Z"),
    // Samoa moved across the date line and had no 30 December 2011.
    ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
    ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
    ("Pacific/Apia", "2012-04-01", "2012-03-31T10:00:00Z", "2012-04-01T11:00:00Z"),
    ("Pacific/Apia", "2020-09-27", "2020-09-26T11:00:00Z", "2020-09-27T10:00:00Z"),
    ("Pacific/Apia", "2021-04-04", "2021-04-03T10:00:00Z", "2021-04-04T11:00:00Z"),
];

/// Records just before, at and within, and at the end of each of the days.
fn around_the_days() -> Vec<Value> {
    let microsecond = TimeDelta::microseconds(1);
    let mut instants: Vec<_> = DAYS
        .iter()
        .flat_map(|(_, _, from, to)| {
            let (from, to) = (instant(from), instant(to));
            [from - microsecond, from, from + (to - from) / 2, to - microsecond, to]
        })
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants.into_iter().map(|at| with(call(), &json!({ "occurredAt": text(at) }))).collect()
}

async fn a_day_begins_and_ends_where_its_zone_says(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let logs = around_the_days();
    let ids = acme.record(&logs).await;
    for (zone, day, from, to) in DAYS {
        let found = acme.list(&json!({ "occurredOn": { "from": day, "to": day, "timeZone": zone } })).await;
        let within = |log: &Value| {
            let at = instant(log["occurredAt"].as_str().unwrap());
            instant(from) <= at && at < instant(to)
        };
        let expected: Vec<&String> =
            logs.iter().zip(&ids).rev().filter(|(log, _)| within(log)).map(|(_, id)| id).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{day} in {zone}");
        assert_eq!(expected.is_empty(), from == to);
    }
}

async fn days_are_both_inclusive(place: &Place) {
    let (_server, acme) = place.open("Acme").await;
    let logs = around_the_days();
    let ids = acme.record(&logs).await;
    for (zone, first, from, last, to) in [
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-26", "2026-10-26T23:00:00Z"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-31", "2011-12-31T10:00:00Z"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30", "2011-12-30T10:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-11-01", "2026-11-02T05:00:00Z"),
    ] {
        let found = acme.list(&json!({ "occurredOn": { "from": first, "to": last, "timeZone": zone } })).await;
        let same = acme.list(&json!({ "occurredAt": { "from": from, "to": to } })).await;
        assert_eq!(found, same, "{first} to {last} in {zone}");
        assert!(found.len() > 1 && found.len() < ids.len());
    }
}
