//! What redaction costs: each kind of body by itself, and its share of recording.
//!
//! The bodies hold what such bodies hold, secrets among it; they are read in this process, on one core.

use super::{
    Bench, Tenant,
    dice::Dice,
    reading::{Reading, middle},
    record,
    sample::{self, Directions, Sampler},
    table::Table,
};
use anyhow::Context as _;
use base64::{Engine, engine::general_purpose::STANDARD};
use entity::{log::draft::Draft, payload::redact::Redactor};
use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

const MEBIBYTE: u32 = 1024 * 1024;
/// The bytes of each body, about: a large page or a full list.
const BODY: usize = 64 * 1024;
/// Records whose redaction is compared with their recording.
const RECORDS: u32 = 1000;

/// Measures redaction, and recording beside it.
pub(super) async fn measure(bench: &Bench, tenant: &Tenant) -> anyhow::Result<Table> {
    let fingerprint = |secret: &[u8]| tenant.domain.fingerprint(secret);
    let redactor = Redactor::new(&fingerprint);
    let mut table = Table::new("Redaction", &["what", "MiB/s", "µs per MiB", "secrets per MiB"]);
    for (name, content_type, body) in bodies() {
        let times = (0..bench.rounds).map(|_| each_mebibyte(bench.time / 5, &redactor, content_type, &body));
        let time = middle(times, Ord::cmp).context("nothing was measured")?;
        let secrets = redactor.body(Some(content_type), body.clone()).redactions.len() * whole_bodies(&body);
        let rate = format!("{:.0}", 1.0 / time.as_secs_f64());
        table.row(vec![format!("{name}, one core"), rate, time.as_micros().to_string(), secrets.to_string()]);
    }
    let (mut redacted, mut recorded) = (Vec::new(), Vec::new());
    for round in 1..=bench.rounds {
        eprintln!("redaction, round {round} of {}", bench.rounds);
        let mut sampler = Sampler::new(round.into());
        let drafts: Vec<Draft> = (0..RECORDS).map(|_| sampler.draft(sample::start(), Directions::Both)).collect();
        let begun = Instant::now();
        for draft in drafts {
            redact(&redactor, draft);
        }
        redacted.push(begun.elapsed());
        recorded.push(record::batches(bench, tenant).await?.0);
    }
    let redacted = middle(redacted.into_iter(), Ord::cmp).context("nothing was measured")?;
    let recorded = Reading::median(&recorded).context("nothing was measured")?;
    let recording = Duration::from_secs_f64(f64::from(RECORDS) / recorded.per_second);
    let share = redacted.as_secs_f64() / recording.as_secs_f64() * 100.0;
    let what = format!("{RECORDS} records with payloads of 3 KB: {share:.1} % of recording them");
    let each = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    table.row(vec![what, super::table::dash(), each(redacted), format!("of {}", each(recording))]);
    Ok(table)
}

fn whole_bodies(body: &[u8]) -> usize {
    usize::try_from(MEBIBYTE).unwrap_or(usize::MAX) / body.len().max(1)
}

/// How long a mebibyte of that body takes.
fn each_mebibyte(time: Duration, redactor: &Redactor<'_>, content_type: &str, body: &[u8]) -> Duration {
    let len = f64::from(u32::try_from(body.len()).unwrap_or(u32::MAX));
    let (mut spent, mut bytes) = (Duration::ZERO, 0.0);
    while spent < time {
        let copy = body.to_vec();
        let begun = Instant::now();
        black_box(redactor.body(Some(content_type), copy));
        spent += begun.elapsed();
        bytes += len;
    }
    spent.mul_f64(f64::from(MEBIBYTE) / bytes)
}

/// All that is redacted of a record.
fn redact(redactor: &Redactor<'_>, draft: Draft) {
    for side in [draft.request, draft.response].into_iter().flatten() {
        black_box(redactor.headers(side.headers));
        black_box(side.body.map(|body| redactor.body(Some("application/json"), body)));
    }
    black_box(draft.url.map(|url| redactor.url(&url)));
    black_box(draft.error_message.map(|message| redactor.text(&message)));
    let labels = [draft.user_email, draft.login_id, draft.operation, draft.correlation_id, draft.idempotency_key];
    for label in labels.into_iter().flatten().chain([draft.application_from, draft.application_to]) {
        black_box(redactor.label(&label));
    }
}

/// One body of each kind: its name, its type, its bytes.
fn bodies() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let form = "application/x-www-form-urlencoded";
    let saml = form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLResponse", &STANDARD.encode(filled("<samlp:Response>", statement)))
        .append_pair("RelayState", "/home")
        .finish();
    let mut dice = Dice::new(7);
    let noise = std::iter::repeat_with(|| u8::try_from(dice.below(256)).unwrap_or(0)).take(BODY).collect();
    vec![
        ("JSON", "application/json", filled("[", |dice| member(dice) + ",")),
        ("form", form, filled("grant_type=password", pairs)),
        ("form with a SAML response", form, saml.into_bytes()),
        ("HTML", "text/html", filled("<!doctype html><form>", input)),
        ("XML", "application/xml", filled("<Users>", element)),
        ("text", "text/plain", filled("", line)),
        ("binary", "application/octet-stream", noise),
    ]
}

/// A text of that start and as many pieces as there is room for.
fn filled(start: &str, piece: impl Fn(&mut Dice) -> String) -> Vec<u8> {
    let mut dice = Dice::new(7);
    let mut text = start.to_owned();
    while text.len() < BODY {
        text += &piece(&mut dice);
    }
    text.into_bytes()
}

fn member(dice: &mut Dice) -> String {
    let mut text = format!(r#"{{"id":"{}","email":"{}","active":true,"#, dice.hex(32), sample::email(dice.below(1000)));
    // Writing into a String cannot fail.
    let _ = write!(text, r#""groups":["staff","sales"],"logins":{},"city":"Athens","#, dice.below(1000));
    let _ = write!(text, r#""about":"joined in spring, works from home","access_token":"{}"}}"#, dice.hex(40));
    text
}

fn pairs(dice: &mut Dice) -> String {
    format!(
        "&user{0}=anna%40example.com&note{0}=a+few+words&state={1}&password={2}",
        dice.below(100),
        dice.hex(16),
        dice.hex(12)
    )
}

fn statement(dice: &mut Dice) -> String {
    format!(
        "<saml:Attribute Name=\"urn:oid:{}\"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>\
         <xenc:CipherValue>{}</xenc:CipherValue>",
        dice.below(1000),
        sample::email(dice.below(1000)),
        dice.hex(172)
    )
}

fn input(dice: &mut Dice) -> String {
    format!(
        "<div class=\"row\"><label for=\"f{0}\">Name</label><input type=\"hidden\" name=\"csrf_token\" value=\"{1}\">\
         <a href=\"/users/{0}?tab=logins&amp;page=2\">All sign-ins of this person</a></div>\n",
        dice.below(1000),
        dice.hex(32)
    )
}

fn element(dice: &mut Dice) -> String {
    format!(
        "<User id=\"{}\"><Email>{}</Email><City>Athens</City><Active>true</Active><Password>{}</Password></User>\n",
        dice.hex(16),
        sample::email(dice.below(1000)),
        dice.hex(12)
    )
}

fn line(dice: &mut Dice) -> String {
    format!(
        "2026-06-01T08:00:00Z INFO user={} signed in, session={} code=200\n",
        sample::email(dice.below(1000)),
        dice.hex(32)
    )
}
