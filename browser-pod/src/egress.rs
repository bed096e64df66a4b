//! The pod's way out where it has one: a proxy on loopback for Chrome, and one connection to the egress gateway that carries what the
//! proxy takes. It decides nothing: the gateway goes by the grant that is shown to it, and what it refuses becomes a page. No host
//! and no path is logged here.

mod link;
mod plain;
mod proxy;
mod refusal;
mod tunnel;

use bytes::Bytes;
use cobrowse_identity::ClientConfig;
use link::Link;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub use cobrowse_identity::grant::GRANT_BYTES_MAX;
pub use refusal::{REASON, Recent};

/// The way out, as long as it is kept.
#[derive(Debug)]
pub struct Egress {
    grants: watch::Sender<Option<Bytes>>,
    recent: Recent,
    _link: AbortOnDropHandle<()>,
    _proxy: AbortOnDropHandle<()>,
}

impl Egress {
    /// Serves Chrome on this listener, which must be on loopback, and keeps one connection to any of these replicas of the gateway as
    /// soon as there is a grant to show.
    pub fn start(listener: TcpListener, gateways: Vec<SocketAddr>, tls: Arc<ClientConfig>) -> Self {
        let (grants, shown) = watch::channel(None);
        let (link, keeping) = Link::new(gateways, tls, shown);
        let recent = Recent::default();
        let serving = proxy::serve(listener, link, recent.clone());
        Self {
            grants,
            recent,
            _link: AbortOnDropHandle::new(tokio::spawn(keeping)),
            _proxy: AbortOnDropHandle::new(tokio::spawn(serving)),
        }
    }

    /// What was refused just now, for whoever shows people why.
    pub fn recent(&self) -> Recent {
        self.recent.clone()
    }

    /// Waits until there is a grant.
    pub async fn granted(&self) {
        // It ends with its sender, which is kept here.
        let _ = self.grants.subscribe().wait_for(Option::is_some).await;
    }

    /// Shows this grant from now on.
    pub fn grant(&self, grant: Bytes) {
        self.grants.send_replace(Some(grant));
    }
}
