//! Chrome's own sandbox stays on, in the product, its tests and its examples.

use super::{Fault, Source};

/// Split so that this file does not break its own rule.
const OFF: [&str; 6] = [
    concat!("--no-", "sandbox"),
    concat!("--disable-setuid-", "sandbox"),
    concat!("--disable-namespace-", "sandbox"),
    concat!("--disable-seccomp-filter-", "sandbox"),
    concat!("chromium", "Sandbox: false"),
    concat!("--single-", "process"),
];

/// Finds everything that turns Chrome's sandbox off.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let found = OFF.iter().filter(|flag| source.text.contains(**flag));
    let text = |flag: &str| {
        format!("`{flag}` turns Chrome's sandbox off: run Chrome as an unprivileged user with user namespaces")
    };
    found.map(|flag| Fault::new("sandbox", &source.path, text(flag))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_a_fault_anywhere() {
        assert_eq!(check(&Source::new("docs/a.md", &format!("run with {}\n", OFF[0]))).len(), 1);
        assert_eq!(check(&Source::new("browser-pod/src/a.rs", "\"--enable-sandbox\"")), []);
    }
}
