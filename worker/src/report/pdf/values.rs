//! The report as the template wants it: native values, so that a text stays a text.

use super::{
    fit::{Fitter, Room},
    fonts::Palette,
    table::{self, COLUMNS, LINE, Printed, SMALL_TYPE, TYPE, Table},
};
use crate::report::{
    Report, grouped,
    summary::{Failing, Summary, Timeline},
    text::{CUT, SUBSTITUTE},
};
use chrono::{DateTime, Offset, Utc};
use typst::{
    foundations::{Array, Dict, IntoValue, Value, array, dict},
    layout::{Abs, Length},
};

/// Room for a fact beside its label.
const FACT: Room = Room { size: 8.0, width: 400.0, lines: 6 };
/// Room for an application's name in the list of failures.
const NAME: Room = Room { size: 8.0, width: 170.0, lines: 1 };

/// Everything that the template reads from `sys.inputs`.
pub(super) fn inputs(report: &Report, palette: &Palette) -> Dict {
    let mut fitter = Fitter::new(palette);
    let table = Table::of(report, &mut fitter);
    let summary = Summary::of(report);
    let domain = fitter.fit(&report.domain, Room { size: 10.0, width: 500.0, lines: 1 }).concat();
    let facts = facts(report, &table, &mut fitter);
    let failing = summary.failing.iter().map(|application| of_failing(application, &mut fitter)).collect::<Array>();
    dict! {
        "fonts" => palette.families().into_iter().map(IntoValue::into_value).collect::<Array>(),
        "title" => format!("Connector Log report: {domain}"),
        "domain" => domain,
        "id" => report.export_id.as_str(),
        "size" => report.size_in_words(),
        "facts" => facts,
        "tiles" => tiles(report, &summary),
        "failing" => failing,
        "timeline" => summary.timeline.map(|timeline| of_timeline(&timeline, report)),
        "legend" => legend(report, &table, &fitter),
        "table" => (!report.rows.is_empty()).then(|| of_table(&table)),
    }
}

fn facts(report: &Report, table: &Table, fitter: &mut Fitter) -> Array {
    let by = format!("{}, {}", report.requested_by, told(report.requested_at, report));
    let period = match (report.rows.last(), report.rows.first()) {
        (Some(oldest), Some(newest)) if oldest.occurred_at == newest.occurred_at => told(newest.occurred_at, report),
        (Some(oldest), Some(newest)) => {
            format!("{} to {}", told(oldest.occurred_at, report), told(newest.occurred_at, report))
        }
        _ => String::new(),
    };
    let zone = format!("{} ({})", report.zone, table.offsets.join(" and "));
    let facts = [
        ("Filter", report.filter_in_words.clone()),
        ("Records", sized(report)),
        ("Period", period),
        ("Time zone", if table.offsets.is_empty() { report.zone.to_string() } else { zone }),
        ("Requested by", by),
        ("Export", report.export_id.clone()),
    ];
    let told = facts.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(label, text)| array![label, fitter.fit(&text, FACT).join("\n")].into_value()).collect()
}

fn sized(report: &Report) -> String {
    let all = report.matched_exact && u64::try_from(report.rows.len()).is_ok_and(|shown| shown >= report.matched);
    let size = report.size_in_words();
    if all { size } else { format!("{size}, the newest") }
}

/// An instant to the second, with its offset.
fn told(at: DateTime<Utc>, report: &Report) -> String {
    let at = at.with_timezone(&report.zone);
    format!("{} UTC{}", at.format("%Y-%m-%d %H:%M:%S"), at.offset().fix())
}

fn tiles(report: &Report, summary: &Summary) -> Array {
    let all = report.rows.len();
    let share = |part: usize| {
        let tenths = part * 1000 / all.max(1);
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    [
        ("Failure", summary.failure),
        ("Success", summary.success),
        ("Pending", summary.pending),
        ("Unknown", summary.unknown),
    ]
    .into_iter()
    .map(|(label, count)| array![label, counted(count), share(count)].into_value())
    .collect()
}

fn of_failing(application: &Failing, fitter: &mut Fitter) -> Value {
    let name = fitter.fit(&application.name, NAME).concat();
    array![name, counted(application.failed), counted(application.records)].into_value()
}

fn of_timeline(timeline: &Timeline, report: &Report) -> Dict {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let slice = |&(others, failed): &(usize, usize)| array![count(others), count(failed)].into_value();
    let most = timeline.counts.iter().map(|(others, failed)| others + failed).max().unwrap_or(1);
    dict! {
        "slice" => timeline.slice,
        "start" => told(timeline.start, report),
        "end" => told(timeline.end, report),
        "most" => count(most),
        "counts" => timeline.counts.iter().map(slice).collect::<Array>(),
    }
}

/// How the table is to be read, and what it does not show.
fn legend(report: &Report, table: &Table, fitter: &Fitter) -> String {
    let mut sentences = vec![format!("Newest first. Times are told in {}.", report.zone)];
    if table.rows.iter().any(|row| row.failed) {
        sentences.push("A failed record is marked × and has below it what went wrong and what was called.".to_owned());
    }
    if fitter.cut {
        sentences.push(format!("{CUT} ends a value that was cut to fit; the CSV export has it whole."));
    }
    if fitter.substituted > 0 {
        let (characters, them) = if fitter.substituted == 1 { ("character", "it") } else { ("characters", "them") };
        let count = grouped(fitter.substituted);
        let what = format!("{SUBSTITUTE} stands for {count} {characters} that cannot be shown");
        sentences.push(format!("{what}; the CSV export has {them}."));
    }
    sentences.join(" ")
}

fn of_table(table: &Table) -> Dict {
    let (detail_left, detail_width) = table::detail_place();
    dict! {
        "titles" => COLUMNS.iter().map(|(title, _)| titled(title, table)).collect::<Array>(),
        "widths" => COLUMNS.iter().map(|(_, width)| points(*width)).collect::<Array>(),
        "type" => points(TYPE),
        "small-type" => points(SMALL_TYPE),
        "leading" => points(LINE - TYPE),
        "small-leading" => points(LINE - SMALL_TYPE),
        "padding" => points(table::PADDING / 2.0),
        "detail-left" => points(detail_left),
        "detail-width" => points(detail_width),
        "heights" => table.rows.iter().map(|row| points(row.height)).collect::<Array>(),
        "rows" => table.rows.iter().map(of_row).collect::<Array>(),
    }
}

/// Where all times have one offset, the heading tells it.
fn titled(title: &str, table: &Table) -> Value {
    match (title, table.offsets.as_slice()) {
        ("Time", [offset]) => format!("{title} ({offset})").into_value(),
        _ => title.into_value(),
    }
}

fn of_row(row: &Printed) -> Value {
    let cells = row.cells.iter().map(|cell| cell.as_str().into_value()).collect::<Array>();
    let detail = (!row.detail.is_empty()).then_some(row.detail.as_str());
    dict! {
        "cells" => cells,
        "failed" => row.failed,
        "detail" => detail,
        "detail-top" => points(row.detail_top),
        "height" => points(row.height),
        "clip" => row.foreign,
    }
    .into_value()
}

fn points(number: f64) -> Value {
    Length::from(Abs::pt(number)).into_value()
}

fn counted(count: usize) -> String {
    grouped(u64::try_from(count).unwrap_or(u64::MAX))
}
