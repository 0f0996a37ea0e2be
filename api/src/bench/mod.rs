//! `connector-log bench`: what the product does in a second, measured through its front door and
//! beside a yardstick taken in the same run.
//!
//! A server is started as a process of its own (`server`) over a database made for the run
//! (`place`) and driven over HTTP (`client`) with records that are the same each time
//! (`sample`). Each reading is followed by the same work done straight in the database
//! (`yardstick`); rounds of both alternate, and the medians are printed as Markdown (`table`).
//!
//! Dialect SQL stands in `yardstick/` and nowhere else here.

mod auth;
mod body;
mod client;
mod cpu;
mod dice;
mod export;
mod fill;
mod filters;
mod list;
mod machine;
mod place;
mod reading;
mod record;
mod redact;
mod sample;
mod server;
mod table;
mod yardstick;

use anyhow::Context as _;
use clap::{ValueEnum, error::ErrorKind};
use client::Client;
use cpu::Meter;
use entity::{
    db::{self, Address, BadAddress, Role},
    domain,
    token::{self, Scope},
};
use place::Place;
use sea_orm::DatabaseConnection;
use server::Server;
use std::time::Duration;
use worker::queue::Queue;
use yardstick::Yardstick;

/// `bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where to measure: a PostgreSQL server, on which a database is made and dropped again, or
    /// sqlite:PATH, beside which a folder is made and removed again; SQLite in the folder for
    /// temporary files, where nothing is said
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// How many records the log holds while lists and exports are measured
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(20_000..=100_000_000))]
    pub records: u32,
    /// What to measure; everything, where nothing is said
    #[arg(long, value_name = "SUBJECT", value_delimiter = ',')]
    pub only: Vec<Subject>,
    /// How long a reading lasts
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// How many readings the medians are taken of
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rounds: u32,
    /// Keep the database and the folder, and say where they are
    #[arg(long)]
    pub keep: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Records a second, into an empty log and into a full one
    Record,
    /// Lists a second, without payloads and with them
    List,
    /// The time that each filter takes by itself
    Filters,
    /// The time from asking for an export to its file
    Export,
    /// What it costs to know who asks
    Auth,
    /// What redaction costs, and its share of recording
    Redact,
}

impl Args {
    /// The address. A wrong one ends the program without being repeated: it may hold a password.
    fn address(&self) -> Option<Address> {
        let wrong = |e| clap::Error::raw(ErrorKind::ValueValidation, format!("DATABASE_URL (--database-url) {e}\n"));
        self.database_url.as_ref().map(|text| text.parse().unwrap_or_else(|e: BadAddress| wrong(e).exit()))
    }

    fn wants(&self, subject: Subject) -> bool {
        self.only.is_empty() || self.only.contains(&subject)
    }
}

/// Connections that ask at once, and that the pool of the yardsticks has.
const CONNECTIONS: u32 = 16;
/// How many domains share the log.
const TENANTS: u32 = 20;

/// What all measurements work with.
struct Bench {
    db: DatabaseConnection,
    server: Server,
    meter: Meter,
    yardstick: Yardstick,
    rounds: u32,
    time: Duration,
}

/// A domain, and somebody who may do everything in it.
struct Tenant {
    domain: domain::Model,
    secret: token::Secret,
}

impl Bench {
    async fn open(args: &Args, place: &Place) -> anyhow::Result<Self> {
        let address = place.address();
        let db = db::open(&address, Role::Owner, CONNECTIONS).await.context("the database made for the run")?;
        Queue::of(&db).migrate(migration::up(&db)).await?;
        let yardstick = Yardstick::of(&db, &address).await?;
        let server = Server::start(place).await?;
        let meter = Meter { server: server.pid, database: yardstick.process() };
        Ok(Self { db, server, meter, yardstick, rounds: args.rounds, time: Duration::from_secs(args.seconds) })
    }

    async fn tenant(&self, name: &str) -> anyhow::Result<Tenant> {
        let domain = domain::open(&self.db, name).await?;
        let (_, secret) = token::create(&self.db, domain.id, "bench", &Scope::ALL, None).await?;
        Ok(Tenant { domain, secret })
    }

    fn client(&self, tenant: &Tenant) -> anyhow::Result<Client> {
        Client::new(&self.server.endpoint, tenant.secret.reveal())
    }
}

/// Runs `bench`.
///
/// # Errors
/// What could not be made, started or measured.
pub async fn command(args: Args) -> anyhow::Result<()> {
    let place = Place::make(args.address().as_ref()).await?;
    let result = tokio::select! {
        result = measure(&args, &place) => result,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    if args.keep {
        eprintln!("kept: {place}");
        return result;
    }
    let removed = place.remove().await;
    result.and(removed)
}

async fn measure(args: &Args, place: &Place) -> anyhow::Result<()> {
    let bench = Bench::open(args, place).await?;
    println!("{}", machine::described(&bench.yardstick.database().await?));
    if args.wants(Subject::Record) {
        println!("{}", record::measure(&bench, "into an empty log").await?);
    }
    let [first, second] = fill::fill(&bench, args.records).await?;
    let held = format!("{} records", table::grouped(args.records.into()));
    if args.wants(Subject::Record) {
        println!("{}", record::measure(&bench, &format!("into a log of {held}")).await?);
    }
    if args.wants(Subject::List) {
        println!("{}", list::measure(&bench, &first, &held).await?);
    }
    if args.wants(Subject::Filters) {
        println!("{}", filters::measure(&bench, [&first, &second], &held).await?);
    }
    if args.wants(Subject::Export) {
        println!("{}", export::measure(&bench, &first, &held).await?);
    }
    if args.wants(Subject::Auth) {
        println!("{}", auth::measure(&bench, &first).await?);
    }
    if args.wants(Subject::Redact) {
        println!("{}", redact::measure(&bench, &first).await?);
    }
    println!("{}", machine::load());
    println!("The server's memory, at its most: {}.", bench.server.peak_memory());
    Ok(())
}
