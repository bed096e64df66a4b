//! Reads the process table: which processes of Chrome there are, and the layers of sandbox on each. A process may write what
//! it likes as its command, but not what the kernel says of its sandbox.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Error;

/// Bytes of a command that are looked at.
const COMMAND: usize = 4_096;

/// One process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) command: String,
    pub(super) sandbox: Sandbox,
}

/// What the kernel says of a process.
#[derive(Debug)]
pub(super) struct Sandbox {
    /// Process namespaces that it is in.
    pub(super) depth: usize,
    /// 2 where a filter of system calls is on.
    pub(super) mode: u32,
    /// How many filters are on.
    pub(super) filters: u32,
    pub(super) no_new_privs: bool,
    pub(super) capable: bool,
    /// Its user namespace; none where this user may not look.
    pub(super) users: Option<u64>,
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

    /// The first layer of Chrome's sandbox that a page's process does not have. In a container every process has the
    /// container's filter, so one more than Chrome's first process has is asked for.
    pub(super) fn lacks(&self, chrome: &Self) -> Option<&'static str> {
        let (own, its) = (&self.sandbox, &chrome.sandbox);
        if own.depth <= its.depth {
            return Some("it has no process namespace of its own");
        }
        if own.users.is_some() && own.users == its.users {
            return Some("it has no user namespace of its own");
        }
        if own.mode != 2 || own.filters <= its.filters {
            return Some("it has no filter of system calls of its own");
        }
        if !own.no_new_privs {
            return Some("no_new_privs is off");
        }
        own.capable.then_some("it has capabilities")
    }
}

/// All processes of the table in this folder, less those that end meanwhile.
pub(super) fn all(table: &Path) -> Result<Vec<Process>, Error> {
    let entries = std::fs::read_dir(table).map_err(|error| Error::Unreadable("/proc", error))?;
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(numbers.filter_map(|pid| read(table, pid)).collect())
}

fn read(table: &Path, pid: u32) -> Option<Process> {
    let folder = table.join(pid.to_string());
    let mut command = std::fs::read(folder.join("cmdline")).ok()?;
    command.truncate(COMMAND);
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    let users = std::fs::metadata(folder.join("ns/user")).ok().map(|found| found.ino());
    let sandbox = sandbox(&std::fs::read_to_string(folder.join("status")).ok()?, users)?;
    Some(Process { pid, command, sandbox })
}

/// Reads /proc/PID/status.
fn sandbox(status: &str, users: Option<u64>) -> Option<Sandbox> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim));
    Some(Sandbox {
        depth: field("NSpid")?.split_whitespace().count(),
        mode: field("Seccomp")?.parse().ok()?,
        filters: field("Seccomp_filters")?.parse().ok()?,
        no_new_privs: field("NoNewPrivs")? == "1",
        capable: field("CapEff")?.bytes().any(|digit| digit != b'0'),
        users,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tchromium\nNSpid:\t12463\t37\t4\t1\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n\
        Seccomp:\t2\nSeccomp_filters:\t2\n";

    #[test]
    fn the_kernel_s_words_are_read() {
        let read = sandbox(STATUS, Some(5)).expect("read");
        assert_eq!((read.depth, read.mode, read.filters, read.users), (4, 2, 2, Some(5)));
        assert!(read.no_new_privs && !read.capable);
        let capable = STATUS.replace("CapEff:\t0000000000000000", "CapEff:\t0000000000200000");
        assert!(sandbox(&capable, None).expect("read").capable);
        // A kernel that does not say it is not taken for one that says yes.
        assert!(sandbox(&STATUS.replace("Seccomp_filters", "Other"), None).is_none());
    }

    #[test]
    fn this_process_is_in_the_table() {
        let own = std::process::id();
        let found = all(Path::new("/proc")).expect("a table");
        let found = found.iter().find(|one| one.pid == own).expect("this process");
        assert!(found.sandbox.depth >= 1 && found.sandbox.users.is_some());
        assert!(!found.is_chrome() && !found.is_page());
    }
}
