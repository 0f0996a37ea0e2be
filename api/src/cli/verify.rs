//! `connector-log verify-report`: whether a file is what was exported, said in plain words.

use crate::{
    say::say,
    settings::VerifyReport,
    verify::{self, Sound, plain},
};
use anyhow::{Context as _, bail};
use entity::db::{self, Address, Role};
use sea_orm::DatabaseConnection;
use std::path::Path;

pub(super) async fn run(args: VerifyReport) -> anyhow::Result<()> {
    let name = plain(&args.file.to_string_lossy());
    let sound = verify::file(&args.file, args.manifest.as_deref()).with_context(|| name.clone())?;
    let proof = match database(args.database_url) {
        Some(address) => {
            let rows = open(&address).await?;
            verify::server::check(&rows, &sound).await.with_context(|| name.clone())?;
            "The server made this file: its record of the export names the same SHA-256, and says the same of it."
        }
        None => {
            "The file is whole: it agrees with its manifest. Whether the server made it was not asked, for no\n\
             database was given (--database-url): whoever forges a file can forge its manifest too."
        }
    };
    Ok(say(format_args!("{}\n{proof}\n", told(&name, &sound)))?)
}

/// The database that was named or, where none was, the one that a server would make here.
fn database(given: Option<Address>) -> Option<Address> {
    let usual = || Path::new(USUAL).exists().then(|| Address::Sqlite(USUAL.into()));
    given.or_else(usual)
}

/// Where a server keeps its records, as long as it is told of no other place.
const USUAL: &str = "data/connector-log.db";

async fn open(address: &Address) -> anyhow::Result<DatabaseConnection> {
    const FAILED: &str =
        "the file agrees with its manifest, but the database (DATABASE_URL, --database-url) could not be opened";
    if let Address::Sqlite(path) = address
        && !path.exists()
    {
        bail!("{FAILED}: there is no {}", path.display());
    }
    let rows = db::open(address, Role::Reader, 1).await.context(FAILED)?;
    let lacking = super::lacking(&rows).await?;
    if lacking > 0 {
        bail!(
            "the database lacks {lacking} migrations, so this program cannot read it: run `connector-log migrate`, or \
             take the version of the program that the server has"
        );
    }
    Ok(rows)
}

fn told(name: &str, sound: &Sound) -> String {
    let said = &sound.manifest;
    let mut told =
        format!("{name} agrees with its manifest{}.\n", if sound.beside { "" } else { ", which it carries" });
    let records = match (said.rows.count, said.matched, said.matched_exact) {
        (rows, matched, true) if rows == matched => format!("{rows}, all that matched"),
        (rows, matched, true) => format!("{rows} of {matched} that matched"),
        (rows, matched, false) => format!("{rows} of more than {matched} that matched"),
    };
    let known = |known: &Option<worker::report::manifest::Known>| {
        known.as_ref().map_or("none".to_owned(), |it| format!("{} of {}", it.reference, it.occurred_at))
    };
    let facts = [
        ("Export", said.export.clone()),
        ("Domain", said.domain.clone()),
        ("Asked for", format!("by {} at {}", said.requested_by, said.requested_at)),
        ("Filter", said.filter_summary.clone()),
        ("Time zone", said.time_zone.clone()),
        ("Records", records),
        ("Newest", known(&said.rows.first)),
        ("Oldest", known(&said.rows.last)),
        ("SHA-256", sound.sha256.clone()),
    ];
    told.extend(facts.map(|(label, value)| format!("  {label:<11}{}\n", plain(&value))));
    told
}
