//! The life of an export: [`open`], [`claim`], [`end`], [`clear`]. Each step is one conditional
//! UPDATE, so that whatever happens twice, or too late, changes nothing.

pub mod claim;
pub mod clear;
pub mod end;
pub mod open;

use super::{Column, Entity, Model, Status};
use crate::id::ExportId;
use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

/// What may be claimed at `now`: what is due, and what a worker that died has left.
fn claimable(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(Condition::all().add(Column::Status.eq(Status::Queued)).add(Column::DueAt.lte(now)))
        .add(Condition::all().add(Column::Status.eq(Status::Running)).add(Column::LeaseUntil.lt(now)))
}

/// An export by its id alone, for the bearer of a signed link to its file, for the worker, and for
/// whoever runs the server.
#[expect(clippy::disallowed_methods, reason = "the link's signature says which export, and nothing else is answered")]
pub async fn by_id(db: &impl ConnectionTrait, id: ExportId) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).one(db).await
}
