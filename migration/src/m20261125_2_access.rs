//! Who looked: an append-only table of what callers read, made, changed and were refused; and when
//! a token was last used.
//!
//! An attempt by somebody who belongs to no domain (an unknown token) has none. The process may
//! write an event of any domain, and read none but those without: on PostgreSQL a policy a
//! direction says so.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (time, walls) = match manager.get_database_backend() {
            DatabaseBackend::Postgres => ("timestamptz", POSTGRES),
            _ => ("text", SQLITE),
        };
        let db = manager.get_connection();
        db.execute_unprepared(&TABLE.replace("$time", time)).await?;
        db.execute_unprepared(walls).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("who looked is never forgotten: drop the table by hand if you must".to_owned()))
    }
}

const TABLE: &str = r"
ALTER TABLE api_token ADD COLUMN last_used_at $time;

CREATE TABLE access_event (
    id           uuid PRIMARY KEY,
    domain_id    integer REFERENCES domain (id),
    occurred_at  $time NOT NULL,
    kind         smallint NOT NULL,
    actor        text,
    actor_id     text,
    client_ip    text,
    subjects     json NOT NULL,
    detail       text
);
CREATE INDEX access_event_domain ON access_event (domain_id, id);
";

const POSTGRES: &str = r"
ALTER TABLE access_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_event FORCE ROW LEVEL SECURITY;
CREATE POLICY access_event_read ON access_event FOR SELECT
    USING (domain_id = connector_log_domain() OR (domain_id IS NULL AND connector_log_process()));
CREATE POLICY access_event_write ON access_event FOR INSERT
    WITH CHECK (domain_id = connector_log_domain() OR connector_log_process());
CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_event
    FOR EACH STATEMENT EXECUTE FUNCTION connector_log_refuse();
";

const SQLITE: &str = r"
CREATE TRIGGER access_event_no_update BEFORE UPDATE ON access_event
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: UPDATE is refused'); END;
CREATE TRIGGER access_event_no_delete BEFORE DELETE ON access_event
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: DELETE is refused'); END;
";
