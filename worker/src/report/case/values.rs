//! The case file as the template wants it: native values, so that a text stays a text.

use super::{
    Case, Entry,
    code::{Code, Lines},
    parts::{self, CODE, INSET, KEYS, Setter},
    words,
};
use crate::report::{
    Row, grouped,
    pdf::{Array, Dict, Fitter, IntoValue, Palette, Room, Sheet, Value, array, dict, points},
    text::{CUT, SUBSTITUTE},
};
use entity::{export::options::Paper, log::Outcome};

/// The size of the type, in points.
const TYPE: f64 = 8.0;
/// The width of a fact's label, with the space behind it.
const LABEL: f64 = 76.0;
/// What is printed in bold is measured in regular type, and is so much wider.
const BOLD: f64 = 1.1;
/// Between two columns of facts.
const GUTTER: f64 = 20.0;
/// What stands left and right of a failure's words.
const ASIDE: f64 = 28.0;
/// How many failures are told on the first page.
const FAILURES_MAX: usize = 5;

/// Everything that the template reads from `sys.inputs`.
pub(super) fn inputs(case: &Case, paper: Paper, palette: &Palette) -> Dict {
    let sheet = Sheet::upright(paper);
    let width = sheet.inner();
    let of_one_width = palette.code();
    let text = Fitter::new(palette);
    let mut setter = Setter::new(Code::new(&of_one_width), text, width, case.entries.len());
    let records = (1..).zip(&case.entries).map(|(number, entry)| record(number, entry, case, &mut setter));
    let records = records.collect::<Array>();
    let mut fit = |text: &str, size, width, lines| setter.text.fit(text, Room { size, width, lines });
    let happened =
        happened(case).iter().map(|it| fit(it, 11.0, width / BOLD, 6).join("\n").into_value()).collect::<Array>();
    let failures = failures(case).into_iter().map(|(title, message)| {
        let message = Lines::of(&fit(&message, 9.0, width - ASIDE, 12));
        array![fit(&title, TYPE, (width - ASIDE) / BOLD, 3).join("\n"), parts::parts(message)].into_value()
    });
    let failures = failures.collect::<Array>();
    let facts = facts(case)
        .into_iter()
        .map(|(label, value)| array![label, fit(&value, TYPE, width - LABEL, 8).join("\n")].into_value());
    let facts = facts.collect::<Array>();
    let timeline = (case.entries.len() > 1).then(|| timeline(case, width, &mut setter));
    let mut all = sheet.inputs("Connector Log case file", &case.cover, &size(case), &case.attachments, palette);
    let more = dict! {
        "code-fonts" => of_one_width.families().into_iter().map(IntoValue::into_value).collect::<Array>(),
        "code-type" => points(CODE),
        "inset" => points(INSET / 2.0),
        "label" => points(LABEL),
        "keys" => points(KEYS),
        "gutter" => points(GUTTER),
        "aside" => points(ASIDE / 2.0),
        "happened" => happened,
        "failures" => failures,
        "facts" => facts,
        "timeline" => timeline,
        "records" => records,
        "legend" => legend(&setter),
    };
    all.extend(more);
    all
}

/// What the file is about, in few words.
fn size(case: &Case) -> String {
    match case.entries.as_slice() {
        [entry] => entry.row.reference.clone(),
        entries => format!("{} records", entries.len()),
    }
}

fn happened(case: &Case) -> Vec<String> {
    let rows: Vec<&Row> = case.entries.iter().map(|entry| &entry.row).collect();
    match rows.as_slice() {
        [row] => vec![words::sentence(row, &case.cover)],
        rows => vec![words::together(rows)],
    }
}

/// What failed, and what was said about it.
fn failures(case: &Case) -> Vec<(String, String)> {
    let failed = |row: &&Row| row.outcome == Outcome::Failure || row.error_message.is_some();
    let rows: Vec<&Row> = case.entries.iter().map(|entry| &entry.row).filter(failed).collect();
    let message = |row: &Row| match (&row.error_message, row.status_code) {
        (Some(message), _) => message.clone(),
        (None, Some(code)) => format!("HTTP {}; no error message was recorded.", words::status(code)),
        (None, None) => "No error message was recorded.".to_owned(),
    };
    let told = rows.iter().take(FAILURES_MAX).map(|row| {
        let title = if case.entries.len() > 1 { words::sentence(row, &case.cover) } else { words::what(row) };
        (marked(row, &title), message(row))
    });
    let more = rows.len().saturating_sub(FAILURES_MAX);
    let more = (more > 0).then(|| (format!("× {more} more failed"), "Their records say how.".to_owned()));
    told.chain(more).collect()
}

