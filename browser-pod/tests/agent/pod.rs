//! One pod under test, seen as session-api sees it: a child process, a token, two certificates, gRPC.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use cobrowse_identity::authority::Authority;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{CertificateDer, ServerName};
use cobrowse_identity::{enrollment, mutual};
use cobrowse_session::policy::LivePolicy;
use cobrowse_session::site::HostPattern;
use cobrowse_wire::BoundPolicy;
use cobrowse_wire::v1::enrollment_service_client::EnrollmentServiceClient;
use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{self, start_response};
use hyper_util::rt::TokioIo;
use rustix::process::Signal;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::processes::{arguments, below, chrome, kinds, signal};
use crate::viewer::Viewer;

pub(crate) const END_USER: &str = "p-user";
pub(crate) const AGENT: &str = "p-agent";
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);
pub(crate) const TOKEN: &str = "0badc0de";
const SESSION: &str = "s-test";
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_browser-pod");

/// Pairs of uids for sessions run by root; each test of this process gets its own.
static UIDS: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Pod {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
    authority: Authority,
    uid: PodUid,
    pub(crate) client: PodServiceClient<Channel>,
}

/// A pod that nobody has enrolled.
pub(crate) struct Started {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Started {
    pub(crate) async fn new() -> Self {
        Self::spawn(Stdio::piped(), &[]).await
    }

    /// With further arguments.
    pub(crate) async fn spawn(log: Stdio, more: &[&str]) -> Self {
        Self::spawn_by(Command::new(PROGRAM), log, more).await
    }

    /// The same by a command that the program's arguments follow.
    pub(crate) async fn spawn_by(mut command: Command, log: Stdio, more: &[&str]) -> Self {
        command.stderr(log);
        command.arg("supervise").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        if rustix::process::getuid().is_root() {
            let base = 300_000 + std::process::id() % 10_000 * 64 + UIDS.fetch_add(2, Ordering::Relaxed) % 64;
            command.args(["--uid-base", &base.to_string()]);
        }
        let mut child = command.args(more).spawn().expect("a pod");
        let input = child.stdin.as_mut().expect("a pipe");
        input.write_all(format!("{TOKEN}\n").as_bytes()).await.expect("written");
        Self::of(child).await
    }

    /// A process that says where it listens, and then why it ended.
    pub(crate) async fn of(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let address = said(&mut lines, "address").await;
        Self { child, lines, address }
    }

    /// Where it listens, with the address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> String {
        self.address.rsplit(':').next().expect("a port").to_owned()
    }

    /// All its processes.
    pub(crate) fn processes(&self) -> Vec<u32> {
        below(self.child.id())
    }

    /// Waits until the agent side says that it has Chrome.
    pub(crate) async fn until_chrome_is_taken_over(&mut self) {
        let mut log = BufReader::new(self.child.stderr.take().expect("a pipe")).lines();
        let taken = async {
            while let Some(line) = log.next_line().await.expect("readable") {
                if line.contains("Chrome is there") {
                    return;
                }
            }
            panic!("the pod ended");
        };
        tokio::time::timeout(PATIENCE, taken).await.expect("Chrome in time");
        // Nobody may be kept waiting by a full pipe.
        tokio::spawn(async move { while log.next_line().await.is_ok_and(|line| line.is_some()) {} });
    }

    /// Kills Chrome's first process.
    pub(crate) fn kill_chrome(&self) {
        let all = chrome(&below(self.child.id()));
        let first = all.iter().find(|pid| !arguments(**pid).contains("--type=")).expect("Chrome");
        signal(*first, Signal::KILL);
    }

    /// Waits for the pod's last line and its exit.
    pub(crate) async fn ended(&mut self, reason: &str) {
        ended(&mut self.lines, &mut self.child, reason).await;
    }

    /// The same of one that could not start.
    pub(crate) async fn failed(&mut self, reason: &str) {
        assert_eq!(said(&mut self.lines, "reason").await, reason);
        let status =
            tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("an exit in time").expect("an exit");
        assert!(!status.success(), "{status}");
    }
}

async fn ended(lines: &mut Lines<BufReader<ChildStdout>>, child: &mut Child, reason: &str) {
    assert_eq!(said(lines, "reason").await, reason);
    let status = tokio::time::timeout(PATIENCE, child.wait()).await.expect("an exit in time").expect("an exit");
    assert!(status.success(), "{status}");
}

impl Pod {
    /// Starts a pod and enrolls it.
    pub(crate) async fn start() -> Self {
        Self::of(Started::spawn(Stdio::inherit(), &[]).await).await
    }

    /// Enrolls a pod.
    pub(crate) async fn of(started: Started) -> Self {
        Self::certified(started, Authority::generate(SystemTime::now()).expect("an authority")).await
    }

    /// Enrolls a pod with this authority.
    pub(crate) async fn certified(Started { child, lines, address }: Started, authority: Authority) -> Self {
        let uid = PodUid::parse("pod-1").expect("a uid");
        enroll(&address, &authority, &uid).await;
        let name = PeerName::SessionApi;
        let client = connect(&address, &authority, &authority, &name, &uid).await.expect("mutual TLS");
        let client = PodServiceClient::new(client);
        Self { child, lines, address, authority, uid, client }
    }

