//! The node that this machine is, as its kernel shows it: which processes are a pod's. Nothing inside of the pod is asked.

use std::fs;

/// The processes of the pod of this UID, those that were started first before others.
pub fn processes(pod: &str) -> Vec<u32> {
    // As the kubelet writes it where systemd has the cgroups.
    let other = pod.replace('-', "_");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let own = |pid: &u32| {
        let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
        groups.contains(pod) || groups.contains(&other)
    };
    let mut own: Vec<u32> = pids.filter(own).collect();
    own.sort_unstable();
    own
}

/// The command of a process, its arguments apart by spaces; empty when it is gone.
pub fn command(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// All processes below this one, children before their own children.
pub fn below(root: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |pid: u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse::<u32>().ok()?;
        Some((pid, parent))
    };
    let all: Vec<(u32, u32)> = entries.filter_map(|entry| parent(entry.file_name().to_str()?.parse().ok()?)).collect();
    let mut found = vec![root];
    let mut at = 0;
    while let Some(&above) = found.get(at) {
        found.extend(all.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
        at += 1;
    }
    found.split_off(1)
}
