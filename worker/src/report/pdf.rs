//! The report as PDF, set by Typst: tagged for screen readers (PDF/UA-1), the same bytes each time.
//!
//! What is set is prepared in Rust: `fonts` finds letters for every script of the report, `table`
//! breaks each value into lines, `values` hands all of it to the template `report.typ` as native
//! values, `world` shows Typst the templates and the fonts and nothing else, `press` makes a file of
//! it. Log text is never part of a source, so no markup in it is ever evaluated.
//!
//! Typst appears in this module and nowhere else; another document is made of `print`, a
//! `Template` that imports `look.typ`, and the values that `dict` and `array` take.

mod cover;
mod figures;
mod fit;
mod fonts;
mod marks;
mod mend;
mod pages;
mod press;
mod row;
mod sheet;
mod shelf;
mod table;
mod values;
mod world;

pub use fonts::Fonts;

pub(super) use fit::{Fitter, Room};
pub(super) use fonts::Palette;
pub(super) use press::{Work, print};
pub(super) use sheet::{Sheet, points};
pub(super) use typst::foundations::{Array, Dict, IntoValue, Value, array, dict};
pub(super) use world::Template;

use super::Report;
use entity::export::options::Paper;

/// How a report looks.
static TEMPLATE: Template = Template::new(include_str!("report.typ"));

/// The report as a PDF. Busy for as long as it takes, which is some tenths of a second for 1000
/// records: not for a thread that serves others.
///
/// # Errors
/// Where Typst refuses the page that was prepared for it, which no report is known to bring about.
pub fn render(report: &Report, paper: Paper, fonts: &Fonts) -> anyhow::Result<Vec<u8>> {
    print(&work(report), fonts, |palette| values::inputs(report, paper, palette))
}

fn work(report: &Report) -> Work<'_> {
    Work {
        template: &TEMPLATE,
        identity: &report.cover.export_id,
        at: report.cover.requested_at,
        letters: table::letters(report),
    }
}

#[cfg(test)]
mod tests;
