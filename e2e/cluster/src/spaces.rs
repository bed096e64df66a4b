//! The namespaces and cgroups of a cluster and of its world. No link leads to the machine's own network: the one pair of interfaces
//! is made inside of the two. What runs in them is seen by nobody outside, and ends with their first process.

use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::layout::{CLUSTER, Layout, NODE_ADDRESS, WORLD, WORLD_ADDRESS};
use crate::process::call;
use crate::wait::until;
use crate::world::ADDRESSES;

const START_LIMIT: Duration = Duration::from_secs(20);

/// Makes both network namespaces, the cgroups, and the first process.
pub(crate) fn make(layout: &Layout) -> Result<()> {
    networks()?;
    let cgroups = cgroups()?;
    let list: Vec<String> = cgroups.iter().map(|path| path.display().to_string()).collect();
    fs::write(layout.run.join("cgroups"), list.join("\n"))?;
    first_process(layout)
}

fn networks() -> Result<()> {
    for name in [CLUSTER, WORLD] {
        call("ip", ["netns", "add", name])?;
        call("ip", ["-n", name, "link", "set", "lo", "up"])?;
    }
    call("ip", ["link", "add", "eth0", "netns", CLUSTER, "type", "veth", "peer", "name", "eth0", "netns", WORLD])?;
    for (name, address) in [(CLUSTER, NODE_ADDRESS), (WORLD, WORLD_ADDRESS)] {
        call("ip", ["-n", name, "address", "add", &format!("{address}/24"), "dev", "eth0"])?;
        call("ip", ["-n", name, "link", "set", "eth0", "up"])?;
    }
    call("ip", ["-n", CLUSTER, "route", "add", "default", "via", WORLD_ADDRESS])?;
    for address in ADDRESSES {
        call("ip", ["-n", WORLD, "address", "add", &format!("{address}/32"), "dev", "lo"])?;
    }
    // The world forwards nothing, and has no route of its own.
    call("ip", ["netns", "exec", WORLD, "sysctl", "-qw", "net.ipv4.ip_forward=0"]).map(drop)
}

/// A child of this process's own cgroup in each hierarchy.
fn cgroups() -> Result<Vec<PathBuf>> {
    let own = fs::read_to_string("/proc/self/cgroup").context("failed to read this process's cgroups")?;
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let mut made = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let Some(root) = hierarchy(&mounts, controllers) else { continue };
        let folder = root.join(path.trim_start_matches('/')).join(CLUSTER);
        fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
        if controllers.split(',').any(|one| one == "cpuset") {
            for file in ["cpuset.cpus", "cpuset.mems"] {
                fs::copy(folder.with_file_name(file), folder.join(file)).context("failed to hand on the processors")?;
            }
        }
        made.push(folder);
    }
    ensure!(!made.is_empty(), "failed to find a cgroup hierarchy that is mounted");
    Ok(made)
}

/// Where the hierarchy with these controllers is mounted; without any it is the second version's.
fn hierarchy(mounts: &str, controllers: &str) -> Option<PathBuf> {
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut kinds = after.split(' ');
        let (kind, options) = (kinds.next()?, kinds.nth(1)?);
        let wanted = if controllers.is_empty() {
            kind == "cgroup2"
        } else {
            kind == "cgroup" && controllers.split(',').all(|one| options.split(',').any(|option| option == one))
        };
        wanted.then(|| before.split(' ').nth(4).map(PathBuf::from))?
    })
}

/// Starts the first process in namespaces of its own, and notes its number as this machine sees it.
fn first_process(layout: &Layout) -> Result<()> {
    let ready = layout.run.join("ready");
    let log = fs::File::create(layout.log("pid1"))?;
    let mut command = joined(layout)?;
    command.args(["nsenter", &format!("--net=/run/netns/{CLUSTER}")]);
    command.args(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--cgroup", "--uts", "--ipc"]);
    command.arg(std::env::current_exe()?).arg("pid1");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
    let outer = command.spawn().context("failed to make namespaces")?.id();
    fs::write(layout.run.join("outer"), outer.to_string())?;
    until("the first process", START_LIMIT, &[layout.log("pid1")], || ready.exists())?;
    let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children"))?;
    fs::write(layout.run.join("first"), children.trim()).context("failed to note the first process")
}

/// A command that joins the cluster's cgroups and goes on as what its further arguments say.
fn joined(layout: &Layout) -> Result<Command> {
    let cgroups = fs::read_to_string(layout.run.join("cgroups"))
        .context("failed to find the cluster: start it by `make cluster-up`")?;
    let join: String = cgroups.lines().map(|cgroup| format!("echo $$ >'{cgroup}/cgroup.procs' && ")).collect();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{join}exec \"$@\""), "sh"]);
    Ok(command)
}

/// A command that runs in all namespaces and cgroups of the cluster.
pub(crate) fn inside_command(layout: &Layout) -> Result<Command> {
    entering(layout, joined(layout)?, &["--net", "-C"])
}

/// A command that runs beside the cluster, in the world's network: where people and websites are. Not in its cgroups, where Cilium
/// turns a connection to a service into one to a pod, which has no way there from the world.
fn world_command(layout: &Layout) -> Result<Command> {
    entering(layout, Command::new("env"), &[&format!("--net=/run/netns/{WORLD}")])
}

fn entering(layout: &Layout, mut command: Command, spaces: &[&str]) -> Result<Command> {
    let first = fs::read_to_string(layout.run.join("first"))
        .context("failed to find the cluster: start it by `make cluster-up`")?;
    // One that is dead but not reaped has a folder still, and no namespaces.
    if fs::read_link(Path::new("/proc").join(first.trim()).join("ns/net")).is_err() {
        bail!("failed to find the cluster: its first process is gone, start it again by `make cluster-up`");
    }
    command.args(["nsenter", "-t", first.trim(), "-m", "-p", "-u", "-i"]).args(spaces).args(["--", "env", "--chdir"]);
    command.arg(std::env::current_dir().context("failed to find the working folder")?);
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{}:{path}", layout.programs().display()))
        .env("KUBECONFIG", layout.kubeconfig("admin"))
        // For tests that look at what is on the cluster's disk: the files of etcd, and the logs.
        .env("CLUSTER_RUN", &layout.run);
    Ok(command)
}

/// Becomes a command inside.
pub(crate) fn inside(layout: &Layout, wanted: &[OsString]) -> Result<()> {
    let error = inside_command(layout)?.args(wanted).exec();
    Err(error).context("failed to run a command inside")
}

/// Becomes a command in the world.
pub(crate) fn world(layout: &Layout, wanted: &[OsString]) -> Result<()> {
    let error = world_command(layout)?.args(wanted).exec();
    Err(error).context("failed to run a command in the world")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_are_found_by_their_controllers() {
        let mounts = "31 30 0:26 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
            32 30 0:27 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 none rw\n\
            33 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup none rw,name=systemd\n";
        let found = |controllers| hierarchy(mounts, controllers).map(|path| path.display().to_string());
        assert_eq!(found("cpuacct,cpu").as_deref(), Some("/sys/fs/cgroup/cpu,cpuacct"));
        assert_eq!(found("").as_deref(), Some("/sys/fs/cgroup/unified"));
        assert_eq!(found("name=systemd").as_deref(), Some("/sys/fs/cgroup/systemd"));
        assert_eq!(found("memory"), None);
    }
}
