//! Gives a running cluster what a node needs from files: images, as OCI archives, and seccomp profiles. What they are for it does
//! not know.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::copy;
use crate::layout::Layout;
use crate::node::{ctr, seccomp_profiles};
use crate::process::run;
use crate::wait::Step;

/// An archive, and what it says of itself.
struct Archive<'a> {
    file: &'a Path,
    reference: String,
    digest: String,
}

/// Loads all of it.
pub(crate) fn load(layout: &Layout, archives: &[PathBuf], profiles: Option<&Path>) -> Result<()> {
    ensure!(layout.containerd_socket().exists(), "failed to find a node: start the cluster by PROFILE=node or policy");
    if let Some(folder) = profiles {
        give_profiles(layout, folder)?;
    }
    for file in archives {
        let archive = read(file).with_context(|| format!("failed to read {}", file.display()))?;
        give(layout, &archive).with_context(|| format!("failed to load {}", file.display()))?;
    }
    Ok(())
}

/// Each file goes where a pod's profile of the same path is looked for.
fn give_profiles(layout: &Layout, folder: &Path) -> Result<()> {
    let to = seccomp_profiles(layout);
    for entry in fs::read_dir(folder).with_context(|| format!("failed to look into {}", folder.display()))? {
        let (from, to) = (entry?.path(), to.clone());
        let to = to.join(from.file_name().context("no name")?);
        if to.is_dir() {
            fs::remove_dir_all(&to)?;
        }
        copy(&from, &to)?;
    }
    Ok(())
}

fn give(layout: &Layout, archive: &Archive<'_>) -> Result<()> {
    let Archive { file, reference, digest } = archive;
    let known = run(ctr(layout).args(["images", "ls"]))?;
    if !has(&known, reference, digest) {
        let step = Step::begin(format!("loading {reference}"));
        run(ctr(layout).args(["images", "import", "--local"]).arg(file))?;
        step.done();
    }
    // A pod may also ask for the one image with this digest.
    let name = reference.rsplit_once(':').map_or(reference.as_str(), |(name, _)| name);
    run(ctr(layout).args(["images", "tag", "--force", reference, &format!("{name}@{digest}")])).map(drop)
}

/// Whether the list of images has this one already.
fn has(list: &str, reference: &str, digest: &str) -> bool {
    list.lines().any(|line| {
        let mut fields = line.split_whitespace();
        fields.next() == Some(reference) && fields.nth(1) == Some(digest)
    })
}

/// Reads the index of an archive, which names one image.
fn read(file: &Path) -> Result<Archive<'_>> {
    let index = run(Command::new("tar").arg("-xOf").arg(file).arg("index.json"))?;
    let index: serde_json::Value = serde_json::from_str(&index)?;
    let entry = &index["manifests"][0];
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let reference = text(&entry["annotations"]["io.containerd.image.name"]).context("the image has no name")?;
    let digest = text(&entry["digest"]).context("the image has no digest")?;
    Ok(Archive { file, reference, digest })
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn an_image_is_known_by_name_and_digest() {
        let list = "REF TYPE DIGEST SIZE PLATFORMS LABELS\n\
            localhost/a:1 application/vnd.oci.image.manifest.v1+json sha256:aa 1.0 MiB linux/amd64 -\n";
        assert!(has(list, "localhost/a:1", "sha256:aa"));
        assert!(!has(list, "localhost/a:1", "sha256:bb"));
        assert!(!has(list, "localhost/a:2", "sha256:aa"));
    }
}
