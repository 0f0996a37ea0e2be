//! People who sign in through the company's provider: their sessions, and the sign-ins that were
//! begun and not completed yet.
//!
//! On PostgreSQL a session stands behind its domain's wall and is found by the process, as a token
//! is: its row says which domain it opens. A sign-in belongs to no domain.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (time, bytes, wall) = match manager.get_database_backend() {
            DatabaseBackend::Postgres => ("timestamptz", "bytea", POSTGRES),
            _ => ("text", "blob", ""),
        };
        let db = manager.get_connection();
        db.execute_unprepared(&TABLES.replace("$time", time).replace("$bytes", bytes)).await?;
        if !wall.is_empty() {
            db.execute_unprepared(wall).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Custom("who was signed in is kept: drop the tables by hand if you must".to_owned()))
    }
}

const TABLES: &str = r"
CREATE TABLE session (
    id          uuid PRIMARY KEY,
    domain_id   integer NOT NULL REFERENCES domain (id),
    hash        $bytes NOT NULL UNIQUE,
    name        text NOT NULL,
    issuer      text NOT NULL,
    subject     text NOT NULL,
    scopes      json NOT NULL,
    created_at  $time NOT NULL,
    expires_at  $time NOT NULL,
    ended_at    $time
);
CREATE INDEX session_domain ON session (domain_id, id);

CREATE TABLE sign_in (
    hash        $bytes PRIMARY KEY,
    return_to   text NOT NULL,
    expires_at  $time NOT NULL
);
CREATE INDEX sign_in_expires ON sign_in (expires_at);
";

const POSTGRES: &str = r"
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY session_of_domain ON session
    USING (domain_id = connector_log_domain() OR connector_log_process())
    WITH CHECK (domain_id = connector_log_domain() OR connector_log_process());
";
