//! The role that servers and workers step down to on PostgreSQL, and what it may do: it owns
//! nothing, row-level security holds it, and what is append-only it can add to and read, no more.
//!
//! Run after each migration, for it must know every table. Whoever migrates and may not make roles
//! goes on without: row-level security holds a tables' owner too, and an administrator can make
//! the role at any time (docs/OPERATIONS.md) and migrate again. The queue's tables are the queue's
//! own to grant.

use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr};

/// Makes the role where it is missing and may be made, and says what it may do.
pub(crate) async fn grant(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DatabaseBackend::Postgres {
        db.execute_unprepared(ROLE).await?;
        db.execute_unprepared(GRANTS).await?;
    }
    Ok(())
}

/// Roles are the whole cluster's: another database's migration may make it at this very moment.
const ROLE: &str = r"
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'connector_log_app') THEN
        CREATE ROLE connector_log_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
END $$";

const GRANTS: &str = r"
DO $$
DECLARE
    of_tables record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'connector_log_app') THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO connector_log_app', current_schema());
    FOR of_tables IN SELECT * FROM (VALUES
        ('SELECT', 'seaql_migrations'),
        ('SELECT, INSERT', 'domain, application, connector_log, payload, export_item, access_event'),
        ('SELECT, INSERT, UPDATE', 'api_token, export, session'),
        ('SELECT, INSERT, DELETE', 'sign_in')
    ) AS t (rights, tables) LOOP
        EXECUTE format('GRANT %s ON %s TO connector_log_app', of_tables.rights, of_tables.tables);
    END LOOP;
END $$";
