//! SQLite's yardsticks: prepared statements, one process, the product's own settings of the file.

use super::{
    Same, Wanted,
    rows::{Rows, arguments},
};
use crate::bench::{cpu::Meter, reading::Reading};
use entity::{clock, id::LogId};
use futures::future::try_join_all;
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// A database file, opened as the product opens it.
pub(in crate::bench) struct Sqlite {
    pub(super) pool: SqlitePool,
}

/// Records a transaction.
const MANY: usize = 1000;
/// How many different records are written one at a time.
const DIFFERENT: i64 = 50;
/// A transaction that writes takes the lock at once.
const BEGIN: &str = "BEGIN IMMEDIATE";

fn id(id: LogId) -> String {
    format!("X'{}'", id.uuid().simple())
}

/// Records and their payloads.
struct Both {
    logs: Rows,
    payloads: Rows,
}

impl Sqlite {
    pub(super) async fn described(&self) -> anyhow::Result<String> {
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&self.pool).await?;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&self.pool).await?;
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&self.pool).await?;
        Ok(format!("SQLite {version}, journal_mode {journal}, synchronous {synchronous}"))
    }

    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        Ok(())
    }

    /// Writes the rows that the API recorded into the same tables, under another domain.
    pub(super) async fn add_many(&self, meter: Meter, same: Same) -> anyhow::Result<Reading> {
        let Both { logs, payloads } = self.read(same, i64::MAX).await?;
        let (before, begin) = (meter.read_own(), Instant::now());
        for (some_logs, some_payloads) in logs.rows.chunks(MANY).zip(payloads.rows.chunks(MANY)) {
            let mut tx = self.pool.begin_with(BEGIN).await?;
            for (insert, rows) in [(&logs.insert, some_logs), (&payloads.insert, some_payloads)] {
                for row in rows {
                    sqlx::query_with(AssertSqlSafe(insert.as_str()), arguments(row, None)?).execute(&mut *tx).await?;
                }
            }
            tx.commit().await?;
        }
        let elapsed = begin.elapsed();
        let rows = u32::try_from(logs.rows.len())?;
        Ok(Reading::new(rows, elapsed, meter.read_own().since(before, rows)))
    }

    /// Writes rows like those that the API recorded, each in a transaction of its own.
    pub(super) async fn add_single(
        &self,
        meter: Meter,
        same: Same,
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Reading> {
        let both = Arc::new(self.read(same, DIFFERENT).await?);
        let pool = self.pool.clone();
        self.repeat(meter, connections, time, move |place| {
            let (both, pool) = (both.clone(), pool.clone());
            async move {
                let mut tx = pool.begin_with(BEGIN).await?;
                both.add(&mut tx, place).await?;
                tx.commit().await
            }
        })
        .await
    }

    /// Asks for the pages.
    pub(super) async fn list(
        &self,
        meter: Meter,
        pages: &[Wanted],
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Reading> {
        let statements: Arc<Vec<Arc<str>>> = Arc::new(pages.iter().map(|page| page.sql(id).into()).collect());
        let pool = self.pool.clone();
        self.repeat(meter, connections, time, move |place| {
            let (statement, pool) = (statements[place % statements.len()].clone(), pool.clone());
            async move { sqlx::query(AssertSqlSafe(statement)).fetch_all(&pool).await.map(drop) }
        })
        .await
    }

    /// How long the rows of a statement take.
    pub(super) async fn select(&self, sql: String) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
        Ok(begin.elapsed())
    }

    async fn read(&self, same: Same, limit: i64) -> anyhow::Result<Both> {
        let rows = async |table: &str| {
            let sql = format!(
                "SELECT * FROM {table} WHERE domain_id = {} AND id >= {} AND id < {} ORDER BY id LIMIT {limit}",
                same.from.0,
                id(same.first),
                id(same.end)
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await?;
            Rows::read(table, same.to.0, &rows)
        };
        Ok(Both { logs: rows("connector_log").await?, payloads: rows("payload").await? })
    }

    /// Does something again and again on so many connections until the time is over.
    async fn repeat<F>(
        &self,
        meter: Meter,
        connections: u32,
        time: Duration,
        work: impl Fn(usize) -> F + Clone + Send + 'static,
    ) -> anyhow::Result<Reading>
    where
        F: Future<Output = Result<(), sqlx::Error>> + Send,
    {
        let (before, begin) = (meter.read_own(), Instant::now());
        let tasks = (0..connections).map(|task| {
            let work = work.clone();
            tokio::spawn(async move {
                let mut place = usize::try_from(task).unwrap_or(0) * 7;
                let first = place;
                while begin.elapsed() < time {
                    work(place).await?;
                    place += 1;
                }
                Ok::<_, sqlx::Error>(place - first)
            })
        });
        let mut done = 0;
        for ended in try_join_all(tasks).await? {
            done += ended?;
        }
        let elapsed = begin.elapsed();
        let done = u32::try_from(done)?;
        Ok(Reading::new(done, elapsed, meter.read_own().since(before, done)))
    }
}

impl Both {
    /// Writes the record of that place anew, under an id of this moment.
    async fn add(&self, connection: &mut SqliteConnection, place: usize) -> Result<(), sqlx::Error> {
        let id = LogId::at(clock::now(), Uuid::new_v4().as_u64_pair().1).uuid();
        for Rows { insert, rows } in [&self.logs, &self.payloads] {
            let row = &rows[place % rows.len()];
            let arguments = arguments(row, Some(id.as_bytes()))?;
            sqlx::query_with(AssertSqlSafe(insert.as_str()), arguments).execute(&mut *connection).await?;
        }
        Ok(())
    }
}
