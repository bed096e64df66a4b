//! A website on loopback with a certificate that nobody knows. It speaks TLS and nothing else.

use cobrowse_identity::enrollment::{self, PodKey};
use std::sync::Arc;
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;

/// Starts it, and gives its host with the port.
pub(crate) async fn start() -> String {
    let key = Arc::new(PodKey::generate().expect("a key"));
    let config = enrollment::server(&key, SystemTime::now()).expect("a certificate that nobody knows");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let acceptor = TlsAcceptor::from(config);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // Chrome hangs up.
            tokio::spawn(async move { acceptor.accept(stream).await.is_ok() });
        }
    });
    format!("shop.localhost:{port}")
}
