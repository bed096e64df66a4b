//! An image as an OCI archive: two layers, a configuration, a manifest, each under its digest. The layers are not compressed,
//! so that each has one digest and nobody waits.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

use crate::recipe::Recipe;
use crate::{digest, files};

/// Before the name of every image. No registry has it.
const REGISTRY: &str = "localhost/cobrowse";
/// The time of everything, so that the same parts give the same digest.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// What goes into an archive.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) tag: &'a str,
    pub(crate) layers: [&'a Path; 2],
}

/// A written archive.
#[derive(Debug)]
pub(crate) struct Made {
    /// Of the manifest: what an image is pinned by.
    pub(crate) digest: String,
    pub(crate) bytes: u64,
}

/// A blob's digest and bytes.
struct Blob {
    digest: String,
    bytes: u64,
}

impl Blob {
    fn described(&self, kind: &str) -> Value {
        json!({"mediaType": format!("application/vnd.oci.image.{kind}"), "digest": self.digest, "size": self.bytes})
    }
}

impl Archive<'_> {
    /// The name that a pod asks for.
    pub(crate) fn reference(&self) -> String {
        format!("{REGISTRY}/{}:{}", self.recipe.name, self.tag)
    }

    /// Writes it.
    pub(crate) fn write(&self, work: &Path, to: &Path) -> Result<Made> {
        let folder = work.join("archive");
        let blobs = folder.join("blobs/sha256");
        fs::create_dir_all(&blobs)?;
        let layers = self.layers.iter().map(|layer| linked(&blobs, layer)).collect::<Result<Vec<_>>>()?;
        let config = written(&blobs, &serde_json::to_vec(&self.config(&layers))?)?;
        let manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config.described("config.v1+json"),
            "layers": layers.iter().map(|layer| layer.described("layer.v1.tar")).collect::<Vec<_>>(),
        });
        let manifest = written(&blobs, &serde_json::to_vec(&manifest)?)?;
        let mut entry = manifest.described("manifest.v1+json");
        entry["annotations"] =
            json!({"io.containerd.image.name": self.reference(), "org.opencontainers.image.ref.name": self.tag});
        fs::write(folder.join("index.json"), serde_json::to_vec(&json!({"schemaVersion": 2, "manifests": [entry]}))?)?;
        fs::write(folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let partial = work.join("archive.tar");
        files::pack_resolved(&folder, &partial, &["oci-layout", "index.json", "blobs"])?;
        let bytes = partial.metadata()?.len();
        fs::rename(&partial, to).with_context(|| format!("failed to write {}", to.display()))?;
        fs::remove_dir_all(folder)?;
        Ok(Made { digest: manifest.digest, bytes })
    }

    fn config(&self, layers: &[Blob]) -> Value {
        let recipe = self.recipe;
        let path = "PATH=/usr/bin:/bin".to_owned();
        let environment: Vec<&String> = std::iter::once(&path).chain(&recipe.environment).collect();
        let folder = if recipe.working_folder.is_empty() { "/" } else { &recipe.working_folder };
        json!({
            "created": CREATED, "architecture": architecture(), "os": "linux",
            "config": {
                "User": recipe.user, "Entrypoint": recipe.entrypoint, "Env": environment, "WorkingDir": folder,
                "Labels": {
                    "org.opencontainers.image.title": recipe.name,
                    "org.opencontainers.image.description": recipe.description,
                    "org.opencontainers.image.version": env!("CARGO_PKG_VERSION"),
                    "org.opencontainers.image.licenses": "Apache-2.0",
                },
            },
            "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|layer| &layer.digest).collect::<Vec<_>>()},
        })
    }
}

/// Puts a file among the blobs under its digest, as a link.
fn linked(blobs: &Path, file: &Path) -> Result<Blob> {
    let (hex, bytes) = digest::file(file)?;
    let file: PathBuf = file.canonicalize()?;
    std::os::unix::fs::symlink(file, blobs.join(&hex)).context("failed to take a layer")?;
    Ok(Blob { digest: format!("sha256:{hex}"), bytes })
}

fn written(blobs: &Path, content: &[u8]) -> Result<Blob> {
    let hex = digest::bytes(content);
    fs::write(blobs.join(&hex), content).context("failed to write a blob")?;
    Ok(Blob { digest: format!("sha256:{hex}"), bytes: content.len() as u64 })
}

/// Of this machine, in the words of OCI.
pub(crate) fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}
