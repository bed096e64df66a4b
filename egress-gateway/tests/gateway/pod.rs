//! A pod's side of a connection to the gateway.

use crate::world::{HOUR, SOON, World};
use bytes::Bytes;
use cobrowse_egress_gateway::connection::GRANT_PATH;
use cobrowse_egress_gateway::refusal::REASON;
use cobrowse_identity::authority::Authority;
use cobrowse_identity::enrollment::PodKey;
use cobrowse_identity::name::{PeerName, PodUid};
use cobrowse_identity::{ClientConfig, mutual};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The way to a website, as bytes.
pub(crate) type Tunnel = TokioIo<Upgraded>;

pub(crate) struct Pod(SendRequest<Full<Bytes>>);

/// A status, and the word in the header.
pub(crate) type Refused = (u16, String);

pub(crate) fn refused(status: u16, word: &str) -> Refused {
    (status, word.to_owned())
}

/// The certificate of a pod, as a client uses it.
pub(crate) fn identity(authority: &Authority, trusted: &Authority, uid: &str) -> Arc<ClientConfig> {
    let key = PodKey::generate().expect("a key");
    let request = key.signing_request().expect("a request");
    let uid = PodUid::parse(uid).expect("a uid");
    let leaf = authority.issue_pod(&request, &uid, SystemTime::now(), HOUR).expect("a certificate");
    mutual::pod_client(&key, vec![leaf], trusted.certificate().clone()).expect("a configuration")
}

impl Pod {
    pub(crate) async fn dial(world: &World, uid: &str) -> io::Result<Self> {
        Self::dial_as(world.address, identity(&world.authority, &world.authority, uid)).await
    }

    pub(crate) async fn dial_as(address: SocketAddr, tls: Arc<ClientConfig>) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        let stream = TlsConnector::from(tls).connect(PeerName::EgressGateway.server_name(), stream).await?;
        let (sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Shows a grant.
    pub(crate) async fn show(&self, grant: &[u8]) -> Result<(), Refused> {
        let body = Full::from(grant.to_vec());
        let request = Request::builder().method(Method::PUT).uri(format!("https://gateway{GRANT_PATH}")).body(body);
        self.ask(request.expect("a request")).await.map(|_| ())
    }

    /// Asks for a connection.
    pub(crate) async fn connect(&self, target: &str) -> Result<Tunnel, Refused> {
        let request = Request::builder().method(Method::CONNECT).uri(target).body(Full::default());
        let response = self.ask(request.expect("a request")).await?;
        Ok(TokioIo::new(hyper::upgrade::on(response).await.expect("a tunnel")))
    }

    /// Sends a request; gives the answer, or why it is none.
    pub(crate) async fn ask(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<http::Response<hyper::body::Incoming>, Refused> {
        let mut sender = self.0.clone();
        let asked = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        let Ok(response) = timeout(SOON, asked).await.expect("an answer in time") else {
            return Err(refused(0, "the connection ended"));
        };
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let word = response.headers().get(REASON).expect("a reason").to_str().expect("a word").to_owned();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(body, format!("Not connected: {word}\n"));
        Err((status, word))
    }
}
