//! The processes below one, as /proc shows them, and waiting for their end.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// A process that is held by descriptor, so that its number cannot come to mean another.
#[allow(dead_code, reason = "each test program that takes this in looks at other parts")]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) command: String,
    pub(crate) uid: u32,
    handle: OwnedFd,
}

impl Process {
    fn open(pid: u32) -> Option<Self> {
        let handle = pidfd_open(Pid::from_raw(pid.cast_signed())?, PidfdFlags::empty()).ok()?;
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let uid = status(pid, "Uid")?.split_whitespace().next()?.parse().ok()?;
        Some(Self { pid, command, uid, handle })
    }

    pub(crate) fn kill(&self) {
        // It may be gone already.
        let _ = pidfd_send_signal(&self.handle, Signal::KILL);
    }

    /// Whether it ends in this time.
    #[allow(dead_code, reason = "see above")]
    pub(crate) fn ends_within(&self, time: Duration) -> bool {
        let mut fds = [PollFd::new(&self.handle, PollFlags::IN)];
        let time =
            Timespec { tv_sec: i64::try_from(time.as_secs()).unwrap_or(1), tv_nsec: i64::from(time.subsec_nanos()) };
        poll(&mut fds, Some(&time)).is_ok_and(|ready| ready > 0)
    }
}

/// A line of /proc/PID/status.
pub(crate) fn status(pid: u32, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned()))
}

/// All processes below this one, children before their own children.
pub(crate) fn below(root: u32) -> Vec<Process> {
    let parents: Vec<(u32, u32)> = std::fs::read_dir("/proc")
        .expect("a process table")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|pid| Some((pid, status(pid, "PPid")?.parse().ok()?)))
        .collect();
    let mut found = vec![root];
    let mut at = 0;
    while let Some(&parent) = found.get(at) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found.into_iter().skip(1).filter_map(Process::open).collect()
}

/// Waits until the processes below this one are as wanted.
#[allow(dead_code, reason = "see above")]
pub(crate) fn until(root: u32, wanted: impl Fn(&[Process]) -> bool) -> Vec<Process> {
    let start = Instant::now();
    let own = Process::open(root).expect("a running process");
    loop {
        let now = below(root);
        if wanted(&now) {
            return now;
        }
        let commands: Vec<&str> = now.iter().map(|one| one.command.as_str()).collect();
        assert!(start.elapsed() < Duration::from_secs(60), "never as wanted: {commands:#?}");
        assert!(!own.ends_within(Duration::from_millis(50)), "it ended");
    }
}
