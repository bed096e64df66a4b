//! What people do who mean harm, as much of it as one thread can. It runs below everybody else on the machine: an attacker's processor
//! is not the door's.

use crate::door::TestDoor;
use crate::frames;
use crate::people::{Person, SHOP, agent, with};
use crate::viewer::attach;
use cobrowse_identity::{ServerName, door};
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use cobrowse_wire::v1::*;
use futures::future::BoxFuture;
use futures::{FutureExt, SinkExt};
use hyper_util::rt::TokioIo;
use prost::Message as _;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};

/// Attackers at once, each at an address of its own beside one more.
const WORKERS: u8 = 8;
/// Connections that one of them keeps.
const KEPT: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    /// Connections that say nothing.
    Silence,
    /// Request headers, a byte at a time.
    SlowHeaders,
    /// Handshakes, and gone.
    Handshakes,
    /// HTTP/2 streams that are opened and reset.
    RapidReset,
    /// Pages that are asked for and not read.
    UnreadPages,
    /// PINs minted.
    Starts,
    /// PINs guessed by an agent.
    Pins,
    /// Tickets guessed.
    Tickets,
}

/// What attackers know: where the door is, and how an agent signs in.
#[derive(Clone)]
pub(crate) struct Target {
    address: SocketAddr,
    certificate: String,
    agent: Person,
}

impl Target {
    pub(crate) async fn of(door: &TestDoor) -> Self {
        let certificate = std::fs::read_to_string(door.data().join("door.crt")).expect("was made");
        let agent = agent(door, "ana@contoso.example").await;
        Self { address: door.running.address, certificate, agent }
    }

    async fn dial(&self, from: u8, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let tls = door::client(&self.certificate, &[protocol]).expect("a client");
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 3, from), 0)))?;
        let stream = socket.connect(self.address).await?;
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(tls).connect(name, stream).await
    }

    async fn client(&self, from: u8) -> Option<SessionServiceClient<Channel>> {
        let stream = std::sync::Mutex::new(Some(self.dial(from, "h2").await.ok()?));
        let connector = tower::service_fn(move |_: http::Uri| {
            let stream = stream.lock().expect("not poisoned").take().map(TokioIo::new);
            std::future::ready(stream.ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected)))
        });
        let channel = Endpoint::from_static("http://localhost").connect_with_connector(connector).await.ok()?;
        Some(SessionServiceClient::new(channel))
    }
}

/// A flood that goes on.
pub(crate) struct Flood {
    done: Arc<Done>,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

/// What a flood came to.
#[derive(Default)]
pub(crate) struct Done {
    /// Connections, calls or messages, and those that were refused or cut.
    pub(crate) count: AtomicU64,
    refused: AtomicU64,
}

impl Done {
    fn note(&self, taken: bool) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.refused.fetch_add(u64::from(!taken), Ordering::Relaxed);
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, refused) = (self.count.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed));
        write!(f, "{count} tried, {refused} of them refused or cut")
    }
}

impl Flood {
    /// Waits until it has begun to be one.
    pub(crate) async fn under_way(&self) {
        let begun = async {
            while self.done.count.load(Ordering::Relaxed) < 50 {
                tokio::task::yield_now().await;
            }
        };
        // One that is refused from the start is as much of one as there can be.
        let _ = tokio::time::timeout(Duration::from_millis(500), begun).await;
    }

    pub(crate) fn stop(self) -> Arc<Done> {
        self.stop.cancel();
        self.thread.join().expect("attackers do not panic");
        self.done
    }
}

impl Attack {
    pub(crate) const ALL: [Self; 8] = [
        Self::Silence,
        Self::SlowHeaders,
        Self::Handshakes,
        Self::RapidReset,
        Self::UnreadPages,
        Self::Starts,
        Self::Pins,
        Self::Tickets,
    ];

    pub(crate) fn start(self, target: &Target) -> Flood {
        let (stop, done) = (CancellationToken::new(), Arc::new(Done::default()));
        let (target, over, counts) = (target.clone(), stop.clone(), done.clone());
        let run = move || {
            // Of this thread alone. Where it is the lowest already there is nothing to do.
            let _ = rustix::process::nice(19);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let all = (1..=WORKERS).map(|from| self.worker(target.clone(), from, counts.clone()));
            let all = futures::future::join_all(all);
            runtime.block_on(async {
                tokio::select! { _ = all => {}, () = over.cancelled() => {} }
            });
        };
        let thread = std::thread::Builder::new().name("attackers".into()).spawn(run).expect("a thread");
        Flood { done, stop, thread }
    }

