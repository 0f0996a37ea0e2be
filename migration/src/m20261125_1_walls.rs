//! Domains are walls, and on PostgreSQL the database itself says so: row-level security lets a
//! statement see the rows of the domain that its transaction is bound to, and no other's, whether
//! or not it has a WHERE clause. It holds the tables' owner as well (FORCE), but no superuser:
//! processes step down to the role that `app_role.rs` makes.
//!
//! Two settings say what a transaction may see: `connector_log.domain`, a domain's key, and
//! `connector_log.process`, on for what the process must find before it knows a domain: domains,
//! tokens and exports by their keys. Records, payloads and applications never open to the latter.
//!
//! The items of an export carry their domain from now on, so that the same wall stands before them.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        match manager.get_database_backend() {
            DatabaseBackend::Postgres => {
                db.execute_unprepared(POSTGRES).await?;
                for table in ["connector_log", "payload", "application", "export_item"] {
                    db.execute_unprepared(&wall(table, "domain_id = connector_log_domain()")).await?;
                }
                for table in ["api_token", "export"] {
                    let found = "domain_id = connector_log_domain() OR connector_log_process()";
                    db.execute_unprepared(&wall(table, found)).await?;
                }
                db.execute_unprepared(&wall("domain", "id = connector_log_domain() OR connector_log_process()"))
                    .await?;
            }
            _ => {
                db.execute_unprepared(SQLITE).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("the walls between domains stay: drop the policies by hand if you must".to_owned()))
    }
}

fn wall(table: &str, visible: &str) -> String {
    format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; \
         ALTER TABLE {table} FORCE ROW LEVEL SECURITY; \
         CREATE POLICY {table}_of_domain ON {table} USING ({visible}) WITH CHECK ({visible});"
    )
}

const POSTGRES: &str = r"
CREATE FUNCTION connector_log_domain() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT NULLIF(current_setting('connector_log.domain', true), '')::integer $$;
CREATE FUNCTION connector_log_process() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT COALESCE(current_setting('connector_log.process', true), '') = 'on' $$;

ALTER TABLE export_item ADD COLUMN domain_id integer;
UPDATE export_item SET domain_id = e.domain_id FROM export e WHERE e.id = export_id;
ALTER TABLE export_item
    ALTER COLUMN domain_id SET NOT NULL,
    DROP CONSTRAINT export_item_pkey,
    ADD PRIMARY KEY (domain_id, export_id, log_id);
";

const SQLITE: &str = r"
CREATE TABLE export_item_of_domain (
    domain_id   integer NOT NULL,
    export_id   uuid NOT NULL REFERENCES export (id) DEFERRABLE INITIALLY DEFERRED,
    log_id      uuid NOT NULL,
    PRIMARY KEY (domain_id, export_id, log_id)
) WITHOUT ROWID;
INSERT INTO export_item_of_domain
    SELECT e.domain_id, i.export_id, i.log_id FROM export_item i JOIN export e ON e.id = i.export_id;
DROP TABLE export_item;
ALTER TABLE export_item_of_domain RENAME TO export_item;
";
