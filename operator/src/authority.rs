//! The authorities of browser pods, from files that are replaced while the program runs: what signs pods, and how they are dialled.
//! Connections that are open stay; new ones go by the new files.

use cobrowse_identity::authorities::{Authorities, PodClients};
use cobrowse_identity::name::PeerName;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fs, io};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// How often files are read. A kubelet needs up to a minute to bring a changed Secret, so this adds little.
const EVERY: Duration = Duration::from_secs(5);
/// Our own certificates' life. They are made at every start of the program, and with every change of the files.
const CLIENT_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Why the files cannot be gone by.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("failed to read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is in them.
    #[error("failed to use the pods' authority")]
    Use(#[source] cobrowse_identity::Error),
}

/// What the files hold.
pub struct Held {
    /// Signs pods.
    pub authorities: Authorities,
    /// Dials them as the operator.
    pub clients: PodClients,
}

impl Held {
    /// Of these authorities, with fresh certificates of our own.
    pub fn new(authorities: Authorities) -> Result<Self, Error> {
        let clients = PodClients::new(&authorities, &PeerName::Operator, SystemTime::now(), CLIENT_LIFE);
        Ok(Self { clients: clients.map_err(Error::Use)?, authorities })
    }
}

/// What holds now. It is read at each use.
pub type Holding = watch::Receiver<Arc<Held>>;

/// Certificate and key of the authority, and of the second one where there is one. Keys, so they are compared and never shown.
type Texts = Vec<(String, Zeroizing<String>)>;

fn read(folder: &Path) -> Result<Texts, Error> {
    let one = |name: String| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|source| Error::Read { path, source })
    };
    let pair = |name: &str| Ok((one(format!("{name}.crt"))?, Zeroizing::new(one(format!("{name}.key"))?)));
    let mut texts = vec![pair("tls")?];
    if folder.join("second.crt").exists() {
        texts.push(pair("second")?);
    }
    Ok(texts)
}

fn held(texts: &Texts) -> Result<Held, Error> {
    let mut pairs = texts.iter().map(|(certificate, key)| (certificate.as_str(), key.as_str()));
    let first = pairs.next().unwrap_or_default();
    Authorities::from_pem(first, pairs.next()).map_err(Error::Use).and_then(Held::new)
}

/// Reads tls.crt and tls.key, and second.crt and second.key where they are, and goes on to read them until the program ends. Files that
/// cannot be gone by change nothing.
pub fn follow(folder: PathBuf) -> Result<Holding, Error> {
    follow_each(folder, EVERY)
}

fn follow_each(folder: PathBuf, pause: Duration) -> Result<Holding, Error> {
    let mut texts = read(&folder)?;
    let (sender, receiver) = watch::channel(Arc::new(held(&texts)?));
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(pause);
        loop {
            turns.tick().await;
            let new = match read(&folder) {
                Ok(new) if new == texts => continue,
                new => new.and_then(|new| Ok((held(&new)?, new))),
            };
            match new {
                Ok((held, new)) => {
                    texts = new;
                    let known: Vec<_> = held.authorities.all().map(|authority| authority.tag()).collect();
                    tracing::info!(signs = known[0], known = known.len(), "the authorities of pods were replaced");
                    if sender.send(Arc::new(held)).is_err() {
                        return;
                    }
                }
                Err(error) => tracing::error!(error = crate::chain(&error), "new authorities of pods are not gone by"),
            }
        }
    });
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::authority::Authority;

    /// The certificate last: when it is there, its key is.
    fn write(folder: &Path, name: &str, (certificate, key): &(String, Zeroizing<String>)) {
        fs::write(folder.join(format!("{name}.key")), key.as_bytes()).expect("written");
        fs::write(folder.join(format!("{name}.crt")), certificate).expect("written");
    }

    #[tokio::test]
    async fn files_are_read_again_and_what_is_wrong_in_them_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = || Authority::generate(SystemTime::now()).expect("an authority");
        let (old, new) = (made(), made());
        write(folder.path(), "tls", &old.to_pem());
        let mut holding = follow_each(folder.path().to_owned(), Duration::from_millis(5)).expect("good files");
        let tags = |held: &Held| held.authorities.all().map(Authority::tag).collect::<Vec<_>>();
        assert_eq!(tags(&holding.borrow_and_update()), [old.tag()]);
        write(folder.path(), "second", &new.to_pem());
        holding.changed().await.expect("it is read again");
        assert_eq!(tags(&holding.borrow_and_update()), [old.tag(), new.tag()]);
        assert_eq!(holding.borrow().clients.each().count(), 2);
        // The certificate comes before its key: what is read between the two changes nothing.
        fs::write(folder.path().join("tls.crt"), new.to_pem().0).expect("written");
        assert!(held(&read(folder.path()).expect("readable")).is_err(), "the key of another pair");
        write(folder.path(), "tls", &new.to_pem());
        write(folder.path(), "second", &old.to_pem());
        let both = async {
            while tags(&holding.borrow_and_update()) != [new.tag(), old.tag()] {
                holding.changed().await.expect("it is read again");
            }
        };
        tokio::time::timeout(Duration::from_secs(20), both).await.expect("in time");
    }
}
