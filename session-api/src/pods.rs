//! Browser pods as this replica has them: started, enrolled, kept warm, dialled, and let out through the gateway. What happens in a
//! session, `drive` carries on.

pub mod authority;
pub mod dial;
pub mod embedded;
pub mod enroll;
pub mod gateway;
pub mod grants;
mod logs;
pub mod warm;

use crate::config;
use cobrowse_identity::name::PodUid;
use cobrowse_session::EndReason;
use futures::future::BoxFuture;
use std::net::SocketAddr;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// Why there is no pod.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program cannot be started.
    #[error("failed to start {program}: build it with `cargo build -p cobrowse-browser-pod`, or give --browser-pod")]
    Spawn {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// The program ended, or said something else than its address.
    #[error("failed to get the pod's address: {0}")]
    NoAddress(String),
    /// The pod took too long.
    #[error("failed to get an answer of the pod in time")]
    Slow,
    /// The connection or its TLS failed.
    #[error("failed to dial the pod")]
    Dial(#[source] std::io::Error),
    /// The channel failed.
    #[error("failed to reach the pod")]
    Channel(#[source] tonic::transport::Error),
    /// The pod refused a call.
    #[error("failed to call the pod")]
    Call(#[source] Box<tonic::Status>),
    /// The pod returned another token than it was given.
    #[error("failed to recognise the pod's token")]
    Token,
    /// Certificates.
    #[error("failed to certify the pod")]
    Identity(#[source] cobrowse_identity::Error),
    /// The egress gateway did not start.
    #[error("failed to start the egress gateway: {0}")]
    Gateway(String),
    /// As many pods run as may.
    #[error("failed to find room for another pod: raise max-pods, or end sessions")]
    Full,
    /// The program is ending.
    #[error("failed to start a pod: the program is ending")]
    Draining,
}

/// Starts pods. A seam: embedded pods are child processes, tests have fakes, a cluster has an operator.
pub trait PodRunner: Send + Sync + 'static {
    /// The gateway that its pods go through. Without one they reach what the machine reaches: pods of tests, which have no browser.
    fn gateway(&self) -> Option<&config::Gateway> {
        None
    }

    /// Starts one pod, whose way out is the gateway at this address, and waits until it listens.
    fn start(&self, gateway: Option<SocketAddr>) -> BoxFuture<'_, Result<Running, Error>>;
}

/// Starts none: the pods of a cluster are the operator's.
pub struct NoRunner;

impl PodRunner for NoRunner {
    fn start(&self, _: Option<SocketAddr>) -> BoxFuture<'_, Result<Running, Error>> {
        Box::pin(std::future::ready(Err(Error::Full)))
    }
}

/// A pod that listens and is not enrolled yet. Dropping `stop` without cancelling it leaves the pod to its own end.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The one-time token it will present.
    pub token: Zeroizing<String>,
    /// Cancel it to end the pod.
    pub stop: CancellationToken,
    /// How it ended; `None` while it runs.
    pub ended: watch::Receiver<Option<Ended>>,
}

/// How a pod ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it said about it, if it could.
    pub reason: Option<EndReason>,
}

/// Waits for a pod's end.
pub async fn end_of(ended: &mut watch::Receiver<Option<Ended>>) -> Ended {
    match ended.wait_for(Option::is_some).await {
        Ok(said) => said.clone().unwrap_or(Ended { reason: None }),
        // Whoever watched over it is gone, and so is the pod.
        Err(_) => Ended { reason: None },
    }
}

/// A pod with its certificate, ready for `Bind`.
pub struct Enrolled {
    /// Its name's first label.
    pub uid: PodUid,
    /// The rest.
    pub running: Running,
}
