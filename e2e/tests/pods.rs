//! Plain pods on the node: they run, find names inside and outside of the cluster, and are held to Pod Security.

use cobrowse_e2e::{kubectl, must};

const NAMESPACE: &str = "pods";

/// A pod of the test cluster's own probe, with these arguments.
fn pod(name: &str, arguments: &[&str], security: &str) -> String {
    let arguments = serde_json::to_string(arguments).expect("JSON");
    format!(
        r#"{{"apiVersion": "v1", "kind": "Pod", "metadata": {{"name": "{name}", "namespace": "{NAMESPACE}"}},
        "spec": {{"restartPolicy": "Never", "containers": [{{"name": "probe", "image": "localhost/probe:1",
        "imagePullPolicy": "Never", "args": {arguments}, "securityContext": {security}}}]}}}}"#
    )
}

const RESTRICTED: &str = r#"{"runAsNonRoot": true, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
    "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}"#;

#[test]
fn a_pod_runs_and_finds_names_inside_and_outside() {
    let _ = kubectl(&["delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    let namespace = format!(
        r#"{{"apiVersion": "v1", "kind": "Namespace", "metadata": {{"name": "{NAMESPACE}",
        "labels": {{"pod-security.kubernetes.io/enforce": "restricted"}}}}}}"#
    );
    must(&["create", "-f", "-"], &namespace).expect("a namespace");
    let account = ["wait", "--for=create", "--timeout=30s", "--namespace", NAMESPACE, "serviceaccount/default"];
    must(&account, "").expect("an account");

    let loose = kubectl(&["create", "-f", "-"], &pod("loose", &["pause"], "{}")).expect("kubectl runs");
    assert!(!loose.ok && loose.err.contains("violates PodSecurity"), "{}", loose.err);

    let names = ["dial", "5s", "other.example.test:80", "kubernetes.default.svc.cluster.local:443"];
    must(&["create", "-f", "-"], &pod("names", &names, RESTRICTED)).expect("a pod");
    let ended =
        ["wait", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", "--namespace", NAMESPACE, "pod/names"];
    let ended = must(&ended, "");
    let said = must(&["logs", "--namespace", NAMESPACE, "names"], "").unwrap_or_default();
    ended.unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(said.lines().filter(|line| line.ends_with(" open")).count(), 2, "{said}");
    must(&["delete", "namespace", NAMESPACE, "--wait=false"], "").expect("the namespace goes");
}
