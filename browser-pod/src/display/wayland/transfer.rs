//! Text that is on its way through a pipe, to or from a client. Never waits: each step does what can be done at once.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::event::PollFlags;
use rustix::fs::{FileType, OFlags, fcntl_getfl, fcntl_setfl, fstat};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use super::limits;
use super::state::now_ns;

/// How long a client may take to give or take text.
const PATIENCE_NS: u64 = 5_000_000_000;

#[derive(Debug)]
enum Direction {
    FromClient(Vec<u8>),
    ToClient { text: Arc<str>, sent: usize },
}

/// Text on its way.
#[derive(Debug)]
pub(super) struct Transfer {
    fd: OwnedFd,
    direction: Direction,
    until: u64,
}

/// How far a transfer is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Waits,
    /// Ended well or not; nothing comes of it.
    Ended,
    Received(String),
}

impl Transfer {
    /// Reads what a client writes into the descriptor that is returned beside it.
    pub(super) fn from_client() -> rustix::io::Result<(Transfer, OwnedFd)> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
        fcntl_setfl(&read, fcntl_getfl(&read)? | OFlags::NONBLOCK)?;
        Ok((Transfer::new(read, Direction::FromClient(Vec::new())), write))
    }

    /// Writes text into a client's pipe. None if it is something else, which might block.
    pub(super) fn to_client(fd: OwnedFd, text: Arc<str>) -> Option<Transfer> {
        let kind = FileType::from_raw_mode(fstat(&fd).ok()?.st_mode);
        if !matches!(kind, FileType::Fifo | FileType::Socket) {
            return None;
        }
        fcntl_setfl(&fd, fcntl_getfl(&fd).ok()? | OFlags::NONBLOCK).ok()?;
        Some(Transfer::new(fd, Direction::ToClient { text, sent: 0 }))
    }

    fn new(fd: OwnedFd, direction: Direction) -> Transfer {
        Transfer { fd, direction, until: now_ns() + PATIENCE_NS }
    }

    pub(super) fn is_from_client(&self) -> bool {
        matches!(self.direction, Direction::FromClient(_))
    }

    /// When it is given up.
    pub(super) fn deadline(&self) -> u64 {
        self.until
    }

    /// What to wait for.
    pub(super) fn interest(&self) -> (BorrowedFd<'_>, PollFlags) {
        let flags = if self.is_from_client() { PollFlags::IN } else { PollFlags::OUT };
        (std::os::fd::AsFd::as_fd(&self.fd), flags)
    }

    pub(super) fn step(&mut self) -> Step {
        let step = match &mut self.direction {
            Direction::FromClient(bytes) => receive(&self.fd, bytes),
            Direction::ToClient { text, sent } => send(&self.fd, text.as_bytes(), sent),
        };
        if step == Step::Waits && now_ns() >= self.until { Step::Ended } else { step }
    }
}

fn receive(fd: &OwnedFd, bytes: &mut Vec<u8>) -> Step {
    let mut chunk = [0; 16 << 10];
    loop {
        match rustix::io::read(fd, &mut chunk) {
            Ok(0) => return Step::Received(String::from_utf8_lossy(bytes).into_owned()),
            Ok(read) => bytes.extend_from_slice(chunk.get(..read).unwrap_or(&[])),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Step::Waits,
            Err(_) => return Step::Ended,
        }
        if bytes.len() > limits::CLIPBOARD_BYTES {
            tracing::info!("copied text is too long and is not passed on");
            return Step::Ended;
        }
    }
}

fn send(fd: &OwnedFd, bytes: &[u8], sent: &mut usize) -> Step {
    while let Some(rest) = bytes.get(*sent..).filter(|rest| !rest.is_empty()) {
        match rustix::io::write(fd, rest) {
            Ok(written) => *sent += written,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Step::Waits,
            Err(_) => return Step::Ended,
        }
    }
    Step::Ended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_through_and_too_much_does_not() {
        let (mut read, write) = Transfer::from_client().expect("a pipe");
        assert_eq!(read.step(), Step::Waits);
        let mut write = Transfer::to_client(write, "grüße".into()).expect("it is a pipe");
        assert_eq!(write.step(), Step::Ended);
        drop(write);
        assert_eq!(read.step(), Step::Received("grüße".to_owned()));

        let (mut read, write) = Transfer::from_client().expect("a pipe");
        let mut write = Transfer::to_client(write, "x".repeat(1 << 20).into()).expect("it is a pipe");
        let ended = (0..1000).find(|_| write.step() == Step::Ended || read.step() == Step::Ended);
        assert!(ended.is_some());
        assert_eq!(read.step(), Step::Ended);
    }

    #[test]
    fn files_are_not_pipes() {
        let file = std::fs::File::open("/dev/null").expect("the device exists");
        assert!(Transfer::to_client(file.into(), "".into()).is_none());
    }
}
