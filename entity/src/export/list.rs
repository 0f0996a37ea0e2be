//! A domain's exports, listed: which are meant, and a stretch of them.

use super::{Column, Format, Model, Status, of};
use crate::{
    id::{DomainId, ExportId},
    page::{self, Stretch},
};
use chrono::{DateTime, Utc};
use sea_orm::{Condition, entity::prelude::*};

/// Which exports are meant. Every field narrows; an empty list narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In one of these states.
    pub statuses: Vec<Status>,
    /// In one of these formats.
    pub formats: Vec<Format>,
    /// Asked for by whoever is called so.
    pub requested_by: Option<String>,
    /// Asked for at this instant or later.
    pub requested_from: Option<DateTime<Utc>>,
    /// Asked for before this instant.
    pub requested_to: Option<DateTime<Utc>>,
}

impl Filter {
    fn condition(&self, now: DateTime<Utc>) -> Condition {
        let any = |statuses: Condition, status: &Status| statuses.add(is(*status, now));
        let statuses = (!self.statuses.is_empty()).then(|| self.statuses.iter().fold(Condition::any(), any));
        let formats = (!self.formats.is_empty()).then(|| Column::Format.is_in(self.formats.iter().copied()));
        Condition::all()
            .add_option(statuses)
            .add_option(formats)
            .add_option(self.requested_by.as_ref().map(|name| Column::RequestedBy.eq(name)))
            .add_option(self.requested_from.map(|at| Column::RequestedAt.gte(at)))
            .add_option(self.requested_to.map(|at| Column::RequestedAt.lt(at)))
    }
}

/// What [`Model::status_at`] says, asked of the database.
fn is(status: Status, now: DateTime<Utc>) -> Condition {
    let stored = Condition::all().add(Column::Status.eq(status));
    match status {
        Status::Completed => {
            stored.add(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now)))
        }
        Status::Expired => {
            let over = Condition::all().add(Column::Status.eq(Status::Completed)).add(Column::ExpiresAt.lte(now));
            Condition::any().add(stored).add(over)
        }
        _ => stored,
    }
}

/// The exports of a stretch of a domain's list, as they stand at `now`.
pub async fn rows(
    db: &impl ConnectionTrait,
    domain: DomainId,
    filter: &Filter,
    now: DateTime<Utc>,
    stretch: Stretch<ExportId>,
) -> Result<Vec<Model>, DbErr> {
    page::read(db, of(domain).filter(filter.condition(now)), Column::Id, stretch).await
}
