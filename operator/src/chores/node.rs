//! What a node lacks for browser pods, in words and with the mend, by what its kernel says. It changes nothing, and asks no API server:
//! what only the kubelet or the runtime knows, such as their versions, it does not see.

use clap::Args;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

/// User namespaces that one browser takes while it starts.
const NAMESPACES_OF_A_BROWSER: u64 = 4;
/// Browsers that a node must be able to have at least, whatever else it does.
const BROWSERS_MIN: u64 = 4;
/// The first kernel that gives a pod with memory-backed volumes a user namespace of its own: tmpfs with mapped owners.
const USERS_KERNEL: (u32, u32) = (6, 3);
/// The first kernel that keeps memory-backed volumes out of swap.
const NO_SWAP_KERNEL: (u32, u32) = (6, 4);

/// Where to look.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// The seccomp profile in the node's folder.
    #[arg(long, value_name = "FILE", default_value = "/seccomp/chrome.json")]
    profile: PathBuf,
    /// Browser pods run in the node's user namespace, as with the operator's --host-users.
    #[arg(long, default_value_t = false)]
    host_users: bool,
}

/// The node lacks something without which no browser starts.
#[derive(Clone, Debug, thiserror::Error)]
#[error("failed to find all that browser pods need on this node: {}", told(.0))]
pub struct Error(Vec<Lack>);

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lack {
    /// Without it no browser starts; all else is advice.
    needed: bool,
    text: String,
}

impl Display for Lack {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}", if self.needed { "needed" } else { "advised" }, self.text)
    }
}

fn told(lacks: &[Lack]) -> String {
    lacks.iter().map(Lack::to_string).collect::<Vec<_>>().join("; ")
}

/// Looks, and gives the line for people.
///
/// # Errors
/// Something that is needed is not there.
pub(super) fn check(arguments: &Arguments) -> Result<String, Error> {
    let lacks = look(Path::new("/"), arguments);
    if lacks.iter().any(|lack| lack.needed) {
        return Err(Error(lacks));
    }
    if lacks.is_empty() { Ok("the node has all that browser pods need".to_owned()) } else { Ok(told(&lacks)) }
}

/// All that is not as it should be, what is needed first.
fn look(root: &Path, arguments: &Arguments) -> Vec<Lack> {
    let kernel = Kernel { root };
    let mut lacks: Vec<Lack> = kernel.needed(&arguments.profile).collect();
    lacks.extend(kernel.advised(arguments.host_users));
    lacks
}

/// A machine's kernel, by its files.
struct Kernel<'a> {
    root: &'a Path,
}

