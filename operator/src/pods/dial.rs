//! Connections to pods: mutual TLS 1.3, HTTP/2. None is kept longer than a claim takes.

use super::Error;
use crate::authority::Holding;
use crate::seen;
use crate::traces::trace_span;
use cobrowse_identity::authorities::PodClients;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{ClientConfig, ServerName, mutual};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};
use tracing::Instrument;

/// A pod that takes longer is not there.
const CONNECT: Duration = Duration::from_secs(3);
/// A dead peer is noticed within this time and once more of it.
const KEEPALIVE: Duration = Duration::from_secs(5);

/// Dials enrolled pods as the operator.
pub struct Dialer {
    holding: Holding,
    port: u16,
    /// From a claim to the end of `Start`.
    kept: Mutex<HashMap<cobrowse_session::PodUid, Channel>>,
}

impl Dialer {
    /// With certificates of the authorities that hold at each dial.
    pub fn new(holding: Holding, port: u16) -> Self {
        Self { holding, port, kept: Mutex::default() }
    }

    fn clients(&self) -> PodClients {
        self.holding.borrow().clients.clone()
    }

    /// Where a pod listens.
    pub fn place(&self, pod: &seen::Pod) -> Result<SocketAddr, Error> {
        pod.address.map(|address| SocketAddr::new(address, self.port)).ok_or(Error::NoAddress)
    }

    /// A channel to this pod and no other: the one that is open, or a new one.
    pub async fn channel(&self, pod: &seen::Pod) -> Result<Channel, Error> {
        let kept = self.kept().get(&pod.uid).cloned();
        if let Some(channel) = kept {
            return Ok(channel);
        }
        let (address, clients, name) = (self.place(pod)?, self.clients(), name_of(pod.uid)?.server_name());
        let connector = tower::service_fn(move |_: http::Uri| {
            let (clients, name) = (clients.clone(), name.clone());
            async move { connect_enrolled(address, &clients, name).await.map(TokioIo::new) }
        });
        let dialled = async move { endpoint().connect_with_connector(connector).await };
        let channel = dialled.instrument(trace_span!("pod.dial")).await.map_err(Error::Channel)?;
        self.kept().insert(pod.uid, channel.clone());
        Ok(channel)
    }

    /// Waits for this, and dials the pod meanwhile: whoever calls it next finds the connection open, if it did not take longer.
    pub async fn meanwhile<T>(&self, pod: &seen::Pod, done: impl Future<Output = T>) -> T {
        let (mut done, dialled) = (std::pin::pin!(done), self.channel(pod));
        tokio::select! {
            biased;
            done = &mut done => return done,
            // That it failed, the next call will find, and tell.
            _ = dialled => {}
        }
        done.await
    }

    /// Has this channel for a pod, so that a test's pod needs no certificate.
    #[cfg(test)]
    pub(crate) fn keep(&self, pod: cobrowse_session::PodUid, channel: Channel) {
        self.kept().insert(pod, channel);
    }

    /// Closes the connection to a pod.
    pub fn forget(&self, pod: cobrowse_session::PodUid) {
        self.kept().remove(&pod);
    }

    /// Whether the pod of this UID has its certificate already: from us, or from the operator before us.
    pub async fn is_enrolled(&self, pod: &seen::Pod) -> Result<bool, Error> {
        let name = name_of(pod.uid)?.server_name();
        Ok(connect_enrolled(self.place(pod)?, &self.clients(), name).await.is_ok())
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<cobrowse_session::PodUid, Channel>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name in a pod's certificate.
pub(super) fn name_of(pod: cobrowse_session::PodUid) -> Result<PeerName, Error> {
    PodUid::parse(&pod.to_string()).map(PeerName::Pod).map_err(Error::Identity)
}

/// How every channel to a pod is set.
pub(super) fn endpoint() -> Endpoint {
    Endpoint::from_static("http://pod")
        .connect_timeout(CONNECT)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE)
        .keep_alive_while_idle(true)
}

/// Opens one TLS connection to an enrolled pod, by the authority that it is of.
async fn connect_enrolled(
    address: SocketAddr,
    clients: &PodClients,
    name: ServerName<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut foreign = std::io::Error::from(std::io::ErrorKind::NotFound);
    for tls in clients.each() {
        match connect(address, tls.clone(), name.clone()).await {
            Err(error) if mutual::is_of_another_authority(&error) => foreign = error,
            opened => return opened,
        }
    }
    Err(foreign)
}

/// Opens one TLS connection.
pub(super) async fn connect(
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let opened = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        TlsConnector::from(tls).connect(name, stream).await
    };
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    tokio::time::timeout(CONNECT, opened).await.map_err(late)?
}
