//! Folders as archives, always the same bytes for the same files: sorted, of nobody in particular, at no particular time.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;

/// Writes a folder as a tar file.
pub(crate) fn pack(folder: &Path, to: &Path) -> Result<()> {
    pack_without(folder, to, [])
}

/// Writes a folder as a tar file, but for paths that fit one of these patterns. A star stands for anything, folders included.
pub(crate) fn pack_without<'a>(folder: &Path, to: &Path, without: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let without = without.into_iter().map(|pattern| format!("--exclude=.{pattern}"));
    let options: Vec<String> = std::iter::once("--anchored".to_owned()).chain(without).collect();
    tar(folder, to, &options, &["."])
}

/// Writes files of a folder as a tar file, and what links point to in their place.
pub(crate) fn pack_resolved(folder: &Path, to: &Path, names: &[&str]) -> Result<()> {
    tar(folder, to, &["--dereference".to_owned()], names)
}

/// The list of a tar file: mode, owner, size, time and path of each entry.
pub(crate) fn list(archive: &Path) -> Result<String> {
    run(Command::new("tar").args(["--numeric-owner", "-tvf"]).arg(archive))
}

fn tar(folder: &Path, to: &Path, options: &[String], names: &[&str]) -> Result<()> {
    let mut command = Command::new("tar");
    command.args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=posix"]);
    // Times of reading and of changing would come along otherwise.
    command.arg("--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime,delete=mtime").args(options);
    command.arg("-C").arg(folder).arg("-cf").arg(to).args(names);
    run(&mut command).map(drop)
}

/// All paths below a folder, links not followed.
pub(crate) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("failed to look into {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_a_pattern_stays_away() {
        let work = tempfile::tempdir().expect("a folder");
        let folder = work.path().join("root");
        for path in ["usr/share/doc/a/b", "usr/bin/a", "share/doc/c"] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let to = work.path().join("layer.tar");
        pack_without(&folder, &to, ["/usr/share/doc/*", "/share/*/x"]).expect("packed");
        let list = list(&to).expect("a list");
        assert!(!list.contains("doc/a") && list.contains("./usr/bin/a") && list.contains("./share/doc/c"), "{list}");
    }

    #[test]
    fn the_same_files_are_the_same_bytes() {
        let work = tempfile::tempdir().expect("a folder");
        let archive = |name: &str, order: [&str; 2]| {
            let folder = work.path().join(name);
            fs::create_dir(&folder).expect("made");
            for file in order {
                fs::write(folder.join(file), file).expect("written");
            }
            let to = work.path().join(format!("{name}.tar"));
            pack(&folder, &to).expect("packed");
            fs::read(to).expect("read")
        };
        assert!(archive("one", ["a", "b"]) == archive("two", ["b", "a"]));
    }
}
