//! A pair of namespaces for one test, with the kinds known and the Secrets that the chart asks for.

use anyhow::{Context, Result, ensure};
use cobrowse_charts::helm::{chart, helm, values};
use cobrowse_e2e::{Said, kubectl, must};
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The release's and the sessions' namespaces of one test.
pub(crate) struct Place {
    /// Where the programs are.
    pub(crate) system: String,
    /// Where browser pods are.
    pub(crate) sessions: String,
}

impl Place {
    /// New namespaces of this name. The release's is under Pod Security "restricted", as the page on installing has it.
    pub(crate) fn new(name: &str) -> Self {
        kinds();
        let place = Self { system: format!("{name}-system"), sessions: format!("{name}-sessions") };
        for namespace in [&place.system, &place.sessions] {
            kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
        }
        must(&["create", "namespace", &place.system], "").expect("a namespace");
        let label = "pod-security.kubernetes.io/enforce=restricted";
        must(&["label", "namespace", &place.system, label], "").expect("a label");
        place
    }

    /// The values of a test: the least, and these over them.
    fn values(&self, over: &Value) -> Value {
        let mut all = json!({"sessions": {"namespace": self.sessions}, "seccomp": {"installer": "None"}});
        merge(&mut all, over);
        all
    }

    /// `helm VERB cobrowse …` with these values.
    ///
    /// # Errors
    /// What Helm complained of.
    pub(crate) fn helm(&self, verb: &[&str], over: &Value) -> Result<String> {
        let (folder, base) = (chart("cobrowse"), values("minimal"));
        let (folder, base) = (folder.to_string_lossy(), base.to_string_lossy());
        let rest = ["cobrowse", &folder, "--namespace", &self.system, "--values", &base, "--values", "-"];
        helm(&[verb, &rest].concat(), &self.values(over).to_string())
    }

    /// `kubectl` in the sessions' namespace, as somebody.
    pub(crate) fn acts(&self, who: &Who, arguments: &[&str], input: &str) -> Said {
        let mut all: Vec<String> = vec!["--namespace".into(), self.sessions.clone(), format!("--as={}", who.name)];
        all.extend(who.groups.iter().map(|group| format!("--as-group={group}")));
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        kubectl(&all, input).expect("kubectl runs")
    }

    /// The operator's service account.
    pub(crate) fn operator(&self) -> Who {
        let groups = ["system:serviceaccounts".to_owned(), "system:authenticated".to_owned()];
        Who { name: format!("system:serviceaccount:{}:cobrowse-operator", self.system), groups: groups.to_vec() }
    }
}

/// Somebody at the API server.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// The name.
    pub(crate) name: String,
    /// The groups.
    pub(crate) groups: Vec<String>,
}

impl Who {
    /// A person with these groups.
    pub(crate) fn new(name: &str, groups: &[&str]) -> Self {
        Self { name: name.to_owned(), groups: groups.iter().map(|group| (*group).to_owned()).collect() }
    }
}

/// The kinds, once per run, by their chart.
fn kinds() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let folder = chart("cobrowse-crds");
        let folder = folder.to_string_lossy();
        helm(&["upgrade", "--install", "cobrowse-crds", &folder, "--namespace", "default", "--take-ownership"], "")
            .expect("the kinds");
        let all =
            ["crd/cobrowsesessions.cobrowse.dev", "crd/cobrowsepools.cobrowse.dev", "crd/cobrowsetenants.cobrowse.dev"];
        must(&[&["wait", "--for=condition=Established", "--timeout=30s"][..], &all].concat(), "")
            .expect("kinds that are served");
    });
}

/// Asks again and again until it holds.
///
/// # Errors
/// It did not in time.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    // Each turn asks an API server, which takes tens of milliseconds; there is nothing to wait for besides.
    while Instant::now() < end {
        if holds().with_context(|| format!("failed while waiting for {what}"))? {
            return Ok(());
        }
        std::thread::yield_now();
    }
    ensure!(false, "failed to see {what} within {PATIENCE:?}");
    Ok(())
}

fn merge(into: &mut Value, over: &Value) {
    match (into, over) {
        (Value::Object(into), Value::Object(over)) => {
            for (key, value) in over {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, over) => *into = over.clone(),
    }
}
