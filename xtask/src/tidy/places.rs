//! Nothing in the repository speaks of one person's machine: no home folders, no addresses of package registries in npm's
//! lock files. Where crates come from, `cargo deny` checks.

use super::{Fault, Source};

/// Split so that this file does not break its own rule.
const FOLDERS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Finds paths of one machine, and npm lock files that say where each package was fetched.
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
    let addresses = source.text.lines().filter_map(|line| line.trim().strip_prefix("\"resolved\": \"http"));
    let text = |_| "says where packages were fetched: run `npm config set omit-lockfile-registry-resolved true` and lock again";
    addresses.map(text).take(1).map(|text| Fault::new("place", &source.path, text.to_owned())).collect()
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
    fn an_address_in_a_lock_file_is_a_fault() {
        let addressed = "      \"resolved\": \"https://npm.example.com/a.tgz\",\n";
        assert_eq!(check(&Source::new("e2e/package-lock.json", addressed)).len(), 1);
        assert_eq!(check(&Source::new("e2e/package-lock.json", "      \"version\": \"1.0.0\",\n")), []);
    }
}
