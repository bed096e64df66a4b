//! No function is longer than a person can hold in mind, in TypeScript and JavaScript. Rust's are clippy's (`too_many_lines` in
//! `clippy.toml`). It knows no grammar: it goes by our layout, in which what a line opens is closed at its own indentation.

use super::{Fault, Source};

const LINES_MAX: usize = 70;

/// Finds functions that are too long. Groups of tests, and the one wrapper that makes a script a module, are no functions.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    if !matches!(source.ending(), "ts" | "tsx" | "mjs" | "js") || !source.by_hand() {
        return Vec::new();
    }
    let lines: Vec<&str> = source.text.lines().collect();
    let long = |(at, line): (usize, &&str)| {
        let length = opens(line).then(|| length(&lines, at)).filter(|length| *length > LINES_MAX)?;
        let text = format!(
            "line {}: a function of {length} lines, at most {LINES_MAX}: split it by what its parts are called",
            at + 1
        );
        Some(Fault::new("function", &source.path, text))
    };
    lines.iter().enumerate().filter_map(long).collect()
}

fn opens(line: &str) -> bool {
    let text = line.trim_start();
    let module = text.len() == line.len() && text.ends_with("(() => {");
    let group = ["test", "describe", "suite"].iter().any(|name| text.starts_with(name)) && !text.contains("function ");
    // A line of a page in a text.
    let page = text.starts_with('<');
    if module || group || page || !text.ends_with('{') {
        return false;
    }
    text.contains("function ") || text.contains("function(") || text.ends_with("=> {") || is_method(text)
}

/// `name(arguments) {`, also with words before and a type after.
fn is_method(text: &str) -> bool {
    const NOT: [&str; 8] = ["if ", "for ", "while ", "switch ", "catch ", "else", "}", "with "];
    let named = text.starts_with(|first: char| first.is_ascii_alphabetic() || "#_$*".contains(first));
    named && text.contains('(') && text.contains(')') && !NOT.iter().any(|word| text.starts_with(word))
}

/// Lines from the one that opens to the one that closes, both counted; to the end of the file when nothing closes.
fn length(lines: &[&str], at: usize) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = lines.get(at).map_or(0, |line| indent(line));
    let body = lines.iter().skip(at + 1);
    body.take_while(|line| !(line.trim_start().starts_with('}') && indent(line) == own)).count() + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, opening: &str, lines: usize) -> usize {
        let indent = " ".repeat(opening.len() - opening.trim_start().len());
        let text = format!("{opening}\n{}{indent}}}\n", format!("{indent}  x();\n").repeat(lines - 2));
        check(&Source::new(path, &text)).len()
    }

    #[test]
    fn a_long_function_is_a_fault() {
        for opening in ["export function a() {", "const a = () => {", "  async a(b: C): Promise<D> {", "  #a() {"] {
            assert_eq!(faults("a.tsx", opening, 70), 0, "{opening}");
            assert_eq!(faults("a.tsx", opening, 71), 1, "{opening}");
        }
        assert_eq!(faults("src/gen/a.ts", "function a() {", 500), 0);
        assert_eq!(faults("a.rs", "fn a() {", 500), 0);
    }

    #[test]
    fn what_is_no_function_may_be_long() {
        for opening in
            ["const a = (() => {", "(() => {", "test.describe(\"a\", () => {", "  if (a) {", "export class A {"]
        {
            assert_eq!(faults("a.js", opening, 500), 0, "{opening}");
        }
    }
}
