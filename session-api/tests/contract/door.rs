//! A door on a port of its own, with fake pods, and clients of it.

use crate::fake_pod::FakeRunner;
use crate::postgres::Postgres;
use cobrowse_identity::ServerName;
use cobrowse_identity::door;
use cobrowse_session_api::args::Settings;
use cobrowse_session_api::config;
use cobrowse_session_api::serve::{self, Running};
use cobrowse_wire::v1::account_service_client::AccountServiceClient;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use hyper_util::rt::TokioIo;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

/// File in a test's folder with the address of its database, where it has a server.
const DATABASE: &str = "database";

/// A running door.
pub(crate) struct TestDoor {
    pub(crate) running: Running,
    pub(crate) runner: FakeRunner,
    certificate: String,
    folder: std::sync::Arc<TempDir>,
}

/// Settings with which tests do not get into each other's way.
fn settings(data: PathBuf) -> Settings {
    let tenants = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tenants");
    Settings {
        data_dir: Some(data),
        tenants: Some(tenants),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        admin_listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        demo: Some(true),
        warm_pods: Some(0),
        max_pods: Some(50),
        starts_per_address: Some(1000),
        waiting_per_address: Some(1000),
        calls_per_second: Some(1000),
        ..Settings::default()
    }
}

impl TestDoor {
    pub(crate) async fn open() -> Self {
        Self::with(|settings| settings).await
    }

    pub(crate) async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let folder = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
        Self::start(folder, change, FakeRunner::default()).await
    }

    /// The same with a PostgreSQL server instead of a file.
    pub(crate) async fn on_server(change: impl FnOnce(Settings) -> Settings) -> Self {
        let folder = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
        let address = tokio::task::spawn_blocking(Postgres::fresh).await.expect("a database");
        std::fs::write(folder.path().join(DATABASE), address).expect("written");
        Self::start(folder, change, FakeRunner::default()).await
    }

    /// A second replica on the same store.
    pub(crate) async fn replica(&self) -> Self {
        self.replica_with(|settings| settings).await
    }

    pub(crate) async fn replica_with(&self, change: impl FnOnce(Settings) -> Settings) -> Self {
        Self::start(self.folder.clone(), change, FakeRunner::default()).await
    }

    /// A second replica whose pods never come up.
    pub(crate) async fn hanging_replica(&self) -> Self {
        let runner = FakeRunner { hangs: true, ..FakeRunner::default() };
        Self::start(self.folder.clone(), |settings| settings, runner).await
    }

    async fn start(
        folder: std::sync::Arc<TempDir>,
        change: impl FnOnce(Settings) -> Settings,
        runner: FakeRunner,
    ) -> Self {
        let (data, database) = (folder.path().join("data"), folder.path().join(DATABASE));
        let database_url_file = database.exists().then_some(database);
        let settings = Settings { database_url_file, ..settings(data.clone()) };
        let config = config::check(change(settings)).expect("sound settings");
        let running = serve::start(&config, Box::new(runner.clone())).await.expect("starts");
        let certificate = std::fs::read_to_string(data.join("door.crt")).expect("was made");
        Self { running, runner, certificate, folder }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Keeps the data folder there when the door is gone.
    pub(crate) fn folder(&self) -> std::sync::Arc<TempDir> {
        self.folder.clone()
    }

    /// Everything that the store's files hold, as bytes.
    pub(crate) fn stored_bytes(&self) -> Vec<u8> {
        let data = self.data();
        let files = ["cobrowse.db", "cobrowse.db-wal"].map(|name| std::fs::read(data.join(name)).unwrap_or_default());
        files.concat()
    }

    /// The password of a demo account.
    pub(crate) fn password(&self, email: &str) -> String {
        let shown = self.running.demo.iter().find(|shown| shown.email == email);
        shown.expect("a demo account").password.to_string()
    }

    /// A TLS connection that speaks the given protocol.
    pub(crate) async fn connect(&self, protocol: &str) -> TlsStream<TcpStream> {
        self.connect_from(Ipv4Addr::LOCALHOST, protocol).await
    }

    /// The same from an address of one's own: all of 127.0.0.0/8 is this machine.
    pub(crate) async fn connect_from(&self, source: Ipv4Addr, protocol: &str) -> TlsStream<TcpStream> {
        let tls = door::client(&self.certificate, &[protocol]).expect("a client");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((source, 0))).expect("an address of this machine");
        let stream = socket.connect(self.running.address).await.expect("it listens");
        stream.set_nodelay(true).expect("a setting");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(tls).connect(name, stream).await.expect("the certificate is the door's")
    }

    /// A gRPC channel.
    pub(crate) async fn channel(&self) -> Channel {
        self.channel_from(Ipv4Addr::LOCALHOST).await
    }

    /// A gRPC channel from an address of one's own.
    pub(crate) async fn channel_from(&self, source: Ipv4Addr) -> Channel {
        let stream = std::sync::Mutex::new(Some(self.connect_from(source, "h2").await));
        let connector = tower::service_fn(move |_: ::http::Uri| {
            let stream = stream.lock().expect("not poisoned").take().map(TokioIo::new);
            std::future::ready(stream.ok_or(std::io::Error::from(std::io::ErrorKind::NotConnected)))
        });
        Endpoint::from_static("http://localhost").connect_with_connector(connector).await.expect("connects")
    }

    pub(crate) async fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel().await)
    }

    pub(crate) async fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.channel().await)
    }
}
