//! Who may import whom, and which crates the pure ones must never see. The table is ARCHITECTURE.md's.

use super::Fault;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::process::Command;

/// A crate of ours and the crates of ours it may import.
const MAY_IMPORT: [(&str, &[&str]); 15] = [
    ("cobrowse-session", &[]),
    ("cobrowse-recording", &["cobrowse-session"]),
    ("cobrowse-wire", &["cobrowse-session"]),
    ("cobrowse-identity", &[]),
    ("cobrowse-crds", &["cobrowse-session"]),
    ("cobrowse-operator", &["cobrowse-session", "cobrowse-wire", "cobrowse-crds", "cobrowse-identity"]),
    (
        "cobrowse-session-api",
        &["cobrowse-session", "cobrowse-recording", "cobrowse-wire", "cobrowse-crds", "cobrowse-identity"],
    ),
    ("cobrowse-browser-pod", &["cobrowse-session", "cobrowse-wire", "cobrowse-identity"]),
    ("cobrowse-egress-gateway", &["cobrowse-session", "cobrowse-identity"]),
    // Programs as libraries, to read what they read; nobody may import it.
    (
        "cobrowse-fuzz",
        &[
            "cobrowse-session",
            "cobrowse-recording",
            "cobrowse-wire",
            "cobrowse-identity",
            "cobrowse-crds",
            "cobrowse-session-api",
            "cobrowse-browser-pod",
            "cobrowse-egress-gateway",
        ],
    ),
    // Black box: what it tests it reaches as any client does.
    ("cobrowse-e2e", &[]),
    // Black box too: Helm renders, an API server takes, real programs read their arguments.
    ("cobrowse-charts", &["cobrowse-e2e"]),
    // A cluster for tests, which knows nothing of the product.
    ("cobrowse-cluster", &[]),
    // Packs programs that are built, and reads none of their source.
    ("cobrowse-images", &[]),
    // Writes the kinds' definitions.
    ("xtask", &["cobrowse-crds"]),
];

/// Engines of fuzzing. They bring a C++ build and a `main` of their own, which no normal build is to have.
const ENGINES: [&str; 4] = ["libfuzzer-sys", "afl", "honggfuzz", "bolero"];

const PURE: [&str; 5] =
    ["cobrowse-session", "cobrowse-recording", "cobrowse-wire", "cobrowse-identity", "cobrowse-crds"];

/// The one way in which a pure crate may see kube: its types, its derive macros and its reader of CEL rules, which do no I/O.
const KINDS: &str = "cobrowse-crds";
const KUBE_PURE_FEATURES: [&str; 2] = ["derive", "cel"];
/// session-api makes and watches objects with kube's client, and has no controller: the runtime is the operator's.
const CLIENT: &str = "cobrowse-session-api";
const KUBE_CLIENT_FEATURES: [&str; 3] = ["aws-lc-rs", "client", "rustls-tls"];

/// Crates that do I/O, read clocks or draw randomness.
const IMPURE: [&str; 14] = [
    "tokio",
    "axum",
    "hyper",
    "hyper-util",
    "sqlx",
    "rustix",
    "rand",
    "getrandom",
    "kube",
    "kube-client",
    "kube-runtime",
    "tempfile",
    "tracing",
    "anyhow",
];

/// The part of `cargo metadata` that is read.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    features: Vec<String>,
    uses_default_features: bool,
}

impl Dependency {
    /// Whether this is kube with some of these features and nothing else.
    fn is_kube_with(&self, most: &[&str]) -> bool {
        let allowed = |feature: &String| most.contains(&feature.as_str());
        self.name == "kube" && !self.uses_default_features && self.features.iter().all(allowed)
    }
}

/// Asks cargo for the edges of the workspace and checks them.
pub(crate) fn check() -> Result<Vec<Fault>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .context("failed to start cargo")?;
    ensure!(output.status.success(), "failed to read the workspace: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("failed to read cargo's metadata")?;
    Ok(metadata.packages.iter().flat_map(package).collect())
}

fn package(package: &Package) -> Vec<Fault> {
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == package.name) else {
        let text = "a new crate needs the rule that it enforces: add it to xtask/src/tidy/edges.rs and ARCHITECTURE.md";
        return vec![Fault::new("edge", &package.name, text)];
    };
    let engines = package.dependencies.iter().filter(|dependency| ENGINES.contains(&dependency.name.as_str()));
    let engines = engines.map(|engine| {
        let text =
            format!("must not see {}: it belongs to fuzz/explore, which is outside of this workspace", engine.name);
        Fault::new("edge", &package.name, text)
    });
    let imports = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
    imports.filter_map(|dependency| edge(&package.name, allowed, dependency)).chain(engines).collect()
}

