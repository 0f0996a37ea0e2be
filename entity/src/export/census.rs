//! How many exports are open, in one statement on the index of those that are.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

/// The exports of all domains that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct Census {
    /// That wait, or pause before they are tried again.
    pub queued: i64,
    /// That a worker has.
    pub running: i64,
    /// That a worker could begin with.
    pub waiting: i64,
    /// Since when the first of these waits.
    pub waits_since: Option<DateTime<Utc>>,
    /// When the first of all was asked for.
    pub asked_since: Option<DateTime<Utc>>,
}

/// `$1` is now. Statuses: 1 queued, 2 running; as numbers, for the partial index serves no
/// parameter. More than so many are not counted: somebody looks by then.
const CENSUS: &str = "
    SELECT COALESCE(SUM(CASE WHEN status = 1 THEN 1 ELSE 0 END), 0) AS queued,
           COALESCE(SUM(CASE WHEN status = 2 THEN 1 ELSE 0 END), 0) AS running,
           COALESCE(SUM(CASE WHEN since <= $1 THEN 1 ELSE 0 END), 0) AS waiting,
           MIN(CASE WHEN since <= $1 THEN since END) AS waits_since,
           MIN(asked_at) AS asked_since
    FROM (SELECT status, COALESCE(lease_until, due_at) AS since, COALESCE(asked_again_at, requested_at) AS asked_at
          FROM export WHERE status IN (1, 2) LIMIT 100000) AS open";

/// Counts them, as they are at `now`.
pub async fn take(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Census, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), CENSUS, [now.into()]);
    let counted = Census::find_by_statement(statement).one(db).await?;
    Ok(counted.unwrap_or_default())
}
