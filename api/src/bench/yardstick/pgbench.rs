//! pgbench, PostgreSQL's own tool for asking as often as a server can answer.

use crate::bench::{cpu::Meter, reading::Reading};
use anyhow::{Context as _, bail};
use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::Duration,
};
use tokio::{io::AsyncWriteExt as _, process::Command};
use uuid::Uuid;

/// The tool, and the server that it asks.
pub(super) struct Pgbench {
    program: PathBuf,
    server: Vec<(&'static str, String)>,
}

impl Pgbench {
    /// The tool from PATH, or from where Debian puts it; none where it is not installed.
    pub(super) fn find(options: &PgConnectOptions) -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
        folders
            .extend(fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin")));
        let program = folders.into_iter().map(|folder| folder.join("pgbench")).find(|program| program.is_file())?;
        Some(Self { program, server: variables(options) })
    }

    /// Runs the scripts by turns, each a transaction, on so many connections for a while.
    pub(super) async fn run(
        &self,
        meter: Meter,
        scripts: &[String],
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Reading> {
        let folder = env::temp_dir().join(format!("connector-log-pgbench-{}", Uuid::new_v4().simple()));
        fs::create_dir_all(&folder)?;
        let result = self.run_in(&folder, meter, scripts, connections, time).await;
        fs::remove_dir_all(&folder)?;
        result
    }

    async fn run_in(
        &self,
        folder: &Path,
        meter: Meter,
        scripts: &[String],
        connections: u32,
        time: Duration,
    ) -> anyhow::Result<Reading> {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(usize::try_from(connections)?);
        let mut command = Command::new(&self.program);
        command
            .args(["-n", "-M", "prepared", "-c", &connections.to_string(), "-j", &threads.to_string()])
            .args(["-T", &time.as_secs().max(1).to_string()])
            .envs(self.server.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        for (place, script) in scripts.iter().enumerate() {
            let file = folder.join(format!("{place}.sql"));
            let mut written = tokio::fs::File::create(&file).await?;
            written.write_all(format!("{script};\n").as_bytes()).await?;
            written.flush().await?;
            command.arg("-f").arg(file);
        }
        let before = meter.read();
        let output = command.output().await.context("running pgbench")?;
        let cpu = meter.read();
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            bail!("pgbench ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        let done: u32 = number(&said, "number of transactions actually processed: ")?;
        let reading = Reading::new(done, time, cpu.since(before, done).of_database());
        Ok(Reading { per_second: number(&said, "tps = ")?, ..reading })
    }
}

/// The number after some words of what pgbench prints.
fn number<T: std::str::FromStr>(said: &str, words: &str) -> anyhow::Result<T> {
    let after = said.lines().find_map(|line| line.strip_prefix(words));
    let text = after.and_then(|text| text.split([' ', '/']).next());
    text.and_then(|text| text.parse().ok()).with_context(|| format!("pgbench does not say \"{words}\": {said}"))
}

/// The server as libpq's variables: an argument would show the password to everybody.
fn variables(options: &PgConnectOptions) -> Vec<(&'static str, String)> {
    let host = options.get_socket().map_or_else(|| options.get_host().to_owned(), |path| path.display().to_string());
    let url = options.to_url_lossy();
    let mut variables = vec![
        ("PGHOST", host),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
    ];
    variables.extend(options.get_database().map(|name| ("PGDATABASE", name.to_owned())));
    variables.extend(url.password().map(|password| ("PGPASSWORD", decoded(password))));
    variables
}

/// A part of a URL as it was before it was put there.
fn decoded(part: &str) -> String {
    let form = part.replace('+', "%2B");
    form_urlencoded::parse(form.as_bytes()).map(|(text, _)| text.into_owned()).collect()
}

/// An id of this moment, made in SQL as the product makes its own: 48 bits of milliseconds first.
const ID: &str = "encode(substring(int8send((extract(epoch from clock_timestamp()) * 1000)::int8) from 3) \
                  || substring(uuid_send(gen_random_uuid()) from 7), 'hex')::uuid";

/// A statement that adds a record and its payload, from their lines in COPY's text format.
pub(super) fn insert(log: &str, payload: &str) -> String {
    let (domain, log) = values(log);
    let (_, payload) = values(payload);
    format!(
        "WITH new AS (SELECT {ID} AS id), log AS (INSERT INTO connector_log SELECT {domain}, id{log} FROM new) \
         INSERT INTO payload SELECT {domain}, id{payload} FROM new"
    )
}

/// The first value, and all from the third on as constants, each after a comma.
fn values(line: &str) -> (&str, String) {
    let mut values = line.trim_end_matches('\n').split('\t');
    let domain = values.next().unwrap_or_default();
    let mut text = String::new();
    for value in values.skip(1) {
        // Writing into a String cannot fail.
        let _ = match value {
            "\\N" => write!(text, ", NULL"),
            // COPY's escapes are those of E''. A colon would begin one of pgbench's variables.
            value => write!(text, ", E'{}'", value.replace('\'', "''").replace(':', "\\x3A")),
        };
    }
    (domain, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_constants() {
        let (domain, rest) = values("7\tid\tit's\t\\N\t{\"a\":1}\t\\\\x00\n");
        assert_eq!((domain, rest.as_str()), ("7", r#", E'it''s', NULL, E'{"a"\x3A1}', E'\\x00'"#));
    }

    #[test]
    fn a_password_is_what_it_was() {
        assert_eq!(decoded("p%40ss+w%2Frd%25"), "p@ss+w/rd%");
    }

    #[test]
    fn what_pgbench_prints_is_read() {
        let said = "number of transactions actually processed: 1234\ntps = 411.5 (without initial connection time)\n";
        assert_eq!(number::<u32>(said, "number of transactions actually processed: ").unwrap(), 1234);
        assert!((number::<f64>(said, "tps = ").unwrap() - 411.5).abs() < 1e-9);
    }
}
