//! A database for one test: a file of its own, or a PostgreSQL database of its own.

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor,
    postgres::{PgConnectOptions, PgConnection, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use std::{env, path::Path};
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The database of one test.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite(SqliteConnectOptions),
    Postgres { server: PgConnectOptions, name: String },
}

/// A transaction of the test's own that keeps others waiting until it is dropped or released.
pub enum Held {
    /// In a file.
    Sqlite(SqliteConnection),
    /// On a server.
    Postgres(PgConnection),
}

impl Held {
    /// Lets the others go on; what the transaction did is undone.
    pub async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

impl Database {
    /// A new, empty one.
    pub(crate) async fn new(kind: Kind, folder: &Path) -> Self {
        match kind {
            Kind::Sqlite => Self::Sqlite(SqliteConnectOptions::new().filename(folder.join("log.db"))),
            Kind::Postgres => {
                let server = postgres_server();
                let name = format!("promise_{}", Uuid::new_v4().simple());
                match server.connect().await {
                    Ok(mut connection) => {
                        let create = format!("CREATE DATABASE {name}");
                        connection.execute(AssertSqlSafe(create)).await.unwrap();
                        connection.close().await.unwrap();
                    }
                    Err(error) => panic!(
                        "these tests need a PostgreSQL server, and none answers ({error}): run scripts/test, \
                         or scripts/with-postgres cargo test"
                    ),
                }
                Self::Postgres { server, name }
            }
        }
    }

    /// The address, as the product is given it.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(options) => format!("sqlite:{}", options.get_filename().display()),
            Self::Postgres { server, name } => server.clone().database(name).to_url_lossy().to_string(),
        }
    }

    /// Runs a statement of the test's own.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(options) => {
                let mut connection = options.clone().disable_statement_logging().connect().await?;
                let done = connection.execute(sql).await.map(|done| done.rows_affected());
                connection.close().await?;
                done
            }
            Self::Postgres { server, name } => {
                let mut connection = server.clone().database(name).connect().await?;
                let done = connection.execute(sql).await.map(|done| done.rows_affected());
                connection.close().await?;
                done
            }
        }
    }

    /// The number that a statement answers.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(options) => {
                let mut connection = options.connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
            Self::Postgres { server, name } => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// The texts that a statement answers, one a row.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(options) => {
                let mut connection = options.connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            }
            Self::Postgres { server, name } => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            }
        }
    }

    /// Begins a transaction with `sql`, and stays in it.
    pub(crate) async fn hold(&self, sql: &str) -> Held {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(options) => {
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                Held::Sqlite(connection)
            }
            Self::Postgres { server, name } => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                Held::Postgres(connection)
            }
        }
    }

    /// The server's own address, `host:port`.
    pub(crate) fn server(&self) -> String {
        let Self::Postgres { server, .. } = self else {
            panic!("a file has no server");
        };
        format!("{}:{}", server.get_host(), server.get_port())
    }

    /// The address of the database by way of another host and port.
    pub(crate) fn url_by_way_of(&self, address: &str) -> String {
        let Self::Postgres { server, name } = self else {
            panic!("there is one way to a file");
        };
        let (host, port) = address.rsplit_once(':').unwrap();
        server.clone().database(name).host(host).port(port.parse().unwrap()).to_url_lossy().to_string()
    }

    /// The number that a statement answers on a connection that has run `first`.
    pub(crate) async fn number_after(&self, first: &str, sql: &str) -> Result<i64, sqlx::Error> {
        let (first, sql) = (AssertSqlSafe(first.to_owned()), AssertSqlSafe(sql.to_owned()));
        let Self::Postgres { server, name } = self else {
            panic!("settings of a connection are PostgreSQL's");
        };
        let mut connection = server.clone().database(name).connect().await?;
        sqlx::raw_sql(first).execute(&mut connection).await?;
        let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
        connection.close().await?;
        number
    }

    /// Hands the database to a new, ordinary role, and answers with the address under which it opens it.
    pub(crate) async fn hand_over(&self) -> String {
        let Self::Postgres { server, name } = self else {
            panic!("roles are PostgreSQL's");
        };
        let sql = format!("CREATE ROLE {name} LOGIN PASSWORD 'of its own'; ALTER DATABASE {name} OWNER TO {name}");
        let mut connection = server.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        server.clone().database(name).username(name).password("of its own").to_url_lossy().to_string()
    }

    /// A new role that is a member of the servers' own, and owns nothing: the address under which
    /// it opens the database.
    pub(crate) async fn as_server(&self) -> String {
        let Self::Postgres { server, name } = self else {
            panic!("roles are PostgreSQL's");
        };
        let role = format!("{name}_server");
        let sql = format!("CREATE ROLE {role} LOGIN PASSWORD 'of its own' IN ROLE connector_log_app");
        let mut connection = server.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        server.clone().database(name).username(&role).password("of its own").to_url_lossy().to_string()
    }

    /// All rows of all tables as text, bytes in hexadecimal: what a dump would hold.
    pub(crate) async fn dump(&self) -> String {
        let sqlite = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let postgres = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        let mut dump = String::new();
        match self {
            Self::Sqlite(options) => {
                let mut connection = options.connect().await.unwrap();
                let tables: Vec<String> = sqlx::query_scalar(sqlite).fetch_all(&mut connection).await.unwrap();
                for table in tables {
                    let columns = format!(
                        "SELECT group_concat('quote(\"' || name || '\")', ' || '' '' || ') FROM pragma_table_info('{table}')"
                    );
                    let columns: String =
                        sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut connection).await.unwrap();
                    let rows = format!("SELECT {columns} FROM \"{table}\"");
                    let rows: Vec<String> =
                        sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut connection).await.unwrap();
                    dump += &[table, rows.join("\n")].join("\n");
                }
            }
            Self::Postgres { server, name } => {
                let mut connection = server.clone().database(name).connect().await.unwrap();
                let tables: Vec<String> = sqlx::query_scalar(postgres).fetch_all(&mut connection).await.unwrap();
                for table in tables {
                    let rows = format!("SELECT t::text FROM {table} t");
                    let rows: Vec<String> =
                        sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut connection).await.unwrap();
                    dump += &[table, rows.join("\n")].join("\n");
                }
            }
        }
        dump
    }

    /// Takes the database away, whoever is still in it. A file goes with its folder.
    pub(crate) async fn take_down(&self) {
        if let Self::Postgres { server, name } = self {
            let mut connection = server.connect().await.unwrap();
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            connection.execute(AssertSqlSafe(drop)).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// The server, from `TEST_POSTGRES_URL` or from the usual `PG…` variables.
fn postgres_server() -> PgConnectOptions {
    let options = match env::var("TEST_POSTGRES_URL") {
        Ok(url) => url.parse().expect("TEST_POSTGRES_URL is a PostgreSQL address"),
        Err(_) => PgConnectOptions::new(),
    };
    options.ssl_mode(PgSslMode::Disable)
}
