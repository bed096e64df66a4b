//! Chrome as a child process: its pipes, its screen's socket, its end and the known signs of a failed start.

use super::folders::Folders;
use super::{Error, flags};
use crate::handover::Note;
use cobrowse_session::pool::Trouble;
use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions, WaitStatus};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

/// The name of the Wayland socket in the runtime folder.
pub(super) const SCREEN: &str = "wayland-0";
/// Bytes of a pipe. A page's dialog or picker list should not block Chrome.
const PIPE: usize = 1 << 20;
/// How long its log may take to be read when it is gone: others than its first process may hold it open.
const LAST_LINES: Duration = Duration::from_millis(500);
/// Bytes of one line of Chrome's log that are looked at.
const MAX_LINE: u64 = 4_096;

/// Moves the two pipe ends, given as input and output, to the descriptors that Chrome expects. No process of Chrome gets more
/// than 2 GiB of memory of its own: a page that fills memory ends alone, and shows Chrome's page of a crash.
const SCRIPT: &str = "ulimit -d 2097152; exec \"$@\" 3<&0 4>&1 </dev/null >&2";

/// Signs in Chrome's log, and what they mean. Nothing else of the log is kept: it may quote pages.
const SIGNS: [(&str, Trouble); 5] = [
    ("No usable sandbox!", Trouble::SandboxUnavailable),
    ("Failed to receive hello message from zygote", Trouble::NamespacesUsedUp),
    ("sys_chroot(", Trouble::ChrootRefused),
    ("child_pid -1", Trouble::PagesCannotStart),
    ("Failed to connect to Wayland display", Trouble::ScreenMissing),
];

/// The first thing that was seen to be wrong, shared by all who look.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong(Arc<Mutex<Option<Trouble>>>);

impl Wrong {
    /// Something is wrong; what was first stays.
    pub(super) fn note(&self, trouble: Trouble) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    /// What is wrong, if anything.
    pub(super) fn seen(&self) -> Option<Trouble> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the agent side gets.
pub(super) struct Ends {
    pub(super) wayland: OwnedFd,
    pub(super) cdp_in: OwnedFd,
    pub(super) cdp_out: OwnedFd,
}

/// A running Chrome.
pub(super) struct Chrome {
    child: Child,
    ends: Option<Ends>,
    wrong: Wrong,
    /// Ends when Chrome's log was read to its end.
    log: mpsc::Receiver<()>,
}

impl Chrome {
    pub(super) fn start(program: &Path, folders: &Folders, kind: flags::Kind) -> Result<Self, Error> {
        let screen = folders.runtime.join(SCREEN);
        let wayland = UnixListener::bind(&screen).map_err(|error| Error::Folder(screen, error))?;
        let (chrome_in, cdp_out) = pipe().map_err(Error::Spawn)?;
        let (cdp_in, chrome_out) = pipe().map_err(Error::Spawn)?;
        let mut child = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(program)
            .args(flags::arguments(folders, kind))
            .env_clear()
            .envs(flags::environment(folders))
            .current_dir(&folders.home)
            .stdin(chrome_in)
            .stdout(chrome_out)
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(Error::Spawn)?;
        let wrong = Wrong::default();
        let (reading, read) = mpsc::channel();
        if let Some(log) = child.stderr.take() {
            let wrong = wrong.clone();
            let watched = std::thread::Builder::new().name("log".into()).spawn(move || {
                watch(log, &wrong);
                drop(reading);
            });
            watched.map_err(Error::Spawn)?;
        }
        Ok(Self { child, ends: Some(Ends { wayland: wayland.into(), cdp_in, cdp_out }), wrong, log: read })
    }

    /// The ends for the agent side, once.
    pub(super) fn take_ends(&mut self) -> Ends {
        self.ends.take().expect("the ends are handed over once, right after the start")
    }

    /// The process group of Chrome.
    pub(super) fn group(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Where it is noted what is wrong with it.
    pub(super) fn wrong(&self) -> Wrong {
        self.wrong.clone()
    }

    /// Waits for the end.
    pub(super) fn wait(self) -> Note {
        let status = end_of(self.group());
        // What it said at last is read by another thread, and may say why. It says nothing more, or is gone.
        let _ = self.log.recv_timeout(LAST_LINES);
        let trouble = self.wrong.seen();
        let of = |status: WaitStatus| (status.exit_status(), status.terminating_signal());
        let (code, signal) = status.map_or((None, None), of);
        let by_signal = || signal.map(|signal| format!("ended by signal {signal}"));
        let reason = trouble.map(|trouble| trouble.to_string()).or_else(by_signal);
        Note::Exited { code, reason, trouble: trouble.map(|trouble| trouble.word().to_owned()) }
    }
}

/// Waits for the end of this child. The first process of a container is the parent of whoever lost their own, and
/// takes note of their ends too.
fn end_of(child: Pid) -> Option<WaitStatus> {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended == child => return Some(status),
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

fn pipe() -> std::io::Result<(OwnedFd, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    // A smaller pipe works as well.
    let _ = rustix::pipe::fcntl_setpipe_size(&write, PIPE);
    Ok((read, write))
}

/// Reads the log to its end, so that Chrome never waits for it, and keeps the first known sign.
fn watch(log: impl Read, wrong: &Wrong) {
    let mut log = BufReader::new(log);
    let mut line = Vec::new();
    loop {
        line.clear();
        match log.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        if let Some((_, trouble)) = SIGNS.iter().find(|(seen, _)| text.contains(seen)) {
            wrong.note(*trouble);
        }
    }
}
