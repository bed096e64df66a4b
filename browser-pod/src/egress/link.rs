//! The connection to the gateway: mutual TLS 1.3, HTTP/2, the newest grant first. One is in use; when it ends, or its replica says that
//! it ends, the next replica is dialled, and what is open over the old one stays, with its grants renewed there too.

use super::refusal::{REASON, Refusal};
use super::tunnel::Tunnel;
use bytes::Bytes;
use cobrowse_identity::ClientConfig;
use cobrowse_identity::name::PeerName;
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

/// Where the gateway takes grants.
const GRANT_URI: &str = "https://egress-gateway.cobrowse.internal/v1/grant";
/// How long dialling, with the TLS handshake, or showing a grant may take.
const DIAL: Duration = Duration::from_secs(5);
/// How long Chrome waits for a connection to the gateway before it gets a page that says so.
const WAIT: Duration = Duration::from_secs(8);
/// How long the gateway may take to open a connection: longer than it allows itself for name and address.
const OPEN: Duration = Duration::from_secs(20);
/// Connections over which one request is tried.
const TRIED: usize = 3;
/// The first pause before another replica is dialled; it doubles up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// A connection that lasted this long was a good one, and the next pause is the first again.
const STEADY: Duration = Duration::from_secs(10);
/// HTTP/2 pings, so that a dead replica is noticed while people wait.
const PING: Duration = Duration::from_secs(5);
const PONG: Duration = Duration::from_secs(5);
/// What one stream holds in memory.
const STREAM_WINDOW: u32 = 256 << 10;
/// What all hold together. As many streams as Chrome opens fit, so that those it does not read keep up no other.
const WINDOW: u32 = 32 << 20;
/// As much as the gateway reads at once from a website.
const FRAME: u32 = 32 << 10;
const SEND_BUFFER: usize = 64 << 10;

type Grants = watch::Receiver<Option<Bytes>>;

/// The way to the gateway.
#[derive(Clone)]
pub(super) struct Link {
    current: watch::Receiver<Option<Connection>>,
    grants: Grants,
}

/// One connection.
#[derive(Clone)]
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Takes nothing new any more.
    retired: CancellationToken,
}

impl Link {
    /// The way to these replicas, and what keeps it.
    pub(super) fn new(
        gateways: Vec<SocketAddr>,
        tls: Arc<ClientConfig>,
        grants: Grants,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (told, current) = watch::channel(None);
        let keeping = keep(gateways, TlsConnector::from(tls), grants.clone(), told);
        (Self { current, grants }, keeping)
    }

    /// Has the gateway connect to this `host:port`.
    pub(super) async fn connect(&self, target: &str) -> Result<Tunnel, Refusal> {
        let target: Uri = target.parse().map_err(|_| Refusal::UNKNOWN_REQUEST)?;
        if self.grants.borrow().is_none() {
            return Err(Refusal::GRANT_MISSING);
        }
        for _ in 0..TRIED {
            let connection = self.connection().await?;
            match connection.connect(target.clone()).await {
                Ok(tunnel) => return Ok(tunnel),
                // Nothing went out: another connection can be asked the same.
                Err(refusal) if refusal == Refusal::GATEWAY_AWAY || refusal == Refusal::DRAINING => {
                    connection.retired.cancel();
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Err(Refusal::GATEWAY_AWAY)
    }

    async fn connection(&self) -> Result<Connection, Refusal> {
        let mut current = self.current.clone();
        let good = |now: &Option<Connection>| now.as_ref().is_some_and(|now| !now.retired.is_cancelled());
        match timeout(WAIT, current.wait_for(good)).await {
            Ok(Ok(now)) => now.clone().ok_or(Refusal::GATEWAY_AWAY),
            _ => Err(Refusal::GATEWAY_AWAY),
        }
    }
}

impl Connection {
    async fn connect(&self, target: Uri) -> Result<Tunnel, Refusal> {
        let request = Request::builder().method(Method::CONNECT).uri(target).body(Full::default());
        let request = request.map_err(|_| Refusal::UNKNOWN_REQUEST)?;
        let answer = self.ask(request, OPEN).await.map_err(|_| Refusal::GATEWAY_AWAY)?;
        if !answer.status().is_success() {
            return Err(Refusal::of(&answer));
        }
        hyper::upgrade::on(answer).await.map(Tunnel::new).map_err(|_| Refusal::GATEWAY_AWAY)
    }

    /// Shows a grant. One that the gateway refuses is told; the connection stays, for a better one.
    async fn show(&self, grant: Bytes) -> io::Result<()> {
        let request = Request::builder().method(Method::PUT).uri(GRANT_URI).body(Full::from(grant));
        let answer = self.ask(request.map_err(io::Error::other)?, DIAL).await?;
        if !answer.status().is_success() {
            let reason = answer.headers().get(REASON).and_then(|reason| reason.to_str().ok());
            tracing::warn!(reason, "the gateway refused a grant");
        }
        Ok(())
    }

    async fn ask(&self, request: Request<Full<Bytes>>, within: Duration) -> io::Result<Response<Incoming>> {
        let mut sender = self.sender.clone();
        let asked = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        timeout(within, asked).await?.map_err(io::Error::other)
    }
}

/// Keeps a connection for new requests until nobody has grants any more.
async fn keep(
    gateways: Vec<SocketAddr>,
    tls: TlsConnector,
    mut grants: Grants,
    told: watch::Sender<Option<Connection>>,
) {
    if grants.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let mut pause = PAUSE;
    for gateway in gateways.iter().cycle() {
        let began = Instant::now();
        match dial(*gateway, &tls, &mut grants).await {
            Ok(connection) => {
                told.send_replace(Some(connection.clone()));
                connection.retired.cancelled().await;
                told.send_replace(None);
            }
            Err(error) => tracing::warn!(%error, "no replica of the gateway took a connection"),
        }
        if began.elapsed() > STEADY {
            pause = PAUSE;
        }
        sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

async fn dial(gateway: SocketAddr, tls: &TlsConnector, grants: &mut Grants) -> io::Result<Connection> {
    let shaken = async {
        let stream = TcpStream::connect(gateway).await?;
        stream.set_nodelay(true)?;
        let stream = tls.connect(PeerName::EgressGateway.server_name(), stream).await?;
        let shaken = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_frame_size(FRAME)
            .max_send_buf_size(SEND_BUFFER)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .keep_alive_while_idle(true)
            .handshake(TokioIo::new(stream));
        shaken.await.map_err(io::Error::other)
    };
    let (sender, driver) = timeout(DIAL, shaken).await??;
    let connection = Connection { sender, retired: CancellationToken::new() };
    let mut driver = tokio::spawn(driver);
    let grant = grants.borrow_and_update().clone().unwrap_or_default();
    connection.show(grant).await?;
    let (kept, mut grants) = (connection.clone(), grants.clone());
    tokio::spawn(async move {
        let renewed = async {
            while grants.changed().await.is_ok() {
                let grant = grants.borrow_and_update().clone().unwrap_or_default();
                if kept.show(grant).await.is_err() {
                    // A connection that takes no grant is of no use to anybody new.
                    kept.retired.cancel();
                }
            }
        };
        tokio::select! { _ = &mut driver => {}, () = renewed => driver.abort() }
        kept.retired.cancel();
    });
    Ok(connection)
}
