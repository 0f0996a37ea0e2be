//! The report as the template wants it: native values, so that a text stays a text.

use super::{
    cover,
    figures::{self, Figures},
    fit::{Fitter, Room},
    fonts::Palette,
    marks,
    pages::{self, HEADER, Line, Run},
    row::{LINE, PADDING, Printed, SMALL_TYPE, TYPE},
    sheet::{Sheet, lines, points},
    table::{Columns, Table},
};
use crate::report::{
    Report, grouped,
    summary::Summary,
    text::{CUT, SUBSTITUTE},
};
use entity::export::options::Paper;
use typst::foundations::{Array, Dict, IntoValue, Value, array, dict};

/// So few records need no chart and no lists, and follow on the first page.
const FEW: usize = 3;
/// What the heading of the records takes, without its legend.
const RECORDS: f64 = 25.0;

/// Everything that the template reads from `sys.inputs`.
pub(super) fn inputs(report: &Report, paper: Paper, palette: &Palette) -> Dict {
    let sheet = Sheet::lying(paper);
    let mut inputs = sheet.inputs(
        "Connector Log report",
        &report.cover,
        &cover::size_and_days(report),
        &report.attachments,
        palette,
    );
    let mut fitter = Fitter::new(palette);
    let columns = Columns::on(sheet);
    let table = Table::of(report, &columns, &mut fitter);
    let summary = Summary::of(report);
    let few = report.rows.len() <= FEW;
    let facts = cover::facts(report, sheet, &mut fitter);
    let figures = Figures::of(&summary, sheet, facts.lines, !report.attachments.is_empty());
    let tallies = (!few).then(|| figures::tallies(&summary, sheet, &mut fitter));
    let legend = legend(report, &table, sheet, &mut fitter);
    let head = RECORDS + lines(legend.len(), LINE);
    let runs =
        if few { pages::singles(table.groups) } else { pages::pages(table.groups, sheet.room() - head, sheet.room()) };
    let front = if figures.alone { 2 } else { 1 };
    inputs.extend(dict! {
        "pages" => (!few).then(|| front + runs.len()),
        "front" => front,
        "facts" => facts.inputs,
        "attached" => cover::attached(&report.attachments),
        "tiles" => figures::tiles(&summary),
        "chart" => summary.timeline.as_ref().filter(|_| !few).map(|timeline| figures::chart(timeline, figures.tall)),
        "tallies" => tallies,
        "legend" => legend.join("\n"),
        "head" => points(head),
        "table" => (!report.rows.is_empty()).then(|| of_table(&runs, &columns)),
    });
    inputs
}

/// How the table is to be read, and what it does not show.
fn legend(report: &Report, table: &Table, sheet: Sheet, fitter: &mut Fitter) -> Vec<String> {
    if report.rows.is_empty() && fitter.substituted == 0 {
        return Vec::new();
    }
    let mut sentences = vec![format!("Newest first. Times are told in {}.", report.cover.zone)];
    if table.groups.iter().flat_map(|group| &group.rows).any(|row| row.failed) {
        sentences.push("A failed record is marked × and has below it what went wrong and what was called.".to_owned());
    }
    let whole = match report.attachments.first() {
        Some(attachment) => format!("the attached {}", attachment.name),
        None => "the CSV export".to_owned(),
    };
    if fitter.cut {
        sentences.push(format!("{CUT} ends a value that was cut to fit; {whole} has it whole."));
    }
    if fitter.substituted > 0 {
        let (characters, them) = if fitter.substituted == 1 { ("character", "it") } else { ("characters", "them") };
        let count = grouped(fitter.substituted);
        let what = format!("{SUBSTITUTE} stands for {count} {characters} that cannot be shown");
        sentences.push(format!("{what}; {whole} has {them}."));
    }
    fitter.fit(&sentences.join(" "), Room { size: TYPE, width: sheet.inner(), lines: 4 })
}

fn of_table(runs: &[Run], columns: &Columns) -> Dict {
    let (detail_left, detail_width) = columns.detail_place();
    let width = columns.widths().iter().sum();
    dict! {
        "titles" => Columns::titles().into_iter().map(IntoValue::into_value).collect::<Array>(),
        "widths" => columns.widths().into_iter().map(points).collect::<Array>(),
        "type" => points(TYPE),
        "small-type" => points(SMALL_TYPE),
        "leading" => points(LINE - TYPE),
        "padding" => points(PADDING / 2.0),
        "detail-left" => points(detail_left),
        "detail-width" => points(detail_width),
        "header" => points(HEADER),
        "heights" => runs.iter().flat_map(heights).collect::<Array>(),
        "runs" => runs.iter().map(|run| of_run(run, width)).collect::<Array>(),
    }
}

/// The heights of a run's lines, the last of which takes what is left.
fn heights(run: &Run) -> impl Iterator<Item = Value> {
    let last = run.lines.len().saturating_sub(1);
    let height = move |(at, line): (usize, &Line)| line.height() + if at == last { run.left } else { 0.0 };
    run.lines.iter().enumerate().map(height).map(points)
}

/// A run's lines, and what lies behind them.
fn of_run(run: &Run, width: f64) -> Value {
    dict! {
        "behind" => marks::behind(run, width).into_iter().map(IntoValue::into_value).collect::<Array>(),
        "lines" => run.lines.iter().map(of_line).collect::<Array>(),
    }
    .into_value()
}

/// A band and a row of which there is more to be told are dictionaries; all else is its cells.
fn of_line(line: &Line) -> Value {
    match line {
        Line::Band(band) => dict! {
            "title" => band.title.as_str(),
            "note" => band.note.as_str(),
            "goes-on" => band.goes_on,
        }
        .into_value(),
        Line::Row(row) if row.failed || row.foreign || row.has_detail() => dict! {
            "cells" => cells(row),
            "failed" => row.failed,
            "detail" => row.has_detail().then(|| array![row.message.as_str(), row.call.as_str()]),
            "detail-top" => points(row.detail_top),
            "detail-height" => points(row.height - row.detail_top - PADDING / 2.0),
            "clip" => row.foreign,
        }
        .into_value(),
        Line::Row(row) => cells(row).into_value(),
    }
}

fn cells(row: &Printed) -> Array {
    row.cells.iter().map(|cell| cell.as_str().into_value()).collect()
}
