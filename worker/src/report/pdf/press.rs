//! Setting a document: a template with its values, in fonts that have its letters, as a tagged PDF
//! that is the same bytes each time. Every document that a person is sent goes through [`print`].

use super::{
    fonts::{Fonts, Palette},
    world::{Template, World},
};
use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Datelike, Timelike, Utc};
use std::{
    collections::BTreeSet,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
};
use typst::{
    diag::SourceDiagnostic,
    foundations::{Datetime, Dict, Smart, Value},
    layout::{Frame, FrameItem},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// What a document is, apart from its values.
pub(in crate::report) struct Work<'a> {
    /// How it looks.
    pub(in crate::report) template: &'static Template,
    /// What the file is known by: the export's public id.
    pub(in crate::report) identity: &'a str,
    /// The time that the file tells of itself. The time of writing would make each file another.
    pub(in crate::report) at: DateTime<Utc>,
    /// Every letter that it shows and that is not ours.
    pub(in crate::report) letters: BTreeSet<char>,
}

/// The document as a PDF. `inputs` makes the values that the template reads from `sys.inputs`; it
/// is asked again, with the built-in font alone, where another font does not do.
///
/// # Errors
/// Where Typst refuses the page that was prepared for it, which no text is known to bring about.
pub(in crate::report) fn print(
    work: &Work,
    fonts: &Fonts,
    inputs: impl Fn(&Palette) -> Dict,
) -> anyhow::Result<Vec<u8>> {
    let palette = fonts.palette(&work.letters);
    let first = catch_unwind(AssertUnwindSafe(|| set(work, inputs(&palette), &palette)));
    let first = first.unwrap_or_else(|_| Err(anyhow!("Typst panicked")));
    first.or_else(|error| {
        // PDF/UA refuses the file for one letter that a font turns out not to have. The fonts of a
        // folder are not ours to answer for; the built-in one is.
        let error = format!("{error:#}");
        tracing::warn!(export = work.identity, error, "the file is set again with the built-in font alone");
        let built_in = fonts.built_in();
        set(work, inputs(&built_in), &built_in)
    })
}

/// The document with these values, in these fonts.
pub(super) fn set(work: &Work, inputs: Dict, palette: &Palette) -> anyhow::Result<Vec<u8>> {
    let options = PdfOptions {
        ident: Smart::Custom(work.identity.to_owned()),
        creator: Smart::Custom(Some("Connector Log".to_owned())),
        timestamp: timestamp(work.at),
        standards: PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| anyhow!("{}", e.message()))?,
        // Without tags Typst would still claim PDF/UA.
        tagged: true,
        ..PdfOptions::default()
    };
    // Never dropped, as Typst's cache is never emptied: the process ends with its document, and to give
    // back the parts of one is work for nothing.
    let pages = ManuallyDrop::new(pages(work.template, inputs, palette)?);
    orderly(&pages)?;
    typst_pdf::pdf(&pages, &options).map_err(|faults| told(&faults)).context("writing the PDF")
}

/// The document's pages. Whoever knows how many there will be says so in the values, as `pages`, and
/// spares Typst a second round, in which it would count them.
pub(super) fn pages(template: &'static Template, inputs: Dict, palette: &Palette) -> anyhow::Result<PagedDocument> {
    let counted = inputs.get("pages").ok().and_then(|count| count.clone().cast::<usize>().ok());
    let pages = compile(template, inputs.clone(), palette)?;
    if counted.is_none_or(|count| count == pages.pages().len()) {
        return Ok(pages);
    }
    tracing::warn!(counted, set = pages.pages().len(), "the pages are not those that were counted");
    let mut inputs = inputs;
    inputs.insert("pages".into(), Value::None);
    compile(template, inputs, palette)
}

fn compile(template: &'static Template, inputs: Dict, palette: &Palette) -> anyhow::Result<PagedDocument> {
    let world = World::new(template, inputs, palette);
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

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let small = |n: u32| u8::try_from(n).ok();
    let (month, day) = (small(at.month())?, small(at.day())?);
    let time = (small(at.hour())?, small(at.minute())?, small(at.second())?);
    Datetime::from_ymd_hms(at.year(), month, day, time.0, time.1, time.2).map(Timestamp::new_utc)
}

fn told(faults: &[SourceDiagnostic]) -> anyhow::Error {
    let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    anyhow!("{}", messages.join("; "))
}
