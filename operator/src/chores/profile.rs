//! The seccomp profile in a node's folder: written as a whole or not at all, and again if somebody changes it. Kubelets read it when a
//! container starts.

use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_secs(60);
/// More than any profile has.
const BYTES_MAX: u64 = 1024 * 1024;

/// From where to where.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// The profile, JSON.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The file in the node's folder.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Why the profile is not there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The profile cannot be read.
    #[error("failed to read the profile {0}")]
    Read(PathBuf, #[source] std::io::Error),
    /// It is none.
    #[error("failed to take {0} for a profile: it must be JSON with defaultAction, at most 1 MiB")]
    Profile(PathBuf),
    /// The node's folder cannot be written to.
    #[error("failed to write the profile {0}")]
    Write(PathBuf, #[source] std::io::Error),
    /// No signals.
    #[error("failed to wait for signals")]
    Signals(#[source] std::io::Error),
}

/// Writes the profile, and keeps it as it is until a signal.
pub(super) async fn keep(arguments: &Arguments) -> Result<String, Error> {
    let mut end = signal(SignalKind::terminate()).map_err(Error::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signals)?;
    loop {
        if write(&arguments.from, &arguments.to)? {
            tracing::info!(file = %arguments.to.display(), "the profile is written");
        }
        tokio::select! {
            _ = end.recv() => break,
            _ = interrupt.recv() => break,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
    Ok("the profile stays".to_owned())
}

/// Whether something had to be written.
fn write(from: &Path, to: &Path) -> Result<bool, Error> {
    let unread = |error| Error::Read(from.to_owned(), error);
    if std::fs::metadata(from).map_err(unread)?.len() > BYTES_MAX {
        return Err(Error::Profile(from.to_owned()));
    }
    let bytes = std::fs::read(from).map_err(unread)?;
    let profile: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| Error::Profile(from.to_owned()))?;
    if !profile["defaultAction"].is_string() {
        return Err(Error::Profile(from.to_owned()));
    }
    if std::fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    let unwritten = |error| Error::Write(to.to_owned(), error);
    let part = to.with_extension("part");
    std::fs::write(&part, &bytes).map_err(unwritten)?;
    // A kubelet sees the old one or the new one.
    std::fs::rename(&part, to).map_err(unwritten)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_once_and_again_when_somebody_changed_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from.json"), folder.path().join("chrome.json"));
        std::fs::write(&from, r#"{"defaultAction": "SCMP_ACT_ERRNO"}"#).expect("a profile");
        assert!(write(&from, &to).expect("written"));
        assert!(!write(&from, &to).expect("there already"));
        std::fs::write(&to, "{}").expect("somebody");
        assert!(write(&from, &to).expect("written again"));
        assert_eq!(std::fs::read(&to).expect("it is there"), std::fs::read(&from).expect("the profile"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 2, "nothing is left beside it");
    }

    #[test]
    fn what_is_no_profile_is_refused_and_the_old_one_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from.json"), folder.path().join("chrome.json"));
        std::fs::write(&to, "old").expect("an old one");
        for text in ["", "[]", "{", r#"{"defaultAction": 1}"#] {
            std::fs::write(&from, text).expect("a file");
            assert!(matches!(write(&from, &to), Err(Error::Profile(_))), "{text}");
        }
        assert!(matches!(write(&folder.path().join("none"), &to), Err(Error::Read(..))));
        assert_eq!(std::fs::read_to_string(&to).expect("it is there"), "old");
    }
}
