//! Every Rust file says at its top what it is and what it is not.

use super::{Fault, Source};

const HEADER_LINES_MAX: usize = 8;

/// Finds files without a header, and headers that are essays.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    if source.ending() != "rs" || !source.by_hand() {
        return Vec::new();
    }
    let lines = source.text.lines().take_while(|line| line.starts_with("//!")).count();
    match lines {
        0 => vec![Fault::new(
            "header",
            &source.path,
            "begin it with `//!` and say what it is and is not, in 1 to 5 lines",
        )],
        1..=HEADER_LINES_MAX => Vec::new(),
        _ => {
            let text = format!(
                "{lines} lines of header, at most {HEADER_LINES_MAX}: move the reasons to the lines they explain"
            );
            vec![Fault::new("header", &source.path, text)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_a_header() {
        assert_eq!(check(&Source::new("a.rs", "fn a() {}\n")).len(), 1);
        assert_eq!(check(&Source::new("a.rs", "//! A.\nfn a() {}\n")), []);
        assert_eq!(check(&Source::new("a.rs", &"//! A.\n".repeat(20))).len(), 1);
        assert_eq!(check(&Source::new("a.ts", "")), []);
        assert_eq!(check(&Source::new("src/gen/a.rs", "")), []);
    }
}
