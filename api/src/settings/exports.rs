//! What holds for every export: how many at a time, how long, how large, how long its file is kept.

use clap::{Args, value_parser};
use std::time::Duration;
use worker::Rules;

/// What holds for every export.
#[derive(Clone, Copy, Debug, Args)]
pub struct Exports {
    /// How many exports of one domain may be in work at a time, in all workers together
    #[arg(long, env = "EXPORTS_PER_DOMAIN", default_value_t = 4, value_parser = value_parser!(u32).range(1..=1000))]
    pub exports_per_domain: u32,
    /// How long one attempt to make a file may take, in seconds
    #[arg(long, env = "EXPORT_TIME_LIMIT", default_value = "300", value_parser = seconds)]
    pub export_time_limit: Duration,
    /// How long an export is tried again while the store or the database does not answer, in
    /// seconds
    #[arg(long, env = "EXPORT_PATIENCE", default_value = "3600", value_parser = seconds)]
    pub export_patience: Duration,
    /// How long a file is kept, in seconds; after it the export can be asked for again
    #[arg(long, env = "EXPORT_TTL", default_value = "604800", value_parser = seconds)]
    pub export_ttl: Duration,
    /// How much memory the making of one PDF may take, in MiB
    #[arg(long, env = "RENDER_MEMORY", default_value_t = 1024, value_parser = value_parser!(u32).range(64..=65536))]
    pub render_memory: u32,
}

impl From<Exports> for Rules {
    fn from(exports: Exports) -> Self {
        Self {
            per_domain: exports.exports_per_domain,
            time_limit: exports.export_time_limit,
            patience: exports.export_patience,
            keep: exports.export_ttl,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(n @ 1..=3_153_600_000) => Ok(Duration::from_secs(n)),
        _ => Err("must be a whole number of seconds, from 1 to 3153600000".to_owned()),
    }
}
