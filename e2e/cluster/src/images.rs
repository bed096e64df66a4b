//! Images of the cluster's own pods: one static program each, as an OCI layout that containerd takes from a file.

use anyhow::{Context, Result};
use aws_lc_rs::digest::{SHA256, digest};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::layout::Layout;
use crate::node::ctr;
use crate::process::run;

/// Name, program, first argument, user.
const IMAGES: [(&str, &str, &str, &str); 3] =
    [("pause", "probe", "pause", "65535"), ("probe", "probe", "", "65532"), ("coredns", "coredns", "", "65532")];

/// Gives containerd the images that it has not.
pub(crate) fn load(layout: &Layout) -> Result<()> {
    for (name, program, argument, user) in IMAGES {
        let image = format!("localhost/{name}:1");
        let program = fs::canonicalize(layout.program(program))?;
        let file = make(layout, &image, &program, argument, user).with_context(|| format!("failed to make {image}"))?;
        run(ctr(layout).args(["images", "import", "--local"]).arg(&file))
            .with_context(|| format!("failed to load {image}"))?;
    }
    Ok(())
}

/// Writes an image of one program as a tar file. The layer is not compressed, so it has one digest and nobody waits for it.
fn make(layout: &Layout, image: &str, program: &Path, argument: &str, user: &str) -> Result<PathBuf> {
    let work = layout.run.join("image");
    let blobs = work.join("blobs/sha256");
    fs::create_dir_all(&blobs)?;
    let (folder, file) = (program.parent().context("no folder")?, program.file_name().context("no name")?);
    let layer = work.join("layer");
    let tar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--dereference"];
    run(Command::new("tar").args(tar).arg("-C").arg(folder).arg("-cf").arg(&layer).arg(file))?;
    let layer = blob(&blobs, &fs::read(&layer)?)?;
    let mut entry = vec![format!("/{}", file.to_string_lossy())];
    entry.extend((!argument.is_empty()).then(|| argument.to_owned()));
    let config = serde_json::json!({
        "architecture": architecture(), "os": "linux", "rootfs": {"type": "layers", "diff_ids": [layer.0]},
        "config": {"Entrypoint": entry, "User": user},
    });
    let config = blob(&blobs, &serde_json::to_vec(&config)?)?;
    let described = |kind: &str, (digest, size): &(String, usize)| serde_json::json!({"mediaType": format!("application/vnd.oci.image.{kind}"), "digest": digest, "size": size});
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &config), "layers": [described("layer.v1.tar", &layer)],
    });
    let manifest = blob(&blobs, &serde_json::to_vec(&manifest)?)?;
    let mut entry = described("manifest.v1+json", &manifest);
    entry["annotations"] =
        serde_json::json!({"io.containerd.image.name": image, "org.opencontainers.image.ref.name": "1"});
    fs::write(
        work.join("index.json"),
        serde_json::to_vec(&serde_json::json!({"schemaVersion": 2, "manifests": [entry]}))?,
    )?;
    fs::write(work.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    let out = layout.run.join("image.tar");
    run(Command::new("tar").arg("-C").arg(&work).arg("-cf").arg(&out).args(["oci-layout", "index.json", "blobs"]))?;
    fs::remove_dir_all(&work)?;
    Ok(out)
}

/// Writes a blob under its digest, which is given with its size in bytes.
fn blob(blobs: &Path, content: &[u8]) -> Result<(String, usize)> {
    let hex: String = digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(blobs.join(&hex), content)?;
    Ok((format!("sha256:{hex}"), content.len()))
}

fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}
