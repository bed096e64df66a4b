//! The folders of the browser side: Chrome's home and profile, the screen's socket, extension, uploads, downloads.

use super::Error;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Where everything is. All are below one folder that only this uid may enter.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) home: PathBuf,
    pub(super) profile: PathBuf,
    pub(super) runtime: PathBuf,
    pub(super) extension: PathBuf,
    pub(super) uploads: PathBuf,
    pub(super) downloads: PathBuf,
}

impl Folders {
    pub(super) fn make(root: &Path) -> Result<Self, Error> {
        let folders = Self {
            home: root.join("home"),
            profile: root.join("profile"),
            runtime: root.join("runtime"),
            extension: root.join("extension"),
            uploads: root.join("uploads"),
            downloads: root.join("downloads"),
        };
        let all = [&folders.home, &folders.profile, &folders.runtime, &folders.extension];
        for folder in all.into_iter().chain([&folders.uploads, &folders.downloads]) {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|error| Error::Folder(folder.clone(), error))?;
        }
        Ok(folders)
    }
}
