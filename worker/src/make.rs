//! How a file comes about: the frozen records, read a portion at a time, become CSV as they come, or
//! a PDF once all are read. The manifest follows it into the store before the export is finished.

use crate::{
    Context,
    fault::Fault,
    metrics,
    read::{Reader, Record},
    render::Document,
    report::{
        self, Attachment, Cover, Report,
        case::Case,
        csv::Sheet,
        manifest::{self, Manifest, Rows},
        seal,
    },
    store::{Kept, Upload},
};
use anyhow::Context as _;
use bytes::Bytes;
use chrono::TimeDelta;
use entity::{
    clock,
    export::{
        MANIFEST, Options,
        life::claim::{self, Claim, File},
        options::{CsvOptions, Header, PdfOptions, ReportKind},
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether an attempt waits for the store: one that takes too long meanwhile is the store's fault.
pub(crate) type Storing = Arc<AtomicBool>;

/// Reads, renders and stores: one attempt.
pub(crate) async fn file(context: Context, claim: Claim, storing: Storing) -> Result<File, Fault> {
    let reader = Reader::open(&context.db, &claim.export).await?;
    let cover = reader.cover().map_err(Fault::Rendering)?;
    let attempt = Attempt { context: &context, claim: &claim, cover, storing };
    match &claim.export.options {
        Options::Csv(options) => attempt.csv(reader, options).await,
        Options::Pdf(options) => attempt.pdf(reader, *options).await,
    }
}

struct Attempt<'a> {
    context: &'a Context,
    claim: &'a Claim,
    cover: Cover,
    storing: Storing,
}

impl Attempt<'_> {
    /// Writes each portion before the next is read.
    async fn csv(&self, mut reader: Reader, options: &CsvOptions) -> Result<File, Fault> {
        let mut sheet = Sheet::new(options, self.cover.zone);
        let mut upload = self.upload();
        match self.write(&mut reader, &mut sheet, &mut upload).await {
            Ok(()) => self.keep(upload, sheet.rows()).await,
            Err(fault) => {
                upload.give_up().await;
                Err(fault)
            }
        }
    }

    async fn write(&self, reader: &mut Reader, sheet: &mut Sheet, upload: &mut Upload) -> Result<(), Fault> {
        self.stored(upload.write(sheet.header().into())).await?;
        loop {
            let records = reader.next().await?;
            if records.is_empty() {
                return Ok(());
            }
            for Record { row, payload, .. } in &records {
                sheet.add(row, payload.as_ref()).map_err(Fault::Rendering)?;
            }
            self.stored(upload.write(sheet.take().into())).await?;
            self.tell(0.9 * reader.share()).await?;
        }
    }

    async fn pdf(&self, mut reader: Reader, options: PdfOptions) -> Result<File, Fault> {
        let mut records = Vec::new();
        loop {
            let portion = reader.next().await?;
            if portion.is_empty() {
                break;
            }
            records.extend(portion);
            self.tell(0.3 * reader.share()).await?;
        }
        let (document, digest) = self.document(records, options.report).await.map_err(Fault::Rendering)?;
        let file = self.context.renderer.pdf(document, options.paper).await?;
        let file = Bytes::from(seal::put(&file).map_err(Fault::Rendering)?);
        self.tell(0.8).await?;
        let mut upload = self.upload();
        match self.stored(upload.write(file)).await {
            Ok(()) => self.keep(upload, digest).await,
            Err(fault) => {
                upload.give_up().await;
                Err(fault)
            }
        }
    }

    /// What is to be set of the records; they go with it as CSV, and the manifest of these.
    async fn document(&self, records: Vec<Record>, kind: ReportKind) -> anyhow::Result<(Document, Rows)> {
        let cover = self.cover.clone();
        let (attachments, rows) = self.attachments(&records)?;
        let document = match kind {
            ReportKind::Table => {
                let rows = records.into_iter().map(|record| record.row).collect();
                Document::Table(Report { cover, rows, attachments })
            }
            ReportKind::CaseFile => {
                let records = records.into_iter().map(|record| (record.row, record.payload)).collect();
                let open = tokio::task::spawn_blocking(move || Case::of(cover, records, attachments));
                Document::Case(open.await.context("opening the payloads")?)
            }
        };
        Ok((document, rows))
    }

    /// The records as CSV, and the manifest of these.
    fn attachments(&self, records: &[Record]) -> anyhow::Result<(Vec<Attachment>, Rows)> {
        let columns = manifest::columns(&self.claim.export.options).to_vec();
        let options = CsvOptions { bom: false, header: Header::Names, columns, ..CsvOptions::default() };
        let mut sheet = Sheet::new(&options, self.cover.zone);
        let mut bytes = sheet.header();
        for Record { row, payload, .. } in records {
            sheet.add(row, payload.as_ref())?;
        }
        bytes.extend(sheet.take());
        let rows = sheet.rows();
        let manifest = self.manifest(rows.clone()).to_json()?;
        let attachments = vec![
            Attachment {
                name: manifest::RECORDS_IN_PDF.to_owned(),
                media_type: "text/csv".to_owned(),
                description: "The records of this report, whole".to_owned(),
                text: String::from_utf8(bytes)?,
            },
            Attachment {
                name: manifest::IN_PDF.to_owned(),
                media_type: "application/json".to_owned(),
                description: "What was exported, for connector-log verify-report".to_owned(),
                text: String::from_utf8(manifest)?,
            },
        ];
        Ok((attachments, rows))
    }

    fn manifest(&self, rows: Rows) -> Manifest {
        let export = &self.claim.export;
        let columns = manifest::columns(&export.options);
        Manifest::of(&self.cover, export.format, (&export.filter.0).into(), columns, rows)
    }

    fn name(&self) -> String {
        report::file_name(&self.cover, self.claim.export.format)
    }

    fn upload(&self) -> Upload {
        let export = &self.claim.export;
        self.context.store.begin(&export.object_key(), export.format.content_type(), &self.name())
    }

    /// Finishes an upload, with its manifest beside it.
    async fn keep(&self, upload: Upload, rows: Rows) -> Result<File, Fault> {
        let (export, name) = (&self.claim.export, self.name());
        let rows_sha256 = rows.sha256.clone();
        let mut manifest = self.manifest(rows);
        let Kept { size, sha256 } = self.stored(upload.finish()).await?;
        manifest.file = Some(manifest::File { name: name.clone(), size_bytes: size, sha256: sha256.clone() });
        let json = Bytes::from(manifest.to_json().map_err(|error| Fault::Rendering(error.into()))?);
        let manifest_name = format!("{name}{MANIFEST}");
        let key = export.manifest_key();
        self.stored(self.context.store.put(&key, json, "application/json", &manifest_name)).await?;
        let keep = TimeDelta::from_std(self.context.rules.keep).unwrap_or(TimeDelta::MAX);
        let expires_at = clock::now().checked_add_signed(keep).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
        Ok(File { name, size, sha256, rows_sha256, expires_at })
    }

    /// What the store is asked to do.
    async fn stored<T>(&self, asked: impl Future<Output = anyhow::Result<T>>) -> Result<T, Fault> {
        self.storing.store(true, Ordering::Relaxed);
        let done = metrics::store("write", asked).await.context("storing the file").map_err(Fault::Store)?;
        self.storing.store(false, Ordering::Relaxed);
        Ok(done)
    }

    /// Tells how far the work has come. A claim that is lost is found out by who holds it.
    async fn tell(&self, progress: f64) -> Result<(), Fault> {
        claim::renew(&self.context.db, self.claim, progress, clock::now()).await?;
        Ok(())
    }
}
