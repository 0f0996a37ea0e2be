//! How the tables came to be: one file a step, each of which stands for itself. It imports no
//! sibling crate: an old step must not change when an entity does.
#![forbid(unsafe_code)]

mod app_role;
mod m20261123_1_tables;
mod m20261123_2_append_only;
mod m20261125_1_walls;
mod m20261125_2_access;
mod m20261125_3_session;
mod m20261125_4_recorded;
mod m20261125_5_export;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{
    MigrationTrait, async_trait,
    sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement},
};
use std::collections::HashSet;

/// The steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_1_tables::Migration),
            Box::new(m20261123_2_append_only::Migration),
            Box::new(m20261125_1_walls::Migration),
            Box::new(m20261125_2_access::Migration),
            Box::new(m20261125_3_session::Migration),
            Box::new(m20261125_4_recorded::Migration),
            Box::new(m20261125_5_export::Migration),
        ]
    }
}

/// Brings the database up to date, and says what the servers' role may do in it.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await?;
    app_role::grant(db).await
}

/// How many steps the database lacks. It asks no more than a role without rights of an owner may.
pub async fn lacking(db: &DatabaseConnection) -> Result<usize, DbErr> {
    let steps = Migrator::migrations();
    // Without the table there has been no step yet; what else is wrong, the next statement says.
    let Ok(rows) = db.query_all_raw(Statement::from_string(db.get_database_backend(), DONE)).await else {
        return Ok(steps.len());
    };
    let done: HashSet<String> = rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?;
    Ok(steps.iter().filter(|step| !done.contains(step.name())).count())
}

const DONE: &str = "SELECT version FROM seaql_migrations";
