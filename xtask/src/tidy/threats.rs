//! The threat model names a test for each thing that somebody tries, or says why there is none. This checks that the tests are there;
//! that they show what they are named for is for people to see.

use super::{Fault, Source};

const MODEL: &str = "docs/threat-model.md";
/// Heading of the column that names the tests.
const SHOWN: &str = "Shown by";
/// What a cell without a test begins with.
const NONE: &str = "No test:";

/// Finds rows without a test or a reason, and names of tests that are not there.
pub(crate) fn check(sources: &[Source]) -> Vec<Fault> {
    let Some(model) = sources.iter().find(|source| source.path == MODEL) else { return Vec::new() };
    let mut faults = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(model.text.lines()) {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let shown = cells.last().copied().unwrap_or_default();
        let place = format!("{MODEL}:{number}");
        inside = line.starts_with('|') && (inside || shown == SHOWN);
        faults.extend(names(line).filter(|name| !is_there(name, sources)).map(|name| {
            Fault::new("threat", &place, format!("there is no test `{name}`: name one that is, as `path::name`"))
        }));
        let is_row = inside && shown != SHOWN && !shown.starts_with("---");
        if is_row && names(shown).next().is_none() && !shown.starts_with(NONE) {
            faults.push(Fault::new(
                "threat",
                &place,
                format!("name the test that shows it, or begin with `{NONE}` and say why"),
            ));
        }
    }
    faults
}

/// What stands between backticks and looks like a test: a path, two colons, a name.
fn names(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|name| name.split_once("::").is_some_and(|(path, _)| path.contains('/')))
}

fn is_there(name: &str, sources: &[Source]) -> bool {
    let Some((path, test)) = name.split_once("::") else { return false };
    let Some(source) = sources.iter().find(|source| source.path == path) else { return false };
    match source.ending() {
        "rs" => source.text.contains(&format!("fn {test}(")),
        _ => ['"', '\'', '`'].iter().any(|quote| source.text.contains(&format!("{quote}{test}{quote}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(model: &str) -> Vec<String> {
        let rust = Source::new("a/tests/b.rs", "#[test]\nfn holds() {}\n");
        let script = Source::new("a/b.spec.ts", "test(\"the page is blank\", () => {});\n");
        check(&[Source::new(MODEL, model), rust, script]).into_iter().map(|fault| fault.place).collect()
    }

    #[test]
    fn a_named_test_must_be_there() {
        assert!(
            faults("See `a/tests/b.rs::holds`, `a/b.spec.ts::the page is blank` and `crate::module`.\n").is_empty()
        );
        let gone = "`a/tests/b.rs::hold`\n`a/tests/c.rs::holds`\n`a/b.spec.ts::the page`\n";
        assert_eq!(faults(gone), ["1", "2", "3"].map(|line| format!("{MODEL}:{line}")));
    }

    #[test]
    fn a_row_has_a_test_or_a_reason() {
        let table = "| Tries | Measure | Shown by |\n| --- | --- | --- |\n| a | b | `a/tests/b.rs::holds` |\n\
            | c | d | No test: it cannot be tried here. |\n| e | f | |\n\n| Flow | Of |\n| --- | --- |\n| g | h |\n";
        assert_eq!(faults(table), [format!("{MODEL}:5")]);
    }
}
