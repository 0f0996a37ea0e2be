//! The queue: a bell that says there may be an export to work on. Everything about apalis is here.
//!
//! apalis does four things for us: it hands a job to one worker, keeps that worker's heartbeat,
//! gives a dead worker's jobs to another, and remembers what is done. A job says that there is
//! something to do, and not what: which export is next, the exports' rows say. Retries, backoff,
//! time limits and panics are the export's own business (`export.rs`), because the queue's ways with
//! them lose or repeat jobs.
//!
//! A job is enqueued by one INSERT of ours in the transaction that makes the export's row, so
//! neither is ever there without the other. That INSERT depends on apalis' table, which is why its
//! version is pinned.

mod wake;

use crate::{Context, export, stopped};
use anyhow::Context as _;
use apalis::prelude::{BackendExt, Data, Task, WorkerBuilder, WorkerBuilderExt};
use apalis_core::backend::{
    Backend, BackendConfig, WireFormatBackend, finalize::Durable, persistence::TaskPersistLayer,
};
use apalis_postgres::{PostgresStorage, Pubsub};
use apalis_sqlite::{JsonCodec, SqliteStorage};
use entity::{db::is_postgres, id::ExportId};
use futures::{StreamExt, stream::unfold};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Connection, PgPool, SqlitePool};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use ulid::Ulid;
use uuid::Uuid;
use wake::Wake;

/// What a job carries. Fields may be added with a default, never changed: a job that cannot be
/// read would stop the worker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportJob {
    export_id: Uuid,
}

/// The queue of a database.
#[derive(Clone, Debug)]
pub struct Queue {
    backend: Backing,
}

#[derive(Clone, Debug)]
enum Backing {
    Postgres(PgPool),
    /// One process: whoever enqueues wakes the worker beside it.
    Sqlite(SqlitePool, Arc<Notify>),
}

const NAME: &str = "report";
/// Heartbeats: a worker that missed six is dead, and its jobs are another's.
const HEARTBEAT: Duration = Duration::from_secs(5);
const MISSED: usize = 6;
/// How often an idle worker looks without being woken.
const TICK: Duration = Duration::from_secs(1);
/// How long the worker rests after the database failed it: doubling, and short again after a
/// healthy minute.
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);
const HEALTHY: Duration = Duration::from_mins(1);
/// What servers and workers may do with the queue, where they step down to a role of their own.
const GRANT: &str = "DO $$ BEGIN \
     IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'connector_log_app') THEN \
         GRANT USAGE ON SCHEMA apalis TO connector_log_app; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA apalis TO connector_log_app; \
     END IF; \
     END $$";
/// A number of our own, so that two processes never migrate at once.
const MIGRATION_LOCK: i64 = 0x636c_6f67_0001;

impl Queue {
    /// The queue of `db`.
    pub fn of(db: &DatabaseConnection) -> Self {
        let backend = if is_postgres(db) {
            Backing::Postgres(db.get_postgres_connection_pool().clone())
        } else {
            Backing::Sqlite(db.get_sqlite_connection_pool().clone(), Arc::new(Notify::new()))
        };
        Self { backend }
    }

    /// Brings the queue's tables up to date and runs `then`, while no other process migrates. The
    /// role that `then` makes for servers may use the queue.
    pub async fn migrate<F: Future<Output = Result<(), DbErr>>>(&self, then: F) -> anyhow::Result<()> {
        match &self.backend {
            Backing::Postgres(pool) => {
                let mut lock = pool.acquire().await?.detach();
                sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut lock).await?;
                let result = async {
                    PostgresStorage::setup(pool).await.context("migrating the queue")?;
                    then.await.context("migrating the database")?;
                    sqlx::raw_sql(GRANT).execute(pool).await.context("granting the queue to the servers' role")
                }
                .await;
                // Closing the connection gives the lock back.
                lock.close().await?;
                result.map(drop)
            }
            Backing::Sqlite(pool, _) => {
                SqliteStorage::migrations().run(pool).await.context("migrating the queue")?;
                then.await.context("migrating the database")
            }
        }
    }

    /// Wakes the worker of this process. PostgreSQL's own notification wakes all of them at commit.
    pub fn wake(&self) {
        if let Backing::Sqlite(_, notify) = &self.backend {
            notify.notify_one();
        }
    }
}

/// Rings for an export, within the caller's transaction. A second ring of the same `occasion`
/// is the same ring.
pub async fn ring(db: &impl ConnectionTrait, id: ExportId, occasion: &str) -> Result<(), DbErr> {
    let table = if is_postgres(db) { "apalis.jobs" } else { "Jobs" };
    let job = serde_json::to_vec(&ExportJob { export_id: id.uuid() }).map_err(|e| DbErr::Json(e.to_string()))?;
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        format!(
            "INSERT INTO {table} (id, job_type, job, max_attempts, idempotency_key) \
             VALUES ($1, '{NAME}', $2, 5, $3) ON CONFLICT DO NOTHING"
        ),
        [Ulid::generate().to_string().into(), job.into(), format!("{id} {occasion}").into()],
    );
    db.execute_raw(statement).await.map(drop)
}

