//! The tenants as they are at any moment. In embedded mode their files are read once, at the start; on a cluster `cluster`
//! watches their objects.

use cobrowse_crds::{Tenant, Tenants, TenantsError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// The tenants as they are now. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Current(watch::Sender<Arc<Tenants>>);

impl Default for Current {
    /// None yet.
    fn default() -> Self {
        Self(watch::Sender::new(Arc::default()))
    }
}

impl Current {
    /// Tenants that stay as they are.
    pub fn fixed(tenants: Tenants) -> Self {
        let current = Self::default();
        current.set(tenants);
        current
    }

    /// As they are now. Who holds on to it sees no later change.
    pub fn now(&self) -> Arc<Tenants> {
        self.0.borrow().clone()
    }

    /// They changed.
    pub fn set(&self, tenants: Tenants) {
        self.0.send_replace(Arc::new(tenants));
    }

    /// Tells of later changes.
    pub fn changes(&self) -> watch::Receiver<Arc<Tenants>> {
        self.0.subscribe()
    }
}

/// Why there are no tenants.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder cannot be read.
    #[error("failed to read the folder of tenants {path}: give --tenants a folder with CoBrowseTenant files")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error("failed to read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no tenant.
    #[error("failed to understand {path}")]
    Tenant {
        /// The file.
        path: PathBuf,
        /// Why, with the mend.
        source: cobrowse_crds::Error,
    },
    /// The tenants do not go together.
    #[error("failed to put the tenants of {path} together")]
    Together {
        /// The folder.
        path: PathBuf,
        /// Why, with the mend.
        source: TenantsError,
    },
}

/// Reads every `.yaml` and `.yml` file of a folder, in the order of their names.
pub fn read(folder: &Path) -> Result<Tenants, Error> {
    let failed = |source| Error::Folder { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            paths.push(path);
        }
    }
    paths.sort();
    let tenants = paths.iter().map(|path| one(path)).collect::<Result<_, _>>()?;
    Tenants::new(tenants).map_err(|source| Error::Together { path: folder.to_owned(), source })
}

fn one(path: &Path) -> Result<Tenant, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    Tenant::from_yaml(&text).map_err(|source| Error::Tenant { path: path.to_owned(), source })
}
