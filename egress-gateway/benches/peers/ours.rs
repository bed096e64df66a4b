//! Our way: pods, each with one connection of mutual TLS and HTTP/2 and a grant, to the gateway's program.

use crate::figures::Process;
use crate::origin::{HOST, Origin};
use crate::{Bytes, Opened, Way};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::grant::{Grant, GrantKey, GrantLimits, GrantMode};
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use http::{Method, Request};
use http_body_util::Full;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::TlsConnector;

const HOUR: Duration = Duration::from_secs(3_600);
/// As many pods as a thousand connections of a hundred each take.
const PODS: usize = 10;
/// What the pod's own side allows.
const STREAM_WINDOW: u32 = 256 << 10;
const WINDOW: u32 = 32 << 20;
const FRAME: u32 = 32 << 10;

pub(crate) struct Ours {
    program: Child,
    pods: Vec<SendRequest<Full<bytes::Bytes>>>,
    next: AtomicUsize,
    target: String,
}

impl Ours {
    pub(crate) async fn start(origin: &Origin) -> Self {
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        let key = GrantKey::generate().expect("a key");
        let target = format!("{HOST}:{}", origin.address.port());
        let (program, address) = program(&authority, &key, origin.address.port()).await;
        let mut pods = Vec::new();
        for number in 0..PODS {
            pods.push(pod(address, &authority, &key, number, &target).await);
        }
        Self { program, pods, next: AtomicUsize::new(0), target }
    }
}

impl Way for Ours {
    fn name(&self) -> &'static str {
        "egress gateway, mutual TLS"
    }

    fn open(&self) -> Opened<'_> {
        Box::pin(async move {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let mut pod = self.pods[next % PODS].clone();
            let request = Request::builder().method(Method::CONNECT).uri(&self.target).body(Full::default());
            pod.ready().await.expect("a connection");
            let answer = pod.send_request(request.expect("a request")).await.expect("an answer");
            assert!(answer.status().is_success(), "{answer:?}");
            let stream = hyper::upgrade::on(answer).await.expect("a tunnel");
            Box::new(TokioIo::new(stream)) as Box<dyn Bytes>
        })
    }

    fn process(&self) -> Process {
        Process(self.program.id().expect("it runs"))
    }
}

async fn program(authority: &Authority, key: &GrantKey, port: u16) -> (Child, SocketAddr) {
    let targets = format!("{HOST}@127.0.0.0/8:{port},{HOST}@::1/128:{port}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_egress-gateway"))
        .args(["--child", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--private-targets", &targets])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the gateway");
    let (certificate, own) = authority.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
    let texts = [certificate.as_str(), own.as_str(), &authority.to_pem().0, &key.public_pem()];
    let texts = texts.map(|text| format!("{}\n\n", text.trim_end())).concat();
    // Its end of the pipe stays open as long as it runs.
    child.stdin.as_mut().expect("piped").write_all(texts.as_bytes()).await.expect("written");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let line = lines.next_line().await.expect("readable").expect("a line");
    let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let address = said["address"].as_str().expect(&line).parse().expect(&line);
    (child, address)
}

async fn pod(
    address: SocketAddr,
    authority: &Authority,
    signer: &GrantKey,
    number: usize,
    target: &str,
) -> SendRequest<Full<bytes::Bytes>> {
    let key = PodKey::generate().expect("a key");
    let uid = PodUid::parse(&format!("pod-{number}")).expect("a uid");
    let request = key.signing_request().expect("a request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    let tls = mutual::pod_client(&key, vec![leaf], authority.certificate().clone()).expect("a configuration");
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("set");
    let name = PeerName::EgressGateway.server_name();
    let stream = TlsConnector::from(tls).connect(name, stream).await.expect("TLS");
    let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_frame_size(FRAME)
        .handshake(TokioIo::new(stream))
        .await
        .expect("HTTP/2");
    tokio::spawn(connection);
    let grant = signer.sign(&grant(uid, number, target)).expect("a grant");
    let request = Request::put("https://gateway/v1/grant").body(Full::from(grant)).expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert!(answer.status().is_success(), "{answer:?}");
    sender
}

fn grant(pod: PodUid, number: usize, target: &str) -> Grant {
    let now = SystemTime::now();
    Grant {
        session: format!("s-{number}"),
        pod,
        tenant: "bench".to_owned(),
        mode: GrantMode::Listed,
        sites: vec![format!("https://{target}")],
        listed: Vec::new(),
        ports: vec![80, 443],
        limits: GrantLimits { connections: 400, bytes_per_second: 1 << 40, bytes: 1 << 50, connection_seconds: 3_600 },
        address_class: None,
        issued_at: now,
        expires_at: now + Duration::from_secs(300),
    }
}
