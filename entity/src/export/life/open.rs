//! The beginning: an export is asked for, for the first time or again.

use super::super::{ActiveModel, Column, Entity, FrozenFilter, Model, Options, Status, item, of};
use crate::{
    domain,
    id::ExportId,
    log::{
        filter::{Filter, Matching},
        page,
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    Condition, ExprTrait,
    entity::prelude::*,
};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// The format, and how the file is written.
    pub options: Options,
    /// Which records.
    pub filter: Filter,
    /// In which the report prints its times.
    pub zone: Tz,
    /// The name of the token that asks.
    pub requested_by: String,
    /// The caller's own key.
    pub idempotency_key: Option<String>,
    /// W3C Trace Context: the `traceparent` of the request.
    pub trace_context: Option<String>,
}

/// An export that was asked for: made now, or the one that the same key made before.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Made now; it wants a job.
    Fresh(Model),
    /// There already.
    Repeat(Model),
    /// Refused: a case file shows one record or a few, at most [`CASE_MAX`], and so many match.
    NoCase(page::Count),
}

/// The most records of a case file.
pub const CASE_MAX: u64 = 20;

/// Makes an export's row and freezes its records, within the caller's write transaction.
pub async fn open(
    db: &impl ConnectionTrait,
    domain: &domain::Model,
    new: NewExport,
    now: DateTime<Utc>,
) -> Result<Opened, DbErr> {
    if let Some(before) = by_key(db, domain, new.idempotency_key.as_deref()).await? {
        return Ok(Opened::Repeat(before));
    }
    let matching = new.filter.bind(db, domain.id).await?;
    let matched = page::count(db, &matching).await?;
    if new.options.is_case_file() && !(1..=CASE_MAX).contains(&matched.value) {
        return Ok(Opened::NoCase(matched));
    }
    let row = fresh(db, domain, new, &matching, matched, now).await?;
    Ok(Opened::Fresh(row.insert(db).await?))
}

async fn fresh(
    db: &impl ConnectionTrait,
    domain: &domain::Model,
    new: NewExport,
    matching: &Matching,
    matched: page::Count,
    now: DateTime<Utc>,
) -> Result<ActiveModel, DbErr> {
    let id = ExportId::new();
    let record_count = item::freeze(db, id, matching).await?;
    Ok(ActiveModel {
        id: Set(id),
        domain_id: Set(domain.id),
        format: Set(new.options.format()),
        options: Set(new.options),
        status: Set(Status::Queued),
        filter_summary: Set(new.filter.in_words(new.zone)),
        filter: Set(FrozenFilter(new.filter)),
        time_zone: Set(new.zone.name().to_owned()),
        matched: Set(i64::try_from(matched.value).unwrap_or(i64::MAX)),
        matched_exact: Set(matched.exact),
        record_count: Set(i64::try_from(record_count).unwrap_or(i64::MAX)),
        requested_by: Set(new.requested_by),
        requested_at: Set(now),
        idempotency_key: Set(new.idempotency_key),
        trace_context: Set(new.trace_context),
        due_at: Set(now),
        edition: Set(1),
        stored: Set(false),
        attempts: Set(0),
        faults: Set(0),
        lost: Set(0),
        progress: Set(0.0),
        ..Default::default()
    })
}

/// The export that a key made before.
pub async fn by_key(
    db: &impl ConnectionTrait,
    domain: &domain::Model,
    key: Option<&str>,
) -> Result<Option<Model>, DbErr> {
    let Some(key) = key else { return Ok(None) };
    of(domain.id).filter(Column::IdempotencyKey.eq(key)).one(db).await
}

/// Queues an export again that [`Model::may_be_repeated`]: the same records and options, and so the
/// same file. False where it may not, or was repeated meanwhile.
///
/// Whatever lies in the store of the edition before must have been removed, or its key is lost.
pub async fn again(db: &impl ConnectionTrait, before: &Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let queued = ActiveModel {
        id: Unchanged(before.id),
        status: Set(Status::Queued),
        asked_again_at: Set(Some(now)),
        due_at: Set(now),
        stored: Set(false),
        attempts: Set(0),
        faults: Set(0),
        lost: Set(0),
        tried_since: Set(None),
        progress: Set(0.0),
        claim: Set(None),
        lease_until: Set(None),
        file_name: Set(None),
        file_size: Set(None),
        file_sha256: Set(None),
        rows_sha256: Set(None),
        error_code: Set(None),
        error_message: Set(None),
        completed_at: Set(None),
        expires_at: Set(None),
        ..Default::default()
    };
    let done = Entity::update_many()
        .set(queued)
        .col_expr(Column::Edition, Expr::col(Column::Edition).add(1))
        .filter(Column::DomainId.eq(before.domain_id))
        .filter(Column::Id.eq(before.id))
        .filter(Column::Edition.eq(before.edition))
        .filter(
            Condition::any()
                .add(Column::Status.is_in([Status::Failed, Status::Canceled, Status::Expired]))
                .add(Condition::all().add(Column::Status.eq(Status::Completed)).add(Column::ExpiresAt.lte(now))),
        )
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
