//! The data folder: 0700, secrets in it 0600, each file written whole or not at all. On a cluster the same files are given, and
//! nothing is made.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be made or its rights set.
    #[error("failed to make the data folder {path}: check that its parent exists and may be written")]
    Make {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("failed to read or write {path}: check the rights and the space left")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A secret file has another length than we wrote.
    #[error("failed to use {path}: it is damaged; restore it, or remove it to have a new one made")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A file that all replicas must share was not given.
    #[error("failed to find {path}: put it into the folder of --secrets, the same for all replicas")]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// A certificate could not be made.
    #[error("failed to make a certificate")]
    Certificate(#[source] cobrowse_identity::Error),
}

/// The data folder.
#[derive(Clone, Debug)]
pub struct DataDir {
    folder: PathBuf,
    /// What is absent is made.
    makes: bool,
}

impl DataDir {
    /// Makes the folder if it is absent, and takes it from everybody else.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let error = |source| Error::Make { path: path.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(error)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(error)?;
        Ok(Self { folder: path.to_owned(), makes: true })
    }

    /// A folder in which everything is there already.
    pub fn given(path: &Path) -> Self {
        Self { folder: path.to_owned(), makes: false }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Certificate and key as PEM, from `NAME.crt` and `NAME.key`, made by `make` at the first start.
    pub fn pair(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<(String, Zeroizing<String>), cobrowse_identity::Error>,
    ) -> Result<(String, Zeroizing<String>), Error> {
        let (certificate, key) = (self.path(&format!("{name}.crt")), self.path(&format!("{name}.key")));
        if self.must_make(&certificate)? {
            let made = make().map_err(Error::Certificate)?;
            // The certificate last: when it exists, its key does.
            write_new(&key, made.1.as_bytes())?;
            write_new(&certificate, made.0.as_bytes())?;
        }
        Ok((read(&certificate)?, Zeroizing::new(read(&key)?)))
    }

    fn must_make(&self, path: &Path) -> Result<bool, Error> {
        match (path.exists(), self.makes) {
            (true, _) => Ok(false),
            (false, true) => Ok(true),
            (false, false) => Err(Error::Absent { path: path.to_owned() }),
        }
    }

    /// A random key of 32 bytes, made at the first start.
    pub fn key(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
        let path = self.path(name);
        if self.must_make(&path)? {
            write_new(&path, &crate::clock::random::<32>())?;
        }
        let bytes = Zeroizing::new(fs::read(&path).map_err(|source| Error::File { path: path.clone(), source })?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::Damaged { path })?;
        Ok(Zeroizing::new(key))
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// Writes beside, then renames: a crash leaves the old file or the new one.
fn write_new(path: &Path, content: &[u8]) -> Result<(), Error> {
    let error = |source| Error::File { path: path.to_owned(), source };
    let beside = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(error)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(error)?;
    fs::rename(&beside, path).map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_for_us_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(&dir.path().join("data")).expect("made");
        let first = data.key("pin.key").expect("made");
        assert_eq!(*first, *data.key("pin.key").expect("read"));
        let mode = |p: PathBuf| fs::metadata(p).expect("exists").permissions().mode() & 0o777;
        assert_eq!((mode(data.path("pin.key")), mode(data.path(""))), (0o600, 0o700));
        fs::write(data.path("pin.key"), b"short").expect("written");
        assert!(matches!(data.key("pin.key"), Err(Error::Damaged { .. })));
        let given = DataDir::given(&dir.path().join("data"));
        assert!(matches!(given.key("seal.key"), Err(Error::Absent { .. })));
        assert!(!given.path("seal.key").exists(), "what replicas share is made by none of them");
    }
}
