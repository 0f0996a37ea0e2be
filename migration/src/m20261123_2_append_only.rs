//! The log is append-only, and the database itself says so: UPDATE, DELETE and TRUNCATE of
//! records and payloads fail, whoever tries.
//!
//! An owner who must (a court order, a test) drops the triggers named here, deliberately, and
//! makes them again: `DROP TRIGGER connector_log_append_only ON connector_log` on PostgreSQL,
//! `DROP TRIGGER connector_log_no_delete` on SQLite.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("a log is append-only: drop the triggers by hand if you must".to_owned()))
    }
}

const POSTGRES: &str = r"
CREATE FUNCTION connector_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the connector log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER connector_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON connector_log
    FOR EACH STATEMENT EXECUTE FUNCTION connector_log_refuse();
CREATE TRIGGER payload_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payload
    FOR EACH STATEMENT EXECUTE FUNCTION connector_log_refuse();
";

const SQLITE: &str = r"
CREATE TRIGGER connector_log_no_update BEFORE UPDATE ON connector_log
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: UPDATE is refused'); END;
CREATE TRIGGER connector_log_no_delete BEFORE DELETE ON connector_log
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: DELETE is refused'); END;
CREATE TRIGGER payload_no_update BEFORE UPDATE ON payload
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: UPDATE is refused'); END;
CREATE TRIGGER payload_no_delete BEFORE DELETE ON payload
    BEGIN SELECT RAISE(ABORT, 'the connector log is append-only: DELETE is refused'); END;
";
