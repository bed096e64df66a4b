//! The way to a website through the gateway, as bytes. A website may answer and close before it has read all that it is sent; what is sent
//! after that is lost, and its answer must not be.

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// One connection to a website. Writing to one that listens no more succeeds; its end is seen by reading.
#[derive(Debug)]
pub(super) struct Tunnel {
    bytes: TokioIo<Upgraded>,
    deaf: bool,
}

impl Tunnel {
    pub(super) fn new(bytes: Upgraded) -> Self {
        Self { bytes: TokioIo::new(bytes), deaf: false }
    }

    fn heard<T>(&mut self, done: Poll<io::Result<T>>, otherwise: T) -> Poll<io::Result<T>> {
        match done {
            Poll::Ready(Err(_)) => {
                self.deaf = true;
                Poll::Ready(Ok(otherwise))
            }
            done => done,
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_read(context, into)
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        if self.deaf {
            return Poll::Ready(Ok(from.len()));
        }
        let done = Pin::new(&mut self.bytes).poll_write(context, from);
        self.heard(done, from.len())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.deaf {
            return Poll::Ready(Ok(()));
        }
        let done = Pin::new(&mut self.bytes).poll_flush(context);
        self.heard(done, ())
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.deaf {
            return Poll::Ready(Ok(()));
        }
        let done = Pin::new(&mut self.bytes).poll_shutdown(context);
        self.heard(done, ())
    }
}