fn facts(case: &Case) -> Vec<(&'static str, String)> {
    let cover = &case.cover;
    let several = case.entries.len() > 1;
    let references: Vec<_> = case.entries.iter().map(|entry| entry.row.reference.as_str()).collect();
    let attached = case.attachments.iter().map(|file| format!("{}: {}", file.name, file.description));
    let facts = [
        (if several { "References" } else { "Reference" }, references.join(", ")),
        ("Domain", cover.domain.clone()),
        ("Filter", cover.filter_in_words.clone()),
        ("Time zone", cover.zone.to_string()),
        ("Requested by", format!("{}, {}", cover.requested_by, words::told(cover.requested_at, cover))),
        ("Export", cover.export_id.clone()),
        ("Attached", attached.collect::<Vec<_>>().join("; ")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// A row for each record: when, from where to where, what, how it ended.
fn timeline(case: &Case, width: f64, setter: &mut Setter) -> Dict {
    const FIXED: [f64; 6] = [18.0, 118.0, 108.0, 52.0, 30.0, 58.0];
    let way = width - FIXED.iter().sum::<f64>();
    let [number, time, what, outcome, status, later] = FIXED;
    let start = case.entries.first().map(|entry| entry.row.occurred_at);
    let rows = (1..).zip(&case.entries).map(|(no, entry): (i64, &Entry)| {
        let row = &entry.row;
        let mut fit =
            |text: &str, width: f64| setter.text.fit(text, Room { size: 7.5, width: width - 6.0, lines: 3 }).join("\n");
        let cells = array![
            no.to_string(),
            words::told_exactly(row.occurred_at, &case.cover),
            fit(&words::way(row), way),
            fit(&words::what(row), what),
            marked(row, row.outcome.words()),
            row.status_code.map(|code| code.to_string()).unwrap_or_default(),
            start.map(|start| words::later(row.occurred_at - start)).unwrap_or_default(),
        ];
        dict! { "cells" => cells, "failed" => row.outcome == Outcome::Failure }.into_value()
    });
    let rows = rows.collect::<Array>();
    let widths = [number, time, way, what, outcome, status, later];
    dict! {
        "titles" => array!["#", "Time", "From → to", "What", "Outcome", "HTTP", "Since #1"],
        "widths" => widths.into_iter().map(points).collect::<Array>(),
        "rows" => rows,
    }
}

/// Words about a record: where it failed, that is found without seeing colours.
fn marked(row: &Row, words: &str) -> String {
    if row.outcome == Outcome::Failure { format!("× {words}") } else { words.to_owned() }
}

fn record(number: i64, entry: &Entry, case: &Case, setter: &mut Setter) -> Value {
    let row = &entry.row;
    let fact_width = (setter.width() - GUTTER) / 2.0 - LABEL;
    let mut fact = |(label, value): (&str, Option<String>)| {
        let value = value.filter(|value| !value.trim().is_empty())?;
        let value = setter.text.fit(&value, Room { size: TYPE, width: fact_width, lines: 4 }).join("\n");
        Some(array![label, value].into_value())
    };
    let call = [
        ("Reference", Some(row.reference.clone())),
        ("Time", Some(words::told_exactly(row.occurred_at, &case.cover))),
        ("From", Some(row.application_from.clone())),
        ("To", Some(row.application_to.clone())),
        ("Direction", Some(row.direction.words().to_owned())),
        ("Action", Some(row.action.words().to_owned())),
        ("Request type", Some(row.request_type.words().to_owned())),
        ("Operation", row.operation.clone()),
    ];
    let end = [
        ("Outcome", Some(marked(row, row.outcome.words()))),
        ("HTTP status", row.status_code.map(words::status)),
        ("Duration", row.duration_ms.map(words::milliseconds)),
        ("Email", row.user_email.clone()),
        ("Login id", row.login_id.clone()),
        ("Client IP", row.client_ip.clone()),
        ("Correlation id", row.correlation_id.clone()),
        ("Recorded at", Some(words::told_exactly(row.recorded_at, &case.cover))),
        ("Record", Some(row.id.clone())),
    ];
    let facts = array![
        call.into_iter().filter_map(&mut fact).collect::<Array>(),
        end.into_iter().filter_map(&mut fact).collect::<Array>(),
    ];
    let several = case.entries.len() > 1;
    let title =
        if several { format!("{number}. {}: {}", words::what(row), words::way(row)) } else { "The record".to_owned() };
    let title = setter.text.fit(&title, Room { size: 12.0, width: setter.width() / BOLD, lines: 3 }).join("\n");
    let error = row.error_message.as_ref().filter(|_| several);
    let room = Room { size: TYPE, width: setter.width() - ASIDE, lines: 12 };
    let error = error.map(|message| {
        array![marked(row, "Error"), parts::parts(Lines::of(&setter.text.fit(message, room)))].into_value()
    });
    dict! {
        "title" => title,
        "error" => error,
        "facts" => facts,
        "sides" => setter.sides(entry).into_iter().map(IntoValue::into_value).collect::<Array>(),
    }
    .into_value()
}

/// How the file is to be read, and what it does not show.
fn legend(setter: &Setter) -> String {
    let mut sentences = vec![
        "A marker such as [redacted:0123456789abcdef] stands for a secret that was taken out before the record was kept; \
         equal markers are equal secrets. Messages are opened as they were recorded: no signature was checked."
            .to_owned(),
    ];
    if setter.text.cut {
        sentences.push(format!("{CUT} ends a value that was cut to fit; the attached records.csv has it whole."));
    }
    let substituted = setter.text.substituted + setter.code.fitter.substituted;
    if substituted > 0 {
        let characters = if substituted == 1 { "character" } else { "characters" };
        let count = grouped(substituted);
        sentences.push(format!("{SUBSTITUTE} stands for {count} {characters} that cannot be shown."));
    }
    sentences.join(" ")
}
