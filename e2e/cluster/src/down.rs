//! The way down, from any state: kills what runs in the namespaces, removes them and the cgroups, and checks that nothing is left.
//! Only what a cluster started is touched: it is found by its namespaces, never by a name of a process.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::kernel;
use crate::layout::{CLUSTER, Layout, WORLD};
use crate::process::{call, succeeds};
use crate::wait::{say, until};

const LIMIT: Duration = Duration::from_secs(20);
/// The file that tells which programs the kernel had before.
const LOADED: &str = "loaded.json";

/// Ends the cluster, if there is one.
pub(crate) fn down(layout: &Layout) -> Result<()> {
    let began = Instant::now();
    let there = layout.run.exists() || [CLUSTER, WORLD].iter().any(|name| namespace(name).exists());
    if !there {
        return Ok(());
    }
    // While the network lives its connections end in order; without it they would keep it for minutes.
    end_all_but_first(layout);
    for name in [CLUSTER, WORLD] {
        let gone = || processes_in(name).is_empty_after_kill();
        until(&format!("the end of what runs in {name}"), LIMIT, &[], gone)?;
    }
    remove_cgroups(layout)?;
    for name in [CLUSTER, WORLD] {
        if namespace(name).exists() {
            end_connections(name);
            call("ip", ["netns", "delete", name])?;
        }
    }
    let before = loaded_before(layout);
    if layout.run.exists() {
        fs::remove_dir_all(&layout.run).with_context(|| format!("failed to remove {}", layout.run.display()))?;
    }
    nothing_left(layout)?;
    if let Some(before) = before {
        // A namespace's interfaces go after it, and their programs with them.
        let gone = || kernel::programs().is_ok_and(|now| now.is_subset(&before));
        until("the end of Cilium's programs in the kernel", LIMIT, &[], gone)?;
    }
    say(&format!("the cluster {CLUSTER} is down after {:.1} s", began.elapsed().as_secs_f32()));
    Ok(())
}

fn namespace(name: &str) -> PathBuf {
    Path::new("/run/netns").join(name)
}

/// Processes of a network namespace, as this machine numbers them.
struct Processes(Vec<Pid>);

impl Processes {
    /// Kills them, and says whether there were none.
    fn is_empty_after_kill(&self) -> bool {
        for &pid in &self.0 {
            // One that is gone meanwhile is what is wanted.
            let _ = kill_process(pid, Signal::KILL);
        }
        self.0.is_empty()
    }
}

fn processes_in(name: &str) -> Processes {
    let Ok(wanted) = fs::metadata(namespace(name)) else { return Processes(Vec::new()) };
    let own = fs::metadata("/proc/self/ns/net").map(|own| own.ino()).unwrap_or_default();
    if wanted.ino() == own {
        return Processes(Vec::new());
    }
    let Ok(all) = fs::read_dir("/proc") else { return Processes(Vec::new()) };
    let numbers = all.flatten().filter_map(|entry| entry.file_name().to_string_lossy().parse::<i32>().ok());
    let inside = numbers.filter(|pid| {
        fs::metadata(format!("/proc/{pid}/ns/net"))
            .is_ok_and(|there| (there.dev(), there.ino()) == (wanted.dev(), wanted.ino()))
    });
    Processes(inside.filter_map(Pid::from_raw).collect())
}

/// Ends connections that nobody has any more. To a pod that is gone they would send their last words for minutes, and keep the
/// namespace and all that is attached to its interfaces.
fn end_connections(name: &str) {
    let network = format!("--net={}", namespace(name).display());
    // A kernel that cannot do it lets them end by themselves.
    let _ = succeeds(Command::new("nsenter").args([&network, "ss", "--kill", "--tcp", "--all"]));
}

/// Kills all processes of the pid namespace but its first, and waits until they are gone.
fn end_all_but_first(layout: &Layout) {
    let Ok(first) = fs::read_to_string(layout.run.join("first")) else { return };
    let there = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let (Some(inside), own) = (there(first.trim()), there("self")) else { return };
    // Never in the namespace of this machine.
    if Some(&inside) == own.as_ref() || !in_cluster(first.trim()) {
        return;
    }
    let _ = succeeds(Command::new("nsenter").args(["-t", first.trim(), "-m", "-p", "--", "sh", "-c", "kill -9 -1"]));
}

/// A number may have gone to another process since it was noted.
fn in_cluster(pid: &str) -> bool {
    let of = |path: PathBuf| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    let wanted = of(namespace(CLUSTER));
    wanted.is_some() && of(Path::new("/proc").join(pid).join("ns/net")) == wanted
}

/// Removes the cluster's cgroups, the innermost first. A group goes once its last process is gone.
fn remove_cgroups(layout: &Layout) -> Result<()> {
    let Ok(list) = fs::read_to_string(layout.run.join("cgroups")) else { return Ok(()) };
    for root in list.lines().filter(|root| root.ends_with(CLUSTER)) {
        until(&format!("the end of {root}"), LIMIT, &[], || {
            let _ = succeeds(Command::new("find").args([root, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]));
            !Path::new(root).exists()
        })?;
    }
    Ok(())
}

/// Notes what is loaded into the kernel before a cluster is.
pub(crate) fn note_loaded(layout: &Layout) -> Result<()> {
    let programs = kernel::programs()?;
    fs::write(layout.run.join(LOADED), serde_json::to_vec(&programs)?).context("failed to note the kernel's programs")
}

fn loaded_before(layout: &Layout) -> Option<BTreeSet<u64>> {
    serde_json::from_slice(&fs::read(layout.run.join(LOADED)).ok()?).ok()
}

/// Fails loudly on anything that a cluster left.
fn nothing_left(layout: &Layout) -> Result<()> {
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let run = layout.run.display().to_string();
    let mounted: Vec<&str> = mounts.lines().filter(|line| line.contains(&run)).collect();
    ensure!(mounted.is_empty(), "failed to end the cluster: mounts are left: {mounted:?}");
    for name in [CLUSTER, WORLD] {
        ensure!(!namespace(name).exists(), "failed to end the cluster: the namespace {name} is left");
    }
    let links = call("ip", ["-o", "link"])?;
    let left: Vec<&str> =
        links.lines().filter(|line| ["cilium", "lxc", "cni0"].iter().any(|ours| line.contains(ours))).collect();
    ensure!(left.is_empty(), "failed to end the cluster: interfaces are left: {left:?}");
    Ok(())
}
