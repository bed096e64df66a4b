//! The crates that our programs are made of, as cargo resolves them. It compiles nothing and asks no registry.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::command::run;

/// A crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// As an expression of SPDX, where it says one.
    pub(crate) license: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// None for what goes into the program.
    kind: Option<String>,
}

/// All crates of these programs, once.
pub(crate) fn crates(programs: &[String]) -> Result<Vec<Crate>> {
    if programs.is_empty() {
        return Ok(Vec::new());
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    command.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", &target]);
    let text = run(command.current_dir(env!("CARGO_MANIFEST_DIR")))?;
    let metadata: Metadata = serde_json::from_str(&text).context("failed to read cargo's metadata")?;
    metadata.crates(programs)
}

impl Metadata {
    fn crates(&self, programs: &[String]) -> Result<Vec<Crate>> {
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let mut open = programs.iter().map(|program| self.package_of(program)).collect::<Result<Vec<_>>>()?;
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                let deps = nodes.get(id).map(|node| node.deps.as_slice()).unwrap_or_default();
                let inside = deps.iter().filter(|one| one.dep_kinds.iter().any(|kind| kind.kind.is_none()));
                open.extend(inside.map(|one| one.pkg.as_str()));
            }
        }
        let packages = self.packages.iter().filter(|package| found.contains(package.id.as_str()));
        let described = packages.map(|package| Crate {
            name: package.name.clone(),
            version: package.version.clone(),
            license: package.license.clone(),
        });
        Ok(described.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn package_of(&self, program: &str) -> Result<&str> {
        let has = |package: &&Package| {
            package.targets.iter().any(|target| target.name == program && target.kind.iter().any(|kind| kind == "bin"))
        };
        let package =
            self.packages.iter().find(has).with_context(|| format!("failed to find the crate of {program}"))?;
        Ok(&package.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_a_program_is_found_and_nothing_else() {
        let text = r#"{"packages": [
            {"id": "p", "name": "own", "version": "1.0.0", "license": "MIT", "targets": [{"name": "prog", "kind": ["bin"]}]},
            {"id": "l", "name": "lib", "version": "2.0.0", "license": null, "targets": []},
            {"id": "d", "name": "dev", "version": "3.0.0", "license": null, "targets": []},
            {"id": "b", "name": "build", "version": "4.0.0", "license": null, "targets": []}],
            "resolve": {"nodes": [
            {"id": "p", "deps": [{"pkg": "l", "dep_kinds": [{"kind": null}]}, {"pkg": "d", "dep_kinds": [{"kind": "dev"}]},
                {"pkg": "b", "dep_kinds": [{"kind": "build"}]}]},
            {"id": "l", "deps": []}]}}"#;
        let metadata: Metadata = serde_json::from_str(text).expect("read");
        let names = |crates: Vec<Crate>| crates.into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names(metadata.crates(&["prog".to_owned()]).expect("found")), ["lib", "own"]);
        assert!(metadata.crates(&["other".to_owned()]).is_err());
    }
}
