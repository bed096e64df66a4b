//! One side's sandbox as a command of bubblewrap: namespaces, identity and environment. What it sees of the machine's files
//! is in `mounts`.

use super::mounts::{self, Data};
use super::{Args, Error};
use rustix::fs::MemfdFlags;
use rustix::io::FdFlags;
use std::ffi::{OsStr, OsString};
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Child, Command as Process, Stdio};

/// The uid inside a user namespace: of nobody on the machine.
const INSIDE: u32 = 65_532;

/// Which of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The launcher and Chrome.
    Browser,
    /// The process with the key.
    Agent,
}

/// How sandboxes are made on this machine.
#[derive(Debug)]
pub(super) struct Sandbox {
    bubblewrap: PathBuf,
    program: PathBuf,
    uid_base: Option<u32>,
    /// Chrome has a proxy.
    proxied: bool,
}

impl Sandbox {
    pub(super) fn new(args: &Args) -> Result<Self, Error> {
        let root = rustix::process::getuid().is_root();
        let uid_base = match (root, args.uid_base) {
            (true, Some(base)) if (1_000..u32::MAX - 1).contains(&base) => Some(base),
            (true, _) => return Err(Error::NoUid),
            (false, Some(_)) => return Err(Error::UidNotRoot),
            (false, None) => None,
        };
        if !args.bubblewrap.is_file() {
            return Err(Error::NoBubblewrap(args.bubblewrap.clone()));
        }
        let program = std::env::current_exe().map_err(Error::Start)?;
        let sandbox =
            Self { bubblewrap: args.bubblewrap.clone(), program, uid_base, proxied: !args.gateway.is_empty() };
        sandbox.probe()?;
        Ok(sandbox)
    }

    /// Says early and clearly when an ordinary user may not make namespaces here.
    fn probe(&self) -> Result<(), Error> {
        if self.uid_base.is_some() {
            return Ok(());
        }
        let status = Process::new(&self.bubblewrap)
            .args(["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--", "/usr/bin/true"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(Error::Start)?;
        if status.success() { Ok(()) } else { Err(Error::NoNamespaces) }
    }

    /// A command that runs this program again as one side. Its arguments follow.
    pub(super) fn command(&self, side: Side) -> Result<Command, Error> {
        let mut command = Command { process: Process::new(&self.bubblewrap), kept: Vec::new() };
        command.args(["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]);
        command.args(["--hostname", "browser", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin"]);
        command.args(["--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"]);
        if self.uid_base.is_none() {
            let id = INSIDE.to_string();
            command.args(["--unshare-user", "--uid", &id, "--gid", &id]);
        }
        // Made before anything is put into it: bubblewrap would make it for its own uid alone.
        command.args(["--perms", "0755", "--dir", "/etc"]);
        for (from, to) in mounts::read_only(side) {
            command.args([OsStr::new("--ro-bind-try"), from.as_os_str(), to.as_os_str()]);
        }
        for (target, link) in mounts::links() {
            command.args([OsStr::new("--symlink"), target.as_os_str(), OsStr::new(&link)]);
        }
        command.args(mounts::VIRTUAL);
        command.args(mounts::memory(side));
        for Data { path, content } in mounts::data(side, self.proxied) {
            command.data(path, content)?;
        }
        command.args(["--ro-bind".as_ref(), self.program.as_os_str(), mounts::PROGRAM.as_ref()]);
        // An ordinary user's side owns the root that bubblewrap made, and could add policies of Chrome's to it.
        command.args(["--remount-ro", "/"]);
        #[cfg(target_arch = "x86_64")]
        command.filter(&super::filter::bytes())?;
        command.args(["--chdir", "/tmp", "--"]);
        command.identity(self.uid_base.map(|base| if side == Side::Browser { base } else { base + 1 }));
        command.args([mounts::PROGRAM]);
        Ok(command)
    }
}

/// A command being put together, with what it must inherit.
pub(super) struct Command {
    process: Process,
    kept: Vec<OwnedFd>,
}

impl Command {
    pub(super) fn args<T: AsRef<OsStr>>(&mut self, args: impl IntoIterator<Item = T>) -> &mut Self {
        self.process.args(args);
        self
    }

    pub(super) fn arg(&mut self, arg: impl Into<OsString>) -> &mut Self {
        self.process.arg(arg.into());
        self
    }

    /// Lets the child have this descriptor, under the same number. This process keeps it until the child was started.
    pub(super) fn inherit(&mut self, fd: OwnedFd) -> Result<(), Error> {
        rustix::io::fcntl_setfd(&fd, FdFlags::empty())?;
        self.kept.push(fd);
        Ok(())
    }

    /// A filter of system calls, which is on when the sandbox is made.
    #[cfg(target_arch = "x86_64")]
    fn filter(&mut self, program: &[u8]) -> Result<(), Error> {
        let fd = memory(program)?;
        self.args(["--seccomp", &fd.as_raw_fd().to_string()]);
        self.inherit(fd)
    }

    /// A small read-only file that exists nowhere but in the sandbox.
    fn data(&mut self, path: &str, content: &str) -> Result<(), Error> {
        let fd = memory(content.as_bytes())?;
        // Readable for the uid that the side drops to; bubblewrap makes it, and the folders above it, for its own uid alone.
        self.args(["--perms", "0444", "--ro-bind-data", &fd.as_raw_fd().to_string(), path]);
        self.inherit(fd)
    }

    /// As root: drop to the uid, without groups, capabilities or a way back.
    fn identity(&mut self, uid: Option<u32>) {
        if let Some(uid) = uid {
            let id = uid.to_string();
            self.args(["/usr/bin/setpriv", "--reuid", &id, "--regid", &id, "--clear-groups", "--no-new-privs"]);
            self.args(["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--"]);
        }
    }

    /// Starts it. The log goes where ours goes.
    pub(super) fn spawn(mut self, input: Stdio, output: Stdio) -> Result<Child, Error> {
        self.process.stdin(input).stdout(output).stderr(Stdio::inherit()).spawn().map_err(Error::Start)
    }
}

/// A file that is nowhere, with this in it.
fn memory(content: &[u8]) -> Result<OwnedFd, Error> {
    let mut file = std::fs::File::from(rustix::fs::memfd_create("data", MemfdFlags::CLOEXEC)?);
    file.write_all(content).and_then(|()| file.rewind()).map_err(Error::Start)?;
    Ok(file.into())
}
