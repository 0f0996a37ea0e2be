//! The process itself, under the names that all programs have for it. From `/proc`; where there is
//! none, nothing is said.

use prometheus_client::{
    metrics::{counter::ConstCounter, gauge::ConstGauge},
    registry::{Registry, Unit},
};
use std::{fs, str::FromStr};

/// How many ticks a second has where Linux tells the time that a process has had.
const TICKS: f64 = 100.0;

pub(super) fn registry() -> Registry {
    let mut registry = Registry::with_prefix("process");
    let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let (stat, status, limits) = (read("stat"), read("status"), read("limits"));
    if let Some((cpu, since_boot)) = times(&stat) {
        let help = "Processor time that the process has had";
        registry.register_with_unit("cpu", help, Unit::Seconds, ConstCounter::new(cpu));
        if let Some(boot) = number::<f64>(&fs::read_to_string("/proc/stat").unwrap_or_default(), "btime") {
            let help = "When the process began, since 1970";
            registry.register_with_unit("start_time", help, Unit::Seconds, ConstGauge::new(boot + since_boot));
        }
    }
    for (name, field, help) in [
        ("resident_memory", "VmRSS:", "Memory that the process holds"),
        ("virtual_memory", "VmSize:", "Addresses that the process has"),
    ] {
        if let Some(kibibytes) = number::<i64>(&status, field) {
            registry.register_with_unit(name, help, Unit::Bytes, ConstGauge::new(kibibytes * 1024));
        }
    }
    if let Some(threads) = number::<i64>(&status, "Threads:") {
        registry.register("threads", "Threads of the process", ConstGauge::new(threads));
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        let open = i64::try_from(open.count()).unwrap_or(i64::MAX);
        registry.register("open_fds", "Files and sockets that the process has open", ConstGauge::new(open));
    }
    if let Some(max) = number::<i64>(&limits, "Max open files") {
        registry.register("max_fds", "How many files and sockets the process may have open", ConstGauge::new(max));
    }
    registry
}

/// Seconds of processor time, and seconds from the machine's start to the process'.
fn times(stat: &str) -> Option<(f64, f64)> {
    // The program's name, in parentheses, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let field = |n: usize| fields.split_whitespace().nth(n)?.parse::<f64>().ok();
    // proc(5): the 14th and 15th, and the 22nd.
    Some(((field(11)? + field(12)?) / TICKS, field(19)? / TICKS))
}

/// The first number behind a name.
fn number<T: FromStr>(text: &str, name: &str) -> Option<T> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
