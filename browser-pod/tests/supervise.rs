//! Both sides as they really run: sandboxed, apart, and gone whatever dies. As root with uids of their own and as an ordinary
//! user.

#[path = "supervise/tree.rs"]
mod tree;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;
use tree::{Process, below, status, until};

/// An ordinary user who owns nothing here.
const ORDINARY: &str = "65533";
/// Two uids of nobody.
const BASE: u32 = 210_000;
/// Filters of system calls of both sides' own.
const FILTERS: u32 = if cfg!(target_arch = "x86_64") { 1 } else { 0 };
/// How long all may take to be gone.
const END: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, PartialEq)]
enum As {
    Root,
    User,
}

struct Supervise {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
}

impl Supervise {
    fn start(who: As) -> Self {
        let program = env!("CARGO_BIN_EXE_browser-pod");
        let mut command = match who {
            As::User if is_root() => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", ORDINARY, "--regid", ORDINARY, "--clear-groups", program]);
                command
            }
            _ => Command::new(program),
        };
        command.args(["supervise", "--listen", "127.0.0.1:0"]);
        if who == As::Root {
            command.args(["--uid-base", &BASE.to_string()]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
        let mut input = child.stdin.take().expect("a pipe");
        input.write_all(b"00112233445566778899aabbccddeeff\n").expect("written");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input: Some(input), output }
    }

    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"))
    }

    /// Waits until Chrome has a page, grown up into its sandbox, and the agent side runs.
    fn running(&self) -> Vec<Process> {
        let page = |one: &Process| one.command.contains("--type=renderer") && seccomp(one);
        until(self.child.id(), |all| all.iter().any(page) && find(all, " agent ").is_some())
    }
}

impl Drop for Supervise {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a filter of Chrome's sandbox is on, besides the one that both sides have.
fn seccomp(process: &Process) -> bool {
    filters(process) > FILTERS
}

/// How many filters of system calls are on.
fn filters(process: &Process) -> u32 {
    status(process.pid, "Seccomp_filters").and_then(|count| count.parse().ok()).unwrap_or(0)
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn ways() -> Vec<As> {
    if is_root() { vec![As::Root, As::User] } else { vec![As::User] }
}

/// The innermost process whose command has this: programs around it have it in theirs too.
fn find<'a>(all: &'a [Process], part: &str) -> Option<&'a Process> {
    all.iter().rev().find(|one| one.command.contains(part) && !one.command.contains("bwrap "))
}

fn chrome(all: &[Process]) -> &Process {
    let is =
        |one: &&Process| one.command.starts_with("/usr/lib/chromium/chromium ") && !one.command.contains("--type=");
    all.iter().find(is).expect("Chrome")
}

fn link(pid: u32, what: &str) -> String {
    let link = std::fs::read_link(format!("/proc/{pid}/{what}"));
    link.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}

