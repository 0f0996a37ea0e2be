//! The machine that was measured on: a figure without it says nothing.

use std::{fs, thread};

/// A sentence about the machine and the database.
pub(super) fn described(database: &str) -> String {
    let cores = thread::available_parallelism().map_or_else(|_| "an unknown number of".to_owned(), |n| n.to_string());
    let memory = read("/proc/meminfo", "MemTotal:")
        .and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok())
        .map_or_else(|| "memory unknown".to_owned(), |kb| format!("{} GiB", kb.div_ceil(1024 * 1024)));
    let processor = read("/proc/cpuinfo", "model name").unwrap_or_else(|| "processor unknown".to_owned());
    format!(
        "{cores} cores ({}), {memory}; {database}; client, server and database on this machine. {}\n",
        processor.trim_start_matches([':', ' ']),
        load()
    )
}

/// A sentence about how busy the machine is.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = text.split_whitespace().take(3).collect();
    match load[..] {
        [one, five, fifteen] => format!("Load over 1, 5 and 15 minutes: {one}, {five}, {fifteen}."),
        _ => "Load unknown.".to_owned(),
    }
}

fn read(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
}
