//! Reads the process table: which processes of Chrome there are, and the layers of sandbox on each. A process may write what
//! it likes as its command, but not what the kernel says of its sandbox.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use cobrowse_session::pool::Lack;

use super::Error;

/// Bytes of a command that are looked at.
const COMMAND: usize = 4_096;

/// One process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) command: String,
    pub(super) sandbox: Sandbox,
}

/// What the kernel says of a process. None is what it does not say, or not to this user.
#[derive(Clone, Debug)]
pub(super) struct Sandbox {
    /// Process namespaces that it is in.
    pub(super) depth: Option<usize>,
    /// 2 where a filter of system calls is on.
    pub(super) mode: u32,
    /// How many filters are on.
    pub(super) filters: Option<u32>,
    pub(super) no_new_privs: Option<bool>,
    pub(super) capable: bool,
    /// Its user namespace.
    pub(super) users: Option<u64>,
    /// Its network namespace.
    pub(super) network: Option<u64>,
    /// Where its root folder is, as this process would call it.
    pub(super) root: Option<PathBuf>,
}

impl Process {
    /// Whether this is Chrome's first process.
    pub(super) fn is_chrome(&self) -> bool {
        let program = self.command.split(' ').next().unwrap_or_default();
        program.ends_with("/chromium") && !self.command.contains("--type=")
    }

    /// Whether this is a process of a page.
    pub(super) fn is_page(&self) -> bool {
        self.command.contains("--type=renderer")
    }

    /// The first layer of Chrome's sandbox that a page's process does not have.
    ///
    /// What the kernel says of Chrome's first process it must say of the page's, too. gVisor's says little of either; there
    /// no container has a filter, so that one of a page's process is its own.
    pub(super) fn lacks(&self, chrome: &Self) -> Option<Lack> {
        let (own, its) = (&self.sandbox, &chrome.sandbox);
        let same = |own: Option<u64>, its: Option<u64>| its.is_some() && (own.is_none() || own == its);
        let deeper = its.depth.is_none_or(|its| own.depth.is_some_and(|own| own > its));
        // In a container every process has the container's filter, so one more than Chrome's first process has is asked for.
        let filtered = match its.filters {
            Some(its) => own.filters.is_some_and(|own| own > its),
            None => its.mode != 2,
        };
        let emptied = its.root.is_none() || own.root.as_ref().is_some_and(|root| root.ends_with("fdinfo"));
        let checks = [
            (deeper, Lack::Processes),
            (!same(own.users, its.users), Lack::Users),
            (!same(own.network, its.network), Lack::Network),
            (emptied, Lack::Root),
            (own.mode == 2 && filtered, Lack::Filter),
            (its.no_new_privs.is_none() || own.no_new_privs == Some(true), Lack::NoNewPrivs),
            (!own.capable, Lack::NoCapabilities),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map(|(_, lack)| lack)
    }
}

/// All processes of the table in this folder, less those that end meanwhile.
pub(super) fn all(table: &Path) -> Result<Vec<Process>, Error> {
    Ok(numbers(table)?.filter_map(|pid| read(table, pid)).collect())
}

/// The numbers alone.
pub(super) fn numbers(table: &Path) -> Result<impl Iterator<Item = u32>, Error> {
    let entries = std::fs::read_dir(table).map_err(|error| Error::Unreadable("/proc", error))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()))
}

/// Of these, one and all below it.
pub(super) fn below(all: &[Process], first: u32) -> Vec<Process> {
    let mut found: Vec<Process> = all.iter().filter(|one| one.pid == first).cloned().collect();
    let mut at = 0;
    while let Some(parent) = found.get(at).map(|one| one.pid) {
        found.extend(all.iter().filter(|one| one.parent == parent && one.pid != first).cloned());
        at += 1;
    }
    found
}

fn read(table: &Path, pid: u32) -> Option<Process> {
    let folder = table.join(pid.to_string());
    let mut command = std::fs::read(folder.join("cmdline")).ok()?;
    command.truncate(COMMAND);
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    let namespace = |name: &str| std::fs::metadata(folder.join("ns").join(name)).ok().map(|found| found.ino());
    let (users, network) = (namespace("user"), namespace("net"));
    let root = std::fs::read_link(folder.join("root")).ok();
    let status = std::fs::read_to_string(folder.join("status")).ok()?;
    let (parent, sandbox) = told(&status)?;
    Some(Process { pid, parent, command, sandbox: Sandbox { users, network, root, ..sandbox } })
}

/// Reads /proc/PID/status: the parent, and what it says of the sandbox.
fn told(status: &str) -> Option<(u32, Sandbox)> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim));
    let sandbox = Sandbox {
        depth: field("NSpid").map(|numbers| numbers.split_whitespace().count()),
        mode: field("Seccomp")?.parse().ok()?,
        filters: field("Seccomp_filters").and_then(|number| number.parse().ok()),
        no_new_privs: field("NoNewPrivs").map(|flag| flag == "1"),
        capable: field("CapEff")?.bytes().any(|digit| digit != b'0'),
        users: None,
        network: None,
        root: None,
    };
    Some((field("PPid")?.parse().ok()?, sandbox))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tchromium\nPPid:\t7\nNSpid:\t12463\t37\t4\t1\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n\
        Seccomp:\t2\nSeccomp_filters:\t2\n";

    #[test]
    fn the_kernel_s_words_are_read() {
        let (parent, read) = told(STATUS).expect("read");
        assert_eq!((parent, read.depth, read.mode, read.filters), (7, Some(4), 2, Some(2)));
        assert!(read.no_new_privs == Some(true) && !read.capable);
        let capable = STATUS.replace("CapEff:\t0000000000000000", "CapEff:\t0000000000200000");
        assert!(told(&capable).expect("read").1.capable);
        // A kernel that does not say it is not taken for one that says yes.
        assert!(told(&STATUS.replace("Seccomp_filters", "Other")).expect("read").1.filters.is_none());
        assert!(told(&STATUS.replace("Seccomp:", "Other:")).is_none());
    }

    #[test]
    fn this_process_is_in_the_table_with_its_own_below_it() {
        let own = std::process::id();
        let all = all(Path::new("/proc")).expect("a table");
        let found = all.iter().find(|one| one.pid == own).expect("this process");
        let sandbox = &found.sandbox;
        assert!(sandbox.depth.is_some_and(|depth| depth >= 1) && sandbox.users.is_some() && sandbox.network.is_some());
        assert!(!found.is_chrome() && !found.is_page());
        let below = below(&all, found.parent);
        assert!(below.first().is_some_and(|one| one.pid == found.parent) && below.iter().any(|one| one.pid == own));
    }
}
