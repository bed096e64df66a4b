//! A network that does not hold a pool's policy: pods that found out say so as their last words, and from then on nobody gets a pod, until
//! one reaches nothing. What pods really reach, `tests/canary.rs` sees on a node.

use crate::program::until;
use crate::stand::{SOON, Stand};
use kube::ResourceExt as _;
use serde_json::{Value, json};

/// What a pod says that reached what it must not.
const WORDS: &str = r#"{"reason":"NetworkNotEnforced","lastSeq":0,"reached":["ApiServer","Metadata"]}"#;
/// Metadata has the same address everywhere. These pods are not there, and try nothing.
const TOLD: [&str; 1] = ["--canary=Metadata"];

fn condition<'a>(status: &'a Value, kind: &str) -> &'a Value {
    let found = status["conditions"].as_array().and_then(|all| all.iter().find(|one| one["type"] == kind));
    found.unwrap_or(&Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_pods_reach_what_they_must_not_serves_nobody_until_one_does_not() {
    let stand = Stand::new("network").await;
    let first = stand.operator_told("one", &TOLD);
    stand.pool(json!({"minWarm": 2, "maxWarm": 3})).await;
    stand.warm(2).await;
    assert_eq!(stand.pool_says("NetworkEnforced", "True", SOON).await["reason"], "Held");
    stand.session("lives", json!({})).await;
    let lives = stand.phase("lives", "Active").await;
    assert_eq!(condition(&lives, "NetworkEnforced")["status"], "True");
    stand.warm(2).await;
    let pod = stand.pods_that_are("warm").await.swap_remove(0);
    let args = &pod.spec.as_ref().expect("a spec").containers[0].args;
    assert!(args.iter().flatten().any(|one| one == "--forbidden=Metadata=169.254.169.254:80"), "{args:?}");

    // One of two finds out, and so do all that are made in its place.
    *stand.kubelet.first_words.lock().expect("free") = Some(WORDS);
    stand.kubelet.exit(&pod.uid().expect("a uid"), WORDS, json!({})).await.expect("it exits");
    let told = stand.pool_says("NetworkEnforced", "False", SOON).await;
    assert_eq!(told["reason"], "Reached");
    assert!(told["message"].as_str().is_some_and(|text| text.contains("ApiServer, Metadata")), "{told}");
    assert_eq!(stand.pool_says("Ready", "False", SOON).await["reason"], "NetworkNotEnforced");
    refuses(&stand, "one").await;
    let metrics = first.get("/metrics").expect("metrics");
    for wanted in [
        "cobrowse_pool_network_enforced{pool=\"pool\"} 0",
        "cobrowse_network_reached_total{pool=\"pool\",what=\"ApiServer\"}",
    ] {
        assert!(metrics.contains(wanted), "no {wanted} in {metrics}");
    }
    assert_eq!(stand.status("lives").await["phase"], "Active", "who has a pod keeps it");

    // Whoever leads next knows, though the pods that found out are gone.
    first.terminate().expect("it is told");
    let second = stand.operator_told("two", &TOLD);
    until("it leads", SOON, || async { (second.says("this replica leads") > 0).then_some(()) }).await;
    refuses(&stand, "two").await;

    *stand.kubelet.first_words.lock().expect("free") = None;
    stand.pool_says("NetworkEnforced", "True", 3 * SOON).await;
    stand.session("after", json!({})).await;
    stand.phase("after", "Active").await;

    // A session in which it went on for too long ends, and says why.
    let pod = lives["binding"]["podUID"].as_str().expect("a pod");
    stand.kubelet.exit(pod, WORDS, json!({})).await.expect("it exits");
    let ended = until("it ends", SOON, || async {
        let status = stand.status("lives").await;
        status["finishReason"].is_string().then_some(status)
    })
    .await;
    assert_eq!(ended["finishReason"], "NetworkNotEnforced");
    assert_eq!(condition(&ended, "NetworkEnforced")["status"], "False");
    stand.check().await;
}

/// Though a warm pod is there.
async fn refuses(stand: &Stand, name: &str) {
    stand.warm_at_least(1).await;
    let (fails, waits) = (format!("fails-{name}"), format!("waits-{name}"));
    stand.session(&fails, json!({"whenPoolEmpty": "Fail"})).await;
    let status = stand.phase(&fails, "Failed").await;
    assert_eq!(status["finishReason"], "NetworkNotEnforced");
    assert!(status["binding"].is_null());
    stand.session(&waits, json!({"claimDeadline": "5s"})).await;
    let waiting = stand.phase(&waits, "Pending").await;
    assert_eq!(condition(&waiting, "Bound")["reason"], "NetworkNotEnforced");
    assert_eq!(stand.phase(&waits, "Failed").await["finishReason"], "NetworkNotEnforced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_s_own_pod_is_not_made_either() {
    let stand = Stand::new("network-cold").await;
    let _operator = stand.operator_told("one", &TOLD);
    *stand.kubelet.first_words.lock().expect("free") = Some(WORDS);
    stand.pool(json!({"minWarm": 0, "maxWarm": 0})).await;
    // The first one finds out.
    stand.session("first", json!({"whenPoolEmpty": "Cold", "claimDeadline": "5s"})).await;
    assert_eq!(stand.phase("first", "Failed").await["finishReason"], "NetworkNotEnforced");
    stand.pool_says("NetworkEnforced", "False", SOON).await;
    until("its pod goes", SOON, || async { stand.pods_that_are("bound").await.is_empty().then_some(()) }).await;
    stand.session("second", json!({"whenPoolEmpty": "Cold", "claimDeadline": "3s"})).await;
    let status = stand.phase("second", "Failed").await;
    assert_eq!(status["finishReason"], "NetworkNotEnforced");
    assert!(stand.pods_that_are("bound").await.is_empty(), "the network is tried again after a minute");
}
