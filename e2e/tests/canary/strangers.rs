//! What a pod must not reach, and a pod that no policy knows, which does.

use cobrowse_e2e::node::processes;
use cobrowse_e2e::{kubectl, must};
use serde_json::{Value, json};
use std::process::Command;

/// Where they are.
const NAMESPACE: &str = "canary";
/// A public address of the world's that plays one of the cluster's own.
pub(crate) const OURS: &str = "198.51.100.200";
const METADATA: &str = "169.254.169.254";
const SERVED: u16 = 8080;

/// They go when this does.
pub(crate) struct Strangers {
    address: String,
    pid: u32,
}

impl Strangers {
    /// A pod that serves.
    pub(crate) fn make() -> Self {
        must(&["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"], "").expect("nobody");
        must(&["create", "namespace", NAMESPACE], "").expect("a namespace");
        let account = ["wait", "--for=create", "--timeout=30s", "--namespace", NAMESPACE, "serviceaccount/default"];
        must(&account, "").expect("an account");
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stranger", "namespace": NAMESPACE},
            "spec": {"restartPolicy": "Never", "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 1,
                "containers": [{"name": "probe", "image": "localhost/probe:1", "imagePullPolicy": "Never",
                    "args": ["serve", format!(":{SERVED}")]}]}});
        must(&["create", "-f", "-"], &pod.to_string()).expect("created");
        must(&["wait", "--for=condition=Ready", "--timeout=60s", "--namespace", NAMESPACE, "pod/stranger"], "")
            .expect("a stranger");
        let text = |object: &str, path: &str| {
            let found = must(&["get", object, "--namespace", NAMESPACE, "-o", &format!("jsonpath={path}")], "");
            found.expect("a stranger")
        };
        let pid = *processes(&text("pod/stranger", "{.metadata.uid}")).first().expect("its first process");
        Self { address: text("pod/stranger", "{.status.podIP}"), pid }
    }

    /// What is tried, and where it is.
    pub(crate) fn targets(&self) -> Vec<(&'static str, String)> {
        let said = must(&["get", "service", "kubernetes", "--namespace", "default", "-o", "json"], "");
        let service: Value = serde_json::from_str(&said.expect("a service")).expect("JSON");
        let server = service["spec"]["clusterIP"].as_str().expect("an address").to_owned();
        vec![
            ("ApiServer", format!("{server}:443")),
            ("Metadata", format!("{METADATA}:80")),
            ("Pod", format!("{}:{SERVED}", self.address)),
            ("Outside", format!("{OURS}:443")),
        ]
    }

    /// What becomes of each from the stranger's own network.
    pub(crate) fn reach(&self, targets: &[(&'static str, String)]) -> Vec<String> {
        let mut probe = Command::new("nsenter");
        probe.args(["--target", &self.pid.to_string(), "--net", "probe", "dial", "2500ms"]);
        let output = probe.args(targets.iter().map(|(_, to)| to)).output().expect("the probe runs");
        let said = String::from_utf8_lossy(&output.stdout);
        said.lines().filter_map(|line| line.rsplit_once(' ').map(|(_, word)| word.to_owned())).collect()
    }
}

impl Drop for Strangers {
    fn drop(&mut self) {
        let _ = kubectl(&["delete", "namespace", NAMESPACE, "--wait=false"], "");
    }
}
