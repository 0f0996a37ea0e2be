//! A file against the row that the server keeps of its export: the only proof of who made it.

use super::{
    Sound,
    claim::{Difference, difference},
    plain,
};
use anyhow::{Context as _, bail};
use entity::{
    export::{self, life},
    id::ExportId,
};
use sea_orm::DatabaseConnection;
use worker::{
    read::Reader,
    report::manifest::{self, Known, Manifest, Rows},
};

/// Nothing, where the server made the file.
///
/// # Errors
/// What its record says otherwise, or why it cannot be asked.
pub async fn check(rows: &DatabaseConnection, sound: &Sound) -> anyhow::Result<()> {
    let said = &sound.manifest;
    let unknown = || format!("the server knows no export {}: it did not make this file", plain(&said.export));
    let id: ExportId = said.export.parse().ok().with_context(unknown)?;
    let export = life::by_id(rows, id).await.context(UNREAD)?.with_context(unknown)?;
    let Some(sha256) = &export.file_sha256 else {
        bail!(
            "the server's record of {id} names no file, for the export is {}: whether it made this one before cannot \
             be told",
            export.status.name()
        );
    };
    let kept = kept(rows, &export).await.context(UNREAD)?;
    if let Some(Difference { field, left, right }) = difference(&kept, said, &["file", "producer"])? {
        bail!(
            "the server did not make this file as it is: {field} is {left} in its record of the export, and {right} in \
             the manifest"
        );
    }
    if *sha256 != sound.sha256 {
        let again =
            if export.edition > 1 { ". The export was asked for again: an earlier file of it may differ" } else { "" };
        bail!(
            "the server did not make this file as it is: the SHA-256 of the file that it made is {sha256}, and that of \
             this one is {}{again}",
            sound.sha256
        );
    }
    Ok(())
}

const UNREAD: &str = "the server's record of the export could not be read";

/// The manifest that the server would write of an export by what it has kept of it.
async fn kept(db: &DatabaseConnection, export: &export::Model) -> anyhow::Result<Manifest> {
    let mut reader = Reader::open(db, export).await?;
    let cover = reader.cover()?;
    let mut rows = Rows {
        count: u64::try_from(export.record_count).unwrap_or(0),
        sha256: export.rows_sha256.clone().unwrap_or_default(),
        ..Rows::default()
    };
    loop {
        let records = reader.next().await?;
        let Some(last) = records.last() else { break };
        rows.first = rows.first.or_else(|| records.first().map(|record| Known::from(&record.row)));
        rows.last = Some(Known::from(&last.row));
    }
    let columns = manifest::columns(&export.options);
    Ok(Manifest::of(&cover, export.format, (&export.filter.0).into(), columns, rows))
}
