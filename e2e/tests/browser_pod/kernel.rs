//! Chrome's processes of one pod, as the node's kernel shows them. It asks nothing inside of the pod.

use cobrowse_e2e::node::processes;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

/// How long a page's process may take until it is in its sandbox.
const BIRTH: Duration = Duration::from_secs(5);

/// One process.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    status: String,
}

/// Processes of this pod whose command is wanted.
fn find(pod: &str, wanted: impl Fn(&str) -> bool) -> Vec<Process> {
    let read = |pid: u32| {
        let file = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
        let command = file("cmdline")?.replace('\0', " ");
        wanted(&command).then_some(Process { pid, status: file("status")? })
    };
    processes(pod).into_iter().filter_map(read).collect()
}

/// The processes of pages that are there. One that is being born has no filter yet, and is waited for.
pub(crate) fn renderers(pod: &str, chrome: &Process) -> Vec<Process> {
    let began = Instant::now();
    loop {
        let found = find(pod, |command| command.contains("--type=renderer"));
        let grown = found.iter().all(|one| one.count("Seccomp_filters") > chrome.count("Seccomp_filters"));
        if grown || began.elapsed() > BIRTH {
            return found;
        }
    }
}

/// Chrome's first process.
pub(crate) fn chrome(pod: &str) -> Process {
    let is = |command: &str| command.starts_with("/usr/lib/chromium/chromium ") && !command.contains("--type=");
    find(pod, is).pop().expect("Chrome")
}

impl Process {
    fn field(&self, name: &str) -> &str {
        let line = self.status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.status)).trim()
    }

    fn count(&self, name: &str) -> u32 {
        self.field(name).parse().expect("a number")
    }

    fn namespace(&self, kind: &str) -> u64 {
        fs::metadata(format!("/proc/{}/ns/{kind}", self.pid)).map(|found| found.ino()).unwrap_or_default()
    }

    fn depth(&self) -> usize {
        self.field("NSpid").split_whitespace().count()
    }

    /// Whether the pod has no user namespace of its own.
    pub(crate) fn users_are_the_machines(&self) -> bool {
        let own = fs::metadata("/proc/self/ns/user").expect("a namespace").ino();
        self.namespace("user") == own
    }

    /// Chrome's own sandbox is on, on top of the container's: namespaces, an empty root, a filter of system calls, no
    /// capabilities and no way to get more.
    pub(crate) fn must_be_sandboxed(&self, chrome: &Self) {
        let gone = fs::metadata(format!("/proc/{}", self.pid)).is_err();
        if gone {
            return;
        }
        for kind in ["user", "pid", "net"] {
            assert_ne!(self.namespace(kind), chrome.namespace(kind), "{kind} namespace of {}", self.pid);
        }
        assert!(self.depth() > chrome.depth(), "{}", self.status);
        assert_eq!(self.field("Seccomp"), "2", "{}", self.status);
        assert!(self.count("Seccomp_filters") > chrome.count("Seccomp_filters"), "{}", self.status);
        for process in [self, chrome] {
            assert_eq!(process.field("NoNewPrivs"), "1", "{}", process.status);
            assert_eq!(process.field("CapEff"), "0000000000000000", "{}", process.status);
            assert_eq!(process.field("Seccomp"), "2", "{}", process.status);
        }
        let root = fs::read_link(format!("/proc/{}/root", self.pid)).unwrap_or_default();
        assert!(root.to_string_lossy().ends_with("/fdinfo"), "the root of {} is {}", self.pid, root.display());
    }
}
