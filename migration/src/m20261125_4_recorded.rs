//! Records in the order in which they were recorded: what the live tail follows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX connector_log_recorded").await.map(drop)
    }
}

const INDEX: &str = "CREATE INDEX connector_log_recorded ON connector_log (domain_id, recorded_at, id)";
