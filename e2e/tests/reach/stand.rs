//! Who is there: the product's pods, and strangers beside them.

use crate::PORT;
use crate::pod::Pod;
use cobrowse_e2e::{kubectl, must};
use serde_json::{Value, json};

/// Where strangers are.
pub(crate) const STRANGERS: &str = "reach";
/// The product's own namespace, as `e2e/installation/up` has it.
const SYSTEM: &str = "cobrowse";
pub(crate) const SESSIONS: &str = "cobrowse-sessions";
/// A pod of the strangers' serves here, for those who must not reach it.
pub(crate) const SERVED: u16 = 8080;

pub(crate) struct Stand {
    pub(crate) operator: Pod,
    pub(crate) session_api: Pod,
    pub(crate) gateway: Pod,
    pub(crate) database: Pod,
    /// A warm browser.
    pub(crate) browser: Pod,
    /// A pod that no policy knows.
    pub(crate) stranger: Pod,
    /// The same with session-api's labels, in its own namespace.
    pub(crate) pretender: Pod,
    /// A pod without our labels, in our namespace.
    pub(crate) neighbour: Pod,
}

impl Stand {
    /// Finds the product's, and makes the strangers.
    pub(crate) fn make() -> Self {
        let gone = ["delete", "namespace", STRANGERS, "--ignore-not-found", "--wait"];
        must(&gone, "").expect("no strangers");
        must(&["delete", "pod", "neighbour", "--namespace", SYSTEM, "--ignore-not-found", "--wait"], "")
            .expect("no neighbour");
        must(&["create", "namespace", STRANGERS], "").expect("a namespace");
        let account = ["wait", "--for=create", "--timeout=30s", "--namespace", STRANGERS, "serviceaccount/default"];
        must(&account, "").expect("an account");
        let served = format!(":{SERVED}");
        let ours = json!({"app.kubernetes.io/name": "cobrowse-session-api", "app.kubernetes.io/component": "session-api",
            "app.kubernetes.io/part-of": "cobrowse"});
        let strangers = [
            probe(STRANGERS, "stranger", &json!({"reach": "stranger"}), &["serve", &served]),
            probe(STRANGERS, "pretender", &ours, &["pause"]),
            probe(SYSTEM, "neighbour", &json!({"reach": "neighbour"}), &["pause"]),
        ];
        make(&strangers);
        for (namespace, name) in [(STRANGERS, "stranger"), (STRANGERS, "pretender"), (SYSTEM, "neighbour")] {
            let pod = format!("pod/{name}");
            must(&["wait", "--for=condition=Ready", "--timeout=60s", "--namespace", namespace, &pod], "")
                .expect("a stranger");
        }
        Self {
            operator: Pod::one(SYSTEM, "app.kubernetes.io/name=cobrowse-operator"),
            session_api: Pod::one(SYSTEM, "app.kubernetes.io/name=cobrowse-session-api"),
            gateway: Pod::one(SYSTEM, "app.kubernetes.io/name=cobrowse-egress-gateway"),
            database: Pod::one("cobrowse-database", "app=database"),
            browser: Pod::one(SESSIONS, "cobrowse.dev/pool=default,cobrowse.dev/slot=warm"),
            stranger: Pod::one(STRANGERS, "reach=stranger"),
            pretender: Pod::one(STRANGERS, "app.kubernetes.io/name=cobrowse-session-api"),
            neighbour: Pod::one(SYSTEM, "reach=neighbour"),
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = kubectl(&["delete", "namespace", STRANGERS, "--wait=false"], "");
        let _ = kubectl(&["delete", "pod", "neighbour", "--namespace", SYSTEM, "--wait=false"], "");
    }
}

/// A pod of the test cluster's own probe.
pub(crate) fn probe(namespace: &str, name: &str, labels: &Value, arguments: &[&str]) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"restartPolicy": "Never", "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 1,
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "probe", "image": "localhost/probe:1", "imagePullPolicy": "Never", "args": arguments,
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}})
}

/// Creates objects, all at once.
pub(crate) fn make(objects: &[Value]) {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    must(&["create", "-f", "-"], &list.to_string()).expect("created");
}

/// A pool whose pods dial before they do anything else, and listen where browser pods do. They are never ready.
pub(crate) fn pool(name: &str, pods: usize) -> Value {
    assert_eq!(PORT, 8700, "the table of the stand-in names it");
    let side = json!({"cpu": "50m", "memory": "64Mi"});
    json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowsePool", "metadata": {"name": name, "namespace": SESSIONS},
        "spec": {"image": "localhost/stand-in:1", "minWarm": pods, "maxWarm": pods, "maxTotal": pods,
            "resources": {"agent": side, "browser": side}}})
}
