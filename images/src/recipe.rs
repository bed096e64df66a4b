//! What an image is made of: the files in `recipes/`, read and checked. Paths in them are of the clone, or of the image.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The clone.
const CLONE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

const RECIPES: [(&str, &str); 6] = [
    ("operator", include_str!("../recipes/operator.toml")),
    ("session-api", include_str!("../recipes/session-api.toml")),
    ("egress-gateway", include_str!("../recipes/egress-gateway.toml")),
    ("browser-pod", include_str!("../recipes/browser-pod.toml")),
    ("shop", include_str!("../recipes/shop.toml")),
    ("postgresql", include_str!("../recipes/postgresql.toml")),
];

/// What no image has: apt takes these for installed, so that nothing pulls them in.
const OMITTED: &str = include_str!("../recipes/omitted");

/// One image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    #[serde(skip)]
    pub(crate) name: String,
    /// In a sentence.
    pub(crate) description: String,
    /// uid and gid that it runs as, where a pod does not say otherwise.
    pub(crate) user: String,
    pub(crate) entrypoint: Vec<String>,
    #[serde(default)]
    pub(crate) environment: Vec<String>,
    /// Where it starts.
    #[serde(default)]
    pub(crate) working_folder: String,
    /// Our programs.
    #[serde(default)]
    pub(crate) programs: Vec<String>,
    pub(crate) debian: Debian,
    #[serde(default, rename = "file")]
    pub(crate) files: Vec<Placed>,
    #[serde(default, rename = "account")]
    pub(crate) accounts: Vec<Account>,
}

/// What comes from Debian. The cache is keyed by all of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Debian {
    /// With what they depend on.
    pub(crate) packages: Vec<String>,
    /// Patterns of paths that are left out, besides those that no image has.
    #[serde(default)]
    pub(crate) without: Vec<String>,
    /// See `OMITTED`.
    #[serde(skip_deserializing)]
    pub(crate) omitted: Vec<String>,
}

/// A file or a folder of the clone, and where it goes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placed {
    pub(crate) from: PathBuf,
    pub(crate) to: String,
    #[serde(default)]
    pub(crate) executable: bool,
}

/// A line of the image's /etc/passwd and /etc/group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) id: u32,
}

/// All recipes.
pub(crate) fn all() -> Result<Vec<Recipe>> {
    RECIPES.iter().map(|(name, text)| parse(name, text)).collect()
}

fn parse(name: &str, text: &str) -> Result<Recipe> {
    let mut recipe: Recipe = toml::from_str(text).with_context(|| format!("failed to read the recipe of {name}"))?;
    recipe.name = name.to_owned();
    recipe.debian.omitted = OMITTED.split_whitespace().map(str::to_owned).collect();
    for placed in &mut recipe.files {
        placed.from = Path::new(CLONE).join(&placed.from);
        ensure!(placed.to.starts_with('/'), "failed to read the recipe of {name}: {} is no place", placed.to);
    }
    ensure!(recipe.runs_as_nobody(), "failed to read the recipe of {name}: it must not run as root");
    Ok(recipe)
}

impl Recipe {
    fn runs_as_nobody(&self) -> bool {
        let mut ids = self.user.split(':').map(str::parse::<u32>);
        matches!((ids.next(), ids.next(), ids.next()), (Some(Ok(1..)), Some(Ok(1..)), None))
    }

    /// Puts a further policy of Chrome into the image of the browser pod.
    pub(crate) fn add_policy(&mut self, from: &Path) -> Result<()> {
        ensure!(self.name == "browser-pod", "failed to add a policy to {}: name browser-pod alone", self.name);
        let text = std::fs::read_to_string(from).with_context(|| format!("failed to read {}", from.display()))?;
        let policy: serde_json::Value =
            serde_json::from_str(&text).context("failed to read the policy: it is no JSON")?;
        ensure!(policy.is_object(), "failed to read the policy: it is no object");
        let to = "/etc/chromium/policies/managed/test.json".to_owned();
        self.files.push(Placed { from: from.to_owned(), to, executable: false });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_is_right_and_its_files_are_there() {
        let all = all().expect("read");
        assert_eq!(all.len(), RECIPES.len());
        for recipe in all {
            for placed in &recipe.files {
                assert!(placed.from.exists(), "{}", placed.from.display());
            }
            let own: Vec<&str> = recipe.accounts.iter().map(|account| account.name.as_str()).collect();
            assert!(recipe.accounts.iter().any(|one| recipe.user == format!("{0}:{0}", one.id)), "{own:?}");
            for package in &recipe.debian.packages {
                assert!(!recipe.debian.omitted.contains(package), "{package}");
            }
        }
    }

    #[test]
    fn an_image_never_runs_as_root() {
        let recipe = |user: &str| {
            let text = format!("description='x'\nuser='{user}'\nentrypoint=[]\n[debian]\npackages=[]\n");
            parse("x", &text).map(|recipe| recipe.user)
        };
        assert!(recipe("10001:10001").is_ok());
        for user in ["0:0", "10001:0", "0:10001", "10001", "nobody", ""] {
            assert!(recipe(user).is_err(), "{user}");
        }
    }

    #[test]
    fn a_policy_is_for_the_browser_pod_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("policy.json");
        std::fs::write(&file, "{}").expect("written");
        for mut recipe in all().expect("read") {
            assert_eq!(recipe.add_policy(&file).is_ok(), recipe.name == "browser-pod");
        }
        std::fs::write(&file, "[]").expect("written");
        let mut browser = all().expect("read").into_iter().find(|one| one.name == "browser-pod").expect("there");
        assert!(browser.add_policy(&file).is_err());
    }
}
