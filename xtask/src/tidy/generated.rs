//! Committed generated code is what the generators write today. Compares folders file by file.

use super::Fault;
use crate::generate::GENERATED;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Generates everything beside the build's output and compares it with the committed files.
pub(crate) fn check() -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for generated in GENERATED {
        let fresh = Path::new("target/tidy").join(generated.folder);
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh)?;
        }
        std::fs::create_dir_all(&fresh)?;
        (generated.write)(&fresh)?;
        let mut committed = read(Path::new(generated.folder))?;
        committed
            .retain(|name, _| generated.files.is_empty() || generated.files.iter().any(|file| name == Path::new(file)));
        faults.extend(differences(generated.folder, &committed, &read(&fresh)?));
    }
    Ok(faults)
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn differences(folder: &str, committed: &Files, fresh: &Files) -> Vec<Fault> {
    let stale = fresh.iter().filter(|(name, content)| committed.get(*name) != Some(content)).map(|(name, _)| name);
    let left = committed.keys().filter(|name| !fresh.contains_key(*name));
    let fault = |name: &PathBuf| {
        Fault::new("generated", format!("{folder}/{}", name.display()), "is not current: run `make gen`")
    };
    stale.chain(left).map(fault).collect()
}

fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries = std::fs::read_dir(&next).with_context(|| format!("failed to read {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).context("a folder lists its own files")?.to_path_buf();
                files.insert(name, std::fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter().map(|(name, content)| (PathBuf::from(name), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn stale_missing_and_left_files_are_faults() {
        let committed = files(&[("same", "1"), ("stale", "1"), ("left", "1")]);
        let fresh = files(&[("same", "1"), ("stale", "2"), ("missing", "1")]);
        let places: Vec<String> = differences("gen", &committed, &fresh).into_iter().map(|fault| fault.place).collect();
        assert_eq!(places, ["gen/missing", "gen/stale", "gen/left"]);
    }
}
