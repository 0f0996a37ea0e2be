//! An end before its time: an export that nobody wants any more.

use super::super::{ActiveModel, Column, Entity, Status};
use crate::id::{DomainId, ExportId};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, entity::prelude::*};

/// Cancels an export that waits or is in work; whoever works on it loses the claim. False where it
/// has ended already, or the domain has no such export.
pub async fn cancel(
    db: &impl ConnectionTrait,
    domain: DomainId,
    id: ExportId,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let canceled = ActiveModel {
        status: Set(Status::Canceled),
        claim: Set(None),
        lease_until: Set(None),
        progress: Set(0.0),
        completed_at: Set(Some(now)),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(canceled)
        .filter(Column::DomainId.eq(domain))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.is_in([Status::Queued, Status::Running]))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
