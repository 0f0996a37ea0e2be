//! What comes after the end: files whose time is over, and what attempts without an end have left.

use super::super::{Column, Entity, Model, Status};
use crate::id::ExportId;
use chrono::{DateTime, Utc};
use sea_orm::{Condition, QuerySelect, entity::prelude::*};

/// Marks the exports as expired whose time is over; the answer is how many.
pub async fn expire(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let expired = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Expired))
        // As a number, for the partial index serves no parameter.
        .filter(Expr::cust("status = 3"))
        .filter(Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(expired.rows_affected)
}

/// Exports of which something may lie in the store that nobody is to have: those that are expired,
/// and those that failed or were canceled before `before`, when no attempt can go on any more. So
/// many at most.
#[expect(clippy::disallowed_methods, reason = "the sweep serves all domains")]
pub async fn leftovers(db: &impl ConnectionTrait, before: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Expr::cust("status IN (4, 5, 6) AND stored"))
        .filter(Condition::any().add(Column::Status.eq(Status::Expired)).add(Column::CompletedAt.lt(before)))
        .limit(limit)
        .all(db)
        .await
}

/// Notes that nothing of an export's edition lies in the store any more.
pub async fn removed(db: &impl ConnectionTrait, id: ExportId, edition: i16) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Stored, Expr::value(false))
        .filter(Column::Id.eq(id))
        .filter(Column::Edition.eq(edition))
        .filter(Column::Status.is_in([Status::Failed, Status::Canceled, Status::Expired]))
        .exec(db)
        .await
        .map(drop)
}
