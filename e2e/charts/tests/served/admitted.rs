//! The admission policies of the chart, on a real API server: who makes browser pods, who changes them, who gets into one. Besides what
//! is refused, what must go on: scheduler, kubelet, garbage collector and kwok.

use crate::place::{Place, Who, until};
use cobrowse_e2e::{Said, kubectl, must};
use serde_json::{Value, json};
use std::path::PathBuf;

const IMAGE: &str = "registry.example.test/browser-pod:1";

/// A browser pod in short: labels, annotation and one restricted container.
fn browser_pod(name: &str, node: Option<&str>) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/name": "cobrowse-browser-pod", "app.kubernetes.io/managed-by": "cobrowse-operator",
                "cobrowse.dev/pool": "default", "cobrowse.dev/slot": "warm"},
            "annotations": {"cobrowse.dev/session-uid": "none"},
        },
        "spec": {
            "serviceAccountName": "cobrowse-browser-pod", "automountServiceAccountToken": false, "restartPolicy": "Never",
            "nodeSelector": node.map_or(json!({"example.test/none": "none"}), |node| json!({"kubernetes.io/hostname": node})),
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "agent", "image": IMAGE, "securityContext": {
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
        },
    })
}

/// A node that kwok plays. The taint keeps others away.
fn fake_node(name: &str) {
    let node = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"}, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"taints": [{"key": "example.test/fake", "effect": "NoSchedule"}]},
    });
    must(&["apply", "-f", "-"], &node.to_string()).expect("a node");
}

fn root() -> Who {
    Who::new("root", &["system:masters", "system:authenticated"])
}

fn refused(said: &Said, words: &str) {
    assert!(!said.ok && said.err.contains(words), "expected {words:?}, got {said:?}");
}

fn taken(said: &Said) {
    assert!(said.ok, "{said:?}");
}

/// Installs the chart and waits until its policies are in force.
fn installed(name: &str) -> Place {
    let place = Place::new(name);
    place.helm(&["install"], &json!({"uninstall": {"refuseWhileLive": false}})).expect("an installation");
    let pod = browser_pod("asks", None).to_string();
    until("the policies in force", || Ok(!place.acts(&root(), &["create", "--dry-run=server", "-f", "-"], &pod).ok))
        .expect("a refusal");
    let way = format!("/api/v1/namespaces/{}/pods/nobody/proxy/", place.sessions);
    until("the glass in force", || {
        Ok(place.acts(&root(), &["get", "--raw", &way], "").err.contains("nobody gets into"))
    })
    .expect("a refusal");
    place
}

fn uninstalled(place: &Place) {
    cobrowse_charts::helm::helm(&["uninstall", "cobrowse", "--namespace", &place.system, "--no-hooks"], "")
        .expect("it goes");
    for namespace in [&place.sessions, &place.system] {
        must(&["delete", "namespace", namespace, "--wait=false"], "").expect("the namespace goes");
    }
}

#[test]
fn only_the_operator_makes_browser_pods_and_changes_them() {
    let place = installed("admit-pods");
    let pod = browser_pod("one", None);
    let words = "only the operator makes browser pods";
    for part in [
        "/metadata/labels/cobrowse.dev~1pool",
        "/metadata/labels/app.kubernetes.io~1name",
        "/metadata/annotations/cobrowse.dev~1session-uid",
    ] {
        // One mark alone is enough.
        let mut marked = pod.clone();
        let kept = marked.pointer(part).expect("a mark").clone();
        let (group, key) = part.trim_start_matches("/metadata/").split_once('/').expect("labels or annotations");
        marked["metadata"]["labels"] = json!({});
        marked["metadata"]["annotations"] = json!({});
        marked["metadata"][group] = json!({(key.replace("~1", "/")): kept});
        refused(&place.acts(&root(), &["create", "-f", "-"], &marked.to_string()), words);
        marked["metadata"][group] = json!({"example.test/other": "x"});
        taken(&place.acts(&root(), &["create", "--dry-run=server", "-f", "-"], &marked.to_string()));
    }
    taken(&place.acts(&place.operator(), &["create", "-f", "-"], &pod.to_string()));
    for (change, words) in [
        (vec!["label", "pod/one", "cobrowse.dev/slot=bound", "--overwrite"], "only the operator changes the labels"),
        (vec!["label", "pod/one", "cobrowse.dev/slot-"], "only the operator changes the labels"),
        (vec!["label", "pod/one", "cobrowse.dev/more=x"], "only the operator changes the labels"),
        (vec!["label", "pod/one", "app.kubernetes.io/name=x", "--overwrite"], "only the operator changes the labels"),
        (
            vec!["annotate", "pod/one", "cobrowse.dev/session-uid=x", "--overwrite"],
            "only the operator changes the annotations",
        ),
        (vec!["annotate", "pod/one", "cobrowse.dev/session-uid-"], "only the operator changes the annotations"),
        (vec!["set", "image", "pod/one", "agent=registry.example.test/other:1"], "only the operator changes what runs"),
    ] {
        refused(&place.acts(&root(), &change, ""), words);
    }
    taken(&place.acts(&root(), &["label", "pod/one", "example.test/team=support"], ""));
    let bound = r#"[{"op": "test", "path": "/metadata/labels/cobrowse.dev~1slot", "value": "warm"},
        {"op": "replace", "path": "/metadata/labels/cobrowse.dev~1slot", "value": "bound"},
        {"op": "add", "path": "/spec/activeDeadlineSeconds", "value": 60}]"#;
    taken(&place.acts(&place.operator(), &["patch", "pod/one", "--type=json", "--patch", bound], ""));
    taken(&place.acts(&root(), &["delete", "pod/one", "--grace-period=0", "--force", "--wait=false"], ""));
    uninstalled(&place);
}

