//! The real gateway as a process, with the operator's half: an authority and a key that signs grants.

use cobrowse_identity::authority::Authority;
use cobrowse_identity::grant::{Grant, GrantKey, GrantLimits, GrantMode};
use cobrowse_identity::name::PodUid;
use rustix::process::{Pid, Signal, kill_process};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The pod of all tests here.
pub(crate) const POD: &str = "pod-1";
const HOUR: Duration = Duration::from_secs(3_600);
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// One replica.
pub(crate) struct Gateway {
    child: Child,
    listen: u16,
    machines: u16,
    /// What its settings open on this machine or elsewhere, and further settings.
    settings: Vec<String>,
    pub(crate) authority: Arc<Authority>,
    key: Arc<GrantKey>,
    folder: Arc<tempfile::TempDir>,
}

impl Gateway {
    /// A gateway whose settings open this `host:port` on loopback.
    pub(crate) async fn start(site: &str) -> Self {
        Self::start_with(&on_loopback(site), &[]).await
    }

    /// A gateway that opens these private targets, with further settings.
    pub(crate) async fn start_with(private_targets: &str, more: &[&str]) -> Self {
        let settings = ["--private-targets", private_targets].iter().chain(more).map(|one| (*one).to_owned()).collect();
        let authority = Arc::new(Authority::generate(SystemTime::now()).expect("an authority"));
        let key = Arc::new(GrantKey::generate().expect("a key"));
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let (certificate, own) = authority.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
        for (name, content) in [
            ("tls.crt", certificate.as_str()),
            ("tls.key", own.as_str()),
            ("ca.crt", &authority.to_pem().0),
            ("grants.pem", &key.public_pem()),
        ] {
            std::fs::write(folder.path().join(name), content).expect("written");
        }
        Self::run((authority, key, folder), settings, (free_port(), free_port())).await
    }

    /// Another replica of the same installation.
    pub(crate) async fn replica(&self, site: &str) -> Self {
        let same = (Arc::clone(&self.authority), Arc::clone(&self.key), Arc::clone(&self.folder));
        let settings = vec!["--private-targets".to_owned(), on_loopback(site)];
        Self::run(same, settings, (free_port(), free_port())).await
    }

    async fn run(
        (authority, key, folder): (Arc<Authority>, Arc<GrantKey>, Arc<tempfile::TempDir>),
        settings: Vec<String>,
        (listen, machines): (u16, u16),
    ) -> Self {
        let child = Command::new(program())
            .args(["--listen", &format!("127.0.0.1:{listen}"), "--metrics", &format!("127.0.0.1:{machines}")])
            .arg("--certificates")
            .arg(folder.path())
            .arg("--grant-keys")
            .arg(folder.path().join("grants.pem"))
            .args(&settings)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the gateway: cargo build --workspace makes it");
        let gateway = Self { child, listen, machines, settings, authority, key, folder };
        gateway.ready("200").await;
        gateway
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.listen))
    }

    pub(crate) fn sign(&self, grant: &Grant) -> Vec<u8> {
        self.key.sign(grant).expect("signed")
    }

    /// Ends it at once.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("running");
    }

    /// Starts it where it was.
    pub(crate) async fn start_again(&mut self) {
        let same = (Arc::clone(&self.authority), Arc::clone(&self.key), Arc::clone(&self.folder));
        *self = Self::run(same, self.settings.clone(), (self.listen, self.machines)).await;
    }

    /// Asks it to end in order.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("running");
        kill_process(pid, Signal::TERM).expect("running");
    }

    pub(crate) async fn until_it_drains(&self) {
        self.ready("503").await;
    }

    /// Waits until its port for machines answers so.
    async fn ready(&self, status: &str) {
        let asked = async {
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            loop {
                pace.tick().await;
                if said(self.machines).await.is_some_and(|said| said.starts_with(&format!("HTTP/1.1 {status}"))) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("an answer in time");
    }
}

fn on_loopback(site: &str) -> String {
    let (host, port) = site.rsplit_once(':').expect("host:port");
    format!("{host}@127.0.0.0/8:{port},{host}@::1/128:{port}")
}

async fn said(port: u16) -> Option<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n").await.ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok()?;
    Some(text)
}

/// Beside our own program, where one build puts both.
fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_browser-pod")).with_file_name("egress-gateway")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port()
}

/// A grant of the pod for these `host:port` by plain http, from now on.
pub(crate) fn grant(sites: &[&str], life: Duration) -> Grant {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
    Grant {
        session: "s-test".to_owned(),
        pod: PodUid::parse(POD).expect("a uid"),
        tenant: "northwind".to_owned(),
        mode: GrantMode::Listed,
        sites: sites.iter().map(|site| format!("http://{site}")).collect(),
        listed: Vec::new(),
        ports: vec![80, 443],
        limits: GrantLimits { connections: 64, bytes_per_second: 1 << 30, bytes: 1 << 40, connection_seconds: 3_600 },
        address_class: None,
        issued_at: now,
        expires_at: now + life,
    }
}
