//! The canary of real pods: the operator's real program, a pool of our own image on a real kubelet, and a network that holds policies or
//! does not. What is tried are the API server, the cloud's metadata, a stranger's pod, and a public address of the world's that the
//! operator is told to leave out; each of them answers to a pod that no policy knows, or the test had said nothing.
//!
//! `CANARY_NETWORK` says which network it is: `holds` (the cluster's profile policy), or `open` (its profile node, a plain bridge).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and the logs of what failed, are what this test tells"
)]

#[allow(dead_code, reason = "the history serves the operator's tests too, which ask more of it")]
#[path = "operator/history.rs"]
mod history;
#[allow(dead_code, reason = "the node that is not there serves the operator's tests")]
#[path = "operator/kubelet.rs"]
mod kubelet;
#[allow(dead_code, reason = "the pod without a browser serves the operator's tests")]
#[path = "operator/pod.rs"]
mod pod;
#[allow(dead_code, reason = "the program serves the operator's tests too, which use more of it")]
#[path = "operator/program.rs"]
mod program;
#[allow(dead_code, reason = "the proxy serves the operator's tests")]
#[path = "operator/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "the stand serves the operator's tests too, which use more of it")]
#[path = "operator/stand.rs"]
mod stand;
#[path = "canary/strangers.rs"]
mod strangers;

use cobrowse_e2e::wish;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams};
use pod::Loads;
use program::{Program, until};
use serde_json::json;
use stand::Stand;
use std::time::{Duration, Instant};
use strangers::Strangers;

/// From a pool's creation to its first pod's word. A pod tries for ten seconds before it gives up.
const STARTED: Duration = Duration::from_secs(90);
/// A warm pod tries every minute.
const MINUTE: Duration = Duration::from_secs(90);
/// Our image, whose Chrome trusts the world's websites besides.
const IMAGE: &str = "localhost/cobrowse/browser-pod:test";

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_serves_where_the_network_holds_its_policy_and_nowhere_else() {
    let network = wish("CANARY_NETWORK", "holds".to_owned()).expect("a word");
    let strangers = Strangers::make();
    let targets = strangers.targets();
    assert_eq!(strangers.reach(&targets), vec!["open"; targets.len()], "an open control beside each: {targets:?}");
    let stand = Stand::on("canary", async |_, _, _| ((), Loads::default())).await;
    let told: Vec<String> = targets.iter().map(|(what, to)| format!("{what}={to}")).collect();
    let told = [
        "--canary=Metadata".to_owned(),
        format!("--canary-targets={}", told.join(",")),
        format!("--cluster-ranges={}/32", strangers::OURS),
    ];
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let operator = stand.operator_told("one", &told);
    let side = json!({"cpu": "50m", "memory": "512Mi", "ephemeralStorage": "64Mi"});
    stand
        .pool(json!({"image": IMAGE, "minWarm": 1, "maxWarm": 1, "maxTotal": 2, "scheduling": {},
            "resources": {"browser": side, "agent": side}}))
        .await;
    match network.as_str() {
        "holds" => holds(&stand, &operator).await,
        "open" => open(&stand, &operator).await,
        other => panic!("CANARY_NETWORK cannot be {other}"),
    }
    stand.api("CoBrowsePool").delete("pool", &DeleteParams::default()).await.expect("it goes");
}

/// It is served, a policy that goes is noticed within a minute, and then comes back.
async fn holds(stand: &Stand<()>, operator: &Program) {
    let begun = Instant::now();
    stand.pool_says("NetworkEnforced", "True", STARTED).await;
    until("a warm pod", STARTED, || async { (stand.pool_status().await["warm"] == 1).then_some(()) }).await;
    println!("warm after {:?}, and it reaches nothing", begun.elapsed());
    let first = stand.pods_that_are("warm").await.swap_remove(0).name_any();
    let policies: Api<NetworkPolicy> = Api::namespaced(stand.client.clone(), &stand.namespace);
    policies.delete("cobrowse-pool-pool", &DeleteParams::default()).await.expect("it goes");
    let begun = Instant::now();
    let told = stand.pool_says("NetworkEnforced", "False", MINUTE).await;
    println!("noticed after {:?}: {}", begun.elapsed(), told["message"]);
    names_all(&told);
    stand.pool_says("NetworkEnforced", "True", STARTED).await;
    println!("it holds again after {:?}", begun.elapsed());
    policies.get("cobrowse-pool-pool").await.expect("the policy is there again");
    until("another warm pod", STARTED, || async {
        let pods = stand.pods_that_are("warm").await;
        (stand.pool_status().await["warm"] == 1 && pods.iter().all(|pod| pod.name_any() != first)).then_some(())
    })
    .await;
    assert_eq!(operator.says("the network does not hold a pool's policy"), 1);
}

/// Nobody is served, and it is told why.
async fn open(stand: &Stand<()>, operator: &Program) {
    let begun = Instant::now();
    let told = stand.pool_says("NetworkEnforced", "False", STARTED).await;
    println!("noticed after {:?}: {}", begun.elapsed(), told["message"]);
    names_all(&told);
    stand.session("nobody", json!({"claimDeadline": "20s"})).await;
    let status = until("it is refused", STARTED, || async {
        let status = stand.status("nobody").await;
        status["finishReason"].is_string().then_some(status)
    })
    .await;
    assert_eq!(status["finishReason"], "NetworkNotEnforced");
    assert!(status["binding"].is_null() && stand.pool_status().await["warm"] == 0);
    let metrics = operator.get("/metrics").expect("metrics");
    assert!(metrics.contains("cobrowse_pool_network_enforced{pool=\"pool\"} 0"), "{metrics}");
}

fn names_all(told: &serde_json::Value) {
    let message = told["message"].as_str().unwrap_or_default();
    assert!(message.contains("ApiServer, Metadata, Pod, Outside"), "{message}");
}
