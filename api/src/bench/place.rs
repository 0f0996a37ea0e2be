//! Where a run takes place: a folder and a database of its own, both gone afterwards.

use anyhow::Context as _;
use entity::db::Address;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, postgres::PgConnectOptions};
use std::{env, fmt, fs, path::PathBuf};
use uuid::Uuid;

/// A folder and a database.
pub(super) struct Place {
    folder: PathBuf,
    database: Database,
}

enum Database {
    Sqlite,
    Postgres { server: Box<PgConnectOptions>, name: String },
}

impl Place {
    /// Makes both. An address of PostgreSQL says on which server, one of SQLite beside which file.
    pub(super) async fn make(address: Option<&Address>) -> anyhow::Result<Self> {
        let run = Uuid::new_v4().simple();
        let beside = match address {
            Some(Address::Sqlite(path)) => path.parent().map(PathBuf::from).unwrap_or_default(),
            _ => env::temp_dir(),
        };
        let folder = beside.join(format!("connector-log-bench-{run}"));
        let database = match address {
            Some(Address::Postgres(server)) => {
                let name = format!("connector_log_bench_{run}");
                administer(server, format!("CREATE DATABASE {name}"))
                    .await
                    .context("making a database on the server")?;
                Database::Postgres { server: server.clone(), name }
            }
            _ => Database::Sqlite,
        };
        fs::create_dir_all(&folder).with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self { folder, database })
    }

    /// A file in the folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The database.
    pub(super) fn address(&self) -> Address {
        match &self.database {
            Database::Sqlite => Address::Sqlite(self.file("log.db")),
            Database::Postgres { server, name } => Address::Postgres(Box::new(server.as_ref().clone().database(name))),
        }
    }

    /// The same as a server is told it.
    pub(super) fn url(&self) -> String {
        match self.address() {
            Address::Sqlite(path) => format!("sqlite:{}", path.display()),
            Address::Postgres(options) => options.to_url_lossy().into(),
        }
    }

    /// Removes both.
    pub(super) async fn remove(self) -> anyhow::Result<()> {
        if let Database::Postgres { server, name } = &self.database {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            administer(server, drop).await.with_context(|| format!("dropping the database {name}"))?;
        }
        fs::remove_dir_all(&self.folder).with_context(|| format!("removing the folder {}", self.folder.display()))
    }
}

async fn administer(server: &PgConnectOptions, sql: String) -> anyhow::Result<()> {
    let mut connection = server.connect().await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    Ok(connection.close().await?)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the folder {}", self.folder.display())?;
        match &self.database {
            Database::Sqlite => Ok(()),
            Database::Postgres { name, .. } => write!(f, ", the database {name}"),
        }
    }
}
