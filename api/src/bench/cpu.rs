//! How much processor time processes have had, as Linux tells it in `/proc`. Elsewhere nothing is
//! known, and the tables say so.

use std::{fs, time::Duration};

/// Processor time so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cpu {
    /// Of the process that answers.
    pub(super) process: Option<Duration>,
    /// Of the database server and all it started, where there is one on this machine.
    pub(super) database: Option<Duration>,
}

impl Cpu {
    /// The time since `before`, shared out among `units`.
    pub(super) fn since(self, before: Self, units: u32) -> Self {
        let each = |now: Option<Duration>, then: Option<Duration>| {
            now.zip(then).map(|(now, then)| now.saturating_sub(then) / units.max(1))
        };
        Self { process: each(self.process, before.process), database: each(self.database, before.database) }
    }

    /// The database's alone: for work that the server has no part in.
    pub(super) fn of_database(self) -> Self {
        Self { process: None, ..self }
    }
}

/// Reads what the server and its database have had.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    /// The server's process.
    pub(super) server: u32,
    /// The database server's first process, where it runs on this machine.
    pub(super) database: Option<u32>,
}

impl Meter {
    /// What both have had so far.
    pub(super) fn read(self) -> Cpu {
        Cpu { process: of(self.server), database: self.database.and_then(with_children) }
    }

    /// What this process, and the database, have had so far: for work that is done here.
    pub(super) fn read_own(self) -> Cpu {
        Cpu { process: of(std::process::id()), ..self.read() }
    }
}

/// What `/proc/PID/stat` tells.
struct Stat {
    name: String,
    parent: u32,
    own: u64,
    reaped: u64,
}

impl Stat {
    fn read(pid: &str) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name is in parentheses and may hold any character, a parenthesis among them.
        let (head, tail) = text.rsplit_once(')')?;
        let fields: Vec<&str> = tail.split_whitespace().collect();
        let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
        Some(Self {
            name: head.split_once('(')?.1.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            own: number(11)? + number(12)?,
            reaped: number(13)? + number(14)?,
        })
    }
}

/// Linux counts in hundredths of a second, whatever the machine.
fn ticks(count: u64) -> Duration {
    Duration::from_millis(count * 10)
}

fn of(pid: u32) -> Option<Duration> {
    Stat::read(&pid.to_string()).map(|stat| ticks(stat.own))
}

/// A process, those it started and those that have ended.
fn with_children(pid: u32) -> Option<Duration> {
    let first = Stat::read(&pid.to_string())?;
    let children: u64 = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| Stat::read(entry.ok()?.file_name().to_str()?))
        .filter(|stat| stat.parent == pid)
        .map(|stat| stat.own)
        .sum();
    Some(ticks(first.own + first.reaped + children))
}

/// The process that started `pid`, where `pid` is a process of PostgreSQL on this machine.
pub(super) fn postmaster_of(pid: u32) -> Option<u32> {
    Stat::read(&pid.to_string()).filter(|stat| stat.name == "postgres").map(|stat| stat.parent)
}

/// The most memory that a process has had, for people.
pub(super) fn peak_memory(pid: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kilobytes: u64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()?;
    Some(format!("{} MiB", kilobytes / 1024))
}
