//! Every setting of the program: a flag or a variable, the flag first. The comments here are the
//! help text; `.env.example` lists the same.
#![expect(clippy::doc_markdown, reason = "the comments are help text, printed as it stands")]

mod exports;
mod graphql;
pub mod limits;
mod oidc;
mod quiet;
mod telemetry;

pub use exports::Exports;
pub use graphql::GraphQl;
pub use limits::Limits;
pub use oidc::Oidc;
pub use telemetry::{Secret, Telemetry};

use clap::{Args, Parser, Subcommand, ValueEnum};
use quiet::quiet;
use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

const SETTINGS: &str = "Settings are flags or variables: DATABASE_URL says where the records are, STORE_URL where the \
exports, LISTEN and PUBLIC_URL where the server is. `connector-log serve --help` explains each.";

/// Keeps every call between a company's domain and its applications, finds it in seconds, and
/// exports what a filter shows.
#[derive(Debug, Parser)]
#[command(name = "connector-log", version, max_term_width = 100, after_help = SETTINGS)]
pub struct Program {
    /// What to do; `serve` where nothing is said.
    #[command(subcommand)]
    pub command: Command,
}

impl Program {
    /// Reads the command line. Without a subcommand, its flags are those of `serve`.
    pub fn read() -> Self {
        let mut words: Vec<OsString> = std::env::args_os().collect();
        let about_the_program = ["-h", "--help", "-V", "--version"];
        let serve = words.get(1).is_none_or(|word| {
            word.to_str().is_some_and(|word| word.starts_with('-') && !about_the_program.contains(&word))
        });
        if serve {
            words.insert(words.len().min(1), "serve".into());
        }
        Self::parse_from(words)
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API, with the worker inside (the default)
    Serve(Box<Serve>),
    /// Work on exports only; the API runs elsewhere on the same database and store
    Worker(Box<Worker>),
    /// Bring the database up to date, and end
    Migrate(Migrate),
    /// Print the GraphQL schema (SDL)
    Schema,
    /// Set one PDF: what a worker starts for each, with the task on standard input
    #[command(hide = true)]
    Render,
    /// Make, list and revoke access tokens
    #[command(subcommand)]
    Token(Token),
    /// List who looked at payloads, asked for exports, changed tokens or was refused, newest first
    Access(AccessList),
    /// Tell whether a report is what was exported: the file against its manifest, and against the
    /// server's own record
    VerifyReport(VerifyReport),
    /// Record the calls of a HAR file or of NDJSON
    Import(Box<crate::import::Args>),
    /// Compare what an import derives from a HAR with the truth about it
    Score(Box<crate::import::score::Args>),
    /// Measure what the product does in a second, beside what its database does by itself
    Bench(Box<crate::bench::Args>),
}

/// Where the records are.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Where the records are: sqlite:PATH or postgres://user:password@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, default_value = "sqlite:data/connector-log.db", value_parser = quiet::<entity::db::Address>())]
    pub database_url: entity::db::Address,
    /// The most connections to the database
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// Which messages to log: a level, or levels by target (info,sqlx::query=debug)
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// How to write them; text on a terminal and JSON otherwise, where nothing is said
    #[arg(long, env = "LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How log lines are written, on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// What both `serve` and `worker` need.
#[derive(Clone, Debug, Args)]
pub struct Work {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// Where the exports are: file:PATH, or s3://BUCKET/PREFIX with the usual AWS_… variables
    #[arg(long, env = "STORE_URL", default_value = "file:data/exports", value_parser = quiet::<worker::store::Address>())]
    pub store_url: worker::store::Address,
    /// How many exports one process works on at a time
    #[arg(long, env = "WORKER_EXPORTS", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub worker_exports: u8,
    /// A folder with fonts for scripts beyond Latin, Greek and Cyrillic (Debian's Noto packages
    /// put theirs into the default)
    #[arg(long, env = "FONT_DIR", default_value = "/usr/share/fonts")]
    pub font_dir: PathBuf,
    /// What holds for every export.
    #[command(flatten)]
    pub exports: Exports,
    /// How the process is watched.
    #[command(flatten)]
    pub telemetry: Telemetry,
    /// Do not touch the database's schema
    #[arg(long)]
    pub no_migrate: bool,
}

/// `serve`.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Database, store, worker.
    #[command(flatten)]
    pub work: Work,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
    /// What links begin with, as users reach this server; http:// and the address taken, where
    /// nothing is said
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<Url>,
    /// Leave the worker to other processes
    #[arg(long)]
    pub no_worker: bool,
    /// The key that signs download links, 64 hexadecimal digits; the same in every API process.
    /// Where nothing is said, a key is made at first start and kept in --link-key-file
    #[arg(long, env = "LINK_KEY", hide_env_values = true, value_parser = quiet::<crate::download::Key>())]
    pub link_key: Option<crate::download::Key>,
    /// Where the made key is kept
    #[arg(long, env = "LINK_KEY_FILE", default_value = "data/link.key")]
    pub link_key_file: PathBuf,
    /// How long a download link works, in seconds
    #[arg(long, env = "DOWNLOAD_LINK_TTL", default_value = "600", value_parser = seconds)]
    pub download_link_ttl: Duration,
    /// What GraphQL lets through.
    #[command(flatten)]
    pub graphql: GraphQl,
    /// How much anybody may ask.
    #[command(flatten)]
    pub limits: Limits,
    /// The company's OpenID provider.
    #[command(flatten)]
    pub oidc: Oidc,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(n @ 1..=604_800) => Ok(Duration::from_secs(n)),
        _ => Err("must be a whole number of seconds, from 1 to 604800".to_owned()),
    }
}

