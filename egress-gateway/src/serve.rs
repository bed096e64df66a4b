//! The port that pods dial: mutual TLS 1.3, HTTP/2, and an end that breaks no connection to the outside before its time.

use crate::connection::Connection;
use crate::gateway::Gateway;
use cobrowse_identity::name::{PeerName, PodUid};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes at once. Pods come one by one, as sessions begin.
const HANDSHAKES: usize = 64;
/// Connections of one pod: one in use, one that takes over from it, and some that died unnoticed.
const POD_CONNECTIONS: u32 = 8;
/// Requests of one connection at once: above any session's limit, so that the limit is what people meet.
const STREAMS: u32 = 512;
/// Bytes of one request's head.
const HEAD: u32 = 8 << 10;
/// What one stream holds in memory of what a pod sends. Pods are a millisecond or two away, so that is 30 MiB a second.
const STREAM_WINDOW: u32 = 64 << 10;
/// The same of what is on its way to a pod, where most goes: a few reads.
const SEND_BUFFER: usize = 128 << 10;
/// What all streams of a connection hold together: each has its own, so that websites that do not read keep up no other.
const WINDOW: u32 = STREAM_WINDOW * STREAMS;
/// Streams that were given up and are not forgotten yet; more is an attack.
const RESET_STREAMS: usize = 64;
/// HTTP/2 pings, so that a dead pod is noticed.
const PING: Duration = Duration::from_secs(10);
/// How long a ping's answer may take.
const PONG: Duration = Duration::from_secs(10);
/// How long to wait when the machine has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `stop`; then takes no connection any more, sends pods to another replica with what is new, and waits for what is
/// open, at most `drain`.
pub async fn serve(listener: TcpListener, gateway: Arc<Gateway>, stop: CancellationToken, drain: Duration) {
    let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
    let (handshakes, pods) = (Arc::new(Semaphore::new(HANDSHAKES)), Arc::new(Pods::default()));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        // Too many at once: the pod tries again.
        let Ok(turn) = handshakes.clone().try_acquire_owned() else { continue };
        let (gateway, pods, stop, cut) = (gateway.clone(), pods.clone(), stop.clone(), cut.clone());
        tasks.spawn(async move {
            let shaken = handshake(&gateway, stream).await;
            drop(turn);
            let Some((stream, pod)) = shaken else {
                gateway.metrics.handshake_failures.inc();
                return;
            };
            let Some(_place) = pods.enter(&pod) else { return };
            tokio::select! {
                () = connection(gateway, stream, pod, stop) => {}
                () = cut.cancelled() => {}
            }
        });
    }
    drop(listener);
    tasks.close();
    if timeout(drain, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "connections are broken off, since they did not end in time");
    }
    cut.cancel();
    tasks.wait().await;
}

async fn handshake(gateway: &Gateway, stream: TcpStream) -> Option<(TlsStream<TcpStream>, PodUid)> {
    stream.set_nodelay(true).ok()?;
    let acceptor = TlsAcceptor::from(gateway.material.borrow().tls.clone());
    let stream = timeout(HANDSHAKE, acceptor.accept(stream)).await.ok()?;
    let stream = stream.inspect_err(|error| tracing::info!(%error, "a connection was refused")).ok()?;
    // Other programs of ours have certificates too, and no business here.
    match PeerName::of_peer(stream.get_ref().1.peer_certificates()) {
        Ok(PeerName::Pod(pod)) => Some((stream, pod)),
        _ => None,
    }
}

async fn connection(gateway: Arc<Gateway>, stream: TlsStream<TcpStream>, pod: PodUid, stop: CancellationToken) {
    gateway.metrics.connections.inc();
    let connections = gateway.metrics.connections.clone();
    let asked = Arc::new(Connection::new(gateway, pod, stop));
    let answering = asked.clone();
    let service = service_fn(move |request| {
        let asked = answering.clone();
        async move { Ok::<_, Infallible>(asked.answer(request).await) }
    });
    let served = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(RESET_STREAMS)
        .max_local_error_reset_streams(RESET_STREAMS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    let done = tokio::select! {
        done = &mut served => done,
        () = asked.drained() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(error = crate::run::chain(&error), "a pod's connection broke");
    }
    connections.dec();
}

/// How many connections each pod has.
#[derive(Default)]
struct Pods(Mutex<HashMap<PodUid, u32>>);

/// One connection of a pod, until it is dropped.
struct Place(Arc<Pods>, PodUid);

impl Pods {
    fn enter(self: &Arc<Self>, pod: &PodUid) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(pod.clone()).or_default();
        if *count >= POD_CONNECTIONS {
            return None;
        }
        *count += 1;
        Some(Place(self.clone(), pod.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.1);
            }
        }
    }
}
