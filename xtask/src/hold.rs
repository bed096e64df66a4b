//! Holds one thread of a process, or the write lock of an SQLite database, until standard input ends: what a flow cannot do
//! with signals, which stop whole processes. It prints `held` once it holds. However it dies, the kernel lets go.

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The byte of SQLite's shared-memory file that a writer in WAL mode locks, as SQLite's file format says.
const WAL_WRITE_LOCK: i64 = 120;

/// What is held.
#[derive(Subcommand)]
pub(crate) enum What {
    /// One thread of a process, by its name; the process's other threads run on.
    Thread {
        /// The process.
        #[arg(long)]
        pid: i32,
        /// The thread's name.
        #[arg(long)]
        name: String,
    },
    /// The write lock of an SQLite database in WAL mode: nobody writes.
    Store {
        /// The database's file.
        #[arg(long)]
        file: PathBuf,
    },
}

/// Takes hold, waits, lets go.
pub(crate) fn run(what: &What) -> Result<()> {
    match what {
        What::Thread { pid, name } => hold_thread(*pid, name),
        What::Store { file } => hold_store(file),
    }
}

fn hold_thread(pid: i32, name: &str) -> Result<()> {
    let thread = Pid::from_raw(find_thread(pid, name)?);
    ptrace::seize(thread, Options::empty()).context("failed to seize the thread: only root may")?;
    ptrace::interrupt(thread).context("failed to stop the thread")?;
    waitpid(thread, Some(WaitPidFlag::__WALL)).context("failed to wait until the thread stands")?;
    until_told()?;
    ptrace::detach(thread, None).context("failed to let the thread go on")
}

fn find_thread(pid: i32, name: &str) -> Result<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).context("failed to find the process")?;
    for task in tasks {
        let task = task?;
        let called = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        if called.trim_end() == name {
            return task.file_name().to_string_lossy().parse().context("failed to read a thread's number");
        }
    }
    bail!("failed to find a thread called {name} in process {pid}")
}

fn hold_store(file: &Path) -> Result<()> {
    let mut shared = file.as_os_str().to_owned();
    shared.push("-shm");
    let opened = OpenOptions::new().read(true).write(true).open(&shared);
    let opened = opened.context("failed to open the database's shared memory")?;
    let lock = libc::flock {
        l_type: libc::F_WRLCK as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: WAL_WRITE_LOCK,
        l_len: 1,
        l_pid: 0,
    };
    fcntl(&opened, FcntlArg::F_SETLKW(&lock)).context("failed to take the write lock")?;
    until_told()
}

fn until_told() -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "held").and_then(|()| out.flush()).context("failed to say that it holds")?;
    std::io::stdin().lock().read_to_end(&mut Vec::new()).context("failed to wait for the end of standard input")?;
    Ok(())
}
