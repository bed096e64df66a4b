//! No file is longer than a person can hold in mind. Of functions see `functions`.

use super::{Fault, Source};

const RUST_LINES_MAX: usize = 400;
/// A file of tests alone is a list; it may be longer than what it tests.
const RUST_TEST_LINES_MAX: usize = 800;
const TYPESCRIPT_LINES_MAX: usize = 250;

/// Finds files that are too long.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let (lines, limit) = match source.ending() {
        "rs" if source.is_test() => (source.text.lines().count(), RUST_TEST_LINES_MAX),
        "rs" if source.by_hand() => (source.body_and_tests().0.len(), RUST_LINES_MAX),
        "ts" | "tsx" | "mjs" | "js" if source.by_hand() => (source.text.lines().count(), TYPESCRIPT_LINES_MAX),
        _ => return Vec::new(),
    };
    if lines <= limit {
        return Vec::new();
    }
    let text = format!("{lines} lines, at most {limit}: split it by what its parts are called");
    vec![Fault::new("size", &source.path, text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, lines: usize) -> usize {
        check(&Source::new(path, &"x\n".repeat(lines))).len()
    }

    #[test]
    fn a_long_body_is_a_fault() {
        assert_eq!(faults("a.rs", 400), 0);
        assert_eq!(faults("a.rs", 401), 1);
        assert_eq!(faults("a/tests.rs", 800), 0);
        assert_eq!(faults("a/tests.rs", 801), 1);
        assert_eq!(faults("a.tsx", 250), 0);
        assert_eq!(faults("a.ts", 251), 1);
        assert_eq!(faults("src/gen/a.rs", 9_000), 0);
        assert_eq!(faults("a.md", 9_000), 0);
    }

    #[test]
    fn inline_tests_do_not_count() {
        let text = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    x\n".repeat(500));
        assert_eq!(check(&Source::new("a.rs", &text)), []);
    }
}
