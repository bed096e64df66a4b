//! The authorities of browser pods by which this replica dials them. On a cluster the files are replaced while the program runs; in
//! embedded mode pods end with the program, and nothing is read again.

use super::Error;
use crate::data_dir::DataDir;
use cobrowse_identity::authorities::{Authorities, PodClients};
use cobrowse_identity::name::PeerName;
use std::fs;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// How often files are read. A kubelet needs up to a minute to bring a changed Secret, so this adds little.
const EVERY: Duration = Duration::from_secs(5);
/// Our own certificates' life. They are made at every start of the program, and with every change of the files.
const CLIENT_LIFE: Duration = Duration::from_secs(365 * 24 * 3600);

/// How pods are dialled now. It is read at each dial.
pub type Clients = watch::Receiver<PodClients>;

/// Certificate and key of each authority, the one that signs first. Keys, so they are compared and never shown.
pub type Texts = Vec<(String, Zeroizing<String>)>;

/// The authorities in these texts.
pub fn authorities(texts: &Texts) -> Result<Authorities, Error> {
    let mut pairs = texts.iter().map(|(certificate, key)| (certificate.as_str(), key.as_str()));
    let first = pairs.next().unwrap_or_default();
    Authorities::from_pem(first, pairs.next()).map_err(Error::Identity)
}

fn clients(texts: &Texts) -> Result<PodClients, Error> {
    let made = PodClients::new(&authorities(texts)?, &PeerName::SessionApi, SystemTime::now(), CLIENT_LIFE);
    made.map_err(Error::Identity)
}

/// Those that stay.
pub fn fixed(texts: &Texts) -> Result<Clients, Error> {
    // The receiver keeps the last value when its sender is gone.
    Ok(watch::channel(clients(texts)?).1)
}

/// Those of the files of a folder, which are read until `stop`. Files that cannot be gone by change nothing.
pub fn follow(data: DataDir, mut texts: Texts, stop: CancellationToken) -> Result<Clients, Error> {
    let (sender, receiver) = watch::channel(clients(&texts)?);
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        let mut turns = tokio::time::interval(EVERY);
        loop {
            turns.tick().await;
            let Some(new) = read(&data).filter(|new| *new != texts) else { continue };
            match clients(&new) {
                Ok(made) => {
                    tracing::info!(known = new.len(), "the authorities of pods were replaced");
                    texts = new;
                    sender.send_replace(made);
                }
                Err(error) => {
                    tracing::error!(error = crate::chain(&error), "new authorities of pods are not gone by");
                }
            }
        }
    }));
    Ok(receiver)
}

/// What the folder has now: pods.crt and pods.key, and pods-second.crt and pods-second.key where they are. None while files are replaced.
fn read(data: &DataDir) -> Option<Texts> {
    let one = |name: &str| fs::read_to_string(data.path(name)).ok();
    let pair = |name: &str| Some((one(&format!("{name}.crt"))?, Zeroizing::new(one(&format!("{name}.key"))?)));
    Some([pair("pods")?].into_iter().chain(pair("pods-second")).collect())
}

/// The second authority of a folder, if it has one.
pub fn second(data: &DataDir) -> Option<(String, Zeroizing<String>)> {
    read(data).and_then(|texts| texts.into_iter().nth(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::authority::Authority;

    fn write(data: &DataDir, name: &str, authority: &Authority) {
        let (certificate, key) = authority.to_pem();
        fs::write(data.path(&format!("{name}.key")), key.as_bytes()).expect("written");
        fs::write(data.path(&format!("{name}.crt")), certificate).expect("written");
    }

    #[test]
    fn a_folder_has_one_authority_or_two_that_can_be_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::given(folder.path());
        let made = || Authority::generate(SystemTime::now()).expect("an authority");
        let (one, other) = (made(), made());
        assert!(read(&data).is_none());
        write(&data, "pods", &one);
        let tags = |texts: &Texts| authorities(texts).expect("sound").all().map(Authority::tag).collect::<Vec<_>>();
        assert_eq!(tags(&read(&data).expect("files")), [one.tag()]);
        write(&data, "pods-second", &other);
        let both = read(&data).expect("files");
        assert_eq!(tags(&both), [one.tag(), other.tag()]);
        assert_eq!(fixed(&both).expect("sound").borrow().each().count(), 2);
        fs::write(data.path("pods-second.key"), one.to_pem().1.as_bytes()).expect("written");
        assert!(clients(&read(&data).expect("files")).is_err(), "the key of another pair");
    }
}