/// Ways into a pod as the audit log names them, and the verbs of whoever goes there.
const AUDITED: [(&str, &[&str]); 5] = [
    ("exec", &["get", "create"]),
    ("attach", &["get", "create"]),
    ("portforward", &["get", "create"]),
    ("proxy", &["get"]),
    ("ephemeralcontainers", &["patch"]),
];

/// What the API server of the tests' cluster has written into its audit log.
fn audited() -> Vec<Value> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    let log = base.expect("HOME is set").join("cobrowse/cluster/run/log/audit.log");
    let text = std::fs::read_to_string(&log).expect("the tests' cluster keeps an audit log");
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn nobody_gets_into_a_pod_without_breaking_the_glass() {
    let place = installed("admit-glass");
    fake_node("admit-glass");
    taken(&place.acts(&place.operator(), &["create", "-f", "-"], &browser_pod("one", Some("admit-glass")).to_string()));
    until("the pod ready", || {
        Ok(place.acts(&root(), &["get", "pod/one", "-o", "jsonpath={.status.phase}"], "").out == "Running")
    })
    .expect("kwok plays a node");
    let ephemeral = json!({"spec": {"ephemeralContainers": [{"name": "look", "image": IMAGE, "securityContext": {
        "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}});
    let ephemeral = ephemeral.to_string();
    let ways: [&[&str]; 5] = [
        &["exec", "one", "--", "true"],
        &["attach", "one"],
        &["port-forward", "one", "0:8700"],
        &["get", "--raw", &format!("/api/v1/namespaces/{}/pods/one/proxy/", place.sessions)],
        &["patch", "pod/one", "--subresource=ephemeralcontainers", "--patch", &ephemeral],
    ];
    let breaker = Who::new("root", &["system:masters", "system:authenticated", "cobrowse:break-glass"]);
    for way in ways {
        for who in [root(), place.operator()] {
            let said = place.acts(&who, way, "");
            assert!(!said.ok, "{way:?} by {}: {said:?}", who.name);
            let by_rights = who.name != "root" && said.err.contains("cannot");
            assert!(
                by_rights || said.err.contains("nobody gets into browser pods but cobrowse:break-glass"),
                "{way:?}: {said:?}"
            );
        }
        // Behind the glass there is no kubelet to answer.
        let said = place.acts(&breaker, way, "");
        assert!(!said.err.contains("nobody gets into"), "{way:?}: {said:?}");
    }
    let (policy, sessions) = (format!("cobrowse-{}-access", place.system), place.sessions.as_str());
    for (way, verbs) in AUDITED {
        let told = |who: &str, code: u64| {
            audited().into_iter().any(|event| {
                let (object, status) = (&event["objectRef"], &event["responseStatus"]["code"]);
                let same = object["namespace"] == sessions && object["name"] == "one" && object["subresource"] == way;
                let verb = verbs.iter().any(|verb| event["verb"] == *verb);
                let mark = &event["annotations"][format!("{policy}/break-glass")];
                let code = if code == 403 { status == 403 } else { status != 403 };
                same && verb && code && mark.as_str().unwrap_or_default() == who
            })
        };
        until("the audit log", || Ok(told("root", 200) && told("", 403))).expect(way);
    }
    let opened = place.acts(&root(), &["get", "pod/one", "-o", "jsonpath={.spec.ephemeralContainers[*].name}"], "");
    assert_eq!(opened.out, "look", "the glass was broken");
    uninstalled(&place);
    must(&["delete", "node", "admit-glass", "--wait=false"], "").expect("the node goes");
}

#[test]
fn scheduler_kubelet_garbage_collector_and_kwok_go_on() {
    let place = installed("admit-cluster");
    fake_node("admit-cluster");
    let owner = |name: &str| {
        must(&["--namespace", &place.sessions, "create", "configmap", name], "").expect("an owner");
        let uid =
            must(&["--namespace", &place.sessions, "get", "configmap", name, "-o", "jsonpath={.metadata.uid}"], "")
                .expect("its id");
        json!({"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid})
    };
    let mut pod = browser_pod("one", Some("admit-cluster"));
    pod["metadata"]["ownerReferences"] = json!([owner("first"), owner("second")]);
    taken(&place.acts(&place.operator(), &["create", "-f", "-"], &pod.to_string()));
    let field = |path: &str| place.acts(&root(), &["get", "pod/one", "-o", &format!("jsonpath={path}")], "").out;
    until("the scheduler's choice", || Ok(field("{.spec.nodeName}") == "admit-cluster")).expect("the scheduler binds");
    until("kwok's status", || Ok(field("{.status.phase}") == "Running")).expect("kwok writes status");
    let kubelet = Who::new("system:node:admit-cluster", &["system:nodes", "system:authenticated"]);
    // As a kubelet writes: to the status alone, without reading it from there.
    let text = place.acts(&root(), &["get", "pod/one", "-o", "json"], "").out;
    let mut seen: Value = serde_json::from_str(&text).expect("a pod");
    seen["status"]["message"] = json!("seen by the kubelet");
    let way = format!("/api/v1/namespaces/{}/pods/one/status", place.sessions);
    taken(&place.acts(&kubelet, &["replace", "--raw", &way, "-f", "-"], &seen.to_string()));
    assert_eq!(field("{.status.message}"), "seen by the kubelet");

    // One owner goes: the collector takes it off the pod. Then the other: the pod goes.
    must(&["--namespace", &place.sessions, "delete", "configmap", "first"], "").expect("an owner goes");
    until("one owner left", || Ok(field("{.metadata.ownerReferences[*].name}") == "second"))
        .expect("the collector changes the pod");
    must(&["--namespace", &place.sessions, "delete", "configmap", "second"], "").expect("the other goes");
    until("the pod gone", || Ok(!place.acts(&root(), &["get", "pod/one"], "").ok))
        .expect("the collector deletes the pod");
    uninstalled(&place);
    must(&["delete", "node", "admit-cluster", "--wait=false"], "").expect("the node goes");
}

#[test]
fn elsewhere_nothing_is_refused() {
    let place = installed("admit-else");
    let name = "admit-else-other";
    must(&["create", "namespace", name], "").expect("a namespace");
    let mut pod = browser_pod("one", None);
    pod["spec"]["serviceAccountName"] = json!("default");
    // Its service account comes a moment after its namespace.
    let account = ["--namespace", name, "get", "serviceaccount", "default"];
    until("a service account", || Ok(kubectl(&account, "")?.ok)).expect("the namespace is whole");
    must(&["--namespace", name, "create", "-f", "-"], &pod.to_string()).expect("labels of ours mean nothing here");
    must(&["delete", "namespace", name, "--wait=false"], "").expect("it goes");
    uninstalled(&place);
}

#[test]
fn of_secrets_and_of_tenants_each_program_writes_its_own_part_and_no_more() {
    let place = installed("admit-invites");
    let secret = |name: &str, kind: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": kind}).to_string()
    };
    let (operator, words) = (place.operator(), "of Secrets the operator makes and deletes invitations alone");
    must(&["--namespace", &place.sessions, "create", "-f", "-"], &secret("other", "Opaque"))
        .expect("somebody's Secret");
    refused(&place.acts(&operator, &["create", "-f", "-"], &secret("more", "Opaque")), words);
    refused(&place.acts(&operator, &["delete", "secret/other", "--wait=false"], ""), words);
    let own = secret("cobrowse-invitation-x", "cobrowse.dev/invitation");
    taken(&place.acts(&operator, &["create", "-f", "-"], &own));
    for name in ["other", "cobrowse-invitation-x"] {
        refused(&place.acts(&operator, &["get", "secret", name], ""), "cannot get resource");
    }
    taken(&place.acts(&operator, &["delete", "secret/cobrowse-invitation-x", "--wait=false"], ""));

    let tenant = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant", "metadata": {"name": "invited"},
        "spec": {"displayName": "Invited", "sites": [{"pattern": "https://www.invited.test"}]}});
    must(&["--namespace", &place.sessions, "create", "-f", "-"], &tenant.to_string()).expect("a tenant");
    let says = |who: &Who, status: Value| {
        let patch = json!({ "status": status }).to_string();
        place.acts(who, &["patch", "cbt/invited", "--subresource=status", "--type=merge", "--patch", &patch], "")
    };
    let invitation = json!({"hash": "0a", "expiresAt": "2026-01-02T03:04:05Z"});
    let found = json!({"owned": ["https://www.invited.test"], "claimedSites": 1, "invitation": invitation});
    taken(&says(&operator, found));
    // kubectl reads what it patches, for which session-api has no right: the right comes by a group, and the policy goes by the name.
    let door = Who { name: operator.name.replace("cobrowse-operator", "cobrowse-session-api"), ..root() };
    for more in [
        json!({"owned": []}),
        json!({"owned": null}),
        json!({"claimedSites": 2}),
        json!({"conflictingSites": 1}),
        json!({"invitation": {"hash": "0b"}}),
        json!({"invitation": {"expiresAt": "2036-01-02T03:04:05Z", "usedAt": "2026-01-01T00:00:00Z"}}),
        json!({"invitation": {"asked": "x"}}),
        json!({"invitation": null}),
    ] {
        let said = says(&door, more.clone());
        assert!(!said.ok && said.err.contains("session-api writes invitation.usedAt alone"), "{more}: {said:?}");
    }
    taken(&says(&door, json!({"invitation": {"usedAt": "2026-01-01T00:00:00Z"}})));
    uninstalled(&place);
}
