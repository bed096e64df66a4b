//! The one HTTPS port: accepts, limits, and serves HTTP/2 and HTTP/1.1. What is served, `serve` decides.

mod connections;
mod forwarded;
mod headers;
mod prompt;
pub mod rate;
mod tls;

pub use connections::{Connections, Prefix, Slot};
pub use forwarded::Trusted;
pub use headers::Security;
pub(crate) use headers::host;
pub use tls::{Error as TlsError, certificate};

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use prompt::Prompt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A handshake that takes longer is given up.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// First bytes, and request headers, that take longer are given up: either keeps a connection for nothing.
const HEADERS: Duration = Duration::from_secs(15);
/// Refused connections are said at most this often.
const SAID: Duration = Duration::from_secs(5);
/// Bytes of request headers at most. Cookie, bearer and gRPC metadata are below 2 KiB.
const HEADER_BYTES: usize = 16 * 1024;
/// Calls and streams at once on one HTTP/2 connection: a page has fewer than ten.
const STREAMS: u32 = 64;
/// Streams beyond those, or wrong in themselves, before their connection is ended. Who counts to [`STREAMS`] has none; hyper would bear 1,024.
const WRONG_STREAMS: usize = 32;
/// Bytes per HTTP/2 stream that people may send ahead of us.
const STREAM_WINDOW: u32 = 256 * 1024;
/// HTTP/2 bytes queued for one slow reader before the stream waits for it.
const SEND_BUFFER: usize = 256 * 1024;

/// Who sent a request: the other end of its connection, or whom a trusted gateway there names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The door's listener with its limits.
pub struct Door {
    /// Where people come in.
    pub listener: TcpListener,
    /// TLS.
    pub tls: Arc<cobrowse_identity::ServerConfig>,
    /// Limits on connections.
    pub connections: Connections,
    /// Gateways that say where people come from.
    pub trusted: Trusted,
}

impl Door {
    /// Serves `app` until `stop`, then lets open calls end for at most `drain`.
    pub async fn serve(self, app: Router, stop: CancellationToken, drain: Duration) {
        let graceful = GracefulShutdown::new();
        let acceptor = TlsAcceptor::from(self.tls);
        let mut refused = Refused::default();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = stop.cancelled() => break,
            };
            let Ok((stream, address)) = accepted else {
                // The usual reason is that this process has no file descriptors left; waiting lets some come back.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            // A gateway has the connections of many people.
            let one = (!self.trusted.holds(address.ip())).then(|| address.ip());
            let now = Instant::now();
            let Some(slot) = self.connections.take(one, now) else {
                refused.one(now);
                continue;
            };
            let from = (address, self.trusted.clone());
            tokio::spawn(connection(stream, from, acceptor.clone(), app.clone(), graceful.watcher(), slot));
        }
        if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
            tracing::info!("calls were still open at the end of the drain");
        }
    }
}

/// Connections that were refused since that was last said. A line for each would be a flood of its own.
#[derive(Default)]
struct Refused {
    count: u64,
    said: Option<Instant>,
}

impl Refused {
    fn one(&mut self, now: Instant) {
        self.count += 1;
        if self.said.is_none_or(|said| now.duration_since(said) >= SAID) {
            tracing::warn!(reason = "ConnectionLimit", count = self.count, "refused connections");
            *self = Self { count: 0, said: Some(now) };
        }
    }
}

async fn connection(
    stream: TcpStream,
    (address, trusted): (SocketAddr, Trusted),
    acceptor: TlsAcceptor,
    app: Router,
    watcher: hyper_util::server::graceful::Watcher,
    _slot: Slot,
) {
    // Small messages such as clicks must not wait for more bytes.
    let _ = stream.set_nodelay(true);
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await else {
        tracing::debug!("a TLS handshake failed");
        return;
    };
    let service = app.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        let peer = Peer(trusted.client(address, request.headers()));
        request.extensions_mut().insert(peer);
        request.map(axum::body::Body::new)
    });
    let builder = builder();
    let io = TokioIo::new(Prompt::new(stream, HEADERS));
    let connection = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(service)).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(HEADER_BYTES.max(8192) * 2);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_local_error_reset_streams(WRONG_STREAMS)
        .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(STREAM_WINDOW * 4)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
