//! Exports with options, that are claimed in turn, canceled, expire and can be asked for again.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (time, a_week_later) = match manager.get_database_backend() {
            DatabaseBackend::Postgres => ("timestamptz", "completed_at + interval '7 days'"),
            _ => ("text", "strftime('%Y-%m-%dT%H:%M:%f000+00:00', completed_at, '+7 days')"),
        };
        let sql = CHANGES.replace("$time", time).replace("$a_week_later", a_week_later);
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("what was asked for is kept: restore a backup instead".to_owned()))
    }
}

/// Statuses: 1 queued, 2 running, 3 completed, 4 failed, 5 canceled, 6 expired.
const CHANGES: &str = r#"
ALTER TABLE export ADD COLUMN options json NOT NULL DEFAULT '{"csv":{}}';
ALTER TABLE export ADD COLUMN edition smallint NOT NULL DEFAULT 1;
ALTER TABLE export ADD COLUMN asked_again_at $time;
ALTER TABLE export ADD COLUMN stored boolean NOT NULL DEFAULT FALSE;
ALTER TABLE export ADD COLUMN faults integer NOT NULL DEFAULT 0;
ALTER TABLE export ADD COLUMN lost integer NOT NULL DEFAULT 0;
ALTER TABLE export ADD COLUMN tried_since $time;
ALTER TABLE export ADD COLUMN claimed_at $time;
ALTER TABLE export ADD COLUMN expires_at $time;
ALTER TABLE export ADD COLUMN rows_sha256 text;
ALTER TABLE export ADD COLUMN trace_context text;

UPDATE export SET options = '{"pdf":{}}' WHERE format = 2;
UPDATE export SET stored = TRUE, expires_at = $a_week_later WHERE status = 3;

-- Which domain was served longest ago.
CREATE INDEX export_served ON export (domain_id, claimed_at);
CREATE INDEX export_expiring ON export (expires_at) WHERE status = 3;
CREATE INDEX export_leftover ON export (completed_at) WHERE status IN (4, 5, 6) AND stored;
"#;
