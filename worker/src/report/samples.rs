//! Reports for tests: varied, the same each time, no chance and no clock in them.

use super::{Cover, Report, Row};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::{
    id::LogId,
    log::{Action, Direction, Outcome, RequestType},
    reference::Reference,
};

/// A report of so many records.
pub(super) fn report(records: u32) -> Report {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let newest = at("2026-10-25T06:15:00.250Z");
    let cover = Cover {
        export_id: "exp_01kan4r6kpfgyv8t3c5w2m9x0q".to_owned(),
        domain: "ACME Industries".to_owned(),
        filter_in_words:
            "Application To/From: Salesforce or Workday; Date Range: 2026-10-20 to 2026-10-25 (Europe/Berlin)"
                .to_owned(),
        filter_in_parts: [
            ("Application To/From", "Salesforce or Workday"),
            ("Date Range", "2026-10-20 to 2026-10-25 (Europe/Berlin)"),
        ]
        .map(|(label, values)| (label.to_owned(), values.to_owned()))
        .to_vec(),
        zone: Tz::Europe__Berlin,
        requested_by: "Olga Ivanova".to_owned(),
        requested_at: at("2026-11-23T15:00:00Z"),
        matched: u64::from(records),
        matched_exact: true,
    };
    let rows = (0..records).map(|n| row(n, newest - TimeDelta::milliseconds(173_211 * i64::from(n)))).collect();
    Report { cover, rows, attachments: Vec::new() }
}

fn row(n: u32, at: DateTime<Utc>) -> Row {
    let pick = |list: &[&str], salt: u32| list[usize::try_from(mixed(n, salt)).unwrap() % list.len()].to_owned();
    let others = ["Salesforce", "Workday", "Microsoft Dynamics 365", "ServiceNow", "SAP S/4HANA Cloud, Public Edition"];
    let hosts = ["acme.example", "umbrella-logistics.example"];
    let (action, request_type) = match mixed(n, 1) % 10 {
        0 | 1 => (Action::SsoInitiated, RequestType::AuthenticationApplications),
        2..=4 => (Action::SsoSuccessful, RequestType::AuthenticationConnections),
        5 => (Action::SsoFailed, RequestType::AuthenticationConnections),
        6 => (Action::SloInitiated, RequestType::LogoutApplications),
        7 => (Action::SloSuccessful, RequestType::LogoutConnections),
        _ => (Action::NotApplicable, RequestType::Other),
    };
    let other_call = action == Action::NotApplicable;
    let status_code = [200, 200, 200, 302, 201, 500, 404][usize::try_from(mixed(n, 2)).unwrap() % 7];
    let outcome = Outcome::of(action, Some(status_code), false);
    let failed = outcome == Outcome::Failure;
    let direction = if mixed(n, 3).is_multiple_of(2) { Direction::Incoming } else { Direction::Outgoing };
    let (ours, theirs) = ("ACME Identity".to_owned(), pick(&others, 4));
    let (from, to) = if direction == Direction::Incoming { (theirs, ours) } else { (ours, theirs) };
    let id = LogId::at(at, u64::from(mixed(n, 5)) << 20 | u64::from(mixed(n, 6)));
    let user = pick(&["anna.schmidt", "wei.zhang", "maria-fernanda.gonzález-ibarra", "o.ivanova"], 7);
    Row {
        id: id.to_string(),
        reference: Reference::of(id).to_string(),
        occurred_at: at,
        recorded_at: at + TimeDelta::milliseconds(40),
        direction,
        application_from: from,
        application_to: to,
        action,
        request_type,
        outcome,
        user_email: (!n.is_multiple_of(9)).then(|| format!("{user}@{}", pick(&hosts, 8))),
        login_id: n.is_multiple_of(5).then(|| format!("ACME\\{user}")),
        operation: other_call.then(|| pick(&["netsuite.customer.upsert", "contact.update"], 9)),
        method: Some(pick(&["GET", "POST"], 10)),
        url: Some(format!("https://login.acme.example/saml/acs?RelayState=%2Fhome&tenant={n}")),
        status_code: Some(status_code),
        duration_ms: Some(i32::try_from(mixed(n, 11) % 3000).unwrap()),
        client_ip: Some(format!("203.0.113.{}", n % 250)),
        correlation_id: Some(format!("c-{:08x}", mixed(n, 12))),
        error_message: failed.then(|| {
            pick(
                &[
                    "The assertion's audience is urn:acme:old, expected urn:acme:new",
                    "invalid_grant: AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.",
                    "connection reset by peer",
                ],
                13,
            )
        }),
    }
}

/// A number that looks like chance and is not.
fn mixed(n: u32, salt: u32) -> u32 {
    let mut x = n.wrapping_mul(0x9e37_79b9) ^ salt.wrapping_mul(0x85eb_ca6b).wrapping_add(0x1234_5678);
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