/// `worker`.
#[derive(Clone, Debug, Args)]
pub struct Worker {
    /// Database, store, worker.
    #[command(flatten)]
    pub work: Work,
}

/// `migrate`.
#[derive(Clone, Debug, Args)]
pub struct Migrate {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
}

/// `token …`.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token, and its domain if that is new; prints the token, alone
    Create(TokenCreate),
    /// List a domain's tokens, newest first
    List(TokenList),
    /// Revoke a token: from the next request on it opens nothing
    Revoke(TokenRevoke),
}

/// `token create`.
#[derive(Debug, Args)]
pub struct TokenCreate {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// The domain that the token opens
    #[arg(long, value_name = "NAME")]
    pub domain: String,
    /// What to call the token: exports say it as "requested by"
    #[arg(long, default_value = "token")]
    pub name: String,
    /// What the token allows: LOGS_READ, PAYLOADS_READ, LOGS_WRITE, EXPORTS_WRITE, ADMIN; all of
    /// them where nothing is said. May be given more than once
    #[arg(long, value_parser = scope)]
    pub scope: Vec<entity::token::Scope>,
    /// After how many days the token expires; never, where nothing is said
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub expires: Option<u32>,
}

fn scope(text: &str) -> Result<entity::token::Scope, String> {
    let known = entity::token::Scope::ALL;
    known
        .into_iter()
        .find(|s| s.name().eq_ignore_ascii_case(&text.replace('-', "_")))
        .ok_or_else(|| format!("is no scope: give one of {}", known.map(entity::token::Scope::name).join(", ")))
}

/// `token list`.
#[derive(Debug, Args)]
pub struct TokenList {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// Whose tokens
    #[arg(long, value_name = "NAME")]
    pub domain: String,
}

/// `token revoke`.
#[derive(Debug, Args)]
pub struct TokenRevoke {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// The token's id, as `token list` shows it: tok_…
    pub id: entity::id::TokenId,
}

/// `access`.
#[derive(Debug, Args)]
pub struct AccessList {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// Whose events; where nothing is said, those of callers who belong to no domain: unknown
    /// tokens, refused sign-ins
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// How many, the newest first
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
}

/// `verify-report`.
#[derive(Debug, Args)]
pub struct VerifyReport {
    /// The file: a PDF, or a CSV file with its manifest beside it as FILE.manifest.json
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The file's manifest, where it does not lie beside it under that name
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// The database of the server that is to have made the file, which is only read:
    /// sqlite:PATH or postgres://user:password@host/database. Where nothing is said it is
    /// sqlite:data/connector-log.db if that is there, and otherwise the file is compared with its
    /// manifest alone
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = quiet::<entity::db::Address>())]
    pub database_url: Option<entity::db::Address>,
}
