//! How the two sides find each other where nobody starts both: by a socket at a path that only they see, each checking the
//! other's uid. It passes nothing on.

use super::{Error, Socket};
use nix::sys::socket::{getsockopt, sockopt};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the other side may take to come: its container may start much later on a busy node.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often the browser side looks for the agent side's socket.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The agent side's end before the browser side has come.
#[derive(Debug)]
pub struct Meeting {
    listener: OwnedFd,
    path: PathBuf,
    uid: u32,
}

impl Meeting {
    /// Listens at a path where nothing is yet, for one process of this uid.
    ///
    /// # Errors
    /// When the folder is not writable, or something is there.
    pub fn new(path: &Path, uid: u32) -> Result<Self, Error> {
        let failed = |errno: Errno| Error::Path(path.to_owned(), errno.into());
        let listener = socket()?;
        rustix::net::bind(&listener, &SocketAddrUnix::new(path).map_err(failed)?).map_err(failed)?;
        // The folder is the pod's alone; who may talk is decided by uid.
        rustix::fs::chmod(path, Mode::from_raw_mode(0o666)).map_err(failed)?;
        rustix::net::listen(&listener, 1).map_err(failed)?;
        Ok(Self { listener, path: path.to_owned(), uid })
    }

    /// Waits for the one process, and takes the socket away: nobody comes after it.
    ///
    /// # Errors
    /// When it does not come in time.
    pub fn wait(self) -> Result<Socket, Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            readable(&self.listener, until.saturating_duration_since(Instant::now()))?;
            let peer = rustix::net::accept_with(&self.listener, SocketFlags::CLOEXEC)?;
            match check(&peer, self.uid) {
                Ok(()) => {
                    // Whoever took it away already has what is wanted here.
                    let _ = std::fs::remove_file(&self.path);
                    return Ok(Socket::new(peer));
                }
                Err(error) => tracing::warn!(%error, "a connection to the agent side was refused"),
            }
        }
    }
}

/// Joins the agent side at this path, once it is there.
///
/// # Errors
/// When it does not come in time, or is not of this uid.
pub fn join(path: &Path, uid: u32) -> Result<Socket, Error> {
    let failed = |errno: Errno| Error::Path(path.to_owned(), errno.into());
    let address = SocketAddrUnix::new(path).map_err(failed)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let own = socket()?;
        match rustix::net::connect(&own, &address) {
            Ok(()) => {
                check(&own, uid)?;
                return Ok(Socket::new(own));
            }
            Err(Errno::NOENT | Errno::CONNREFUSED | Errno::ACCESS | Errno::AGAIN) if Instant::now() < until => {
                std::thread::park_timeout(LOOK_EVERY);
            }
            Err(Errno::NOENT | Errno::CONNREFUSED) => return Err(Error::Timeout),
            Err(errno) => return Err(failed(errno)),
        }
    }
}

fn socket() -> Result<OwnedFd, Error> {
    Ok(rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

fn check(peer: &OwnedFd, uid: u32) -> Result<(), Error> {
    // In another process namespace the other end has no number, which rustix cannot say.
    let found = getsockopt(peer, sockopt::PeerCredentials).map_err(|errno| Error::Socket(errno.into()))?.uid();
    if found == uid { Ok(()) } else { Err(Error::Stranger { found, expected: uid }) }
}

fn readable(listener: &OwnedFd, within: Duration) -> Result<(), Error> {
    let seconds = i64::try_from(within.as_secs()).unwrap_or(i64::MAX);
    let time = Timespec { tv_sec: seconds, tv_nsec: i64::from(within.subsec_nanos()) };
    let mut wanted = [PollFd::new(listener, PollFlags::IN)];
    match rustix::io::retry_on_intr(|| poll(&mut wanted, Some(&time)))? {
        0 => Err(Error::Timeout),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Meeting, join};
    use crate::handover::{Error, Note};

    fn own() -> u32 {
        rustix::process::getuid().as_raw()
    }

    #[test]
    fn the_sides_meet_once_and_the_socket_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("side.sock");
        let there = path.clone();
        // It looks for the socket before there is one.
        let browser = std::thread::spawn(move || join(&there, own()));
        let agent = Meeting::new(&path, own()).expect("listening").wait().expect("met");
        let browser = browser.join().expect("no panic").expect("joined");
        let note = Note::Exited { code: None, reason: Some("end".into()), trouble: None };
        browser.send(&note, &[]).expect("sent");
        assert_eq!(agent.receive::<Note>().expect("received").0, note);
        assert!(!path.exists());
    }

    #[test]
    fn another_uid_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("side.sock");
        let _meeting = Meeting::new(&path, own()).expect("listening");
        let error = join(&path, own() + 1).expect_err("a stranger");
        assert!(matches!(error, Error::Stranger { .. }), "{error}");
    }

    #[test]
    fn nothing_of_others_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("side.sock");
        std::fs::write(&path, "").expect("written");
        assert!(matches!(Meeting::new(&path, own()), Err(Error::Path(..))));
        assert!(path.exists());
        assert!(matches!(Meeting::new(&folder.path().join("no/such"), own()), Err(Error::Path(..))));
    }
}
