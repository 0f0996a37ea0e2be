//! The middle: a worker claims an export, holds on to it, and finishes it, fails it or gives it
//! back. Only who holds the last claim changes the row.
//!
//! Who is next is decided in turn, one claim at a time over all processes: the domain that has the
//! fewest exports in work, and of these the one that was served longest ago; of a domain, the
//! export that is due longest.

use super::{
    super::{ActiveModel, Column, Entity, Model, Status},
    claimable,
};
use crate::db::begin_in_turn;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    Condition, DatabaseConnection, QueryOrder, QuerySelect, Statement,
    entity::prelude::*,
};

/// How long a claim holds without being renewed.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The right to work on an export until its lease ends.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The export as it stood when it was claimed.
    pub export: Model,
    token: Uuid,
}

impl Claim {
    fn held(&self) -> Condition {
        Condition::all()
            .add(Column::Id.eq(self.export.id))
            .add(Column::Status.eq(Status::Running))
            .add(Column::Claim.eq(self.token))
    }
}

/// The claim of whoever is next. `$1` the claim's token, `$2` now, `$3` the lease's end, `$4` how
/// many exports of a domain may be in work. Statuses: 1 queued, 2 running; as numbers, for the
/// partial index serves no parameter.
const CLAIM: &str = "
    UPDATE export SET status = 2, attempts = attempts + 1, claim = $1, claimed_at = $2, lease_until = $3, stored = TRUE,
        tried_since = COALESCE(tried_since, $2), lost = lost + CASE WHEN status = 2 THEN 1 ELSE 0 END
    WHERE id = (
        SELECT id FROM export
        WHERE status IN (1, 2) AND ((status = 1 AND due_at <= $2) OR (status = 2 AND lease_until < $2))
        AND domain_id = (
            SELECT open.domain_id
            FROM (SELECT domain_id,
                         SUM(CASE WHEN status = 2 AND lease_until >= $2 THEN 1 ELSE 0 END) AS in_work,
                         SUM(CASE WHEN (status = 1 AND due_at <= $2) OR (status = 2 AND lease_until < $2) THEN 1 ELSE 0 END) AS due
                  FROM export WHERE status IN (1, 2) GROUP BY domain_id) AS open
            WHERE open.due > 0 AND open.in_work < $4
            ORDER BY open.in_work,
                     (SELECT MAX(served.claimed_at) FROM export AS served WHERE served.domain_id = open.domain_id) NULLS FIRST,
                     open.domain_id
            LIMIT 1)
        ORDER BY due_at, id LIMIT 1)";

/// Claims the export that is next, where at most `in_work` of a domain may be in work at a time;
/// none where nothing may be claimed.
#[expect(clippy::disallowed_methods, reason = "the worker serves all domains; the claimed row says whose export it is")]
pub async fn next(db: &DatabaseConnection, in_work: u32, now: DateTime<Utc>) -> Result<Option<Claim>, DbErr> {
    let token = Uuid::new_v4();
    let tx = begin_in_turn(db).await?;
    let values = [token.into(), now.into(), (now + LEASE).into(), i64::from(in_work).into()];
    let won = tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), CLAIM, values)).await?;
    if won.rows_affected() == 0 {
        return Ok(None);
    }
    let export = Entity::find().filter(Column::Claim.eq(token)).filter(claimed_at(now)).one(&tx).await?;
    tx.commit().await?;
    Ok(export.map(|export| Claim { export, token }))
}

/// What was claimed just now: no index leads to a claim's token, one leads to the open exports.
fn claimed_at(now: DateTime<Utc>) -> Condition {
    Condition::all().add(Expr::cust("status IN (1, 2)")).add(Column::ClaimedAt.eq(now))
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

/// Holds on to a claim and tells how far the work has come, 0 to 1. False where the claim is lost.
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
    /// SHA-256 of its rows, hexadecimal, as the manifest has it.
    pub rows_sha256: String,
    /// When it is to be removed.
    pub expires_at: DateTime<Utc>,
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
        rows_sha256: Set(Some(file.rows_sha256)),
        expires_at: Set(Some(file.expires_at)),
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

/// Ends an export without a file. False where the claim is lost.
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

/// Gives an export back to the queue, to be claimed again from `due_at` on. Where it was by a fault
/// of its own, that is counted.
pub async fn give_back(
    db: &impl ConnectionTrait,
    claim: &Claim,
    due_at: DateTime<Utc>,
    own_fault: bool,
) -> Result<bool, DbErr> {
    let back = ActiveModel {
        id: Unchanged(claim.export.id),
        status: Set(Status::Queued),
        progress: Set(0.0),
        claim: Set(None),
        lease_until: Set(None),
        due_at: Set(due_at),
        faults: Set(claim.export.faults + i32::from(own_fault)),
        ..Default::default()
    };
    let back = Entity::update_many().set(back).filter(claim.held()).exec(db).await?;
    Ok(back.rows_affected == 1)
}

/// Exports that a worker could claim at `now`, the longest due first: so many at most.
#[expect(clippy::disallowed_methods, reason = "the worker serves all domains")]
pub async fn waiting(db: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Expr::cust("status IN (1, 2)"))
        .filter(claimable(now))
        .order_by_asc(Column::DueAt)
        .limit(limit)
        .all(db)
        .await
}