fn edge(from: &str, allowed: &[&str], dependency: &Dependency) -> Option<Fault> {
    let to = dependency.name.as_str();
    let ours = MAY_IMPORT.iter().any(|(name, _)| *name == to);
    if ours && !allowed.contains(&to) {
        let text = format!("must not import {to}: move what both need down to a pure crate, or talk over the wire");
        return Some(Fault::new("edge", from, text));
    }
    if from == KINDS && to == "kube" {
        let text =
            "describes kinds and talks to no cluster: take kube without default features, with derive and cel alone";
        return (!dependency.is_kube_with(&KUBE_PURE_FEATURES)).then(|| Fault::new("edge", from, text));
    }
    if from == CLIENT && to.starts_with("kube") {
        let text =
            "talks to a cluster and controls nothing: take kube without default features, and of it the client alone";
        let most = [KUBE_PURE_FEATURES.as_slice(), KUBE_CLIENT_FEATURES.as_slice()].concat();
        return (!dependency.is_kube_with(&most)).then(|| Fault::new("edge", from, text));
    }
    if PURE.contains(&from) && IMPURE.contains(&to) {
        let text = format!("is pure and must not see {to}: take what it needs as an argument");
        return Some(Fault::new("edge", from, text));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(name: &str, dependency: &str, kind: Option<&str>) -> usize {
        faults_with(name, dependency, kind, (true, &[]))
    }

    fn faults_with(name: &str, dependency: &str, kind: Option<&str>, features: (bool, &[&str])) -> usize {
        let dependency = Dependency {
            name: dependency.to_owned(),
            kind: kind.map(str::to_owned),
            features: features.1.iter().map(ToString::to_string).collect(),
            uses_default_features: features.0,
        };
        package(&Package { name: name.to_owned(), dependencies: vec![dependency] }).len()
    }

    #[test]
    fn programs_never_import_each_other() {
        assert_eq!(faults("cobrowse-session-api", "cobrowse-browser-pod", None), 1);
        assert_eq!(faults("cobrowse-session-api", "cobrowse-session", None), 0);
    }

    #[test]
    fn pure_crates_see_no_runtime() {
        assert_eq!(faults("cobrowse-session", "tokio", None), 1);
        assert_eq!(faults("cobrowse-session", "tokio", Some("dev")), 0);
        assert_eq!(faults("cobrowse-session", "cobrowse-wire", None), 1);
        assert_eq!(faults("cobrowse-recording", "getrandom", None), 1);
    }

    #[test]
    fn a_recording_s_format_knows_no_protobuf_and_only_the_recorder_has_it() {
        assert_eq!(faults("cobrowse-recording", "cobrowse-wire", None), 1);
        assert_eq!(faults("cobrowse-session-api", "cobrowse-recording", None), 0);
        // A pod holds no key of a recording, and so needs nothing to encrypt one.
        assert_eq!(faults("cobrowse-browser-pod", "cobrowse-recording", None), 1);
    }

    #[test]
    fn kinds_are_kube_s_types_and_nothing_that_talks() {
        let kube = |name, default, features: &[&str]| faults_with(name, "kube", None, (default, features));
        assert_eq!(kube("cobrowse-crds", false, &["derive", "cel"]), 0);
        assert_eq!(kube("cobrowse-crds", false, &["derive", "client"]), 1);
        assert_eq!(kube("cobrowse-crds", false, &["runtime"]), 1);
        assert_eq!(kube("cobrowse-crds", true, &["derive"]), 1);
        assert_eq!(kube("cobrowse-session", false, &["derive"]), 1);
        assert_eq!(faults("cobrowse-crds", "kube-client", None), 1);
    }

    #[test]
    fn the_door_has_the_cluster_s_client_and_no_controller() {
        let kube = |features: &[&str]| faults_with("cobrowse-session-api", "kube", None, (false, features));
        assert_eq!(kube(&["derive", "client", "rustls-tls", "aws-lc-rs"]), 0);
        assert_eq!(kube(&["client", "runtime"]), 1);
        assert_eq!(kube(&["client", "ring"]), 1);
        assert_eq!(faults("cobrowse-session-api", "kube-runtime", None), 1);
    }

    #[test]
    fn fuzz_targets_read_programs_and_are_read_by_nobody() {
        assert_eq!(faults("cobrowse-fuzz", "cobrowse-browser-pod", None), 0);
        assert_eq!(faults("cobrowse-session-api", "cobrowse-fuzz", None), 1);
        assert_eq!(faults("cobrowse-fuzz", "libfuzzer-sys", None), 1);
        assert_eq!(faults("cobrowse-wire", "libfuzzer-sys", Some("dev")), 1);
    }

    #[test]
    fn an_unknown_crate_needs_a_rule() {
        assert_eq!(faults("cobrowse-junk", "serde", None), 1);
    }
}
