//! The way to a PostgreSQL server. The driver speaks without TLS to the near end, on loopback; from here on everything is
//! encrypted, by a configuration of `identity` that verifies the server's name. A server that offers no TLS gets nothing.

use super::server::Server;
use cobrowse_identity::{ClientConfig, ServerName, database};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::{CancellationToken, DropGuard};

/// From the first packet to the end of the handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// Asks a PostgreSQL server for TLS: a length of 8, and the number that its protocol gives to this.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Why there is no way to the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The authority's file.
    #[error("failed to read {path}: check that sslrootcert names a PEM file that may be read")]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in it, or the server's name.
    #[error("failed to prepare TLS to the database: check the certificates of sslrootcert")]
    Identity(#[source] cobrowse_identity::Error),
    /// The host is no name.
    #[error("failed to understand the database's host: write a DNS name or an address")]
    Host,
    /// The near end.
    #[error("failed to listen on loopback for the database's driver")]
    Listen(#[source] io::Error),
    /// The server did not answer, refused TLS, or is another one.
    #[error("failed to reach the database: check host, port and the authority that signed the server's certificate")]
    Reach(#[source] io::Error),
}

/// An open way. It ends with its last clone.
#[derive(Clone, Debug)]
pub(super) struct Link {
    near: SocketAddr,
    _stop: Arc<DropGuard>,
}

/// The far end.
#[derive(Clone)]
struct Far {
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Link {
    /// Opens the way, and goes it once, so that what is wrong is said at the start.
    pub(super) async fn open(server: &Server) -> Result<Self, Error> {
        let roots = std::fs::read_to_string(&server.roots);
        let roots = roots.map_err(|source| Error::Roots { path: server.roots.clone(), source })?;
        let tls = database::client(&roots).map_err(Error::Identity)?;
        let name = ServerName::try_from(server.host.clone()).map_err(|_| Error::Host)?;
        let far = Far { host: server.host.clone(), port: server.port, tls, name };
        far.reach().await.map_err(Error::Reach)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Error::Listen)?;
        let near = listener.local_addr().map_err(Error::Listen)?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(accept(listener, far)).await });
        Ok(Self { near, _stop: Arc::new(stop.drop_guard()) })
    }

    /// Where the driver connects to.
    pub(super) fn near(&self) -> SocketAddr {
        self.near
    }
}

impl Far {
    async fn reach(&self) -> io::Result<TlsStream<TcpStream>> {
        let reached = async {
            let mut stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
            stream.set_nodelay(true)?;
            stream.write_all(&SSL_REQUEST).await?;
            // One byte and no more is read before the handshake: nothing that somebody sent in clear can count.
            match stream.read_u8().await? {
                b'S' => TlsConnector::from(self.tls.clone()).connect(self.name.clone(), stream).await,
                _ => Err(io::Error::other("the server offers no TLS")),
            }
        };
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        tokio::time::timeout(CONNECT, reached).await.map_err(late)?
    }
}

/// Takes the driver's connections. They are as many as its pool has.
async fn accept(listener: TcpListener, far: Far) {
    loop {
        match listener.accept().await {
            Ok((near, _)) => drop(tokio::spawn(pass(near, far.clone()))),
            Err(error) => {
                tracing::error!(%error, "a connection to the database could not be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Passes one connection on until either end closes it.
async fn pass(mut near: TcpStream, far: Far) {
    let opened = near.set_nodelay(true);
    match far.reach().await {
        Ok(mut server) => drop(copy_bidirectional(&mut near, &mut server).await),
        Err(error) => tracing::error!(%error, set = opened.is_ok(), "the database cannot be reached"),
    }
}
