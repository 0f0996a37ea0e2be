//! What the same work costs straight in the database, by the means that its own people would take:
//! COPY and pgbench for PostgreSQL ([`postgres`]), prepared statements in one process for SQLite
//! ([`sqlite`]).

mod pgbench;
mod postgres;
mod rows;
mod sqlite;

use super::{cpu::Meter, reading::Reading};
use entity::{
    db::Address,
    id::{DomainId, LogId},
    log::Action,
};
use postgres::Postgres;
use sea_orm::{ActiveEnum as _, DatabaseConnection};
use sqlite::Sqlite;
use std::time::Duration;

/// The yardsticks of the database that is measured on.
pub(super) enum Yardstick {
    /// PostgreSQL's.
    Postgres(Postgres),
    /// SQLite's.
    Sqlite(Sqlite),
}

/// Records that were recorded through the API, and the domain to which a yardstick adds the same.
#[derive(Clone, Copy)]
pub(super) struct Same {
    /// Whose they are.
    pub(super) from: DomainId,
    /// Whose the yardstick's are.
    pub(super) to: DomainId,
    /// The first of them.
    pub(super) first: LogId,
    /// The first beyond them.
    pub(super) end: LogId,
}

/// A page of the list.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Whose.
    pub(super) domain: DomainId,
    /// Which.
    pub(super) action: Action,
    /// From when, where that matters.
    pub(super) from: LogId,
    /// Until when.
    pub(super) to: LogId,
    /// With payloads.
    pub(super) payload: bool,
}

impl Wanted {
    /// The statement, for a dialect that writes an id as `id` does. One record more than the page
    /// holds tells whether there is another page, as in the product.
    fn sql(&self, id: fn(LogId) -> String) -> String {
        let (columns, join) = if self.payload {
            ("l.*, p.*", "LEFT JOIN payload p ON p.domain_id = l.domain_id AND p.id = l.id ")
        } else {
            ("l.*", "")
        };
        format!(
            "SELECT {columns} FROM connector_log l {join}WHERE l.domain_id = {} AND l.action = {} \
             AND l.id >= {} AND l.id < {} ORDER BY l.id DESC LIMIT 51",
            self.domain.0,
            self.action.to_value(),
            id(self.from),
            id(self.to),
        )
    }
}

/// The newest thousand records of an action, with the names of their applications.
fn thousand(domain: DomainId, action: Action) -> String {
    format!(
        "SELECT l.*, f.name AS from_name, t.name AS to_name FROM connector_log l \
         JOIN application f ON f.domain_id = l.domain_id AND f.number = l.application_from \
         JOIN application t ON t.domain_id = l.domain_id AND t.number = l.application_to \
         WHERE l.domain_id = {} AND l.action = {} ORDER BY l.id DESC LIMIT 1000",
        domain.0,
        action.to_value(),
    )
}

impl Yardstick {
    /// The yardsticks of that database.
    pub(super) async fn of(db: &DatabaseConnection, address: &Address) -> anyhow::Result<Self> {
        Ok(match address {
            Address::Sqlite(_) => Self::Sqlite(Sqlite { pool: db.get_sqlite_connection_pool().clone() }),
            Address::Postgres(options) => {
                Self::Postgres(Postgres::new(db.get_postgres_connection_pool().clone(), options.as_ref()).await?)
            }
        })
    }

    /// The database server's first process, where it runs on this machine.
    pub(super) fn process(&self) -> Option<u32> {
        match self {
            Self::Postgres(postgres) => postgres.postmaster,
            Self::Sqlite(_) => None,
        }
    }

    /// Which database it is, for people.
    pub(super) async fn database(&self) -> anyhow::Result<String> {
        match self {
            Self::Postgres(postgres) => postgres.described().await,
            Self::Sqlite(sqlite) => sqlite.described().await,
        }
    }

    /// Does after many writes what the database does by itself sooner or later, so that it does
    /// not happen while something is measured.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        match self {
            Self::Postgres(postgres) => postgres.settle().await,
            Self::Sqlite(sqlite) => sqlite.settle().await,
        }
    }

    /// How many records are added at once, and by what: the name of [`Self::add_many`].
    pub(super) fn many(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "COPY, 1000 a transaction",
            Self::Sqlite(_) => "prepared INSERTs, 1000 a transaction",
        }
    }

    /// The name of [`Self::add_single`].
    pub(super) fn single(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "pgbench, one INSERT a transaction",
            Self::Sqlite(_) => "prepared INSERTs, one record a transaction",
        }
    }

    /// The name of [`Self::list`].
    pub(super) fn listing(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "pgbench -M prepared, the SQL alone",
            Self::Sqlite(_) => "the SQL alone, prepared, in one process",
        }
    }

    /// The name of [`Self::thousand`].
    pub(super) fn reading(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "COPY (SELECT …) TO STDOUT CSV",
            Self::Sqlite(_) => "SELECT",
        }
    }

    /// Adds the same records, a thousand at a time.
    pub(super) async fn add_many(&self, meter: Meter, same: Same) -> anyhow::Result<Reading> {
        match self {
            Self::Postgres(postgres) => postgres.copy(meter, same).await,
            Self::Sqlite(sqlite) => sqlite.add_many(meter, same).await,
        }
    }

    /// Adds records like those, one at a time, for a while. None where the tool for it is missing.
    pub(super) async fn add_single(
        &self,
        meter: Meter,
        same: Same,
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Option<Reading>> {
        match self {
            Self::Postgres(postgres) => postgres.insert(meter, same, connections, time).await,
            Self::Sqlite(sqlite) => sqlite.add_single(meter, same, connections, time).await.map(Some),
        }
    }

    /// Reads pages for a while. None where the tool for it is missing.
    pub(super) async fn list(
        &self,
        meter: Meter,
        pages: &[Wanted],
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Option<Reading>> {
        match self {
            Self::Postgres(postgres) => postgres.list(meter, pages, connections, time).await,
            Self::Sqlite(sqlite) => sqlite.list(meter, pages, connections, time).await.map(Some),
        }
    }

    /// Reads the newest thousand records of an action; the answer is how long it took.
    pub(super) async fn thousand(&self, domain: DomainId, action: Action) -> anyhow::Result<Duration> {
        let sql = thousand(domain, action);
        match self {
            Self::Postgres(postgres) => postgres.csv(&sql).await,
            Self::Sqlite(sqlite) => sqlite.select(sql).await,
        }
    }
}
