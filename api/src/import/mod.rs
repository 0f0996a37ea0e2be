//! `connector-log import`: calls that were captured elsewhere become records.
//!
//! `source` opens a file and tells its format; `har` and `ndjson` read it as a stream;
//! `derive` makes records of what a HAR shows; `run()` writes them. `score` compares what
//! would be recorded with the truth about a capture.

mod derive;
mod har;
pub mod hosts;
mod names;
mod ndjson;
mod refusal;
mod report;
mod run;
pub mod score;
mod source;

pub use report::{Place, Refusal, Report};
pub use run::{Options, run};
pub use source::Source;

use crate::{say::say, settings::Database};
use anyhow::{Context, bail};
use entity::domain;
use hosts::Hosts;
use sea_orm::DatabaseConnection;
use std::{fs, path::PathBuf};

/// `import`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where the records are.
    #[command(flatten)]
    pub database: Database,
    /// The domain whose calls they are; made if it is new
    #[arg(long, value_name = "NAME")]
    pub domain: String,
    /// Which hosts are whose.
    #[command(flatten)]
    pub hosts: HostArgs,
    /// A HAR file, or NDJSON with one record a line; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Which hosts are whose: what `import` and `score` both need to know.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct HostArgs {
    /// A file that names hosts, a HOST=NAME a line; the domain's own with "self " before
    #[arg(id = "hosts", long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// One of the domain's own hosts and what the domain is called: calls to it are incoming.
    /// May be given more than once; *.HOST stands for all hosts below
    #[arg(id = "self", long, value_name = "HOST=NAME")]
    pub own: Vec<String>,
    /// The name of the application behind a host; the host itself where nothing is said. May be
    /// given more than once
    #[arg(id = "application", long, value_name = "HOST=NAME")]
    pub applications: Vec<String>,
}

impl HostArgs {
    /// The hosts, flags before the file; `domain` is what the domain is called where none of its
    /// own hosts says so.
    ///
    /// # Errors
    /// A sentence that names the flag, or the file and its line.
    pub fn read(&self, domain: &str) -> anyhow::Result<Hosts> {
        let mut hosts = Hosts::new(domain);
        // The first own host gives the domain its name, so flags come before the file; they come
        // behind it as well, to overrule what it says of the same host.
        let flags = |hosts: &mut Hosts| -> anyhow::Result<()> {
            for host in &self.own {
                hosts.add_own(host).map_err(|e| anyhow::anyhow!("--self {host}: {e}"))?;
            }
            for host in &self.applications {
                hosts.add_application(host).map_err(|e| anyhow::anyhow!("--application {host}: {e}"))?;
            }
            Ok(())
        };
        flags(&mut hosts)?;
        if let Some(path) = &self.file {
            let text = fs::read_to_string(path).with_context(|| format!("--hosts {}", path.display()))?;
            hosts.read(&text).map_err(|e| anyhow::anyhow!("--hosts {}: {e}", path.display()))?;
            flags(&mut hosts)?;
        }
        Ok(hosts)
    }
}

/// Runs `import`.
///
/// # Errors
/// Where nothing or not all could be imported, with a sentence.
pub async fn command(args: Args, db: &DatabaseConnection) -> anyhow::Result<()> {
    let name = args.domain.trim();
    if name.is_empty() || name.chars().count() > domain::NAME_MAX || name.chars().any(char::is_control) {
        bail!("--domain: a name has 1 to {} characters and no control characters", domain::NAME_MAX);
    }
    let hosts = args.hosts.read(name)?;
    let source = Source::from(args.file);
    if let Source::File(path) = &source {
        // Before the domain is made: a wrong name leaves nothing behind.
        fs::metadata(path).with_context(|| path.display().to_string())?;
    }
    let domain = domain::open(db, name).await?;
    let report = run(db, &domain, Options { hosts }, source).await?;
    say(format_args!("{report}\n"))?;
    match report.broken_off {
        Some(sentence) => bail!("{sentence}; what came before is recorded, and importing the whole file goes on there"),
        None if report.refused > 0 && report.recorded + report.repeated == 0 => {
            bail!("nothing could be recorded")
        }
        None => Ok(()),
    }
}
