//! What a report says about itself: what it shows, for whom, by which filter, and what goes with it.

use super::{
    fit::{Fitter, Room},
    sheet::{Sheet, points},
};
use crate::report::{Attachment, Cover, Report, Row};
use chrono::{DateTime, Offset, Utc};
use sha2::{Digest, Sha256};
use typst::foundations::{Array, Dict, IntoValue, array, dict};

/// The size of the facts' type.
const TYPE: f64 = 8.0;
/// What a label takes, and the space after it.
const LABEL: f64 = 104.0;
/// The space between the two columns of facts.
const GAP: f64 = 28.0;
/// Lines that a fact may have.
const LINES: usize = 4;
/// More parts of a filter have half as many lines each.
const FEW: usize = 4;

/// The facts.
pub(super) struct Facts {
    /// As the template reads them.
    pub(super) inputs: Dict,
    /// How many lines the longer of their columns has.
    pub(super) lines: usize,
}

/// The facts, in two columns: which records these are, and how the report came about.
pub(super) fn facts(report: &Report, sheet: Sheet, fitter: &mut Fitter) -> Facts {
    let cover = &report.cover;
    let width = (sheet.inner() - GAP) / 2.0;
    let origin = [
        ("Domain", cover.domain.clone()),
        ("Requested by", cover.requested_by.clone()),
        ("Requested at", told(cover.requested_at, cover)),
        ("Export", cover.export_id.clone()),
    ];
    let what = [("Records", sized(report)), ("Period covered", period(report)), ("Time zone", cover.zone.to_string())];
    let owned = |(label, value): (&str, String)| (label.to_owned(), value);
    let asked = parts(cover);
    // However much a filter says, it has room on one page.
    let lines = if asked.len() > FEW { LINES / 2 } else { LINES };
    let room = Room { size: TYPE, width: width - LABEL, lines };
    let what = asked.into_iter().chain(what.map(owned)).filter(|(_, value)| !value.is_empty());
    let mut fact = |(label, value): (String, String)| {
        let label = fitter.fit(&label, Room { size: TYPE, width: LABEL - 8.0, lines: 1 }).concat();
        (label, fitter.fit(&value, room))
    };
    let mut tallest = 0;
    let mut column = |facts: Vec<(String, String)>| {
        let facts: Vec<_> = facts.into_iter().map(&mut fact).collect();
        tallest = tallest.max(facts.iter().map(|(_, lines)| lines.len()).sum());
        facts.into_iter().map(|(label, lines)| array![label, lines.join("\n")].into_value()).collect::<Array>()
    };
    let columns = array![column(what.collect()), column(origin.map(owned).to_vec())];
    Facts { inputs: dict! { "label" => points(LABEL), "gap" => points(GAP), "columns" => columns }, lines: tallest }
}

/// The filter, part by part.
fn parts(cover: &Cover) -> Vec<(String, String)> {
    match cover.filter_in_parts.as_slice() {
        [] => vec![("Filter".to_owned(), cover.filter_in_words.clone())],
        parts => parts.to_vec(),
    }
}

/// How many of how many, and which of them.
fn sized(report: &Report) -> String {
    let cover = &report.cover;
    let all = cover.matched_exact && u64::try_from(report.rows.len()).is_ok_and(|shown| shown >= cover.matched);
    let size = report.size_in_words();
    if report.rows.is_empty() && cover.matched == 0 {
        return "None match".to_owned();
    }
    if all { format!("{size}, all that match") } else { format!("{size} that match, the newest") }
}

/// How many of how many, and of which days.
pub(super) fn size_and_days(report: &Report) -> String {
    let day = |row: &Row| row.occurred_at.with_timezone(&report.cover.zone).format("%Y-%m-%d").to_string();
    let size = report.size_in_words();
    match (report.rows.last().map(day), report.rows.first().map(day)) {
        (Some(oldest), Some(newest)) if oldest == newest => format!("{size}, {newest}"),
        (Some(oldest), Some(newest)) => format!("{size}, {oldest} to {newest}"),
        _ => size,
    }
}

/// From the oldest record to the newest.
fn period(report: &Report) -> String {
    match (report.rows.last(), report.rows.first()) {
        (Some(oldest), Some(newest)) if oldest.occurred_at == newest.occurred_at => {
            told(newest.occurred_at, &report.cover)
        }
        (Some(oldest), Some(newest)) => {
            format!("{} to {}", told(oldest.occurred_at, &report.cover), told(newest.occurred_at, &report.cover))
        }
        _ => String::new(),
    }
}

/// An instant to the second, with its offset.
fn told(at: DateTime<Utc>, cover: &Cover) -> String {
    let at = at.with_timezone(&cover.zone);
    format!("{} UTC{}", at.format("%Y-%m-%d %H:%M:%S"), at.offset().fix())
}

/// What is attached, and the hash by which the first of it, which holds the records, is known.
pub(super) fn attached(attachments: &[Attachment]) -> Option<String> {
    let (records, others) = attachments.split_first()?;
    let hash = hex::encode(Sha256::digest(&records.text));
    let names: Vec<_> = others.iter().map(|other| format!(", {}", other.name)).collect();
    Some(format!("Attached to this file: {} (SHA-256 {hash}){}", records.name, names.concat()))
}
