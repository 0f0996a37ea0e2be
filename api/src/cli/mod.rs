//! The command line: which command, and the exit code (0 done; 1 it failed, with a sentence on
//! standard error; 2 wrong usage).

mod access;
mod serve;
mod token;
mod verify;
mod watching;

use crate::{
    graphql, import, logging,
    say::say,
    settings::{Command, Database, Migrate, Program},
};
use anyhow::{Context, anyhow};
use entity::db::{self, Role};
use sea_orm::DatabaseConnection;
use std::process::ExitCode;
use watching::watched;
use worker::queue::Queue;

/// Runs the program.
pub fn main() -> ExitCode {
    let program = Program::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    let result = runtime.block_on(run(program));
    // A rendering that cannot be interrupted must not hold up the end.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("connector-log: {error:#}");
    ExitCode::FAILURE
}

async fn run(program: Program) -> anyhow::Result<()> {
    match program.command {
        Command::Serve(serve) => Box::pin(watched(serve.work.clone(), serve::serve(*serve))).await,
        Command::Worker(worker) => watched(worker.work.clone(), serve::worker(*worker)).await,
        Command::Migrate(Migrate { database }) => {
            logging::init(&database)?;
            migrate(&database).await
        }
        Command::Schema => {
            say(graphql::sdl())?;
            Ok(())
        }
        Command::Render => worker::render::child(),
        Command::Token(command) => token::run(command).await,
        Command::Access(args) => access::run(args).await,
        Command::VerifyReport(args) => verify::run(args).await,
        Command::Import(args) => {
            logging::init(&args.database)?;
            let db = open_migrated(&args.database).await?;
            import::command(*args, &db).await
        }
        Command::Score(args) => import::score::command(*args),
        Command::Bench(args) => crate::bench::command(*args).await,
    }
}

async fn open(settings: &Database, role: Role) -> anyhow::Result<DatabaseConnection> {
    db::open(&settings.database_url, role, settings.database_connections)
        .await
        .map_err(|e| anyhow!("the database (DATABASE_URL, --database-url) could not be opened: {e}"))
}

/// Opens a database that is up to date, bringing it there first where it is not.
async fn open_migrated(settings: &Database) -> anyhow::Result<DatabaseConnection> {
    let db = open(settings, Role::App).await?;
    if lacking(&db).await? == 0 {
        return Ok(db);
    }
    db.close().await?;
    migrate(settings).await?;
    open(settings, Role::App).await
}

async fn lacking(db: &DatabaseConnection) -> anyhow::Result<usize> {
    migration::lacking(db).await.context("asking which migrations the database lacks")
}

/// Brings the database up to date, as its owner: servers and workers go on in a lesser role.
async fn migrate(settings: &Database) -> anyhow::Result<()> {
    let db = open(settings, Role::Owner).await?;
    Queue::of(&db).migrate(migration::up(&db)).await?;
    db.close().await?;
    Ok(())
}
