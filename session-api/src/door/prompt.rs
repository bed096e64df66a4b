//! A connection that must begin to speak soon. Whoever says nothing, or less than the first line of HTTP, would hold a place for
//! nothing; HTTP's own limits count only from there on.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Bytes by which HTTP/1.1 and HTTP/2 are told apart: HTTP/2's preface.
const FIRST: usize = 24;

/// A stream that fails when its first bytes do not come in time.
pub(super) struct Prompt<S> {
    stream: S,
    /// Bytes that must still come, and until when.
    wait: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<S> Prompt<S> {
    /// The first bytes must be there after this time.
    pub(super) fn new(stream: S, within: Duration) -> Self {
        Self { stream, wait: Some((FIRST, Box::pin(sleep(within)))) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prompt<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Some((left, over)) = &mut this.wait {
            *left = left.saturating_sub(buffer.filled().len() - before);
            if *left == 0 {
                this.wait = None;
            } else if read.is_pending() && over.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prompt<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn who_says_nothing_or_little_is_cut() {
        for said in [&b""[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r"] {
            let (mut person, ours) = tokio::io::duplex(1_024);
            let mut ours = Prompt::new(ours, Duration::ZERO);
            person.write_all(said).await.expect("sent");
            let cut = ours.read_exact(&mut [0; 24]).await.expect_err("cut");
            assert_eq!(cut.kind(), io::ErrorKind::TimedOut, "{said:?}");
        }
    }

    #[tokio::test]
    async fn who_has_begun_may_take_its_time() {
        let (mut person, ours) = tokio::io::duplex(1_024);
        let mut ours = Prompt::new(ours, Duration::ZERO);
        person.write_all(&[b'x'; 24]).await.expect("sent");
        ours.read_exact(&mut [0; 24]).await.expect("it is there");
        assert!(ours.read_u8().now_or_never().is_none(), "it waits for more");
    }
}
