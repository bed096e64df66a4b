//! Certificates and keys, from files that are replaced while the program runs. New connections go by the new ones; those that are
//! open stay.

use crate::metrics::Metrics;
use cobrowse_identity::grant::{self, GrantKeys};
use cobrowse_identity::{ServerConfig, mutual};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};
use tokio::sync::watch;

/// How often files are read. A kubelet needs up to a minute to bring a changed Secret, so this adds little.
const EVERY: Duration = Duration::from_secs(10);

/// Why the files cannot be gone by.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("failed to read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What the starting program should have handed over is not all there.
    #[error("failed to read certificates and keys from standard input")]
    Input(#[source] io::Error),
    /// The certificates are not good.
    #[error("failed to serve with the certificates")]
    Tls(#[source] cobrowse_identity::Error),
    /// The keys of grants are not good.
    #[error("failed to read the keys of grants")]
    Keys(#[source] grant::Error),
}

/// Where the files are.
#[derive(Clone, Debug)]
pub struct Files {
    /// Folder with tls.crt, tls.key and ca.crt, PEM; ca.crt has the authorities of pods. While the authority is changed for another,
    /// second.crt and second.key are a certificate of the other one: a pod is shown the one of its own authority.
    pub certificates: PathBuf,
    /// Public keys of grants, PEM.
    pub grant_keys: PathBuf,
}

/// What the files hold.
#[derive(Debug)]
pub struct Material {
    /// TLS of new connections.
    pub tls: Arc<ServerConfig>,
    /// Whose grants are accepted.
    pub keys: GrantKeys,
}

impl Material {
    /// Reads PEM texts: certificates, key, pods' authorities, public keys of grants.
    pub fn new(certificates: &str, key: &str, authorities: &str, grant_keys: &str) -> Result<Self, Error> {
        Self::of_two((certificates, key), None, authorities, grant_keys)
    }

    /// The same with a second certificate and key.
    pub fn of_two(
        first: (&str, &str),
        second: Option<(&str, &str)>,
        authorities: &str,
        grant_keys: &str,
    ) -> Result<Self, Error> {
        Ok(Self {
            tls: mutual::gateway_of_two(first, second, authorities).map_err(Error::Tls)?,
            keys: GrantKeys::from_pem(grant_keys).map_err(Error::Keys)?,
        })
    }
}

/// The texts of the files, four and maybe the second certificate and its key. They hold keys, so they are compared and never shown.
type Texts = ([String; 4], Option<[String; 2]>);

fn read(files: &Files) -> Result<Texts, Error> {
    let one = |path: &Path| fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source });
    let in_folder = |name| one(&files.certificates.join(name));
    let has_second = files.certificates.join("second.crt").exists();
    let second = has_second.then(|| Ok([in_folder("second.crt")?, in_folder("second.key")?])).transpose()?;
    Ok(([in_folder("tls.crt")?, in_folder("tls.key")?, in_folder("ca.crt")?, one(&files.grant_keys)?], second))
}

fn parse(([certificates, key, authorities, keys], second): &Texts) -> Result<Arc<Material>, Error> {
    let second = second.as_ref().map(|[certificates, key]| (certificates.as_str(), key.as_str()));
    Material::of_two((certificates, key), second, authorities, keys).map(Arc::new)
}

/// Reads the files, and goes on to read them until the program ends. Files that cannot be gone by change nothing.
pub fn follow(files: Files, metrics: Arc<Metrics>) -> Result<watch::Receiver<Arc<Material>>, Error> {
    let mut texts = read(&files)?;
    let (sender, receiver) = watch::channel(parse(&texts)?);
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(EVERY);
        loop {
            turns.tick().await;
            let found =
                read(&files).and_then(|new| if new == texts { Ok(None) } else { Ok(Some((parse(&new)?, new))) });
            match found {
                Ok(None) => {}
                Ok(Some((material, new))) => {
                    texts = new;
                    tracing::info!("certificates and keys were replaced");
                    if sender.send(material).is_err() {
                        return;
                    }
                }
                Err(error) => {
                    metrics.material_failures.inc();
                    tracing::warn!(error = crate::run::chain(&error), "new certificates and keys are not gone by");
                }
            }
        }
    });
    Ok(receiver)
}
