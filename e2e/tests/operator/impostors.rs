//! Pods that show a token which is not theirs: each is a real one of the API server's, or none, and the operator certifies nobody by it.
//! What certificates are refused, `identity/tests/impostors.rs` tells.

use crate::program::{Program, until};
use crate::stand::{SOON, Stand};
use cobrowse_e2e::{kubectl, must};
use kube::ResourceExt as _;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;
use std::sync::atomic::Ordering;

const ACCOUNT: &str = "cobrowse-browser-pod";
const ENROLL: &str = "cobrowse-enroll";

/// A token of this account for this audience, bound to a pod or to nothing.
fn minted(namespace: &str, account: &str, audience: &str, pod: Option<&(String, String)>) -> String {
    let mut all = vec!["create", "token", account, "-n", namespace, "--audience", audience, "--duration", "10m"];
    if let Some((name, uid)) = pod {
        all.extend(["--bound-object-kind", "Pod", "--bound-object-name", name, "--bound-object-uid", uid]);
    }
    must(&all, "").expect("a token").trim().to_owned()
}

/// A pod that only exists: its name and UID.
fn bystander(namespace: &str) -> (String, String) {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bystander"}, "spec": {
        "serviceAccountName": ACCOUNT, "automountServiceAccountToken": false, "nodeSelector": {"cobrowse.test/none": "none"},
        "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "c", "image": "registry.example/x:1", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}});
    must(&["create", "-n", namespace, "-f", "-"], &pod.to_string()).expect("a pod");
    let read = ["get", "pod", "bystander", "-n", namespace, "-o", "jsonpath={.metadata.uid}"];
    ("bystander".to_owned(), must(&read, "").expect("its UID"))
}

/// The pool's one pod, on the node and not begun there: its name and UID. Those before it go.
async fn waiting(stand: &Stand) -> (String, String) {
    stand.pool(json!({"minWarm": 0, "maxWarm": 0})).await;
    for pod in stand.pods_that_are("warm").await {
        let gone = DeleteParams::default();
        let _ = stand.pods().delete(&pod.name_any(), &gone).await;
        stand.pod_goes(&pod.uid().unwrap_or_default()).await;
    }
    stand.kubelet.stuck.store(true, Ordering::Relaxed);
    stand.pool(json!({"minWarm": 1, "maxWarm": 1})).await;
    until("a pod on the node", SOON, || async {
        let pods = stand.pods_that_are("warm").await;
        let placed = pods.into_iter().find(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some()));
        placed.map(|pod| (pod.name_any(), pod.uid().unwrap_or_default()))
    })
    .await
}

/// Lets a pod begin, with this in the place of its own token.
async fn begin(stand: &Stand, (name, _): &(String, String), token: Option<String>) {
    *stand.kubelet.forged.lock().expect("no panic holds it") = token;
    stand.kubelet.stuck.store(false, Ordering::Relaxed);
    // The node looks at a pod when it changes.
    let seen = Patch::Merge(json!({"metadata": {"annotations": {"cobrowse.test/seen": "yes"}}}));
    stand.pods().patch(name, &PatchParams::default(), &seen).await.expect("it is there");
}

/// Lets the pool's pod show this, and waits until the operator says these words of it.
async fn refused(stand: &Stand, operator: &Program, row: &str, token: String, words: &str) {
    refused_of(stand, operator, row, &waiting(stand).await, token, words).await;
}

async fn refused_of(stand: &Stand, operator: &Program, row: &str, pod: &(String, String), token: String, words: &str) {
    let before = operator.says(words);
    begin(stand, pod, Some(token)).await;
    until(&format!("{row}: {words}"), SOON, || async { (operator.says(words) > before).then_some(()) }).await;
    let inside = stand.kubelet.inside(&pod.1).expect("it runs");
    assert!(!inside.is_certified(), "{row}: it has a certificate");
    assert_eq!(stand.pool_status().await["warm"].as_u64().unwrap_or_default(), 0, "{row}: it is warm");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_shows_another_token_than_its_own_is_certified_by_nobody() {
    let stand = Stand::new("impostors").await;
    let operator = stand.operator("one");
    let (here, other) = (stand.namespace.as_str(), bystander(&stand.namespace));
    let elsewhere = format!("{here}-elsewhere");
    let _ = kubectl(&["delete", "namespace", &elsewhere, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    must(&["create", "namespace", &elsewhere], "").expect("a namespace");
    must(&["create", "serviceaccount", ACCOUNT, "-n", &elsewhere], "").expect("an account of the same name");
    let foreign = bystander(&elsewhere);
    let (no_token, invalid, account, pod) = (
        "failed to recognise the pod: it has no token",
        "failed to recognise the pod: the token is not valid",
        "failed to recognise the pod: the token is no browser pod's",
        "failed to recognise the pod: the token is another pod's",
    );
    let api = "https://kubernetes.default.svc.cluster.local";
    let rows = [
        ("nothing", String::new(), no_token),
        ("too much", "x".repeat(20_000), no_token),
        ("nonsense", "a.b.c".to_owned(), invalid),
        ("another pod's", minted(here, ACCOUNT, ENROLL, Some(&other)), pod),
        ("no pod's", minted(here, ACCOUNT, ENROLL, None), pod),
        ("another account's", minted(here, "default", ENROLL, None), account),
        ("of another namespace", minted(&elsewhere, ACCOUNT, ENROLL, Some(&foreign)), account),
        ("for the API server", minted(here, ACCOUNT, api, Some(&other)), invalid),
        ("for somebody else", minted(here, ACCOUNT, "cobrowse", Some(&other)), invalid),
    ];
    for (row, token, words) in rows {
        refused(&stand, &operator, row, token, words).await;
    }
    // Its own, but for another audience.
    let own = waiting(&stand).await;
    refused_of(&stand, &operator, "its own for the API server", &own, minted(here, ACCOUNT, api, Some(&own)), invalid)
        .await;
    // Of a pod that is gone: its token goes with it.
    let gone = minted(here, ACCOUNT, ENROLL, Some(&other));
    must(&["delete", "pod", "bystander", "-n", here, "--grace-period=0", "--force"], "").expect("it goes");
    refused(&stand, &operator, "of a pod that is gone", gone, invalid).await;
    // An open control: its own.
    let own = waiting(&stand).await;
    begin(&stand, &own, None).await;
    stand.warm(1).await;
    assert!(stand.kubelet.inside(&own.1).expect("it runs").is_certified());
    let _ = kubectl(&["delete", "namespace", &elsewhere, "--wait=false"], "");
}
