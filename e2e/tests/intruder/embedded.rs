//! One browser of the embedded mode, as `browser-pod supervise` starts it, and its processes as the machine sees them.

use cobrowse_e2e::node::{below, command};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Two uids of nobody.
const BASE: &str = "230000";
/// An ordinary user who owns nothing here.
const ORDINARY: &str = "65533";
/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// Root, with a uid for each side.
    Root,
    /// An ordinary user, with a user namespace for each side.
    User,
}

/// A browser that runs. Ends with this.
pub(crate) struct Browser {
    child: Child,
    /// Closed, it ends the session.
    _input: ChildStdin,
    _output: BufReader<ChildStdout>,
    all: Vec<u32>,
}

/// Only root can take a process over that closed itself.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    let beside = test.parent().and_then(Path::parent).expect("a target folder").join("browser-pod");
    assert!(beside.is_file(), "build it with `cargo build -p cobrowse-browser-pod`");
    beside
}

impl Browser {
    /// Starts one and waits until it has a page in its sandbox.
    pub(crate) fn start(who: As) -> Self {
        let mut command = match who {
            As::Root => Command::new(program()),
            As::User => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", ORDINARY, "--regid", ORDINARY, "--clear-groups"]).arg(program());
                command
            }
        };
        command.arg("supervise").args(if who == As::Root { &["--uid-base", BASE][..] } else { &[] });
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(b"00112233445566778899aabbccddeeff\n").expect("written");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut String::new()).expect("an address");
        let mut browser = Self { child, _input: input, _output: output, all: Vec::new() };
        let began = Instant::now();
        while browser.pages().is_empty() || browser.sides().is_none() {
            assert!(began.elapsed() < PATIENCE, "it never had a page");
            browser.all = below(browser.child.id());
        }
        browser
    }

    /// Processes of pages, with Chrome's filter on.
    fn pages(&self) -> Vec<u32> {
        let is = |pid: &&u32| command(**pid).contains("--type=renderer") && has_filter(**pid);
        self.all.iter().filter(is).copied().collect()
    }

    fn sides(&self) -> Option<(u32, u32)> {
        let find = |wanted: &dyn Fn(&str) -> bool| self.all.iter().copied().find(|pid| wanted(&command(*pid)));
        let chrome = find(&|text| text.starts_with("/usr/lib/chromium/chromium ") && !text.contains("--type="))?;
        let agent = find(&|text| text.starts_with("/run/browser-pod agent "))?;
        Some((chrome, agent))
    }

    /// The process of a page.
    pub(crate) fn page(&self) -> u32 {
        *self.pages().last().expect("a page")
    }

    /// Chrome's first process.
    pub(crate) fn chrome(&self) -> u32 {
        self.sides().expect("both sides").0
    }

    /// The agent side's process.
    pub(crate) fn agent(&self) -> u32 {
        self.sides().expect("both sides").1
    }

    /// The agent side by the number that the machine has for it, which must mean nobody on the browser side. And this test.
    pub(crate) fn others(&self) -> Vec<u32> {
        vec![self.agent(), std::process::id()]
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether it has more filters of system calls than the one of both sides.
fn has_filter(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let filters = status.lines().find_map(|line| line.strip_prefix("Seccomp_filters:"));
    filters.and_then(|count| count.trim().parse::<u32>().ok()).is_some_and(|count| count > 1)
}
