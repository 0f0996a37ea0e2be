//! The product as its users meet it: a process of its own, so that what the measuring costs is not
//! counted as the server's.

use super::{cpu, place::Place};
use anyhow::{Context as _, bail};
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::sleep,
};

/// A running server. Dropped, it is killed.
pub(super) struct Server {
    /// Where it takes GraphQL.
    pub(super) endpoint: String,
    /// Its process.
    pub(super) pid: u32,
    _child: Child,
}

/// Settings of the caller's own that a measurement is not to depend on.
const NOT_OURS: [&str; 13] = [
    "PRODUCTION",
    "OIDC_ISSUER",
    "REQUEST_TIMEOUT",
    "CLIENT_TIMEOUT",
    "TRUSTED_PROXIES",
    "PUBLIC_URL",
    "LINK_KEY",
    "DOWNLOAD_LINK_TTL",
    "DATABASE_CONNECTIONS",
    "WORKER_EXPORTS",
    "FONT_DIR",
    "LOG",
    "LISTEN",
];
/// How long a start may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often its log is read until it is ready.
const TICK: Duration = Duration::from_millis(50);

impl Server {
    /// Starts this very program as a server with the settings that it has by default.
    pub(super) async fn start(place: &Place) -> anyhow::Result<Self> {
        let log = place.file("server.log");
        let mut command = Command::new(env::current_exe().context("which program this is")?);
        for name in NOT_OURS {
            command.env_remove(name);
        }
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DATABASE_URL", place.url())
            .env("STORE_URL", format!("file:{}", place.file("exports").display()))
            .env("LINK_KEY_FILE", place.file("link.key"))
            .env("LOG_FORMAT", "json")
            // One caller asks as often as it can.
            .envs([("RATE_PER_ADDRESS", "0"), ("RATE_PER_TOKEN", "0")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()
            .context("starting a server")?;
        let address = ready(&mut child, &log).await?;
        let pid = child.id().context("the server has ended")?;
        Ok(Self { endpoint: format!("http://{address}/graphql"), pid, _child: child })
    }

    /// The most memory that it has had, for people.
    pub(super) fn peak_memory(&self) -> String {
        cpu::peak_memory(self.pid).unwrap_or_else(|| "not known".to_owned())
    }
}

/// The address that the server says it has taken.
async fn ready(child: &mut Child, log: &Path) -> anyhow::Result<String> {
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        let text = fs::read_to_string(log).unwrap_or_default();
        if let Some(address) = text.lines().find_map(address) {
            return Ok(address);
        }
        if let Some(status) = child.try_wait()? {
            bail!("the server ended with {status} before it was ready: {}", text.trim());
        }
        sleep(TICK).await;
        waited += TICK;
    }
    bail!("the server was not ready within {} seconds; its log: {}", PATIENCE.as_secs(), PathBuf::from(log).display())
}

fn address(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields")?;
    let ready = fields.get("message")?.as_str()? == "ready";
    fields.get("address").filter(|_| ready)?.as_str().map(str::to_owned)
}
