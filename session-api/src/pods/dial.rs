//! Connections to pods: mutual TLS 1.3, HTTP/2 with windows so small that pictures queue in the pod and not here.

use super::Error;
use super::authority::Clients;
use crate::trace_span;
use cobrowse_identity::ClientConfig;
use cobrowse_identity::ServerName;
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};
use tracing::Instrument;

/// Pods are on this machine or in this cluster; a pod that takes longer is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of one stream that the pod may send ahead of a viewer: the credit of the contract.
const STREAM_WINDOW: u32 = 256 * 1024;
/// Bytes of all streams together. Above the streams' sum, so that one slow viewer cannot hold up another.
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;
/// A dead peer is noticed within this time and once more of it.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// Dials enrolled pods as session-api. Cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    clients: Clients,
}

impl Dialer {
    /// With certificates of the authorities that hold at each dial.
    pub fn new(clients: Clients) -> Self {
        Self { clients }
    }

    /// Connects to the pod of this uid and no other.
    pub async fn dial(&self, address: SocketAddr, uid: &PodUid) -> Result<Channel, Error> {
        let (dialer, uid) = (self.clone(), uid.clone());
        let connector = tower::service_fn(move |_: http::Uri| {
            let (dialer, uid) = (dialer.clone(), uid.clone());
            async move { dialer.connect(address, &uid).await.map(TokioIo::new) }
        });
        let dialled = endpoint().connect_with_connector(connector).instrument(trace_span!("pod.dial")).await;
        dialled.map_err(Error::Channel)
    }

    /// False when nobody listens there, or somebody else. A pod that is slow or frozen may still be there.
    pub async fn may_be_there(&self, address: SocketAddr, uid: &PodUid) -> bool {
        match self.connect(address, uid).await {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::TimedOut,
        }
    }

    /// Opens one TLS connection to an enrolled pod, by the authority that it is of.
    async fn connect(&self, address: SocketAddr, uid: &PodUid) -> std::io::Result<TlsStream<TcpStream>> {
        let (clients, name) = (self.clients.borrow().clone(), PeerName::Pod(uid.clone()).server_name());
        let mut foreign = std::io::Error::from(std::io::ErrorKind::NotFound);
        for tls in clients.each() {
            match connect(address, tls.clone(), name.clone()).await {
                Err(error) if mutual::is_of_another_authority(&error) => foreign = error,
                opened => return opened,
            }
        }
        Err(foreign)
    }
}

/// How every channel to a pod is set.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::from_static("http://pod")
        .connect_timeout(CONNECT)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .keep_alive_while_idle(true)
}

/// Opens one TLS connection.
pub(super) async fn connect(
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let opened = async {
        let stream = TcpStream::connect(address).await?;
        // A click must not wait for more bytes.
        stream.set_nodelay(true)?;
        TlsConnector::from(tls).connect(name, stream).await
    };
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    tokio::time::timeout(CONNECT, opened).await.map_err(late)?
}
