//! Other processes, as the system shows them under `/proc`, and signals to them.

use std::{fs, process::Command};

/// The children of a process that have not ended.
pub fn children(of: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().map_while(Result::ok);
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|&pid| stat(pid).is_some_and(|(state, parent)| parent == of && state != 'Z')).collect()
}

/// The children of a process that render. One that has not bounded its memory yet has not begun, and
/// stopped there it would keep the process waiting that starts it.
pub fn renderers(of: u32) -> Vec<u32> {
    let has_begun = |pid: &u32| {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
        let of_data = limits.lines().find(|line| line.starts_with("Max data size"));
        of_data.is_some_and(|line| !line.contains("unlimited"))
    };
    children(of).into_iter().filter(has_begun).collect()
}

/// Whether a process is there and has not ended.
pub fn lives(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != 'Z')
}

/// The memory that a process holds, in KiB.
pub fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Sends a signal, by its name without SIG. Whoever has ended already does not hear it.
pub fn signal(pid: u32, name: &str) {
    let kill = format!("kill -{name} {pid}");
    Command::new("sh").arg("-c").arg(kill).output().unwrap();
}

/// Bounds how long a file that a process writes may become, in bytes; `None` lifts the bound. The
/// process must have been started so that it hears no signal of it (`Place::work_on_a_small_disk`).
pub fn bound_files(pid: u32, bytes: Option<u64>) {
    let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let done = Command::new("prlimit").arg(format!("--pid={pid}")).arg(format!("--fsize={limit}:")).status();
    assert!(done.expect("prlimit, of util-linux").success());
}

/// The state and the parent: `pid (name) state parent …`, where the name may hold anything.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
    Some((rest.next()?.chars().next()?, rest.next()?.parse().ok()?))
}
