//! Asking for an export, for the first time or again: the row, its frozen records and its job, in
//! one transaction.

use crate::{
    metrics,
    queue::{self, Queue},
    store::Store,
};
use entity::{
    clock,
    db::{within, within_to_write},
    domain,
    export::{
        self,
        life::{
            clear,
            open::{self, NewExport, Opened},
        },
    },
    log::page::Count,
};
use sea_orm::{DatabaseConnection, DbErr, SqlErr};

/// What came of asking.
#[derive(Clone, Debug)]
pub enum Requested {
    /// The export, made now or by the same idempotency key before.
    Export(Box<export::Model>),
    /// None: a case file shows no records, or too many.
    NoCase(Count),
}

/// Makes the export, or answers with the one that the same idempotency key made before.
pub async fn request(
    db: &DatabaseConnection,
    queue: &Queue,
    domain: &domain::Model,
    new: NewExport,
) -> Result<Requested, DbErr> {
    let key = new.idempotency_key.clone();
    match ask(db, queue, domain, new).await {
        // Two processes took the same key at once: the other one's export is ours too.
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            let before = open::by_key(&within(db, domain.id).await?, domain, key.as_deref()).await?;
            before.map(|export| Requested::Export(Box::new(export))).ok_or(e)
        }
        asked => asked,
    }
}

async fn ask(
    db: &DatabaseConnection,
    queue: &Queue,
    domain: &domain::Model,
    new: NewExport,
) -> Result<Requested, DbErr> {
    let tx = within_to_write(db, domain.id).await?;
    let export = match open::open(&tx, domain, new, clock::now()).await? {
        Opened::NoCase(matched) => return Ok(Requested::NoCase(matched)),
        Opened::Repeat(export) => export,
        Opened::Fresh(export) => {
            queue::ring(&tx, export.id, "asked for").await?;
            export
        }
    };
    tx.commit().await?;
    queue.wake();
    Ok(Requested::Export(Box::new(export)))
}

/// Queues an export again that failed, was canceled or has expired. False where it is none of these
/// any more.
///
/// # Errors
/// Where the store does not remove what may still lie there of the edition before, or the database
/// does not answer.
pub async fn repeat(
    db: &DatabaseConnection,
    queue: &Queue,
    store: &Store,
    before: &export::Model,
) -> anyhow::Result<bool> {
    if !before.may_be_repeated(clock::now()) {
        return Ok(false);
    }
    if before.stored {
        remove(db, store, before).await?;
    }
    let tx = within_to_write(db, before.domain_id).await?;
    let queued = open::again(&tx, before, clock::now()).await?;
    if queued {
        queue::ring(&tx, before.id, &format!("asked for again after edition {}", before.edition)).await?;
    }
    tx.commit().await?;
    queue.wake();
    Ok(queued)
}

/// Removes what lies in the store of an export's edition, and whatever may be left of those before,
/// and notes that it is gone.
pub(crate) async fn remove(db: &DatabaseConnection, store: &Store, export: &export::Model) -> anyhow::Result<()> {
    for key in export.keys_so_far() {
        metrics::store("remove", store.remove(&key)).await?;
    }
    clear::removed(db, export.id, export.edition).await?;
    Ok(())
}