#[test]
fn the_sides_are_apart_and_chromes_own_sandbox_is_on() {
    for who in ways() {
        let mut supervise = Supervise::start(who);
        assert!(supervise.line()["address"].as_str().is_some_and(|address| address.starts_with("127.0.0.1:")));
        let all = supervise.running();
        let (chrome, agent) = (chrome(&all), find(&all, " agent ").expect("the agent side"));
        let renderer =
            all.iter().rev().find(|one| one.command.contains("--type=renderer") && seccomp(one)).expect("a page");
        assert!(!chrome.command.contains("no-sandbox"));
        for process in [chrome, agent, renderer] {
            assert_eq!(status(process.pid, "NoNewPrivs").as_deref(), Some("1"), "{}", process.command);
        }
        for process in [chrome, agent] {
            assert_eq!(filters(process), FILTERS, "{}", process.command);
        }
        for name in ["CapEff", "CapPrm", "CapBnd"] {
            if who == As::Root {
                assert_eq!(status(chrome.pid, name).as_deref(), Some("0000000000000000"), "{name}");
            }
        }
        for process in [chrome, renderer] {
            let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.pid)).expect("limits");
            let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
            let words: Vec<&str> = core.split_whitespace().collect();
            assert_eq!(words[4..6], ["1", "1"], "{core}");
        }
        if is_root() {
            // Only root may look into what is not dumpable.
            assert_ne!(link(renderer.pid, "ns/user"), link(chrome.pid, "ns/user"));
            for namespace in ["ns/pid", "ns/mnt", "ns/ipc"] {
                assert_ne!(link(chrome.pid, namespace), link(agent.pid, namespace), "{namespace}");
            }
            for process in [chrome, agent] {
                let seen = |path: &str| std::path::Path::new(&format!("/proc/{}/root{path}", process.pid)).exists();
                assert!(seen("/usr/bin") && !seen("/root") && !seen("/home") && !seen("/work"), "{}", process.command);
            }
        }
        if who == As::Root {
            assert_eq!((chrome.uid, agent.uid), (BASE, BASE + 1));
            for path in ["/etc", "/etc/chromium", "/etc/chromium/policies", "/etc/chromium/policies/managed"] {
                assert_eq!(others_may(chrome, path) & 0o5, 0o5, "Chrome cannot look into {path}");
            }
            assert_eq!(others_may(chrome, "/etc/chromium/policies/managed/cobrowse.json"), 0o4, "Chrome's policy");
        }
    }
}

/// What others than the owner may do with a file as a process sees it.
fn others_may(process: &Process, path: &str) -> u32 {
    let seen = std::fs::metadata(format!("/proc/{}/root{path}", process.pid)).expect("is there");
    seen.permissions().mode() & 0o7
}

#[test]
fn whatever_dies_nothing_is_left() {
    type Kill = fn(&mut Supervise, &[Process]);
    let ways_to_die: [(&str, Kill); 5] = [
        ("supervise", |supervise, _| supervise.child.kill().expect("killed")),
        ("agent side", |_, all| find(all, " agent ").expect("the agent side").kill()),
        ("sandbox of the agent side", |_, all| {
            let is = |one: &&Process| one.command.contains("bwrap") && one.command.contains(" agent ");
            all.iter().find(is).expect("its sandbox").kill();
        }),
        ("input closed", |supervise, _| drop(supervise.input.take())),
        ("launcher, then input closed", |supervise, all| {
            find(all, " launcher ").expect("the launcher").kill();
            assert!(chrome(all).ends_within(END), "Chrome outlives its launcher");
            drop(supervise.input.take());
        }),
    ];
    for who in ways() {
        for (name, kill) in ways_to_die {
            let mut supervise = Supervise::start(who);
            supervise.line();
            let all = supervise.running();
            assert!(all.len() > 8, "{name}: a whole browser");
            kill(&mut supervise, &all);
            for process in &all {
                assert!(process.ends_within(END), "{name}: left over: {}", process.command);
            }
            if name != "supervise" {
                let last = supervise.line();
                assert!(
                    last["reason"].as_str().is_some_and(|reason| reason.starts_with("END_REASON_")),
                    "{name}: {last}"
                );
                supervise.child.wait().expect("ended");
            }
            assert_eq!(below(supervise.child.id()).len(), 0, "{name}");
        }
    }
}

#[test]
fn what_cannot_work_is_refused_with_the_mend() {
    let program = env!("CARGO_BIN_EXE_browser-pod");
    let run = |args: &[&str], input: &str| {
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        // The program may refuse before it reads.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("ended");
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let missing = run(&["supervise", "--bubblewrap", "/no/bwrap", "--uid-base", "210000"], "00ff\n");
    if is_root() {
        assert!(missing.contains("install it"), "{missing}");
        let nobody = run(&["supervise"], "00ff\n");
        assert!(nobody.contains("--uid-base 200000"), "{nobody}");
    } else {
        assert!(missing.contains("leave it out"), "{missing}");
    }
    let silent = run(&["supervise"], "");
    assert!(silent.contains("enrollment token"), "{silent}");
}