/// Forgets jobs that ended an hour ago, and the workers that have none left.
pub async fn forget_ended(db: &DatabaseConnection) -> Result<(), DbErr> {
    let statements = if is_postgres(db) {
        "DELETE FROM apalis.jobs WHERE status IN ('Done', 'Killed') AND done_at < now() - interval '1 hour'; \
         DELETE FROM apalis.workers w WHERE last_seen < now() - interval '1 hour' \
             AND NOT EXISTS (SELECT 1 FROM apalis.jobs j WHERE j.lock_by = w.id)"
    } else {
        "DELETE FROM Jobs WHERE status IN ('Done', 'Killed') AND done_at < strftime('%s', 'now') - 3600; \
         DELETE FROM Workers WHERE last_seen < strftime('%s', 'now') - 3600 \
             AND NOT EXISTS (SELECT 1 FROM Jobs WHERE lock_by = Workers.id)"
    };
    for statement in statements.split(';') {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Serves the queue until `context.stop`: one worker of up to `exports` jobs at a time, begun
/// anew, under a new name, whenever the database fails it.
pub async fn run(context: Context, exports: usize) -> anyhow::Result<()> {
    match context.queue.backend.clone() {
        Backing::Postgres(pool) => {
            let config = apalis_postgres::Config::default()
                .queue(NAME)
                .batch_size(1)
                .heartbeat_interval(HEARTBEAT)
                .missed_heartbeats(MISSED);
            supervise(context, exports, move || {
                let inserted = Pubsub::new(pool.clone(), NAME.into()).map(drop);
                PostgresStorage::<ExportJob>::new(&pool)
                    .with_config(config.clone())
                    .poll_with_strategy(Wake::new(TICK, inserted))
            })
            .await
        }
        Backing::Sqlite(pool, notify) => {
            let config = apalis_sqlite::Config::default()
                .queue(NAME)
                .batch_size(1)
                .heartbeat_interval(HEARTBEAT)
                .missed_heartbeats(MISSED);
            supervise(context, exports, move || {
                let inserted = unfold(notify.clone(), |notify| async move {
                    notify.notified().await;
                    Some(((), notify))
                });
                SqliteStorage::<ExportJob>::new(&pool)
                    .with_config(config.clone())
                    .poll_with_strategy(Wake::new(TICK, inserted))
            })
            .await
        }
    }
}

/// Resolves when the process is to end and what was begun before is finished, or given back.
async fn begun_is_finished(context: &Context) {
    stopped(context.stop.clone()).await;
    context.in_work.close();
    context.in_work.wait().await;
}

/// One job: work on whatever is next, until nothing is. What goes wrong with an export is the
/// export's own business; an error here means that the database did not answer.
async fn handle(_: ExportJob, context: Data<Context>) -> Result<(), std::io::Error> {
    if *context.stop.borrow() {
        // Nothing is begun any more; the next process rings for what waits.
        return Ok(());
    }
    // Spawned, so that the worker's heartbeat goes on whatever the export does.
    let in_work = context.in_work.clone();
    match in_work.spawn(async move { export::work(&context).await }).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::error!(error = format!("{error:#}"), "an export's row could not be changed");
            Err(std::io::Error::other("the database did not answer"))
        }
        Err(panic) => Err(std::io::Error::other(panic)),
    }
}

async fn supervise<B>(context: Context, exports: usize, make: impl Fn() -> B + Send + Sync) -> anyhow::Result<()>
where
    B: Backend<Task = Task<Vec<u8>>> + Send + Unpin + 'static,
    B: BackendConfig<Args = ExportJob, Kind = Durable, Layer = TaskPersistLayer<JsonCodec<Value>, Value>>,
    B: WireFormatBackend<Codec = JsonCodec<Vec<u8>>, Compact = Vec<u8>>,
{
    let mut pause = PAUSE_MIN;
    while !*context.stop.borrow() {
        let begun = Instant::now();
        context.pulse.begins(begun);
        // A new name each time: under its old one a worker would keep its own orphans alive.
        let worker = WorkerBuilder::new(format!("connector-log-{}", Ulid::generate()))
            .backend(make())
            .concurrency(exports)
            .data(context.clone())
            .build(handle);
        // Not apalis' own shutdown: it stops polling the backend while jobs are in work, and with it
        // a transaction that then keeps SQLite's lock from those very jobs.
        let ended = tokio::select! {
            ended = worker.run() => ended,
            () = begun_is_finished(&context) => break,
        };
        let Err(error) = ended else { break };
        context.pulse.fails(Instant::now());
        if begun.elapsed() > HEALTHY {
            pause = PAUSE_MIN;
        }
        tracing::error!(%error, "the queue's worker stopped; it begins again");
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stopped(context.stop.clone()) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
    Ok(())
}
