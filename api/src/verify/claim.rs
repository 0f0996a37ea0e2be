//! What a manifest claims, and where a file, or another manifest, says otherwise.

use super::{plain, sheet::Content};
use anyhow::{Context as _, anyhow, bail};
use chrono::DateTime;
use entity::export::options::Column;
use serde::Deserialize;
use serde_json::Value;
use worker::report::manifest::{Known, Manifest, VERSION};

/// A manifest from its bytes.
///
/// # Errors
/// Where they are none, or one of a form that is not known yet.
pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Manifest> {
    #[derive(Deserialize)]
    struct Form {
        version: u32,
    }
    let none = |error: serde_json::Error| anyhow!("it is no manifest of an export: {}", plain(&error.to_string()));
    let Form { version } = serde_json::from_slice(bytes).map_err(none)?;
    if version != VERSION {
        bail!("it has the form {version}, and this program knows the form {VERSION}: take the program that made it");
    }
    serde_json::from_slice(bytes).map_err(none)
}

/// Nothing, where a CSV file is the one that its manifest describes.
///
/// # Errors
/// What differs.
pub(super) fn whole(content: &Content, manifest: &Manifest) -> anyhow::Result<()> {
    let file = of_file(manifest, content.size, &content.sha256);
    match (file, rows(content, manifest)) {
        (Ok(()), Ok(())) => Ok(()),
        (Ok(()), Err(rows)) => Err(rows.context(
            "the manifest was changed, for it contradicts itself: it names the size and the SHA-256 that the file has, \
             but",
        )),
        (Err(file), Ok(())) => Err(file.context(
            "the rows are those that the manifest describes, but the file as a whole is not: its header row, or what \
             the manifest says of the file, was changed",
        )),
        (Err(_), Err(rows)) => bail!(
            "the file is not the one that the manifest describes: {rows:#}. (A spreadsheet that saves a file again \
             changes its bytes: whether all values are still the same is not told here)"
        ),
    }
}

/// Nothing, where a manifest is of the file of that size and SHA-256.
///
/// # Errors
/// What differs.
pub(super) fn of_file(manifest: &Manifest, size: u64, sha256: &str) -> anyhow::Result<()> {
    let file = manifest.file.as_ref().context("the manifest describes no file: it is one from within a PDF")?;
    if file.size_bytes != size {
        bail!("the file has {size} bytes, and the manifest says {}", file.size_bytes);
    }
    if file.sha256 != sha256 {
        bail!("the file's SHA-256 is {sha256}, and the manifest says {}", plain(&file.sha256));
    }
    Ok(())
}

/// Nothing, where the rows are those that a manifest describes.
///
/// # Errors
/// What differs.
pub(super) fn rows(content: &Content, manifest: &Manifest) -> anyhow::Result<()> {
    let said = &manifest.rows;
    if content.count != said.count {
        bail!("it has {} rows, and the manifest says {}", content.count, said.count);
    }
    if !titled(&content.header, &manifest.columns) {
        bail!("its header row does not name the columns that the manifest names");
    }
    let (first, last) = content.ends.as_ref().map_or((None, None), |(first, last)| (Some(first), Some(last)));
    for (place, row, said) in [("first", first, &said.first), ("last", last, &said.last)] {
        if row.is_some() != said.is_some() {
            bail!("the manifest names no {place} record where there is one, or one where there is none");
        }
        let (Some(row), Some(said)) = (row, said) else { continue };
        for (column, is, says) in cells(row, &manifest.columns, said) {
            if !equal(column, is, says) {
                bail!("the {column} of its {place} record is {}, and the manifest says {}", plain(is), plain(says));
            }
        }
    }
    if content.rows_sha256 != said.sha256 {
        bail!(
            "a row was changed, or rows have other places: the SHA-256 of the rows is {}, and the manifest says {}",
            content.rows_sha256,
            plain(&said.sha256)
        );
    }
    Ok(())
}

/// Whether each title is that of its column: in plain words or by the API's name.
fn titled(titles: &[String], columns: &[String]) -> bool {
    let known = |name: &str| Column::ALL.iter().find(|column| column.name() == name);
    let fits = |(title, name): (&String, &String)| {
        known(name).is_some_and(|column| [column.name(), column.words()].contains(&title.as_str()))
    };
    titles.len() == columns.len() && titles.iter().zip(columns).all(fits)
}

/// The cells of a row that a manifest tells of too: column, what the row has, what the manifest says.
fn cells<'a>(
    row: &'a [String],
    columns: &'a [String],
    said: &'a Known,
) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
    let says = [("id", &said.id), ("reference", &said.reference), ("occurredAt", &said.occurred_at)];
    says.into_iter().filter_map(move |(name, says)| {
        let at = columns.iter().position(|column| column == name)?;
        Some((name, row.get(at).map_or("", String::as_str), says.as_str()))
    })
}

/// Whether a cell has what a manifest says: times in whatever zone.
fn equal(column: &str, is: &str, says: &str) -> bool {
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    is == says || (column == "occurredAt" && instant(is).is_some() && instant(is) == instant(says))
}

/// Nothing, where two manifests say the same, but for what the one beside a file says of the file.
///
/// # Errors
/// What differs.
pub(super) fn same(carried: &Manifest, beside: &Manifest) -> anyhow::Result<()> {
    match difference(carried, beside, &["file"])? {
        None => Ok(()),
        Some(Difference { field, left, right }) => bail!("in the PDF, {field} is {left}; beside it, {right}"),
    }
}

/// Where two manifests differ, as people read it.
pub(super) struct Difference {
    /// The manifest's field.
    pub(super) field: String,
    /// What the first says.
    pub(super) left: String,
    /// What the second says.
    pub(super) right: String,
}

/// The first field in which two manifests differ: whose they are before all else.
pub(super) fn difference(left: &Manifest, right: &Manifest, but: &[&str]) -> serde_json::Result<Option<Difference>> {
    let (left, right) = (serde_json::to_value(left)?, serde_json::to_value(right)?);
    let fields =
        |manifest: &Value| manifest.as_object().into_iter().flat_map(|o| o.keys().cloned()).collect::<Vec<_>>();
    let mut fields = [vec!["export".to_owned()], fields(&left), fields(&right)].concat();
    fields.retain(|field| !but.contains(&field.as_str()));
    Ok(fields.into_iter().find(|field| left[field] != right[field]).map(|field| {
        let shown = |value: &Value| match value {
            Value::Null => "not said".to_owned(),
            Value::String(text) => plain(text),
            value => plain(&value.to_string()),
        };
        Difference { left: shown(&left[&field]), right: shown(&right[&field]), field }
    }))
}
