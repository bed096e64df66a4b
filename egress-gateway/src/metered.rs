//! A connection to the outside that counts: every byte is charged to its session, and moves no faster than the session may.

use crate::ledger::Slot;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// Bytes moved at once to the outside, and what is held of one direction: small, so that sessions share evenly, and what a session may is never exceeded by much.
pub const CHUNK: usize = 16 << 10;
/// What is held of the way back, which carries most: a seventh more a second than with half of it, and no more with twice.
pub const BACK: usize = 32 << 10;

/// What was moved so far, for whoever watches.
#[derive(Debug)]
pub struct Moved {
    began: Instant,
    out: AtomicU64,
    back: AtomicU64,
    /// Milliseconds since `began`.
    last: AtomicU64,
}

impl Moved {
    /// Nothing yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { began: Instant::now(), out: 0.into(), back: 0.into(), last: 0.into() })
    }

    /// Bytes to the outside and back.
    pub fn bytes(&self) -> (u64, u64) {
        (self.out.load(Relaxed), self.back.load(Relaxed))
    }

    /// When a byte was moved last.
    pub fn last(&self) -> Instant {
        self.began + std::time::Duration::from_millis(self.last.load(Relaxed))
    }

    fn note(&self, counter: &AtomicU64, bytes: usize) {
        counter.fetch_add(bytes as u64, Relaxed);
        self.last.store(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
    }
}

/// A TCP connection under a session's limits.
pub struct Metered {
    stream: TcpStream,
    slot: Slot,
    moved: Arc<Moved>,
    /// While it runs, nothing is moved either way.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Metered {
    /// Counts from now on.
    pub fn new(stream: TcpStream, slot: Slot, moved: Arc<Moved>) -> Self {
        Self { stream, slot, moved, wait: None }
    }

    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        Poll::Ready(())
    }

    fn charge(&mut self, bytes: usize) -> io::Result<()> {
        let owed = self.slot.charge(bytes).map_err(|_| io::Error::from(io::ErrorKind::QuotaExceeded))?;
        if !owed.is_zero() {
            self.wait = Some(Box::pin(sleep(owed)));
        }
        Ok(())
    }
}

impl AsyncRead for Metered {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_turn(context));
        let before = into.filled().len();
        ready!(pin!(&mut self.stream).poll_read(context, into))?;
        let read = into.filled().len() - before;
        if read > 0 {
            self.charge(read)?;
            self.moved.note(&self.moved.back, read);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_turn(context));
        let written = ready!(pin!(&mut self.stream).poll_write(context, &from[..from.len().min(CHUNK)]))?;
        self.charge(written)?;
        self.moved.note(&self.moved.out, written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.stream).poll_shutdown(context)
    }
}
