//! What programs use of the machine, as the kernel counts it.

use std::fs;
use std::time::Duration;

/// The kernel's unit of a process's time; it is a hundredth of a second on every machine that Linux runs on today.
const TICK: Duration = Duration::from_millis(10);

/// Memory of a process in use, in MiB.
pub(crate) fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the process runs");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib.div_ceil(1024)
}

/// Processor time so far of all processes of this name.
pub(crate) fn processor(name: &str) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ticks: u64 =
        processes.filter_map(|process| ticks(&fs::read_to_string(process.path().join("stat")).ok()?, name)).sum();
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// User and system time in a line of `/proc/PID/stat`, where it is of a process of this name, of which the kernel keeps 15 letters.
fn ticks(stat: &str, name: &str) -> Option<u64> {
    let (before, after) = stat.rsplit_once(") ")?;
    let kept = name.get(..15).unwrap_or(name);
    let mut fields = before.split_once('(').filter(|(_, own)| *own == kept).map(|_| after.split(' ').skip(11))?;
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// The load average of the last minute.
pub(crate) fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
}