    pub(crate) async fn bind(&mut self, sites: &[String]) {
        self.try_bind(SESSION, sites).await.expect("bound");
    }

    pub(crate) async fn bind_as(&mut self, session: &str) -> Result<(), Status> {
        self.try_bind(session, &["https://a.example".to_owned()]).await
    }

    async fn try_bind(&mut self, session: &str, sites: &[String]) -> Result<(), Status> {
        let pattern = |site: &String| match site.starts_with("http") {
            true => HostPattern::parse(site).expect("a pattern"),
            false => HostPattern::parse(&format!("http://{site}")).expect("a pattern"),
        };
        let sites = sites.iter().map(pattern).collect();
        let policy = BoundPolicy { sites, mask_selectors: Vec::new(), live: LivePolicy::default() };
        let request = v1::BindRequest {
            session_id: session.into(),
            tenant: "northwind".into(),
            policy: Some(v1::Policy::from(&policy)),
            viewport: Some(v1::Viewport { width: 1_280, height: 720, scale_percent: 100, touch: false }),
            locale: "en-US".into(),
            timezone: "UTC".into(),
            participants: vec![participant(END_USER)],
        };
        self.client.bind(request).await.map(drop)
    }

    /// Loads the start page; microseconds to its first picture.
    pub(crate) async fn open(&mut self, url: &str) -> Result<u64, String> {
        match self.load(url, false).await {
            start_response::Outcome::FirstPictureUs(micros) => Ok(micros),
            start_response::Outcome::Failure(reason) => Err(reason),
            start_response::Outcome::AwaitsQuery(_) => panic!("the address was whole"),
        }
    }

    pub(crate) async fn load(&mut self, url: &str, query_follows: bool) -> start_response::Outcome {
        let request = v1::StartRequest { session_id: SESSION.into(), start_url: url.into(), query_follows };
        let started = async {
            let mut responses = self.client.start(request).await.expect("started").into_inner();
            responses.message().await.expect("an answer").expect("an outcome").outcome
        };
        let outcome = tokio::time::timeout(PATIENCE, started).await.expect("an answer in time");
        outcome.expect("an outcome")
    }

    pub(crate) async fn admit(&mut self, who: &str) -> Result<(), Status> {
        let request = v1::AdmitRequest { participant: Some(participant(who)) };
        self.client.admit(request).await.map(drop)
    }

    pub(crate) async fn attach(&self, who: &str, codec: v1::Codec) -> Viewer {
        self.try_attach(who, codec).await.expect("attached")
    }

    pub(crate) async fn try_attach(&self, who: &str, codec: v1::Codec) -> Result<Viewer, Status> {
        Viewer::open(self.client.clone(), participant(who), codec).await
    }

    /// Attaches with further wishes.
    pub(crate) async fn attach_with(&self, who: &str, wishes: v1::Attach) -> Viewer {
        Viewer::open_with(self.client.clone(), participant(who), v1::Codec::H264, wishes).await.expect("attached")
    }

    /// Dials with another program's certificate, of the same authority.
    pub(crate) async fn as_peer(
        &self,
        name: &PeerName,
    ) -> Result<PodServiceClient<Channel>, Box<dyn std::error::Error>> {
        let channel = connect(&self.address, &self.authority, &self.authority, name, &self.uid).await?;
        Ok(PodServiceClient::new(channel))
    }

    /// Dials with a certificate of somebody else's authority and makes a call.
    pub(crate) async fn try_as_stranger(&self) -> Result<(), Box<dyn std::error::Error>> {
        let stranger = Authority::generate(SystemTime::now())?;
        let channel = connect(&self.address, &self.authority, &stranger, &PeerName::SessionApi, &self.uid).await?;
        PodServiceClient::new(channel).watch(v1::WatchRequest {}).await?;
        Ok(())
    }

    /// Waits for the pod's last line and its exit.
    pub(crate) async fn ended(&mut self, reason: &str) {
        ended(&mut self.lines, &mut self.child, reason).await;
    }

    /// The pod and all below it.
    pub(crate) fn processes(&self) -> Vec<u32> {
        below(self.child.id())
    }

    /// Sends a signal to all processes of Chrome.
    pub(crate) fn signal_chrome(&self, with: Signal) {
        let chrome = chrome(&self.processes());
        assert!(chrome.len() > 2, "Chrome has {chrome:?}");
        for pid in chrome {
            signal(pid, with);
        }
    }

    /// All of Chrome's processes have at most so many bytes of memory of their own.
    pub(crate) fn has_bounded_memory(&self, bytes: u64) {
        let chrome = chrome(&self.processes());
        assert!(!chrome.is_empty(), "Chrome runs");
        for pid in chrome {
            let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
            let line = limits.lines().find_map(|line| line.strip_prefix("Max data size"));
            // One that has just ended has none.
            let hard = line.and_then(|line| line.split_whitespace().nth(1)).map(str::parse);
            assert!(hard.is_none_or(|hard| hard.is_ok_and(|hard: u64| hard <= bytes)), "{limits}");
        }
    }

