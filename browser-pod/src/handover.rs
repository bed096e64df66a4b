//! How the browser side hands its file descriptors to the agent side over their one socket, and the few messages that go
//! both ways afterwards. It starts nothing and speaks no DevTools.

mod browser;
pub(crate) mod inherited;
mod meeting;
mod message;

pub(crate) use browser::MAX_FILE;
pub use browser::{Browser, Exit, Handover, accept};
pub use meeting::{Meeting, join};
pub use message::{Note, Order, Place};

use message::{MAX_FDS, MAX_MESSAGE};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
};
use serde::{Serialize, de::DeserializeOwned};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// What can go wrong between the two sides.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The other side is gone.
    #[error("failed to reach the other side: it is gone")]
    Gone,
    /// A system call failed.
    #[error("failed to use the socket between the two sides")]
    Socket(#[source] std::io::Error),
    /// The other side sent what this side does not understand.
    #[error("failed to understand a message of the other side: {0}")]
    Malformed(&'static str),
    /// This side tried to send too much.
    #[error("failed to send: a message has at most {MAX_MESSAGE} bytes and {MAX_FDS} file descriptors")]
    TooLarge,
    /// The other side could not do as asked.
    #[error("failed to have the browser side act: {0}")]
    Refused(String),
    /// Chrome is gone, or never was.
    #[error("failed to keep Chrome: {0}")]
    Exited(Exit),
    /// The other side took too long.
    #[error("failed to hear from the other side in time")]
    Timeout,
    /// The file is larger than the limit.
    #[error("failed to pass a file of {size} bytes: the limit is {limit}")]
    FileTooLarge {
        /// Bytes.
        size: u64,
        /// Bytes.
        limit: u64,
    },
    /// The socket's path cannot be had.
    #[error("failed to use the socket {0}: its folder must be writable for both sides, and empty at their start")]
    Path(PathBuf, #[source] std::io::Error),
    /// The process at the other end is not the other side.
    #[error("failed to trust the other end of the socket: its uid is {found}, not {expected}")]
    Stranger {
        /// The uid at the other end.
        found: u32,
        /// The other side's.
        expected: u32,
    },
    /// The inherited descriptor is no socket.
    #[error("failed to use inherited file descriptor {0}: it is no open socket")]
    NotInherited(i32),
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::PIPE | Errno::CONNRESET => Self::Gone,
            other => Self::Socket(other.into()),
        }
    }
}

/// One end of the socket. Each message is one packet of JSON with up to three file descriptors.
#[derive(Debug)]
pub struct Socket(OwnedFd);

impl Socket {
    /// Takes over a connected `SOCK_SEQPACKET` socket.
    pub fn new(fd: OwnedFd) -> Self {
        Self(fd)
    }

    /// Takes over the socket that this process was started with, once.
    pub fn inherited(number: i32) -> Result<Self, Error> {
        inherited::take(number).map(Self)
    }

    /// A pair of connected ends, closed on exec.
    pub fn pair() -> Result<(OwnedFd, OwnedFd), Error> {
        Ok(rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
    }

    /// Sends one message. Blocks while the other side's queue is full.
    pub fn send<M: Serialize>(&self, message: &M, fds: &[BorrowedFd<'_>]) -> Result<(), Error> {
        let bytes = serde_json::to_vec(message).map_err(|_| Error::TooLarge)?;
        if bytes.len() > MAX_MESSAGE || fds.len() > MAX_FDS {
            return Err(Error::TooLarge);
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
            return Err(Error::TooLarge);
        }
        let parts = [IoSlice::new(&bytes)];
        let sent =
            rustix::io::retry_on_intr(|| rustix::net::sendmsg(&self.0, &parts, &mut control, SendFlags::NOSIGNAL))?;
        if sent == bytes.len() { Ok(()) } else { Err(Error::Gone) }
    }

    /// Waits for one message.
    pub fn receive<M: DeserializeOwned>(&self) -> Result<(M, Vec<OwnedFd>), Error> {
        let mut bytes = [0_u8; MAX_MESSAGE];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FDS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let got = rustix::io::retry_on_intr(|| {
            let mut parts = [IoSliceMut::new(&mut bytes)];
            rustix::net::recvmsg(&self.0, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)
        })?;
        let fds: Vec<OwnedFd> = control.drain().filter_map(rights).flatten().collect();
        // The space is rounded up, so one more than is allowed may fit.
        if got.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) || fds.len() > MAX_FDS {
            return Err(Error::Malformed("too long"));
        }
        if got.bytes == 0 {
            return Err(Error::Gone);
        }
        let message = serde_json::from_slice(&bytes[..got.bytes]).map_err(|_| Error::Malformed("unknown message"))?;
        Ok((message, fds))
    }

    /// A second handle of the same end.
    pub fn share(&self) -> Result<Self, Error> {
        self.0.as_fd().try_clone_to_owned().map(Self).map_err(Error::Socket)
    }

    /// Ends both directions, for all handles.
    pub fn shut(&self) {
        // Nothing can be done about a socket that is shut already.
        let _ = rustix::net::shutdown(&self.0, rustix::net::Shutdown::Both);
    }
}

fn rights(message: RecvAncillaryMessage<'_>) -> Option<impl Iterator<Item = OwnedFd> + '_> {
    match message {
        RecvAncillaryMessage::ScmRights(fds) => Some(fds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Note, Order, Socket};
    use std::io::{Read, Seek, Write};
    use std::os::fd::AsFd;

    fn pair() -> (Socket, Socket) {
        let (one, two) = Socket::pair().expect("a socket pair");
        (Socket::new(one), Socket::new(two))
    }

    #[test]
    fn a_message_arrives_with_its_descriptors() {
        let (one, two) = pair();
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"content").expect("written");
        one.send(&Note::Exited { code: Some(3), reason: None, trouble: None }, &[file.as_fd()]).expect("sent");
        let (note, mut fds) = two.receive::<Note>().expect("received");
        assert_eq!(note, Note::Exited { code: Some(3), reason: None, trouble: None });
        let mut copy = std::fs::File::from(fds.pop().expect("a descriptor"));
        copy.rewind().expect("rewound");
        let mut text = String::new();
        copy.read_to_string(&mut text).expect("read");
        assert_eq!(text, "content");
    }

    #[test]
    fn a_closed_end_is_told() {
        let (one, two) = pair();
        drop(one);
        assert!(matches!(two.receive::<Note>(), Err(Error::Gone)));
        assert!(matches!(two.send(&Order::Take { id: 1, guid: "a".into() }, &[]), Err(Error::Gone)));
    }

    #[test]
    fn nonsense_and_too_much_are_refused() {
        let (one, two) = pair();
        one.send(&serde_json::json!({ "no": "such" }), &[]).expect("sent");
        assert!(matches!(two.receive::<Note>(), Err(Error::Malformed(_))));
        assert!(matches!(one.send(&"x".repeat(5_000), &[]), Err(Error::TooLarge)));
    }
}
