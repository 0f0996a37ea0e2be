//! What an export's patience is counted from: since when it is tried, and how often its worker was lost.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = if manager.get_database_backend() == DatabaseBackend::Postgres { "timestamptz" } else { "text" };
        manager.get_connection().execute_unprepared(&CHANGES.replace("$time", time)).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let undo = "ALTER TABLE export DROP COLUMN lost; ALTER TABLE export DROP COLUMN tried_since";
        manager.get_connection().execute_unprepared(undo).await.map(drop)
    }
}

const CHANGES: &str = "
ALTER TABLE export ADD COLUMN lost integer NOT NULL DEFAULT 0;
ALTER TABLE export ADD COLUMN tried_since $time;
";
