//! How the tables came to be: one file a step, each of which stands for itself. It imports no
//! sibling crate: an old step must not change when an entity does.
#![forbid(unsafe_code)]

mod m20261123_1_tables;
mod m20261123_2_append_only;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait, sea_orm::DatabaseConnection, sea_orm::DbErr};

/// The steps, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261123_1_tables::Migration), Box::new(m20261123_2_append_only::Migration)]
    }
}

/// Brings the database up to date.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// How many steps the database lacks.
pub async fn lacking(db: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(db).await?.len())
}
