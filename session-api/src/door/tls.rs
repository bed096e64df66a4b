//! The door's certificate: given files, or a self-signed one for localhost made at the first start.

use crate::data_dir::{self, DataDir};
use cobrowse_identity::door;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

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

/// The TLS configuration of the door.
pub fn certificate(
    given: Option<&(PathBuf, PathBuf)>,
    data: &DataDir,
) -> Result<Arc<cobrowse_identity::ServerConfig>, Error> {
    let (chain, key) = match given {
        Some((chain, key)) => (read(chain)?, zeroize::Zeroizing::new(read(key)?)),
        None => data.pair("door", || door::self_signed(&LOCAL, SystemTime::now())).map_err(Error::Keep)?,
    };
    door::server(&chain, &key).map_err(Error::Use)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