    fn worker(self, target: Target, from: u8, done: Arc<Done>) -> BoxFuture<'static, ()> {
        match self {
            Self::Silence => kept(target, from, done, b"").boxed(),
            Self::SlowHeaders => kept(target, from, done, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").boxed(),
            Self::Handshakes => handshakes(target, from, done).boxed(),
            Self::RapidReset => streams(target, from, done, frames::reset_at_once, true).boxed(),
            Self::UnreadPages => streams(target, from, done, frames::page, false).boxed(),
            Self::Starts => starts(target, from, done).boxed(),
            Self::Pins => pins(target, from, done).boxed(),
            Self::Tickets => tickets(target, from, done).boxed(),
        }
    }
}

/// Opens connections, begins like this and then says a letter at a time.
async fn kept(target: Target, from: u8, done: Arc<Done>, begin: &'static [u8]) {
    let mut all = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    loop {
        if all.len() < KEPT {
            let opened = target.dial(from, "http/1.1").await;
            done.note(opened.is_ok());
            let Ok(mut stream) = opened else { continue };
            if stream.write_all(begin).await.is_ok() {
                all.push(stream);
            }
            continue;
        }
        pace.tick().await;
        if begin.is_empty() {
            continue;
        }
        for stream in &mut all {
            done.note(stream.write_all(b"a").await.is_ok());
        }
    }
}

async fn handshakes(target: Target, from: u8, done: Arc<Done>) {
    loop {
        done.note(target.dial(from, "h2").await.is_ok());
        tokio::task::yield_now().await;
    }
}

/// Sends streams as fast as they are taken. What comes back is read, or nothing is.
async fn streams(target: Target, from: u8, done: Arc<Done>, make: fn(u32) -> Vec<u8>, reads: bool) {
    loop {
        let Ok(stream) = target.dial(from, "h2").await else {
            done.note(false);
            tokio::task::yield_now().await;
            continue;
        };
        let (mut back, mut on) = tokio::io::split(stream);
        let send = async {
            let mut sent = on.write_all(frames::START).await;
            for id in (1..200_000).step_by(2) {
                if sent.is_err() {
                    return;
                }
                sent = on.write_all(&make(id)).await;
                done.note(sent.is_ok());
            }
        };
        let read = async {
            if reads {
                let _ = tokio::io::copy(&mut back, &mut tokio::io::sink()).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! { () = send => {}, () = read => done.note(false) }
    }
}

async fn starts(target: Target, from: u8, done: Arc<Done>) {
    let Some(mut client) = target.client(from).await else { return };
    let viewport = Some(Viewport { width: 1280, height: 720, scale_percent: 100, touch: false });
    loop {
        let request = StartSessionRequest { start_url: SHOP.into(), viewport, ..Default::default() };
        done.note(client.start_session(request).await.is_ok());
    }
}

async fn pins(target: Target, from: u8, done: Arc<Done>) {
    let Some(mut client) = target.client(from).await else { return };
    for pin in (0..1_000_000_u32).cycle() {
        let request = with(&target.agent.token, JoinSessionRequest { pin: format!("{pin:06}") });
        done.note(client.join_session(request).await.is_ok());
    }
}

async fn tickets(target: Target, from: u8, done: Arc<Done>) {
    loop {
        let taken = viewer(&target, from, &"0".repeat(64)).await;
        done.note(taken.is_some());
        tokio::task::yield_now().await;
    }
}

type Socket = tokio_tungstenite::WebSocketStream<TlsStream<TcpStream>>;

/// A stream that begins with this ticket.
async fn viewer(target: &Target, from: u8, ticket: &str) -> Option<Socket> {
    let stream = target.dial(from, "http/1.1").await.ok()?;
    let url = format!("wss://localhost:{}/v1/attach", target.address.port());
    let (mut socket, _) = tokio_tungstenite::client_async(url.into_client_request().ok()?, stream).await.ok()?;
    let first = ClientMessage { body: Some(attach(ticket)) }.encode_to_vec();
    socket.send(Message::Binary(first.into())).await.ok()?;
    Some(socket)
}
