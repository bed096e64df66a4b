//! Processes of a pod, as the machine lists them: which there are, of which kind, and that they end.

use std::time::Instant;

use rustix::process::{Pid, Signal};

use crate::pod::PATIENCE;

pub(crate) fn signal(pid: u32, with: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("not 0");
    // It may have ended by itself.
    let _ = rustix::process::kill_process(pid, with);
}

pub(crate) fn chrome(processes: &[u32]) -> Vec<u32> {
    let program = |pid: &u32| std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    processes.iter().copied().filter(|pid| program(pid).ends_with("chromium")).collect()
}

pub(crate) fn arguments(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

pub(crate) fn kinds(processes: &[u32], argument: &str) -> Vec<u32> {
    chrome(processes).into_iter().filter(|pid| arguments(*pid).contains(argument)).collect()
}

/// A process and all below it.
pub(crate) fn below(process: Option<u32>) -> Vec<u32> {
    let mut found: Vec<u32> = process.into_iter().collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(children(parent));
        next += 1;
    }
    found
}

fn children(parent: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{parent}/task")) else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Waits until none of these processes is there, other than as a zombie of somebody else.
pub(crate) async fn wait_until_gone(processes: &[u32]) {
    let deadline = Instant::now() + PATIENCE;
    let alive = |pid: &&u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    };
    loop {
        let left: Vec<_> = processes.iter().filter(alive).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still there: {left:?}");
        tokio::task::yield_now().await;
    }
}