impl Kernel<'_> {
    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok().map(|text| text.trim().to_owned())
    }

    fn number(&self, path: &str) -> Option<u64> {
        self.read(path)?.parse().ok()
    }

    fn version(&self) -> Option<(u32, u32)> {
        let text = self.read("proc/sys/kernel/osrelease")?;
        let mut parts = text.split(['.', '-']).map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    }

    fn needed(&self, profile: &Path) -> impl Iterator<Item = Lack> {
        let least = NAMESPACES_OF_A_BROWSER * BROWSERS_MIN;
        let few = |kind: &str| {
            let path = format!("proc/sys/user/max_{kind}_namespaces");
            let there = self.number(&path).unwrap_or(0);
            (there < least).then(|| {
                format!(
                    "Chrome's sandbox makes {kind} namespaces, and the node allows {there}: set sysctl \
                     user.max_{kind}_namespaces to {least} or more, {NAMESPACES_OF_A_BROWSER} for each browser"
                )
            })
        };
        let off = |name: &str, bad: u64, mend: &str| {
            (self.number(&format!("proc/sys/kernel/{name}")) == Some(bad))
                .then(|| format!("the node refuses user namespaces to ordinary users: {mend}"))
        };
        let filters = self.read("proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
        let no_filter = !filters.split(' ').any(|action| action == "errno");
        let no_filter = no_filter
            .then(|| "the kernel has no filters of system calls: use one with CONFIG_SECCOMP_FILTER".to_owned());
        let profile = self.root.join(profile.strip_prefix("/").unwrap_or(profile));
        let no_profile = !profile.is_file();
        let no_profile = no_profile.then(|| {
            "the seccomp profile is not in the kubelet's folder: see seccomp.installer and seccomp.kubeletDir of the chart"
                .to_owned()
        });
        let all = [
            few("user"),
            few("pid"),
            few("net"),
            off("unprivileged_userns_clone", 0, "set sysctl kernel.unprivileged_userns_clone=1"),
            off(
                "apparmor_restrict_unprivileged_userns",
                1,
                "set sysctl kernel.apparmor_restrict_unprivileged_userns=0, as on Ubuntu 23.10 and later",
            ),
            no_filter,
            no_profile,
        ];
        all.into_iter().flatten().map(|text| Lack { needed: true, text })
    }

    fn advised(&self, host_users: bool) -> impl Iterator<Item = Lack> {
        let version = self.version().unwrap_or_default();
        let old = (!host_users && version < USERS_KERNEL).then(|| {
            format!(
                "Linux {}.{} gives pods no user namespace of their own: use {}.{} or later, or set operator.hostUsers=true",
                version.0, version.1, USERS_KERNEL.0, USERS_KERNEL.1
            )
        });
        let groups = !self.root.join("sys/fs/cgroup/cgroup.controllers").is_file();
        let groups = groups.then(|| {
            "the node has control groups of version 1, which kubelets give up: boot it with version 2".to_owned()
        });
        let swap = self.read("proc/swaps").is_some_and(|text| text.lines().count() > 1);
        let swap = (swap && version < NO_SWAP_KERNEL).then(|| {
            "what a page leaves in memory may be swapped to a disk: turn swap off (swapoff -a), or encrypt it"
                .to_owned()
        });
        let memory = self.read("proc/filesystems").is_some_and(|text| text.lines().any(|line| line.ends_with("tmpfs")));
        let memory = (!memory).then(|| {
            "the kernel has no file system in memory, so that pods have no /dev/shm of their own: use one with CONFIG_TMPFS"
                .to_owned()
        });
        [old, groups, swap, memory].into_iter().flatten().map(|text| Lack { needed: false, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A node as it should be, and what of it is changed.
    fn node(changes: &[(&str, Option<&str>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let right = [
            ("proc/sys/kernel/osrelease", "6.12.41+deb13-amd64"),
            ("proc/sys/user/max_user_namespaces", "96343"),
            ("proc/sys/user/max_pid_namespaces", "96343"),
            ("proc/sys/user/max_net_namespaces", "96343"),
            ("proc/sys/kernel/seccomp/actions_avail", "kill_process kill_thread trap errno user_notif trace log allow"),
            ("proc/swaps", "Filename\tType\tSize\tUsed\tPriority"),
            ("proc/filesystems", "nodev\tsysfs\nnodev\ttmpfs\n\text4"),
            ("sys/fs/cgroup/cgroup.controllers", "cpu memory pids"),
            ("seccomp/chrome.json", "{}"),
        ];
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder above")).expect("made");
            fs::write(path, text).expect("written");
        };
        right.iter().for_each(|(path, text)| write(path, text));
        for (path, text) in changes {
            match text {
                Some(text) => write(path, text),
                None => fs::remove_file(folder.path().join(path)).expect("it was there"),
            }
        }
        folder
    }

    fn seen(changes: &[(&str, Option<&str>)], host_users: bool) -> Vec<Lack> {
        let arguments = Arguments { profile: "/seccomp/chrome.json".into(), host_users };
        look(node(changes).path(), &arguments)
    }

    #[test]
    fn a_node_that_has_all_lacks_nothing() {
        assert_eq!(seen(&[], false), []);
        // Debian's and Ubuntu's own settings, as they should be.
        let right = [
            ("proc/sys/kernel/unprivileged_userns_clone", Some("1")),
            ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", Some("0")),
        ];
        assert_eq!(seen(&right, false), []);
    }

    #[test]
    fn each_thing_that_is_not_there_is_told_with_its_mend() {
        let rows: [(&str, Option<&str>, bool, &str); 12] = [
            ("proc/sys/user/max_user_namespaces", Some("0"), true, "user.max_user_namespaces to 16"),
            ("proc/sys/user/max_user_namespaces", None, true, "user.max_user_namespaces to 16"),
            ("proc/sys/user/max_pid_namespaces", Some("3"), true, "user.max_pid_namespaces"),
            ("proc/sys/user/max_net_namespaces", Some("0"), true, "user.max_net_namespaces"),
            ("proc/sys/kernel/unprivileged_userns_clone", Some("0"), true, "unprivileged_userns_clone=1"),
            ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", Some("1"), true, "userns=0"),
            ("proc/sys/kernel/seccomp/actions_avail", None, true, "CONFIG_SECCOMP_FILTER"),
            ("seccomp/chrome.json", None, true, "seccomp.installer"),
            ("proc/sys/kernel/osrelease", Some("6.1.0-32-amd64"), false, "operator.hostUsers=true"),
            ("sys/fs/cgroup/cgroup.controllers", None, false, "version 2"),
            ("proc/filesystems", Some("nodev\tsysfs"), false, "/dev/shm"),
            ("proc/sys/kernel/osrelease", Some("nonsense"), false, "operator.hostUsers=true"),
        ];
        for (path, text, needed, mend) in rows {
            let lacks = seen(&[(path, text)], false);
            let [lack] = lacks.as_slice() else { panic!("{path}: {lacks:?}") };
            assert!(lack.needed == needed && lack.text.contains(mend), "{path}: {lack}");
        }
    }

    #[test]
    fn what_depends_on_the_installation_is_told_where_it_counts() {
        let old = ("proc/sys/kernel/osrelease", Some("6.1.0-32-amd64"));
        assert_eq!(seen(&[old], true), [], "nobody wants a user namespace for pods");
        let swap = ("proc/swaps", Some("Filename\n/dev/sda2 partition 1 0 -2"));
        assert_eq!(seen(&[swap], true), [], "the kernel keeps memory-backed volumes out of it");
        assert!(seen(&[swap, old], true)[0].text.contains("swapoff"));
    }

    #[test]
    fn only_what_is_needed_fails() {
        let words = told(&seen(&[("seccomp/chrome.json", None), ("sys/fs/cgroup/cgroup.controllers", None)], false));
        assert!(words.starts_with("needed: the seccomp profile") && words.contains("; advised: "), "{words}");
        let error = Error(seen(&[("seccomp/chrome.json", None)], false)).to_string();
        assert!(error.starts_with("failed to find all that browser pods need on this node: needed: "), "{error}");
    }
}
