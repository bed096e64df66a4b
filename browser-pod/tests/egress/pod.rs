//! The pod's half of the way out, without the rest of a pod.

use crate::gateway::POD;
use bytes::Bytes;
use cobrowse_browser_pod::egress::Egress;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::mutual;
use cobrowse_identity::name::PodUid;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;

pub(crate) struct Pod {
    egress: Egress,
    /// Where Chrome would dial.
    pub(crate) proxy: SocketAddr,
}

impl Pod {
    pub(crate) async fn start(gateways: &[SocketAddr], authority: &Authority) -> Self {
        let key = PodKey::generate().expect("a key");
        let request = key.signing_request().expect("a request");
        let uid = PodUid::parse(POD).expect("a uid");
        let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), Duration::from_secs(3_600));
        let chain = vec![leaf.expect("a certificate")];
        let tls = mutual::pod_client(&key, chain, authority.certificate().clone()).expect("a configuration");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxy = listener.local_addr().expect("an address");
        Self { egress: Egress::start(listener, gateways.to_vec(), tls), proxy }
    }

    pub(crate) fn grant(&self, grant: &[u8]) {
        self.egress.grant(Bytes::copy_from_slice(grant));
    }
}
