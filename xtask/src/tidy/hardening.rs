//! The table of hardening says what holds each of its rules: the files and tests that it names are there, and no rule is missing.

use super::Fault;
use std::path::Path;

const PLACE: &str = "docs/hardening.md";
/// Rules that the table has.
const RULES: usize = 40;

/// Checks the table against the repository in the current folder.
pub(crate) fn check() -> anyhow::Result<Vec<Fault>> {
    let text = std::fs::read_to_string(PLACE)?;
    Ok(faults(&text, |path| std::fs::read_to_string(Path::new(path)).ok()))
}

fn faults(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Fault> {
    let rows: Vec<Vec<&str>> = text.lines().filter(|line| line.starts_with("| ")).map(cells).collect();
    let mut faults: Vec<Fault> = (1..=RULES).filter_map(|number| of_rule(number, &rows, &read)).flatten().collect();
    faults.truncate(RULES);
    faults
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split(" | ").map(str::trim).collect()
}

/// What is wrong with one rule: it is not there once, or what holds it is not there.
fn of_rule(number: usize, rows: &[Vec<&str>], read: &impl Fn(&str) -> Option<String>) -> Option<Vec<Fault>> {
    let wanted = number.to_string();
    let own: Vec<&Vec<&str>> = rows.iter().filter(|row| row.first() == Some(&wanted.as_str())).collect();
    let [row] = own.as_slice() else {
        return Some(vec![fault(&format!("rule {number} has {} rows: write one", own.len()))]);
    };
    let named: Vec<&str> = row.get(3).into_iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    if row.len() != 4 || named.is_empty() {
        return Some(vec![fault(&format!(
            "rule {number} is held by nothing: name a test or a file in its fourth cell"
        ))]);
    }
    Some(
        named
            .into_iter()
            .filter_map(|name| lacks(name, read))
            .map(|text| fault(&format!("rule {number}: {text}")))
            .collect(),
    )
}

/// What is not there of a `path`, or of a `path::test`.
fn lacks(name: &str, read: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
    let Some(text) = read(path) else { return Some(format!("{path} is not there: name what holds the rule now")) };
    let test = test?;
    let found = text.contains(&format!("fn {test}(")) && text.contains("#[test]") | text.contains("#[tokio::test");
    (!found).then(|| format!("{path} has no test {test}: name what holds the rule now"))
}

fn fault(text: &str) -> Fault {
    Fault::new("hardening", PLACE, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(row: impl Fn(usize) -> String) -> String {
        let rows: Vec<String> = (1..=RULES).map(row).collect();
        format!("# Title\n\n| # | Rule | Kept | Held by |\n| --- | --- | --- | --- |\n{}\n", rows.join("\n"))
    }

    fn right(number: usize) -> String {
        format!("| {number} | A rule | yes | `a.rs::holds`, `b.md` |")
    }

    fn read(path: &str) -> Option<String> {
        match path {
            "a.rs" => Some("#[test]\nfn holds() {}\n".to_owned()),
            "b.md" => Some(String::new()),
            _ => None,
        }
    }

    fn texts(text: &str) -> Vec<String> {
        faults(text, read).into_iter().map(|fault| fault.text).collect()
    }

    #[test]
    fn every_rule_is_held_by_something_that_is_there() {
        assert_eq!(texts(&table(right)), Vec::<String>::new());
        let changed = |held: &'static str| {
            table(move |number| if number == 7 { format!("| 7 | A rule | yes | {held} |") } else { right(number) })
        };
        for (held, wanted) in [
            ("`c.rs`", "c.rs is not there"),
            ("`a.rs::other`", "no test other"),
            ("`b.md::holds`", "no test holds"),
            ("a.rs", "held by nothing"),
        ] {
            let texts = texts(&changed(held));
            assert!(texts.len() == 1 && texts[0].contains("rule 7") && texts[0].contains(wanted), "{held}: {texts:?}");
        }
    }

    #[test]
    fn no_rule_is_missing_or_there_twice() {
        let short = table(right).replace("| 7 |", "| 8 |");
        let texts = texts(&short);
        assert!(
            texts.len() == 2 && texts[0].contains("rule 7 has 0") && texts[1].contains("rule 8 has 2"),
            "{texts:?}"
        );
    }
}
