//! The door's certificate: given files, which are read again when they change, or a self-signed one for localhost made at the first start.

use crate::data_dir::{self, DataDir};
use cobrowse_identity::door::{self, Certificate};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// How often given files are read. A kubelet needs up to a minute to bring a changed Secret, so this adds little.
const EVERY: Duration = Duration::from_secs(10);

/// The hosts of the self-signed certificate.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A given file cannot be read.
    #[error("failed to read {path}: check certificate and certificate-key, and that they may be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The data folder refused.
    #[error("failed to keep the certificate in the data folder")]
    Keep(#[source] data_dir::Error),
    /// The files are no certificate and key that belong together.
    #[error("failed to use the certificate")]
    Use(#[source] cobrowse_identity::Error),
}

/// The TLS configuration of the door. Given files are read until `stop`.
pub fn certificate(
    given: Option<&(PathBuf, PathBuf)>,
    data: &DataDir,
    stop: CancellationToken,
) -> Result<Arc<cobrowse_identity::ServerConfig>, Error> {
    match given {
        Some(files) => followed(files, EVERY, stop),
        None => {
            let made = data.pair("door", || door::self_signed(&LOCAL, SystemTime::now())).map_err(Error::Keep)?;
            door::server(&made.0, &made.1).map_err(Error::Use)
        }
    }
}

/// Certificate and key of files. A key, so they are compared and never shown.
type Texts = (String, Zeroizing<String>);

fn followed(
    files: &(PathBuf, PathBuf),
    pause: Duration,
    stop: CancellationToken,
) -> Result<Arc<cobrowse_identity::ServerConfig>, Error> {
    let texts = read(files)?;
    let certificate = Arc::new(Certificate::new(&texts.0, &texts.1).map_err(Error::Use)?);
    let config = door::server_with(certificate.clone()).map_err(Error::Use)?;
    tokio::spawn(stop.run_until_cancelled_owned(follow(files.clone(), pause, texts, certificate)));
    Ok(config)
}

/// Goes by new files as they come. What cannot be gone by changes nothing, and is said once.
async fn follow(files: (PathBuf, PathBuf), pause: Duration, mut seen: Texts, certificate: Arc<Certificate>) {
    let mut turns = tokio::time::interval(pause);
    loop {
        turns.tick().await;
        // Files that are being replaced may be away for a moment.
        let Some(new) = read(&files).ok().filter(|new| *new != seen) else { continue };
        match certificate.replace(&new.0, &new.1) {
            Ok(()) => tracing::info!("the door's certificate was replaced"),
            Err(error) => tracing::error!(error = crate::chain(&error), "a new certificate of the door is not gone by"),
        }
        seen = new;
    }
}

fn read((chain, key): &(PathBuf, PathBuf)) -> Result<Texts, Error> {
    let one =
        |path: &Path| std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source });
    Ok((one(chain)?, Zeroizing::new(one(key)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::ServerName;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::client::TlsStream;
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    async fn dial(address: SocketAddr, certificate: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let tls = door::client(certificate, &["h2"]).expect("a client");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(tls).connect(name, TcpStream::connect(address).await?).await
    }

    /// Sends back what it gets, by this configuration.
    async fn echo(config: Arc<cobrowse_identity::ServerConfig>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it listens");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = TlsAcceptor::from(config.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let (mut from, mut to) = tokio::io::split(stream);
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn a_replaced_certificate_is_for_new_connections_and_a_wrong_one_for_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
        let made = || door::self_signed(&["localhost"], SystemTime::now()).expect("made");
        let write = |(certificate, key): &Texts| {
            std::fs::write(&files.1, key.as_bytes())
                .and_then(|()| std::fs::write(&files.0, certificate))
                .expect("written");
        };
        let (old, new) = (made(), made());
        write(&old);
        let stop = CancellationToken::new();
        let config = followed(&files, Duration::from_millis(5), stop.clone()).expect("good files");
        let address = echo(config).await;
        let mut open = dial(address, &old.0).await.expect("its certificate");
        std::fs::write(&files.1, "no key").expect("written");
        dial(address, &old.0).await.expect("what is wrong changes nothing");
        write(&new);
        let replaced = async { while dial(address, &new.0).await.is_err() {} };
        tokio::time::timeout(Duration::from_secs(20), replaced).await.expect("in time");
        assert!(dial(address, &old.0).await.is_err(), "the old one is shown no more");
        open.write_all(b"still here").await.expect("it is open");
        let mut back = [0; 10];
        open.read_exact(&mut back).await.expect("it is open");
        assert_eq!(&back, b"still here");
        stop.cancel();
    }
}
