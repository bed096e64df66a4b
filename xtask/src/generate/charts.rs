//! What of the charts is generated: the kinds' definitions, the page of values from the comments of `values.yaml`, and the copy of the
//! seccomp profile. It reads YAML as far as our own file is written, line by line, and nothing else's.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// Of the chart's folder, what is written here.
pub(crate) const FILES: &[&str] = &["README.md", "files/chrome.json"];

const CHART: &str = "charts/cobrowse";
const PROFILE: &str = "images/seccomp/cobrowse/chrome.json";

/// Writes the kinds' definitions as templates that an uninstall leaves, and with them every object.
pub(crate) fn kinds(out: &Path) -> Result<()> {
    std::fs::create_dir_all(out)?;
    for definition in cobrowse_crds::kind::definitions() {
        let (name, yaml) =
            (format!("  name: {}.cobrowse.dev\n", definition.definition.spec.names.plural), definition.yaml());
        let kept = format!("{name}  annotations:\n    helm.sh/resource-policy: keep\n");
        let text = yaml.replacen(&name, &kept, 1);
        anyhow::ensure!(text != yaml, "failed to keep {name:?} at an uninstall");
        anyhow::ensure!(!text.contains("{{"), "failed to make a template of {name:?}: it has braces that Helm reads");
        std::fs::write(out.join(&definition.file), text)?;
    }
    Ok(())
}

/// Writes the chart's README and its copy of the profile, since a chart reads no file outside of its folder.
pub(crate) fn write(out: &Path) -> Result<()> {
    std::fs::create_dir_all(out.join("files"))?;
    std::fs::copy(PROFILE, out.join("files/chrome.json")).with_context(|| format!("failed to copy {PROFILE}"))?;
    let values =
        std::fs::read_to_string(format!("{CHART}/values.yaml")).context("failed to read the chart's values")?;
    let before = std::fs::read_to_string(format!("{CHART}/README.in.md")).context("failed to read README.in.md")?;
    Ok(std::fs::write(out.join("README.md"), format!("{before}\n{}", page(&values)?))?)
}

/// A value: its path, its default as the file has it, and what the comment before it says.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: Vec<String>,
    default: String,
    text: String,
}

/// The tables of all values, one for each part of the file.
fn page(values: &str) -> Result<String> {
    let entries = entries(values)?;
    let mut page = String::from("## Values\n");
    for entry in &entries {
        if let [part] = entry.path.as_slice() {
            page += &format!("\n### {part}\n\n{}\n", entry.text);
            if !entry.default.is_empty() {
                page += &format!("\nDefault: `{}`\n", entry.default);
            }
            let below = entries.iter().any(|other| other.path.len() > 1 && other.path.first() == Some(part));
            page += if below { "\n| Value | Default | What it is |\n| --- | --- | --- |\n" } else { "" };
        } else {
            let default = if entry.default.is_empty() { String::new() } else { format!("`{}`", entry.default) };
            page += &format!("| `{}` | {default} | {} |\n", entry.path.join("."), entry.text.replace('|', "\\|"));
        }
    }
    Ok(page)
}

/// Every value of the file. One without a comment is refused.
fn entries(values: &str) -> Result<Vec<Entry>> {
    let (mut entries, mut comment, mut path) = (Vec::new(), Vec::<&str>::new(), Vec::<String>::new());
    for (index, line) in values.lines().enumerate() {
        let text = line.trim_start();
        if let Some(said) = text.strip_prefix('#') {
            comment.push(said.trim());
            continue;
        }
        if text.is_empty() {
            comment.clear();
            continue;
        }
        let Some((name, default)) = text.split_once(':') else {
            bail!("line {} of values.yaml is no `name: value`: write lists and maps in one line", index + 1);
        };
        if comment.is_empty() {
            bail!("line {} of values.yaml: {name} has no comment before it: say what it is", index + 1);
        }
        path.truncate((line.len() - text.len()) / 2);
        path.push(name.to_owned());
        entries.push(Entry { path: path.clone(), default: default.trim().to_owned(), text: comment.join(" ") });
        comment.clear();
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: &str = "# Of the file.\n\n# A part.\npart:\n  # One\n  # thing.\n  one: {a: 1}\n  # A group.\n  group:\n    # Two.\n    two: \"\"\n# Alone.\nlast: []\n";

    #[test]
    fn every_value_has_its_path_default_and_text() {
        let entries = entries(VALUES).expect("the text above is well written");
        let paths: Vec<String> = entries.iter().map(|entry| entry.path.join(".")).collect();
        assert_eq!(paths, ["part", "part.one", "part.group", "part.group.two", "last"]);
        assert_eq!(
            entries[1],
            Entry { path: vec!["part".into(), "one".into()], default: "{a: 1}".into(), text: "One thing.".into() }
        );
    }

    #[test]
    fn a_value_without_a_word_is_refused() {
        let error = entries("# A.\na:\n  b: 1\n").expect_err("b says nothing");
        assert!(error.to_string().contains("line 3"), "{error}");
        assert!(entries("# A.\na:\n  - 1\n").is_err());
    }

    #[test]
    fn the_page_has_a_table_for_each_part() {
        let page = page(VALUES).expect("the text above is well written");
        assert!(page.contains("### part\n\nA part.\n\n| Value"), "{page}");
        assert!(page.contains("| `part.group.two` | `\"\"` | Two. |"), "{page}");
        assert!(page.ends_with("### last\n\nAlone.\n\nDefault: `[]`\n"), "{page}");
    }
}
