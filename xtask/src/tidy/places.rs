//! Nothing in the repository speaks of one person's machine: no home folders, no private package registries.

use super::{Fault, Source};

/// Split so that this file does not break its own rule.
const FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
const REGISTRIES: [&str; 2] = ["https://registry.npmjs.org/", "registry+https://github.com/rust-lang/crates.io-index"];

/// Finds paths of one machine, and lock files that name another registry than the public ones.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    if source.is_lock() { registries(source) } else { folders(source) }
}

fn folders(source: &Source) -> Vec<Fault> {
    let found = source.text.lines().enumerate().filter_map(|(index, line)| {
        let folder = FOLDERS.iter().find(|folder| names_folder(line, folder))?;
        Some((index + 1, folder))
    });
    let fault = |(line, folder)| {
        let text =
            format!("line {line} names `{folder}` of one machine: use a path below the clone, or ask the environment");
        Fault::new("place", &source.path, text)
    };
    found.map(fault).collect()
}

/// Whether `folder` stands at the start of a path: `a/ho...` in the middle of another path or address does not count.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/}~*".contains(c))
    })
}

fn registries(source: &Source) -> Vec<Fault> {
    let named = source.text.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("\"resolved\": \"").or_else(|| line.strip_prefix("source = \""))
    });
    let foreign = named.filter(|address| !REGISTRIES.iter().any(|public| address.starts_with(public)));
    let text =
        |address: &str| format!("names `{}`: lock with the public registry", address.trim_end_matches(['"', ',']));
    foreign.map(|address| Fault::new("place", &source.path, text(address))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_s_path_is_a_fault() {
        let text = format!("open {}somebody/file\n", FOLDERS[2]);
        assert_eq!(check(&Source::new("a.md", &text)).len(), 1);
        assert_eq!(check(&Source::new("a.md", &format!("https://example.com{}page\n", FOLDERS[2]))), []);
    }

    #[test]
    fn a_private_registry_is_a_fault() {
        let private = "      \"resolved\": \"https://npm.example.com/a.tgz\",\n";
        let public = "      \"resolved\": \"https://registry.npmjs.org/a.tgz\",\n";
        assert_eq!(check(&Source::new("e2e/package-lock.json", private)).len(), 1);
        assert_eq!(check(&Source::new("e2e/package-lock.json", public)), []);
    }
}
