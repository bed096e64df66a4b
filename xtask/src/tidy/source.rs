//! The files that the rules read: everything git knows or would add, as text. Generated and binary files are told apart.

use anyhow::{Context, Result, ensure};
use std::process::Command;

/// One text file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Below the repository's root, with `/`.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

impl Source {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The file's ending, without the dot.
    pub(crate) fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Whether a person wrote it.
    pub(crate) fn by_hand(&self) -> bool {
        !self.path.split('/').any(|part| part == "gen") && !self.is_lock()
    }

    /// Whether it holds nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        let place = |part| self.path.contains(part);
        self.path.starts_with("e2e/") || self.path.ends_with("/tests.rs") || place("/tests/") || place(".test.")
    }

    /// Whether it is a lock file of a package manager.
    pub(crate) fn is_lock(&self) -> bool {
        self.path.ends_with("Cargo.lock") || self.path.ends_with("package-lock.json")
    }

    /// The lines outside and inside of inline test modules.
    pub(crate) fn body_and_tests(&self) -> (Vec<&str>, Vec<&str>) {
        let lines: Vec<&str> = self.text.lines().collect();
        let (mut body, mut tests) = (Vec::new(), Vec::new());
        let mut inside = false;
        for (index, line) in lines.iter().enumerate() {
            let opens = |at: usize| lines.get(at).is_some_and(|l| l.starts_with("mod ") && l.ends_with('{'));
            if *line == "#[cfg(test)]" && (opens(index + 1) || opens(index + 2)) {
                inside = true;
            }
            if inside {
                tests.push(*line)
            } else {
                body.push(*line)
            }
            if inside && *line == "}" {
                inside = false;
            }
        }
        (body, tests)
    }
}

/// Reads all text files. A file that is listed but gone is left out, so that a deletion need not be staged.
pub(crate) fn all() -> Result<Vec<Source>> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("failed to start git")?;
    ensure!(listing.status.success(), "failed to list the files: run tidy inside a git clone");
    let names = String::from_utf8(listing.stdout).context("failed to read a file's name")?;
    let mut sources = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        let Ok(bytes) = std::fs::read(path) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            sources.push(Source { path: path.to_owned(), text });
        }
    }
    sources.dedup();
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_from_the_body() {
        let source = Source::new("a.rs", "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n");
        let (body, tests) = source.body_and_tests();
        assert_eq!(body, ["//! A.", "fn a() {}", "fn c() {}"]);
        assert_eq!(tests.len(), 4);
    }

    #[test]
    fn generated_code_is_not_by_hand() {
        assert!(!Source::new("wire/src/gen/a.rs", "").by_hand());
        assert!(!Source::new("Cargo.lock", "").by_hand());
        assert!(Source::new("wire/src/general.rs", "").by_hand());
    }
}
