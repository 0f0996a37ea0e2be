//! Asking for an export: the row, its frozen records and its job, in one transaction.

use crate::queue::{self, Queue};
use entity::{
    clock,
    db::{within, within_to_write},
    domain,
    export::{
        self,
        life::{self, NewExport, Opened},
    },
};
use sea_orm::{DatabaseConnection, DbErr, SqlErr};

/// Makes the export, or answers with the one that the same idempotency key made before.
pub async fn request(
    db: &DatabaseConnection,
    queue: &Queue,
    domain: &domain::Model,
    new: NewExport,
) -> Result<export::Model, DbErr> {
    let key = new.idempotency_key.clone();
    match open(db, queue, domain, new).await {
        // Two processes took the same key at once: the other one's export is ours too.
        Err(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            life::by_key(&within(db, domain.id).await?, domain, key.as_deref()).await?.ok_or(e)
        }
        opened => opened,
    }
}

async fn open(
    db: &DatabaseConnection,
    queue: &Queue,
    domain: &domain::Model,
    new: NewExport,
) -> Result<export::Model, DbErr> {
    let tx = within_to_write(db, domain.id).await?;
    let export = match life::open(&tx, domain, new, clock::now()).await? {
        Opened::Repeat(export) => export,
        Opened::Fresh(export) => {
            queue::ring(&tx, export.id, "asked for").await?;
            export
        }
    };
    tx.commit().await?;
    queue.wake();
    Ok(export)
}
