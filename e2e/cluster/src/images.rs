//! Images of the cluster's own pods: one static program each, as an OCI layout that containerd takes from a file. The probe may also
//! stand in for the program of another image.

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

/// Gives containerd the images of the cluster's own pods.
pub(crate) fn load(layout: &Layout) -> Result<()> {
    for (name, program, argument, user) in IMAGES {
        let program = fs::canonicalize(layout.program(program))?;
        let (folder, file) = (program.parent().context("no folder")?, program.file_name().context("no name")?);
        let entry = [&format!("/{}", file.to_string_lossy()), argument].map(str::to_owned);
        let entry: Vec<String> = entry.into_iter().filter(|word| !word.is_empty()).collect();
        give(layout, &Content { folder, name: Path::new(file), entry, user }, &format!("localhost/{name}:1"))?;
    }
    Ok(())
}

/// Gives containerd an image in which the probe stands at the path of another program, and does what the table says.
pub(crate) fn stand_in(layout: &Layout, image: &str, path: &Path, table: &Path) -> Result<()> {
    let root = layout.run.join("stand-in");
    let within = path.strip_prefix("/").context("failed to place the probe: the path must be absolute")?;
    let place = root.join(within);
    fs::create_dir_all(place.parent().context("no folder")?)?;
    fs::copy(layout.program("probe"), &place)?;
    fs::copy(table, place.with_added_extension("table"))
        .with_context(|| format!("failed to read {}", table.display()))?;
    let entry = vec![path.to_string_lossy().into_owned()];
    give(layout, &Content { folder: &root, name: Path::new("."), entry, user: "65532" }, image)?;
    Ok(fs::remove_dir_all(root)?)
}

/// What is in an image.
struct Content<'a> {
    /// The folder that is its root.
    folder: &'a Path,
    /// What of it is taken.
    name: &'a Path,
    entry: Vec<String>,
    user: &'a str,
}

fn give(layout: &Layout, content: &Content<'_>, image: &str) -> Result<()> {
    let file = make(layout, image, content).with_context(|| format!("failed to make {image}"))?;
    let mut import = ctr(layout);
    run(import.args(["images", "import", "--local"]).arg(&file)).with_context(|| format!("failed to load {image}"))?;
    Ok(())
}

/// Writes an image as a tar file. The layer is not compressed, so it has one digest and nobody waits for it.
fn make(layout: &Layout, image: &str, content: &Content<'_>) -> Result<PathBuf> {
    let Content { folder, name, entry, user } = content;
    let work = layout.run.join("image");
    let blobs = work.join("blobs/sha256");
    fs::create_dir_all(&blobs)?;
    let layer = work.join("layer");
    let tar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--dereference"];
    run(Command::new("tar").args(tar).arg("-C").arg(folder).arg("-cf").arg(&layer).arg(name))?;
    let layer = blob(&blobs, &fs::read(&layer)?)?;
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
    let mut described = described("manifest.v1+json", &manifest);
    described["annotations"] =
        serde_json::json!({"io.containerd.image.name": image, "org.opencontainers.image.ref.name": "1"});
    let index = serde_json::json!({"schemaVersion": 2, "manifests": [described]});
    fs::write(work.join("index.json"), serde_json::to_vec(&index)?)?;
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
