//! The frozen records of an export, read a portion at a time, so that no more than one is ever in
//! memory where a format writes as it reads.

use crate::report::{Cover, Row};
use anyhow::Context as _;
use chrono_tz::Tz;
use entity::{
    application,
    db::within,
    domain,
    export::{self, item},
    id::LogId,
    payload,
};
use sea_orm::{DatabaseConnection, DbErr};
use std::{collections::HashMap, sync::Arc};

/// One record and, where they were asked for, its headers and bodies.
pub struct Record {
    /// The record's id.
    pub id: LogId,
    /// The record.
    pub row: Row,
    /// What was recorded with it.
    pub payload: Option<payload::Model>,
}

/// Reads an export's records, newest first.
pub struct Reader {
    db: DatabaseConnection,
    domain: Arc<domain::Model>,
    export: export::Model,
    payloads: bool,
    after: Option<LogId>,
    /// How many records were read so far.
    pub read: u64,
}

/// How many records a portion has.
const PORTION: u64 = 100;
/// The same where each may bring bodies of 256 KiB a side.
const PORTION_WITH_PAYLOADS: u64 = 10;

impl Reader {
    /// A reader that has read nothing yet.
    pub async fn open(db: &DatabaseConnection, export: &export::Model) -> Result<Self, ReadError> {
        let domain = domain::by_id(db, export.domain_id).await?.context("the export's domain is gone");
        let domain = domain.map_err(ReadError::Rows)?;
        Ok(Self {
            db: db.clone(),
            domain: Arc::new(domain),
            payloads: export.options.shows_payloads(),
            export: export.clone(),
            after: None,
            read: 0,
        })
    }

    /// What the report says beside its records.
    pub fn cover(&self) -> anyhow::Result<Cover> {
        let export = &self.export;
        let matched = export.matched();
        let zone: Tz = export.time_zone.parse().map_err(|e| anyhow::anyhow!("the export's time zone: {e}"))?;
        let parts = export.filter.0.in_parts(zone);
        Ok(Cover {
            export_id: export.id.to_string(),
            domain: self.domain.name.clone(),
            filter_in_words: export.filter_summary.clone(),
            filter_in_parts: parts.into_iter().map(|(label, values)| (label.to_owned(), values)).collect(),
            zone,
            requested_by: export.requested_by.clone(),
            requested_at: export.requested_at,
            matched: matched.value,
            matched_exact: matched.exact,
        })
    }

    /// The next records; none after the last.
    pub async fn next(&mut self) -> Result<Vec<Record>, ReadError> {
        let domain = &self.domain;
        let portion = if self.payloads { PORTION_WITH_PAYLOADS } else { PORTION };
        let rows = within(&self.db, domain.id).await?;
        let logs = item::logs(&rows, domain.id, self.export.id, self.after, portion).await?;
        let numbers = logs.iter().flat_map(|log| [log.application_from, log.application_to]).collect();
        let names = application::load(&rows, domain, Some(numbers), application::Detail::Names).await?;
        let mut payloads = HashMap::new();
        if self.payloads {
            let ids = logs.iter().map(|log| log.id);
            payloads.extend(payload::whole(&rows, domain.id, ids).await?.into_iter().map(|it| (it.id, it)));
        }
        self.after = logs.last().map(|log| log.id).or(self.after);
        self.read += u64::try_from(logs.len()).unwrap_or(0);
        logs.into_iter()
            .map(|log| Ok(Record { id: log.id, payload: payloads.remove(&log.id), row: Row::new(log, &names)? }))
            .collect::<anyhow::Result<_>>()
            .map_err(ReadError::Rows)
    }

    /// How much of the export is read, 0 to 1.
    pub fn share(&self) -> f64 {
        let all = u32::try_from(self.export.record_count).unwrap_or(u32::MAX).max(1);
        (f64::from(u32::try_from(self.read).unwrap_or(u32::MAX)) / f64::from(all)).min(1.0)
    }
}

/// Why records could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// What it answered makes no record.
    #[error("{0:#}")]
    Rows(anyhow::Error),
}

impl From<ReadError> for crate::fault::Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Database(error) => Self::Database(error),
            ReadError::Rows(error) => Self::Rendering(error),
        }
    }
}
