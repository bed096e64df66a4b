//! A file is named for what is in it. Names that invite everything are refused.

use super::{Fault, Source};

const FORBIDDEN: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "manager", "types", "misc"];
const CODE: [&str; 6] = ["rs", "ts", "tsx", "js", "mjs", "proto"];

/// Finds forbidden names of files, folders and Rust modules.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    if !CODE.contains(&source.ending()) || !source.by_hand() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    if source.path.ends_with("/mod.rs") {
        faults.push(fault(source, "`mod.rs`: put `foo.rs` beside the folder `foo/`"));
    }
    let named = source.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let modules = source.text.lines().filter_map(module_name);
    for name in named.chain(modules).filter(|name| FORBIDDEN.contains(name)) {
        faults.push(fault(source, &format!("`{name}` says nothing: name it for what is in it")));
    }
    faults
}

fn fault(source: &Source, text: &str) -> Fault {
    Fault::new("name", &source.path, text)
}

/// The name in a line such as `pub(crate) mod name;`.
fn module_name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = match line.strip_prefix("pub") {
        Some(rest) => rest.trim_start_matches("(crate)").trim_start_matches("(super)").trim_start(),
        None => line,
    };
    let name = rest.strip_prefix("mod ")?;
    Some(name.trim_end_matches([';', '{', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_faults() {
        assert_eq!(check(&Source::new("session/src/utils.rs", "")).len(), 1);
        assert_eq!(check(&Source::new("console/src/helpers/date.ts", "")).len(), 1);
        assert_eq!(check(&Source::new("console/src/helpers.test.ts", "")).len(), 1);
        assert_eq!(check(&Source::new("session/src/live/mod.rs", "")).len(), 1);
        assert_eq!(check(&Source::new("session/src/lib.rs", "pub(crate) mod common;\n")).len(), 1);
        assert_eq!(check(&Source::new("session/src/lib.rs", "mod types {\n")).len(), 1);
    }

    #[test]
    fn honest_names_pass() {
        assert_eq!(check(&Source::new("session/src/live.rs", "mod control;\n// mod utils\n")), []);
        assert_eq!(check(&Source::new("docs/common.md", "")), []);
    }
}
