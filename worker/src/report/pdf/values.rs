//! The report as the template wants it: native values, so that a text stays a text.

use super::{
    cover, figures,
    fit::Fitter,
    fit::Room,
    fonts::Palette,
    pages::{self, BAND, Band, HEADER, Placed, Run},
    row::{LINE, PADDING, SMALL_TYPE, TYPE},
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
const RECORDS: f64 = 24.0;

/// Everything that the template reads from `sys.inputs`.
pub(super) fn inputs(report: &Report, paper: Paper, palette: &Palette) -> Dict {
    let sheet = Sheet::lying(paper);
    let size = report.size_in_words();
    let mut inputs = sheet.inputs("Connector Log report", &report.cover, &size, &report.attachments, palette);
    let mut fitter = Fitter::new(palette);
    let columns = Columns::on(sheet);
    let table = Table::of(report, &columns, &mut fitter);
    let summary = Summary::of(report);
    let few = report.rows.len() <= FEW;
    let (facts, fact_lines) = cover::facts(report, sheet, &mut fitter);
    let legend = legend(report, &table, sheet, &mut fitter);
    let tall = figures::chart_height(sheet, fact_lines, &summary, report.attachments.len());
    let tallies = (!few).then(|| figures::tallies(&summary, sheet, &mut fitter));
    let more = dict! {
        "facts" => facts,
        "attached" => cover::attached(&report.attachments),
        "tiles" => figures::tiles(&summary),
        "chart" => summary.timeline.as_ref().filter(|_| !few).map(|timeline| figures::chart(timeline, tall)),
        "tallies" => tallies,
        "legend" => legend.join("\n"),
        "table" => (!report.rows.is_empty()).then(|| of_table(table, &columns, few, sheet, legend.len())),
    };
    inputs.extend(more);
    inputs
}

/// How the table is to be read, and what it does not show.
fn legend(report: &Report, table: &Table, sheet: Sheet, fitter: &mut Fitter) -> Vec<String> {
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

fn of_table(table: Table, columns: &Columns, few: bool, sheet: Sheet, legend: usize) -> Dict {
    let head = RECORDS + lines(legend, LINE);
    let runs =
        if few { pages::singles(table.groups) } else { pages::pages(table.groups, sheet.room() - head, sheet.room()) };
    let (detail_left, detail_width) = columns.detail_place();
    dict! {
        "titles" => Columns::titles().into_iter().map(IntoValue::into_value).collect::<Array>(),
        "widths" => columns.widths().into_iter().map(points).collect::<Array>(),
        "type" => points(TYPE),
        "small-type" => points(SMALL_TYPE),
        "leading" => points(LINE - TYPE),
        "small-leading" => points(LINE - SMALL_TYPE),
        "padding" => points(PADDING / 2.0),
        "detail-left" => points(detail_left),
        "detail-width" => points(detail_width),
        "header" => points(HEADER),
        "band" => points(BAND),
        "heights" => runs.iter().flat_map(|run| &run.rows).map(|row| points(row.height())).collect::<Array>(),
        "head" => points(head),
        "runs" => runs.iter().map(of_run).collect::<Array>(),
    }
}

fn of_run(run: &Run) -> Value {
    let mut top = 0.0;
    let (mut bands, mut failed, mut rules) = (Array::new(), Array::new(), Array::new());
    for placed in &run.rows {
        if placed.band.is_some() {
            bands.push(array![points(top), points(BAND)].into_value());
        }
        let bottom = top + placed.height();
        if placed.row.failed {
            failed.push(array![points(bottom - placed.row.height), points(placed.row.height)].into_value());
        }
        rules.push(points(bottom));
        top = bottom;
    }
    dict! {
        "bands" => bands,
        "failed" => failed,
        "rules" => rules,
        "rows" => run.rows.iter().map(of_row).collect::<Array>(),
    }
    .into_value()
}

fn of_band(band: &Band) -> Dict {
    dict! {
        "title" => band.title.as_str(),
        "note" => band.note.as_str(),
        "goes-on" => band.goes_on,
    }
}

fn of_row(placed: &Placed) -> Value {
    let Placed { band, row } = placed;
    let cells = row.cells.iter().map(|cell| cell.as_str().into_value()).collect::<Array>();
    let detail = (!row.detail.is_empty()).then_some(row.detail.as_str());
    dict! {
        "band" => band.as_ref().map(of_band),
        "cells" => cells,
        "failed" => row.failed,
        "detail" => detail,
        "detail-top" => points(row.detail_top),
        "height" => points(row.height),
        "clip" => row.foreign,
    }
    .into_value()
}
