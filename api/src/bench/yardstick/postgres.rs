//! PostgreSQL's yardsticks: COPY for many records at once, pgbench for one at a time and for lists.

use super::{
    Same, Wanted,
    pgbench::{Pgbench, insert},
};
use crate::bench::{
    cpu::{self, Meter},
    reading::Reading,
};
use entity::id::LogId;
use futures::TryStreamExt as _;
use sqlx::{
    PgPool, Row as _,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgPoolCopyExt as _},
};
use std::time::{Duration, Instant};

/// A PostgreSQL server.
pub(in crate::bench) struct Postgres {
    pool: PgPool,
    pgbench: Option<Pgbench>,
    /// Its first process, where it runs on this machine.
    pub(super) postmaster: Option<u32>,
}

/// Records a transaction.
const MANY: usize = 1000;
/// How many different records pgbench inserts, a script each.
const SCRIPTS: usize = 50;

fn id(id: LogId) -> String {
    format!("'{}'", id.uuid())
}

/// A table's lines as COPY writes them, under the yardstick's domain.
struct Lines(Vec<Vec<u8>>);

impl Postgres {
    pub(super) async fn new(pool: PgPool, options: &PgConnectOptions) -> anyhow::Result<Self> {
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await?;
        let postmaster = u32::try_from(backend).ok().and_then(cpu::postmaster_of);
        Ok(Self { pool, pgbench: Pgbench::find(options), postmaster })
    }

    pub(super) async fn described(&self) -> anyhow::Result<String> {
        let row = sqlx::query(
            "SELECT split_part(current_setting('server_version'), ' ', 1), current_setting('shared_buffers'), \
             current_setting('synchronous_commit'), current_setting('max_wal_size'), \
             CASE WHEN s.ssl THEN 'with' ELSE 'without' END FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()",
        )
        .fetch_one(&self.pool)
        .await?;
        let text = |place: usize| row.try_get::<String, _>(place);
        Ok(format!(
            "PostgreSQL {}, shared_buffers {}, synchronous_commit {}, max_wal_size {}, {} TLS",
            text(0)?,
            text(1)?,
            text(2)?,
            text(3)?,
            text(4)?
        ))
    }

    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        sqlx::query("VACUUM (ANALYZE) connector_log").execute(&self.pool).await?;
        sqlx::query("VACUUM (ANALYZE) payload").execute(&self.pool).await?;
        sqlx::query("CHECKPOINT").execute(&self.pool).await.map(drop).or_else(only_a_superuser_may)
    }

    /// Copies the rows that the API recorded into the same tables, under another domain.
    pub(super) async fn copy(&self, meter: Meter, same: Same) -> anyhow::Result<Reading> {
        let logs = self.lines("connector_log", same).await?;
        let payloads = self.lines("payload", same).await?;
        let (before, begin) = (meter.read(), Instant::now());
        for (logs, payloads) in logs.0.chunks(MANY).zip(payloads.0.chunks(MANY)) {
            let mut tx = self.pool.begin().await?;
            for (sql, lines) in [("COPY connector_log FROM STDIN", logs), ("COPY payload FROM STDIN", payloads)] {
                let mut copy = tx.copy_in_raw(sql).await?;
                copy.send(lines.concat()).await?;
                copy.finish().await?;
            }
            tx.commit().await?;
        }
        let elapsed = begin.elapsed();
        let rows = u32::try_from(logs.0.len())?;
        Ok(Reading::new(rows, elapsed, meter.read().since(before, rows).of_database()))
    }

    async fn lines(&self, table: &str, same: Same) -> anyhow::Result<Lines> {
        let sql = format!(
            "COPY (SELECT * FROM {table} WHERE domain_id = {} AND id >= {} AND id < {} ORDER BY id) TO STDOUT",
            same.from.0,
            id(same.first),
            id(same.end),
        );
        let mut copied = self.pool.copy_out_raw(&sql).await?;
        let mut text = Vec::new();
        while let Some(piece) = copied.try_next().await? {
            text.extend_from_slice(&piece);
        }
        let domain = same.to.0.to_string().into_bytes();
        let line = |line: &[u8]| {
            let rest = line.iter().position(|&b| b == b'\t').unwrap_or(0);
            [&domain, &line[rest..]].concat()
        };
        // In this format a line's end is never part of a value.
        Ok(Lines(text.split_inclusive(|&b| b == b'\n').map(line).collect()))
    }

    /// Inserts rows like those that the API recorded, each in a transaction of its own.
    pub(super) async fn insert(
        &self,
        meter: Meter,
        same: Same,
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Option<Reading>> {
        let Some(pgbench) = &self.pgbench else {
            return Ok(None);
        };
        let (logs, payloads) = (self.lines("connector_log", same).await?, self.lines("payload", same).await?);
        let pairs = logs.0.iter().zip(&payloads.0).take(SCRIPTS);
        let scripts = pairs.map(|(log, payload)| Ok(insert(std::str::from_utf8(log)?, std::str::from_utf8(payload)?)));
        let scripts = scripts.collect::<anyhow::Result<Vec<_>>>()?;
        pgbench.run(meter, &scripts, connections, time).await.map(Some)
    }

    /// Has pgbench ask for the pages.
    pub(super) async fn list(
        &self,
        meter: Meter,
        pages: &[Wanted],
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Option<Reading>> {
        let Some(pgbench) = &self.pgbench else {
            return Ok(None);
        };
        let scripts: Vec<_> = pages.iter().map(|page| page.sql(id)).collect();
        pgbench.run(meter, &scripts, connections, time).await.map(Some)
    }

    /// How long the rows of a statement take as CSV.
    pub(super) async fn csv(&self, sql: &str) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        let sql = format!("COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)");
        let mut copied = self.pool.copy_out_raw(&sql).await?;
        while copied.try_next().await?.is_some() {}
        Ok(begin.elapsed())
    }
}

/// A checkpoint is a courtesy: where we may not ask for one, none is made.
fn only_a_superuser_may(error: sqlx::Error) -> anyhow::Result<()> {
    match error.as_database_error().and_then(DatabaseError::code).as_deref() {
        Some("42501") => Ok(()),
        _ => Err(error.into()),
    }
}
