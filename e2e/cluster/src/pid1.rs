//! The first process of the namespaces: gives them a view of their own of processes, devices of the network, cgroups and the
//! kernel's settings, and then reaps orphans until it is killed, which ends all.

use anyhow::{Context, Result};
use rustix::process::{WaitOptions, wait};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::layout::{CLUSTER, Layout};
use crate::process::call;

/// Folders at fixed places that components write to.
const OWN: [&str; 5] = ["/run", "/var/log/containers", "/var/log/pods", "/var/lib/kubelet", "/var/lib/cni"];

/// Settings that the kernel keeps once for all, and that kubelet and Cilium write. Here they write to copies.
const SETTINGS: [&str; 8] = [
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "kernel/unprivileged_bpf_disabled",
    "kernel/timer_migration",
];

const REAP_EVERY: Duration = Duration::from_millis(500);

/// Sets up and reaps. Does not return.
pub(crate) fn run(layout: &Layout) -> Result<()> {
    let hierarchies = hierarchies(&fs::read_to_string("/proc/self/mountinfo")?);
    call("mount", ["--make-rprivate", "/"])?;
    call("umount", ["-R", "/sys"]).or_else(|_| call("umount", ["-l", "-R", "/sys"]))?;
    call("mount", ["-t", "proc", "proc", "/proc"])?;
    call("mount", ["-t", "sysfs", "sysfs", "/sys"])?;
    cgroups(&hierarchies)?;
    call("mount", ["-t", "bpf", "bpf", "/sys/fs/bpf"])?;
    for folder in OWN.into_iter().filter(|folder| Path::new(folder).is_dir()) {
        call("mount", ["-t", "tmpfs", "-o", "mode=755", "none", folder])?;
    }
    for folder in ["/run/lock", "/run/netns"] {
        fs::create_dir_all(folder)?;
    }
    fs::create_dir_all(layout.image_store())?;
    for (kept, seen) in [(&layout.run, layout.state()), (&layout.image_store(), layout.images())] {
        fs::create_dir_all(&seen)?;
        call("mount", ["--bind", &kept.to_string_lossy(), &seen.to_string_lossy()])?;
    }
    // A pod with a user namespace may mount a /proc of its own only where one is seen whole, and this namespace's has copies over it.
    fs::create_dir_all("/run/proc")?;
    call("mount", ["-t", "proc", "proc", "/run/proc"])?;
    SETTINGS.into_iter().try_for_each(setting)?;
    call("hostname", [CLUSTER])?;
    fs::write(layout.run.join("ready"), "")?;
    loop {
        // Without a child there is nothing to wait for, until a process outlives the one that started it.
        if !matches!(wait(WaitOptions::empty()), Ok(Some(_))) {
            std::thread::park_timeout(REAP_EVERY);
        }
    }
}

/// The mounts of cgroup hierarchies: the place, and the controllers; none is the second version.
fn hierarchies(mounts: &str) -> Vec<(PathBuf, String)> {
    mounts.lines().filter_map(hierarchy).collect()
}

fn hierarchy(line: &str) -> Option<(PathBuf, String)> {
    let (before, after) = line.split_once(" - ")?;
    let place = PathBuf::from(before.split(' ').nth(4)?);
    let mut parts = after.split(' ');
    match parts.next()? {
        "cgroup2" => Some((place, String::new())),
        "cgroup" => {
            let options = parts.nth(1)?.split(',').filter(|option| !["rw", "ro"].contains(option));
            Some((place, options.collect::<Vec<_>>().join(",")))
        }
        _ => None,
    }
}

/// Mounts each hierarchy again, in a cgroup namespace whose root is the cluster's own cgroup.
fn cgroups(hierarchies: &[(PathBuf, String)]) -> Result<()> {
    let only_second = hierarchies.len() == 1;
    if !only_second {
        call("mount", ["-t", "tmpfs", "-o", "mode=755", "cgroup", "/sys/fs/cgroup"])?;
    }
    for (place, controllers) in hierarchies {
        fs::create_dir_all(place)?;
        let place = place.to_string_lossy();
        if controllers.is_empty() {
            call("mount", ["-t", "cgroup2", "cgroup2", &place])?;
        } else {
            // A hierarchy without a controller has a name instead.
            let none = if controllers.starts_with("name=") { "none," } else { "" };
            call("mount", ["-t", "cgroup", "-o", &format!("{none}{controllers}"), "cgroup", &place])?;
        }
    }
    Ok(())
}

fn setting(name: &str) -> Result<()> {
    let real = Path::new("/proc/sys").join(name);
    if !real.exists() {
        return Ok(());
    }
    let copy = Path::new("/run/settings").join(name);
    fs::create_dir_all(copy.parent().context("a setting has a folder")?)?;
    fs::write(&copy, fs::read(&real)?)?;
    call("mount", ["--bind", &copy.to_string_lossy(), &real.to_string_lossy()]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_keep_their_places_and_controllers() {
        let mounts = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n\
            40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n\
            41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let all: Vec<_> =
            hierarchies(mounts).into_iter().map(|(place, of)| (place.display().to_string(), of)).collect();
        assert_eq!(all[0], ("/sys/fs/cgroup/cpu".into(), "cpu".into()));
        assert_eq!(all[1], ("/sys/fs/cgroup/systemd".into(), "name=systemd".into()));
        assert_eq!(all[2], ("/sys/fs/cgroup/unified".into(), String::new()));
    }
}
