//! Whether a report is what was exported: a file against its manifest, and against the row that the
//! server keeps of the export.
//!
//! `sheet` reads a CSV file, `pdf` what a PDF carries, `claim` compares them with what a manifest
//! says, [`server`] with the row. A file that agrees with its manifest is whole; that the
//! server made it, its row alone can tell, for whoever forges a file can forge a manifest too.
//!
//! Files come from anywhere: nothing that they say is believed before it is checked, and no file
//! takes more memory than the bounds here allow.

mod claim;
mod pdf;
pub mod server;
mod sheet;

use anyhow::{Context as _, bail};
use entity::export::MANIFEST;
use std::{
    ffi::OsString,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};
use worker::report::{
    manifest::{IN_PDF, Manifest, RECORDS_IN_PDF},
    seal::{self, Broken},
};

/// The longest manifest that is read: the longest filter makes a shorter one.
const MANIFEST_MAX: u64 = 16 << 20;

/// The longest `records.csv` that is read: the most records at their longest make a shorter one.
const RECORDS_MAX: u64 = 2 << 30;

/// The longest PDF that is read: its renderer would have had no memory for a longer one.
const PDF_MAX: u64 = 256 << 20;

/// A file that agrees with its manifest.
#[derive(Clone, Debug)]
pub struct Sound {
    /// What the manifest says.
    pub manifest: Manifest,
    /// The size of the file.
    pub size: u64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// Whether a manifest lay beside the file.
    pub beside: bool,
}

/// Compares a file with its manifest: the one in it, the one given or, where none is given, the one
/// beside it.
///
/// # Errors
/// What differs, or what cannot be read, in a sentence.
pub fn file(path: &Path, given: Option<&Path>) -> anyhow::Result<Sound> {
    let mut opened = File::open(path).context("the file cannot be read")?;
    let mut start = Vec::new();
    opened.by_ref().take(5).read_to_end(&mut start).context("the file cannot be read")?;
    if start.is_empty() {
        bail!("the file is empty: no export is");
    }
    let beside = manifest(path, given)?;
    if start == *b"%PDF-" {
        return pdf_file(opened.metadata()?.len(), start.chain(opened), beside.as_ref());
    }
    let Some(beside) = beside else {
        bail!(
            "there is no manifest beside the file ({}): download it with the file (manifestUrl), or say where it is \
             (--manifest)",
            plain(&beside_of(path).to_string_lossy())
        );
    };
    csv_file(start.chain(opened), beside)
}

fn beside_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(MANIFEST);
    name.into()
}

/// The manifest that does not stand in the file.
fn manifest(path: &Path, given: Option<&Path>) -> anyhow::Result<Option<Manifest>> {
    let from = given.map_or_else(|| beside_of(path), Path::to_owned);
    let opened = match File::open(&from) {
        Err(error) if given.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.context("its manifest cannot be read")?,
    };
    let bytes = all(opened, MANIFEST_MAX).context("its manifest cannot be read")?;
    claim::read(&bytes).context("its manifest cannot be read").map(Some)
}

/// All of what is read, where that is no more than `most` bytes.
fn all(source: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = source.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

fn csv_file(source: impl Read, manifest: Manifest) -> anyhow::Result<Sound> {
    if manifest.format != "csv" {
        bail!("its manifest is that of a {} file, and the file is none", plain(&manifest.format.to_uppercase()));
    }
    let content = sheet::read(source, manifest.columns.len()).context("the file cannot be read")?;
    claim::whole(&content, &manifest)?;
    Ok(Sound { manifest, size: content.size, sha256: content.sha256, beside: true })
}

fn pdf_file(size: u64, source: impl Read, beside: Option<&Manifest>) -> anyhow::Result<Sound> {
    if size > PDF_MAX {
        bail!("the file has more than {PDF_MAX} bytes, which no report has");
    }
    let bytes = all(source, PDF_MAX).context("the file cannot be read")?;
    let carried = carried(&bytes);
    match (seal::check(&bytes), &carried) {
        (Ok(()), _) => {}
        (Err(Broken::Missing), Err(_)) => bail!(
            "the PDF has no seal at its end: it was cut short, something was added to it, or it is none of Connector \
             Log's"
        ),
        (Err(Broken::Missing), Ok(_)) => bail!(
            "the PDF has no seal at its end: its records are still those that its manifest names, but whether its \
             pages were changed cannot be told. A program that saved it again would have done this"
        ),
        (Err(Broken::Other), Ok(_)) => bail!(
            "the PDF was changed after it was made: its records (records.csv) are still those that its manifest \
             names, so it is something else, such as a page"
        ),
        (Err(Broken::Other), Err(error)) => bail!("the PDF was changed after it was made: {error:#}"),
    }
    let manifest = carried.context("the PDF is not as Connector Log makes them")?;
    let sha256 = sheet::sha256(&bytes);
    if let Some(beside) = beside {
        claim::same(&manifest, beside).context("the manifest beside the PDF is not the one in it")?;
        claim::of_file(beside, size, &sha256).context("the manifest beside the PDF is of another file")?;
    }
    Ok(Sound { manifest, size, sha256, beside: beside.is_some() })
}

/// The manifest that a PDF carries, where the records that it carries agree with it.
fn carried(bytes: &[u8]) -> anyhow::Result<Manifest> {
    let attached = pdf::Attachments::of(bytes)?;
    let damaged = |name: &str| format!("its {name} is damaged");
    let manifest = all(attached.open(IN_PDF)?, MANIFEST_MAX).with_context(|| damaged(IN_PDF))?;
    let manifest = claim::read(&manifest).context("the manifest in the PDF cannot be read")?;
    if manifest.format != "pdf" || manifest.file.is_some() {
        bail!("the manifest in the PDF is that of another file");
    }
    let records = attached.open(RECORDS_IN_PDF)?.take(RECORDS_MAX);
    let content = sheet::read(records, manifest.columns.len()).with_context(|| damaged(RECORDS_IN_PDF))?;
    claim::rows(&content, &manifest).context("of the records that the PDF carries (records.csv)")?;
    Ok(manifest)
}

/// A text from a file, to be shown on a terminal: nothing in it moves the cursor, turns the line
/// round or fills the screen.
pub fn plain(text: &str) -> String {
    const LONGEST: usize = 300;
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if c.is_control() || turns(c) { char::REPLACEMENT_CHARACTER } else { c };
    let mut plain: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        plain.push('…');
    }
    plain
}
