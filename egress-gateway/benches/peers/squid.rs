//! The peer: Debian's squid, with a port of mutual TLS and one without any. It caches and logs nothing here.

use crate::figures::Process;
use crate::origin::Origin;
use crate::{Bytes, Opened, Way};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{ClientConfig, mutual};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_rustls::TlsConnector;

const HOUR: Duration = Duration::from_secs(3_600);
const PROGRAM: &str = "/usr/sbin/squid";
/// From start to its port.
const START: Duration = Duration::from_secs(30);

pub(crate) struct Squid {
    running: Arc<(Child, tempfile::TempDir)>,
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    target: SocketAddr,
}

impl Squid {
    /// With mutual TLS, and without. Nothing where there is no squid.
    pub(crate) async fn start(origin: &Origin) -> Option<(Self, Self)> {
        if !Path::new(PROGRAM).exists() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let (secured, plain) = (free(), free());
        let tls = write(folder.path(), secured, plain);
        let child = Command::new(PROGRAM)
            .args(["-N", "-f"])
            .arg(folder.path().join("squid.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("squid");
        let up = async {
            while TcpStream::connect(plain).await.is_err() || TcpStream::connect(secured).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(START, up).await.expect("squid listens in time");
        let running = Arc::new((child, folder));
        let of = |address, tls| Self { running: running.clone(), address, tls, target: origin.address };
        Some((of(secured, Some(tls)), of(plain, None)))
    }
}

impl Way for Squid {
    fn name(&self) -> &'static str {
        if self.tls.is_some() { "squid, mutual TLS" } else { "squid, without TLS" }
    }

    fn open(&self) -> Opened<'_> {
        Box::pin(async move {
            let stream = TcpStream::connect(self.address).await.expect("a connection");
            stream.set_nodelay(true).expect("set");
            match &self.tls {
                None => connected(stream, self.target).await,
                Some(tls) => {
                    let name = PeerName::EgressGateway.server_name();
                    let stream = TlsConnector::from(tls.clone()).connect(name, stream).await.expect("TLS");
                    connected(stream, self.target).await
                }
            }
        })
    }

    fn process(&self) -> Process {
        Process(self.running.0.id().expect("it runs"))
    }
}

async fn connected(mut stream: impl Bytes + 'static, target: SocketAddr) -> Box<dyn Bytes> {
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut part = [0; 512];
        let read = stream.read(&mut part).await.expect("an answer");
        assert!(read > 0, "squid ended");
        head.extend(&part[..read]);
    }
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
    Box::new(stream)
}

/// Certificates and settings. Squid gives its rights up before it reads them, so all may.
fn write(folder: &Path, secured: SocketAddr, plain: SocketAddr) -> Arc<ClientConfig> {
    let authority = Authority::generate(SystemTime::now()).expect("an authority");
    let (certificate, own) = authority.issue_gateway(SystemTime::now(), HOUR).expect("a certificate");
    let place = folder.display();
    let settings = format!(
        "https_port {secured} tls-cert={place}/tls.crt tls-key={place}/tls.key clientca={place}/ca.crt\n\
         http_port {plain}\nhttp_access allow all\ncache deny all\naccess_log none\ncache_log {place}/cache.log\n\
         cache_store_log none\npid_filename none\nshutdown_lifetime 0 seconds\nmax_filedescriptors 16384\n\
         coredump_dir {place}\nvisible_hostname bench\n"
    );
    let files = [
        ("tls.crt", certificate.as_str()),
        ("tls.key", own.as_str()),
        ("ca.crt", &authority.to_pem().0),
        ("squid.conf", &settings),
    ];
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).expect("set");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o644)).expect("set");
    }
    let key = PodKey::generate().expect("a key");
    let uid = PodUid::parse("pod-1").expect("a uid");
    let request = key.signing_request().expect("a request");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    mutual::pod_client(&key, vec![leaf], authority.certificate().clone()).expect("a configuration")
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port")
}
