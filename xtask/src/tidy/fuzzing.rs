//! The modules named `fuzzing` are for the crate `fuzz` alone: no program goes by them.

use super::{Fault, Source};

const USE: [&str; 2] = ["fuzzing::", "::fuzzing"];

/// Finds uses of such a module outside of `fuzz/`.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    // This rule has the name itself.
    let exempt = ["fuzz/", "xtask/"].iter().any(|folder| source.path.starts_with(folder));
    if source.ending() != "rs" || exempt {
        return Vec::new();
    }
    let used = source.text.lines().find(|line| USE.iter().any(|part| line.contains(part)));
    let text = |line: &str| format!("`{}`: what a program needs belongs into a module of its own", line.trim());
    used.map(|line| Fault::new("fuzzing", &source.path, text(line))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fuzz_goes_by_them() {
        let text = format!("use crate::chrome::{}Stage;\n", USE[0]);
        assert_eq!(check(&Source::new("browser-pod/src/agent.rs", &text)).len(), 1);
        assert_eq!(check(&Source::new("fuzz/src/targets/devtools.rs", &text)), []);
        assert_eq!(check(&Source::new("browser-pod/src/chrome.rs", "pub mod fuzzing;\n")), []);
    }
}
