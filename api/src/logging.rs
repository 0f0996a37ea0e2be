//! The program's own log: structured, on standard error, never a secret.

use crate::settings::{Database, LogFormat};
use anyhow::Context;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// Begins to log as the settings say. Called once.
///
/// # Errors
/// A filter that cannot be read.
pub fn init(settings: &Database) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).context("LOG (--log) is no filter: write a level, such as info")?;
    let terminal = stderr().is_terminal();
    let log = fmt().with_env_filter(filter).with_writer(stderr);
    match settings.log_format {
        Some(LogFormat::Text) => log.with_ansi(terminal).init(),
        None if terminal => log.init(),
        Some(LogFormat::Json) | None => log.json().with_current_span(true).with_span_list(false).init(),
    }
    Ok(())
}
