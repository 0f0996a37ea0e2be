//! The program's own log: structured, on standard error, never a secret.

use crate::{
    settings::{Database, LogFormat},
    telemetry::Traces,
};
use anyhow::Context;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Begins to log as the settings say. Called once.
///
/// # Errors
/// A filter that cannot be read.
pub fn init(settings: &Database) -> anyhow::Result<()> {
    init_with(settings, None)
}

/// The same, with traces of what the program does beside the log.
///
/// # Errors
/// A filter that cannot be read.
pub fn init_with(settings: &Database, traces: Option<&Traces>) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log).context("LOG (--log) is no filter: write a level, such as info")?;
    let terminal = stderr().is_terminal();
    let log = fmt::layer().with_writer(stderr);
    let log = match settings.log_format {
        Some(LogFormat::Text) => log.with_ansi(terminal).boxed(),
        None if terminal => log.boxed(),
        Some(LogFormat::Json) | None => log.json().with_current_span(true).with_span_list(false).boxed(),
    };
    registry().with(log.with_filter(filter)).with(traces.map(Traces::layer)).init();
    Ok(())
}
