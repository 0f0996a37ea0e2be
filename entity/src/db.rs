//! The one place that knows which database is open: SQLite or PostgreSQL.
//!
//! One sqlx pool serves the entities and the queue alike. SQLite's settings are made here, once:
//! write-ahead log, foreign keys, a patient lock.
//!
//! The rows of a domain are read and written [`within`] it: a transaction that PostgreSQL's
//! row-level security binds to that domain, so that a statement which forgets its WHERE clause
//! still sees no other domain's rows. Outside of it a connection sees only what the process must
//! find before it knows a domain: tokens, sessions and exports by their keys.

use crate::id::DomainId;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions, TransactionTrait,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::PathBuf, str::FromStr, time::Duration};

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Address {
    /// A file, made at first use.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

/// Why an address is none.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    /// Neither scheme.
    #[error("must begin with sqlite: or postgres://, such as sqlite:data/connector-log.db")]
    Scheme,
    /// A PostgreSQL address that cannot be read. The text never holds the password.
    #[error("is no PostgreSQL address, such as postgres://user:password@host/database")]
    Postgres,
    /// `sqlite:` and nothing.
    #[error("names no file: write sqlite:PATH")]
    NoPath,
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(BadAddress::NoPath) } else { Ok(Self::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return text.parse().map(|o| Self::Postgres(Box::new(o))).map_err(|_| BadAddress::Postgres);
        }
        Err(BadAddress::Scheme)
    }
}

/// How an opened database is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// By the server and the worker: on PostgreSQL, row-level security holds, and what is
    /// append-only cannot be changed.
    App,
    /// By migrations, which make tables: as whoever the address names.
    Owner,
    /// By who looks and changes nothing: as [`Self::App`], and what is not there is not made.
    Reader,
}

/// What a connection of the app begins with. The migrations make the role `connector_log_app`
/// where they may; whoever the address names becomes it where allowed, for row-level security
/// holds no superuser. A process that vanishes in a transaction holds up others for half a minute,
/// and not until TCP has noticed.
const AS_APP: &str = "DO $$ BEGIN \
     IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'connector_log_app') \
     AND EXISTS (SELECT FROM pg_class WHERE relname = 'connector_log' \
                 AND has_table_privilege('connector_log_app', oid, 'INSERT')) THEN \
         SET ROLE connector_log_app; \
     END IF; \
     EXCEPTION WHEN insufficient_privilege THEN NULL; \
     END $$; \
     SET idle_in_transaction_session_timeout = '30s'; \
     SET connector_log.process = 'on'";

/// Opens the database, making SQLite's file and folder where they are missing and `role` may write.
///
/// `connections` bounds the pool. A statement waits five seconds at most for a connection.
pub async fn open(address: &Address, role: Role, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let writes = role != Role::Reader;
    let failed = |e: sqlx::Error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(e)));
    match address {
        Address::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|f| writes && !f.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(|e| DbErr::Custom(format!("{}: {e}", folder.display())))?;
            }
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(writes)
                .read_only(!writes)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("cache_size", "-16384")
                // Without it, REPLACE would delete rows past the triggers that refuse it.
                .pragma("recursive_triggers", "ON")
                .log_statements(STATEMENTS)
                .log_slow_statements(SLOW_STATEMENTS, SLOW);
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(10))
                // Where the disk fails a write, SQLite ends the transaction itself and the driver still
                // counts it: what comes next would be written in a transaction that nobody commits.
                .after_release(|connection, _| {
                    Box::pin(async move {
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                })
                .connect_with(options)
                .await
                .map_err(failed)?;
            Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
        }
        Address::Postgres(options) => {
            let options = options
                .as_ref()
                .clone()
                .application_name("connector-log")
                .log_statements(STATEMENTS)
                .log_slow_statements(SLOW_STATEMENTS, SLOW);
            // The pool would only say that it waited in vain; one connection says why.
            options.connect().await.map_err(failed)?.close().await.map_err(failed)?;
            let pool = PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(5))
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        if role != Role::Owner {
                            sqlx::raw_sql(AS_APP).execute(&mut *connection).await?;
                        }
                        if !writes {
                            sqlx::raw_sql("SET default_transaction_read_only = on").execute(connection).await?;
                        }
                        Ok(())
                    })
                })
                .connect_with(options)
                .await
                .map_err(failed)?;
            Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
        }
    }
}

const STATEMENTS: log::LevelFilter = log::LevelFilter::Debug;
const SLOW_STATEMENTS: log::LevelFilter = log::LevelFilter::Warn;
const SLOW: Duration = Duration::from_secs(1);

/// Begins a transaction that sees one domain and nothing else, to read in. Dropped, it ends.
pub async fn within(db: &DatabaseConnection, domain: DomainId) -> Result<DatabaseTransaction, DbErr> {
    bound(db.begin().await?, domain).await
}

/// The same, to write in; nothing is written until it is committed.
pub async fn within_to_write(db: &DatabaseConnection, domain: DomainId) -> Result<DatabaseTransaction, DbErr> {
    bound(begin_write(db).await?, domain).await
}

async fn bound(tx: DatabaseTransaction, domain: DomainId) -> Result<DatabaseTransaction, DbErr> {
    if is_postgres(&tx) {
        tx.execute_unprepared(&bind(domain)).await?;
    }
    Ok(tx)
}

/// What binds a transaction of PostgreSQL's to a domain.
fn bind(DomainId(number): DomainId) -> String {
    format!("SET LOCAL connector_log.domain = '{number}'; SET LOCAL connector_log.process = 'off'")
}

/// [`within_to_write`] for PostgreSQL's own driver, in one statement.
pub(crate) fn begin_within(domain: DomainId) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("BEGIN; {}", bind(domain)))
}

/// Begins a transaction that will write. On SQLite it takes the write lock at once: one that
/// reads first and writes later would fail whenever another has written in between.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    })
    .await
}

/// Begins a transaction that writes what processes decide one after another: while one is in it, the
/// others wait. On SQLite every write is so.
pub(crate) async fn begin_in_turn(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let tx = begin_write(db).await?;
    if is_postgres(&tx) {
        tx.execute_unprepared(TURN).await?;
    }
    Ok(tx)
}

/// A number of our own, for PostgreSQL's advisory locks.
const TURN: &str = "SELECT pg_advisory_xact_lock(109305283870722)";

/// The name of the dialect, for statements that are written twice.
pub fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DatabaseBackend::Postgres
}

/// How many connections there are, to the database that is open.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// Open ones.
    pub size: u32,
    /// Those of them that nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub max: u32,
}

/// The connections of `db`.
pub fn pool(db: &DatabaseConnection) -> Pool {
    fn of<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> Pool {
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        Pool { size: pool.size(), idle, max: pool.options().get_max_connections() }
    }
    if is_postgres(db) { of(db.get_postgres_connection_pool()) } else { of(db.get_sqlite_connection_pool()) }
}

/// Answers if the database does.
pub async fn ping(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.execute_unprepared("SELECT 1").await.map(drop)
}
