//! TLS on one port: enrollment until the pod is certified, then mutual TLS for `PodService`, for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cobrowse_identity::ServerConfig;
use cobrowse_identity::name::PeerName;
use cobrowse_wire::v1::enrollment_service_server::EnrollmentServiceServer;
use cobrowse_wire::v1::pod_service_server::PodServiceServer;
use futures::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::Connected;

use super::enroll::{Certified, Configurations, Enrollment};
use super::service::Service;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes at once.
const HANDSHAKES: usize = 16;
/// HTTP/2 pings, so that a dead peer is noticed.
const PING: Duration = Duration::from_secs(5);
/// How long a ping's answer may take.
const PONG: Duration = Duration::from_secs(10);
/// Bytes of one message from a peer: an upload's part, or text.
const MESSAGE_BYTES: usize = 512 << 10;
/// Streams of one peer's connection.
const STREAMS: u32 = 256;
/// Bytes under way to one viewer that TLS and TCP hold for us; small, so that old pictures do not pile up there.
const SEND_BUFFER: usize = 256 << 10;

/// Who is at the other end, by its certificate. Nobody during enrollment.
#[derive(Clone, Debug)]
pub(super) struct Peer(pub(super) Option<PeerName>);

/// Serves `enrollment` until the pod is certified; gives what holds from then on.
pub(super) async fn enroll(
    listener: &TcpListener,
    config: Arc<ServerConfig>,
    enrollment: Enrollment,
    certified: oneshot::Receiver<Certified>,
) -> Result<Option<Configurations>, tonic::transport::Error> {
    let stop = CancellationToken::new();
    let (connections, incoming) = mpsc::channel(1);
    let service = EnrollmentServiceServer::new(enrollment).max_decoding_message_size(64 << 10);
    let serve =
        server().add_service(service).serve_with_incoming_shutdown(Incoming(incoming), stop.clone().cancelled_owned());
    let serve = at_most_a_second_after(&stop, serve);
    let swap = async {
        let certified = tokio::select! {
            certified = certified => certified.ok(),
            () = accept(listener, config, connections, CancellationToken::new()) => None,
        };
        // Nobody is accepted any more by the first configuration.
        stop.cancel();
        certified.map(|Certified { config, taken }| {
            // Certify's caller may be gone already.
            let _ = taken.send(());
            config
        })
    };
    let (config, served) = futures::join!(swap, serve);
    served.map(|()| config)
}

/// Serves `PodService` until told to stop, and then until what was said is sent, at most a second.
pub(super) async fn serve(
    listener: &TcpListener,
    config: Arc<ServerConfig>,
    service: Service,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let (connections, incoming) = mpsc::channel(4);
    let accept = accept(listener, config, connections, stop.clone());
    let service = PodServiceServer::new(service).max_decoding_message_size(MESSAGE_BYTES);
    let (health, serving) = tonic_health::server::health_reporter();
    health.set_serving::<PodServiceServer<Service>>().await;
    let serve = server()
        .max_concurrent_streams(STREAMS)
        .add_service(serving)
        .add_service(service)
        .serve_with_incoming_shutdown(Incoming(incoming), stop.clone().cancelled_owned());
    let serve = at_most_a_second_after(&stop, serve);
    let ((), served) = futures::join!(accept, serve);
    served
}

/// Lets calls in hand finish, but not for long.
async fn at_most_a_second_after<E>(
    stop: &CancellationToken,
    serve: impl Future<Output = Result<(), E>>,
) -> Result<(), E> {
    tokio::select! {
        served = serve => served,
        () = async { stop.cancelled().await; tokio::time::sleep(Duration::from_secs(1)).await } => Ok(()),
    }
}

fn server() -> Server {
    Server::builder().http2_keepalive_interval(Some(PING)).http2_keepalive_timeout(Some(PONG))
}

/// Accepts connections and hands over those whose handshake succeeded. A slow handshake keeps nobody waiting.
async fn accept(
    listener: &TcpListener,
    config: Arc<ServerConfig>,
    connections: mpsc::Sender<Connection>,
    stop: CancellationToken,
) {
    let acceptor = TlsAcceptor::from(config);
    let slots = Arc::new(tokio::sync::Semaphore::new(HANDSHAKES));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, slot) = match (accepted, Arc::clone(&slots).try_acquire_owned()) {
            (Ok((stream, _)), Ok(slot)) => (stream, slot),
            // Too many at once, or the peer is gone already.
            _ => continue,
        };
        let (acceptor, connections) = (acceptor.clone(), connections.clone());
        tokio::spawn(async move {
            if let Some(connection) = handshake(&acceptor, stream).await {
                // The server may be stopping.
                let _ = connections.send(connection).await;
            }
            drop(slot);
        });
    }
}

async fn handshake(acceptor: &TlsAcceptor, stream: TcpStream) -> Option<Connection> {
    stream.set_nodelay(true).ok()?;
    // A kernel that does not grant it serves with its own size.
    let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, SEND_BUFFER);
    let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await.ok()?;
    let stream = stream.inspect_err(|error| tracing::info!(%error, "a connection was refused")).ok()?;
    let peer = PeerName::of_peer(stream.get_ref().1.peer_certificates()).ok();
    Some(Connection { stream, peer: Peer(peer) })
}

/// One TLS connection.
struct Connection {
    stream: TlsStream<TcpStream>,
    peer: Peer,
}

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Accepted connections as tonic takes them.
struct Incoming(mpsc::Receiver<Connection>);

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|connection| connection.map(Ok))
    }
}
