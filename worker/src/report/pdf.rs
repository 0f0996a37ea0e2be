//! The report as PDF, set by Typst: tagged for screen readers (PDF/UA-1), the same bytes each time.
//!
//! What is set is prepared in Rust: `fonts` finds letters for every script of the report, `table`
//! breaks each value into lines, `values` hands all of it to the template `report.typ` as native
//! values, `world` shows Typst the template and the fonts and nothing else. Log text is never part
//! of a source, so no markup in it is ever evaluated.
//!
//! Typst appears in this module and nowhere else.

mod fit;
mod fonts;
mod mend;
mod shelf;
mod table;
mod values;
mod world;

pub use fonts::Fonts;

use super::Report;
use anyhow::{Context as _, anyhow, bail};
use chrono::{Datelike, Timelike};
use fonts::Palette;
use std::panic::{AssertUnwindSafe, catch_unwind};
use typst::{
    diag::SourceDiagnostic,
    foundations::{Datetime, Smart},
    layout::{Frame, FrameItem},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::World;

/// The report as a PDF. Busy for as long as it takes, which is some tenths of a second for 1000
/// records: not for a thread that serves others.
///
/// # Errors
/// Where Typst refuses the page that was prepared for it, which no report is known to bring about.
pub fn render(report: &Report, fonts: &Fonts) -> anyhow::Result<Vec<u8>> {
    let _evict = Evict;
    let palette = fonts.palette(&table::letters(report));
    let first = catch_unwind(AssertUnwindSafe(|| set(report, &palette)));
    let first = first.unwrap_or_else(|_| Err(anyhow!("Typst panicked")));
    first.or_else(|error| {
        // PDF/UA refuses the file for one letter that a font turns out not to have. The fonts of a
        // folder are not ours to answer for; the built-in one is.
        let error = format!("{error:#}");
        tracing::warn!(export = report.export_id, error, "the report is set again with the built-in font alone");
        set(report, &fonts.built_in())
    })
}

fn set(report: &Report, palette: &Palette) -> anyhow::Result<Vec<u8>> {
    let options = PdfOptions {
        ident: Smart::Custom(report.export_id.clone()),
        creator: Smart::Custom(Some("Connector Log".to_owned())),
        timestamp: timestamp(report),
        standards: PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| anyhow!("{}", e.message()))?,
        // Without tags Typst would still claim PDF/UA.
        tagged: true,
        ..PdfOptions::default()
    };
    let pages = pages(report, palette)?;
    orderly(&pages)?;
    typst_pdf::pdf(&pages, &options).map_err(|faults| told(&faults)).context("writing the PDF")
}

fn pages(report: &Report, palette: &Palette) -> anyhow::Result<PagedDocument> {
    let world = World::new(values::inputs(report, palette), palette);
    typst::compile(&world).output.map_err(|faults| told(&faults)).context("setting the pages")
}

/// Nothing, where each glyph says which part of its text it shows; the writer of the file takes
/// the whole process down where one does not, for want of an order in what a font made of a text.
fn orderly(pages: &PagedDocument) -> anyhow::Result<()> {
    let mut frames: Vec<&Frame> = pages.pages().iter().map(|page| &page.frame).collect();
    while let Some(frame) = frames.pop() {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => frames.push(&group.frame),
                FrameItem::Text(run) if run.glyphs.iter().any(|glyph| run.text.get(glyph.range()).is_none()) => {
                    bail!("{} has no order in {:?}", run.font.info().family, run.text);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// When the report was asked for: the time of writing would make each file another.
fn timestamp(report: &Report) -> Option<Timestamp> {
    let small = |n: u32| u8::try_from(n).ok();
    let at = report.requested_at;
    let (month, day) = (small(at.month())?, small(at.day())?);
    let time = (small(at.hour())?, small(at.minute())?, small(at.second())?);
    Datetime::from_ymd_hms(at.year(), month, day, time.0, time.1, time.2).map(Timestamp::new_utc)
}

fn told(faults: &[SourceDiagnostic]) -> anyhow::Error {
    let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    anyhow!("{}", messages.join("; "))
}

/// Empties Typst's cache, however the rendering ended: it would grow by some 50 MB a report.
struct Evict;

impl Drop for Evict {
    fn drop(&mut self) {
        // Typst's own comemo: another version of it would have a cache of its own, and empty that.
        typst::comemo::evict(0);
    }
}

#[cfg(test)]
mod tests;
