//! Recording: the one way into the log.

use super::{draft::NewLog, insert_postgres, insert_sqlite};
use crate::{
    application,
    db::{is_postgres, within_to_write},
    domain,
    id::{ApplicationNo, DomainId, LogId},
};
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What became of a batch.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// One id a record, in the order given; repeats have the id of the first.
    pub ids: Vec<LogId>,
    /// How many of them are new to the log.
    pub new: u64,
}

/// A record with everything that the row needs.
pub(super) struct Row {
    pub(super) id: LogId,
    pub(super) from: ApplicationNo,
    pub(super) to: ApplicationNo,
    pub(super) log: NewLog,
}

/// What all the rows of a batch share.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    pub(super) domain: DomainId,
    pub(super) recorded_at: DateTime<Utc>,
}

/// Records a batch, all or nothing, at `now`. A record with a key that is there already is left
/// as it stands: its id is answered and nothing is written.
pub async fn record(
    db: &DatabaseConnection,
    domain: &domain::Model,
    logs: Vec<NewLog>,
    now: DateTime<Utc>,
) -> Result<Recorded, DbErr> {
    let ids = logs.iter().map(|log| id_of(domain, log)).collect::<Result<Vec<_>, _>>()?;
    if logs.is_empty() {
        return Ok(Recorded { ids, new: 0 });
    }
    let names: BTreeSet<&str> = logs.iter().flat_map(|l| [l.application_from.as_str(), &l.application_to]).collect();
    let numbers = application::learn(db, domain.id, names).await?;
    let rows = rows(&ids, logs, &numbers)?;
    let batch = Batch { domain: domain.id, recorded_at: now };
    let new = if is_postgres(db) {
        insert_postgres::insert(db.get_postgres_connection_pool(), batch, rows).await?
    } else {
        let tx = within_to_write(db, domain.id).await?;
        let new = insert_sqlite::insert(&tx, batch, rows).await?;
        tx.commit().await?;
        new
    };
    Ok(Recorded { ids, new })
}

/// The id of a record: made of its key where it has one, so that the same record sent twice is
/// the same row, else of its instant and chance.
fn id_of(domain: &domain::Model, log: &NewLog) -> Result<LogId, DbErr> {
    let tail = match &log.idempotency_key {
        Some(key) => domain.record_tail(key),
        None => getrandom::u64().map_err(|e| DbErr::Custom(format!("no random bytes: {e}")))?,
    };
    Ok(LogId::at(log.occurred_at, tail))
}

fn rows(ids: &[LogId], logs: Vec<NewLog>, numbers: &HashMap<String, ApplicationNo>) -> Result<Vec<Row>, DbErr> {
    let number = |name: &str| {
        numbers.get(name).copied().ok_or_else(|| DbErr::RecordNotFound(format!("no number for application {name}")))
    };
    let mut seen = HashSet::new();
    ids.iter()
        .zip(logs)
        .filter(|(id, _)| seen.insert(**id))
        .map(|(&id, log)| Ok(Row { id, from: number(&log.application_from)?, to: number(&log.application_to)?, log }))
        .collect()
}