    /// Kills those of Chrome's processes that have this among their arguments; how many they were.
    pub(crate) fn kill_chromes(&self, argument: &str) -> usize {
        let found = kinds(&self.processes(), argument);
        for pid in &found {
            signal(*pid, Signal::KILL);
        }
        found.len()
    }

    /// Hands a whole file to an open chooser, in parts.
    pub(crate) async fn upload(
        &mut self,
        who: &str,
        chooser_id: &str,
        name: &str,
        content: &[u8],
    ) -> Result<(), Status> {
        let parts = content.chunks(100_000).collect::<Vec<_>>();
        let mut offset = 0;
        for (number, bytes) in parts.iter().enumerate() {
            let last = number + 1 == parts.len();
            let part = v1::FilePart {
                chooser_id: chooser_id.into(),
                file_index: 0,
                name: name.into(),
                offset,
                content: bytes.to_vec().into(),
                end_of_file: last,
                end_of_files: last,
            };
            self.client.upload(v1::UploadRequest { participant_id: who.into(), part: Some(part) }).await?;
            offset += bytes.len() as u64;
        }
        Ok(())
    }

    /// Reads a whole download.
    pub(crate) async fn download(&mut self, who: &str, id: &str) -> Result<Vec<u8>, Status> {
        let request = v1::DownloadRequest { participant_id: who.into(), download_id: id.into() };
        let mut parts = self.client.download(request).await?.into_inner();
        let mut content = Vec::new();
        while let Some(part) = parts.message().await? {
            content.extend_from_slice(&part.content);
        }
        Ok(content)
    }

    pub(crate) fn kill(&mut self) {
        self.child.start_kill().expect("running");
    }
}

/// The reason of an error, as programs read it.
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_else(|| status.to_string())
}

fn participant(id: &str) -> v1::Participant {
    let role = if id == END_USER { v1::Role::EndUser } else { v1::Role::Agent };
    let permissions = Some(v1::Permissions { view: true, point: true, act: true, clipboard: false });
    let company = if id == END_USER { String::new() } else { "Northwind".into() };
    v1::Participant { id: id.into(), role: role.into(), name: "Sam".into(), company, permissions, connected: false }
}

async fn said(lines: &mut Lines<BufReader<ChildStdout>>, field: &str) -> String {
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("a line in time");
    let line = line.expect("readable").expect("a line");
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {line}")).to_owned()
}

/// Checks the token, and that the key to be certified is the connection's.
async fn enroll(address: &str, authority: &Authority, uid: &PodUid) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let name = ServerName::try_from("pod.invalid").expect("a name");
    let channel = dial(address, enrollment::client().expect("a configuration"), name, Arc::clone(&seen)).await;
    let mut client = EnrollmentServiceClient::new(channel.expect("TLS"));
    let proof = client.enroll(v1::EnrollRequest {}).await.expect("enrolled").into_inner();
    assert_eq!(proof.token, TOKEN);
    let certificates: Vec<CertificateDer<'static>> = seen.lock().expect("no panic while held").clone();
    enrollment::check_possession(Some(&certificates), &proof.signing_request).expect("the same key");
    let life = Duration::from_secs(3_600);
    let certificate = authority.issue_pod(&proof.signing_request, uid, SystemTime::now(), life).expect("a certificate");
    let request = v1::CertifyRequest {
        certificates: vec![certificate.to_vec()],
        client_authority: authority.certificate().to_vec(),
        name: PeerName::Pod(uid.clone()).to_string(),
    };
    client.certify(request).await.expect("certified");
}

async fn connect(
    address: &str,
    authority: &Authority,
    issuer: &Authority,
    name: &PeerName,
    uid: &PodUid,
) -> Result<Channel, Box<dyn std::error::Error>> {
    let identity = issuer.issue_client(name, SystemTime::now(), Duration::from_secs(3_600))?;
    let config = mutual::client(authority.certificate(), &identity)?;
    let server = PeerName::Pod(uid.clone()).server_name();
    Ok(dial(address, config, server, Arc::default()).await?)
}

/// Dials until somebody listens: between enrollment and mutual TLS the port is nobody's for a moment.
pub(crate) async fn dial(
    address: &str,
    config: Arc<cobrowse_identity::ClientConfig>,
    name: ServerName<'static>,
    seen: Arc<Mutex<Vec<CertificateDer<'static>>>>,
) -> Result<Channel, tonic::transport::Error> {
    let (address, connector) = (address.to_owned(), TlsConnector::from(config));
    let connect = tower::service_fn(move |_| {
        let (address, connector, name, seen) = (address.clone(), connector.clone(), name.clone(), Arc::clone(&seen));
        async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let stream = connector.connect(name, stream).await?;
            let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
            *seen.lock().expect("no panic while held") =
                certificates.iter().map(|certificate| certificate.clone().into_owned()).collect();
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://pod").connect_with_connector(connect).await
}

/// A request with an endless stream of messages.
pub(crate) fn streaming<S>(messages: S) -> Request<S> {
    Request::new(messages)
}
