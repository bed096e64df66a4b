//! Connections to pods: mutual TLS 1.3, HTTP/2 with windows so small that pictures queue in the pod and not here.

use super::Error;
use crate::trace_span;
use cobrowse_identity::ClientConfig;
use cobrowse_identity::ServerName;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::mutual;
use cobrowse_identity::name::{PeerName, PodUid};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
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
/// Our own certificate's life. It is made at every start of the program.
const CLIENT_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);
/// A dead peer is noticed within this time and once more of it.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// Dials enrolled pods as session-api. Cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    tls: Arc<ClientConfig>,
}

impl Dialer {
    /// With a fresh client certificate of the pods' authority.
    pub fn new(authority: &Authority) -> Result<Self, Error> {
        let client = authority.issue_client(&PeerName::SessionApi, SystemTime::now(), CLIENT_LIFE);
        let client = client.map_err(Error::Identity)?;
        Ok(Self { tls: mutual::client(authority.certificate(), &client).map_err(Error::Identity)? })
    }

    /// Connects to the pod of this uid and no other.
    pub async fn dial(&self, address: SocketAddr, uid: &PodUid) -> Result<Channel, Error> {
        let (tls, name) = (self.tls.clone(), PeerName::Pod(uid.clone()).server_name());
        let connector = tower::service_fn(move |_: http::Uri| {
            let (tls, name) = (tls.clone(), name.clone());
            async move { connect(address, tls, name).await.map(TokioIo::new) }
        });
        let dialled = endpoint().connect_with_connector(connector).instrument(trace_span!("pod.dial")).await;
        dialled.map_err(Error::Channel)
    }

    /// False when nobody listens there, or somebody else. A pod that is slow or frozen may still be there.
    pub async fn may_be_there(&self, address: SocketAddr, uid: &PodUid) -> bool {
        match connect(address, self.tls.clone(), PeerName::Pod(uid.clone()).server_name()).await {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::TimedOut,
        }
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
