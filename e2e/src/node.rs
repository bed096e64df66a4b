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
