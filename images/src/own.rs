//! The part of an image that is ours: programs without their symbols, files of the clone, accounts, and the list of all parts.

use anyhow::{Context, Result};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;
use crate::files;
use crate::recipe::{Placed, Recipe};

/// Where the list of parts is, in every image.
const SBOM: &str = "/usr/share/cobrowse/sbom.cdx.json";

/// Writes the layer as a tar file.
pub(crate) fn layer(recipe: &Recipe, programs: &Path, sbom: &str, work: &Path) -> Result<PathBuf> {
    let stage = work.join("stage");
    for program in &recipe.programs {
        strip(&programs.join(program), &place(&stage, &format!("/usr/bin/{program}"))?)?;
    }
    for placed in &recipe.files {
        copy(placed, &place(&stage, &placed.to)?)?;
    }
    text(&stage, SBOM, sbom)?;
    let (passwd, group) = accounts(recipe);
    text(&stage, "/etc/passwd", &passwd)?;
    text(&stage, "/etc/group", &group)?;
    for path in files::below(&stage)?.into_iter().chain([stage.clone()]).filter(|path| path.is_dir()) {
        // Whatever this person's files are readable for, an image's are for everybody.
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    let layer = work.join("own.tar");
    files::pack(&stage, &layer)?;
    fs::remove_dir_all(stage)?;
    Ok(layer)
}

/// A path of the image in the stage, with the folders above it.
fn place(stage: &Path, to: &str) -> Result<PathBuf> {
    let path = stage.join(to.trim_start_matches('/'));
    fs::create_dir_all(path.parent().context("no folder")?)?;
    Ok(path)
}

fn strip(from: &Path, to: &Path) -> Result<()> {
    run(Command::new("strip").arg("--strip-all").arg("-o").arg(to).arg(from))?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o755))?)
}

fn copy(placed: &Placed, to: &Path) -> Result<()> {
    run(Command::new("cp").args(["-rL", "--no-preserve=all"]).arg(&placed.from).arg(to))?;
    for path in files::below(to).unwrap_or_default() {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    let mode = if to.is_dir() || placed.executable { 0o755 } else { 0o644 };
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(mode))?)
}

fn text(stage: &Path, to: &str, content: &str) -> Result<()> {
    let path = place(stage, to)?;
    fs::write(&path, content)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o644))?)
}

/// /etc/passwd and /etc/group. Nobody has a shell.
fn accounts(recipe: &Recipe) -> (String, String) {
    let (mut passwd, mut group) =
        ("root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n".to_owned(), "root:x:0:\n".to_owned());
    for account in &recipe.accounts {
        let (name, id) = (&account.name, account.id);
        // Writing to a string does not fail.
        let _ = writeln!(passwd, "{name}:x:{id}:{id}:{name}:/tmp:/usr/sbin/nologin");
        let _ = writeln!(group, "{name}:x:{id}:");
    }
    (passwd, group)
}
