//! The life of an export: open, claim, renew, finish, fail. Each step is one conditional UPDATE,
//! so that whatever happens twice, or too late, changes nothing.

use super::{ActiveModel, Column, Entity, Format, FrozenFilter, Model, Status, item, of};
use crate::{
    domain,
    id::ExportId,
    log::{filter::Filter, page},
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    Condition, ExprTrait, QueryOrder, QuerySelect,
    entity::prelude::*,
};

/// How long a claim holds without being renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often an export is tried.
pub const ATTEMPTS_MAX: i32 = 5;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// The file's format.
    pub format: Format,
    /// Which records.
    pub filter: Filter,
    /// In which the report prints its times.
    pub zone: Tz,
    /// The name of the token that asks.
    pub requested_by: String,
    /// The caller's own key.
    pub idempotency_key: Option<String>,
}

/// An export that was asked for: made now, or the one that the same key made before.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Made now; it wants a job.
    Fresh(Model),
    /// There already.
    Repeat(Model),
}

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
    let id = ExportId::new();
    let record_count = item::freeze(db, id, &matching).await?;
    let row = ActiveModel {
        id: Set(id),
        domain_id: Set(domain.id),
        format: Set(new.format),
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
        due_at: Set(now),
        attempts: Set(0),
        progress: Set(0.0),
        ..Default::default()
    };
    Ok(Opened::Fresh(row.insert(db).await?))
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

/// The right to work on an export until its lease ends.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The export as it stood when it was claimed.
    pub export: Model,
    token: Uuid,
}

impl Claim {
    /// Whether a failure now is the last.
    pub fn is_last_attempt(&self) -> bool {
        self.export.attempts >= ATTEMPTS_MAX
    }

    fn held(&self) -> Condition {
        Condition::all()
            .add(Column::Id.eq(self.export.id))
            .add(Column::Status.eq(Status::Running))
            .add(Column::Claim.eq(self.token))
    }
}

/// What may be claimed at `now`.
fn claimable(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(Condition::all().add(Column::Status.eq(Status::Queued)).add(Column::DueAt.lte(now)))
        .add(Condition::all().add(Column::Status.eq(Status::Running)).add(Column::LeaseUntil.lt(now)))
}

/// Claims an export; none where it is done, held by another, or not due yet.
#[expect(clippy::disallowed_methods, reason = "the worker serves all domains; the claimed row says whose export it is")]
pub async fn claim(db: &impl ConnectionTrait, id: ExportId, now: DateTime<Utc>) -> Result<Option<Claim>, DbErr> {
    let token = Uuid::new_v4();
    let won = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Running))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Claim, Expr::value(token))
        .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
        .filter(Column::Id.eq(id))
        .filter(claimable(now))
        .exec(db)
        .await?;
    if won.rows_affected == 0 {
        return Ok(None);
    }
    let export = Entity::find().filter(Column::Id.eq(id)).filter(Column::Claim.eq(token)).one(db).await?;
    Ok(export.map(|export| Claim { export, token }))
}

/// Holds on to a claim. False where it is lost.
pub async fn hold(db: &impl ConnectionTrait, claim: &Claim, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let held = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
        .filter(claim.held())
        .exec(db)
        .await?;
    Ok(held.rows_affected == 1)
}

/// Holds on to a claim and tells how far the work has come. False where the claim is lost.
pub async fn renew(db: &impl ConnectionTrait, claim: &Claim, progress: f64, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let held = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(Column::Progress, Expr::value(progress))
        .filter(claim.held())
        .exec(db)
        .await?;
    Ok(held.rows_affected == 1)
}

/// A file that is in the store.
#[derive(Clone, Debug)]
pub struct File {
    /// The name that it is downloaded under.
    pub name: String,
    /// Its bytes.
    pub size: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

/// Completes an export. False where the claim is lost.
pub async fn finish(db: &impl ConnectionTrait, claim: &Claim, file: File, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let done = ActiveModel {
        id: Unchanged(claim.export.id),
        status: Set(Status::Completed),
        progress: Set(1.0),
        claim: Set(None),
        lease_until: Set(None),
        file_name: Set(Some(file.name)),
        file_size: Set(i64::try_from(file.size).ok()),
        file_sha256: Set(Some(file.sha256)),
        completed_at: Set(Some(now)),
        ..Default::default()
    };
    let done = Entity::update_many().set(done).filter(claim.held()).exec(db).await?;
    Ok(done.rows_affected == 1)
}

/// Why an export did not come to its end.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// Ends an export without a file.
pub async fn fail(
    db: &impl ConnectionTrait,
    claim: &Claim,
    trouble: Trouble,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let failed = ActiveModel {
        id: Unchanged(claim.export.id),
        status: Set(Status::Failed),
        claim: Set(None),
        lease_until: Set(None),
        error_code: Set(Some(trouble.code.to_owned())),
        error_message: Set(Some(trouble.message)),
        completed_at: Set(Some(now)),
        ..Default::default()
    };
    let failed = Entity::update_many().set(failed).filter(claim.held()).exec(db).await?;
    Ok(failed.rows_affected == 1)
}

/// Gives an export back to the queue, to be claimed again from `due_at` on.
pub async fn give_back(db: &impl ConnectionTrait, claim: &Claim, due_at: DateTime<Utc>) -> Result<bool, DbErr> {
    let back = ActiveModel {
        id: Unchanged(claim.export.id),
        status: Set(Status::Queued),
        progress: Set(0.0),
        claim: Set(None),
        lease_until: Set(None),
        due_at: Set(due_at),
        ..Default::default()
    };
    let back = Entity::update_many().set(back).filter(claim.held()).exec(db).await?;
    Ok(back.rows_affected == 1)
}

/// An export that waits for a worker, and for how long it has been due.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Which.
    pub id: ExportId,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when a worker could have had it.
    pub since: DateTime<Utc>,
}

/// Exports that a worker could claim at `now`, the longest waiting first.
#[expect(clippy::disallowed_methods, reason = "the worker serves all domains")]
pub async fn waiting(db: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Waiting>, DbErr> {
    let rows = Entity::find().filter(claimable(now)).order_by_asc(Column::DueAt).limit(limit).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|e| Waiting { id: e.id, attempts: e.attempts, since: e.lease_until.unwrap_or(e.due_at) })
        .collect())
}

/// A completed export, for the bearer of a signed link to it.
#[expect(clippy::disallowed_methods, reason = "the link's signature says which export, and nothing else is answered")]
pub async fn completed(db: &impl ConnectionTrait, id: ExportId) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Id.eq(id)).filter(Column::Status.eq(Status::Completed)).one(db).await
}
