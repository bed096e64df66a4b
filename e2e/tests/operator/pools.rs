//! Pools: warm pods are made, enrolled, kept, replaced and given up; what forbids them is told and not asked for in vain.

use crate::program::until;
use crate::stand::{SOON, Stand};
use k8s_openapi::api::core::v1::ResourceQuota;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_filled_kept_and_given_up() {
    let stand = Stand::new("pools").await;
    let _operator = stand.operator("one");
    stand.pool(json!({"minWarm": 3, "maxWarm": 4})).await;
    stand.warm(3).await;
    let pods = stand.pods_that_are("warm").await;
    assert_eq!(pods.len(), 3);
    let policies: Api<NetworkPolicy> = Api::namespaced(stand.client.clone(), &stand.namespace);
    let policy = policies.get("cobrowse-pool-pool").await.expect("a policy");
    assert!(
        pods.iter().all(|pod| pod.creation_timestamp() >= policy.creation_timestamp()),
        "the policy was there first"
    );
    for pod in &pods {
        assert!(
            stand.kubelet.inside(&pod.uid().expect("a uid")).expect("it runs").bound.lock().expect("free").is_none()
        );
        assert_eq!(pod.owner_references()[0].kind, "CoBrowsePool");
    }
    // One that goes is replaced.
    stand.pods().delete(&pods[0].name_any(), &DeleteParams::default()).await.expect("it goes");
    stand.pod_goes(&pods[0].uid().expect("a uid")).await;
    stand.warm(3).await;
    // And fewer are enough.
    stand.pool(json!({"minWarm": 1, "maxWarm": 1})).await;
    stand.warm(1).await;
    let ready = &stand.pool_status().await["conditions"];
    assert!(ready.as_array().expect("conditions").iter().any(|one| one["type"] == "Ready" && one["status"] == "True"));
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_goes_while_nobody_leads_leaves_nothing_but_what_its_pods_need() {
    let stand = Stand::new("unled").await;
    let first = stand.operator("one");
    stand.pool(json!({"minWarm": 1, "maxWarm": 1})).await;
    stand.session("live", json!({})).await;
    stand.phase("live", "Active").await;
    stand.warm(1).await;
    drop(first);
    let parameters = DeleteParams::default();
    stand.api("CoBrowsePool").delete("pool", &parameters).await.expect("it goes");
    let policies: Api<NetworkPolicy> = Api::namespaced(stand.client.clone(), &stand.namespace);
    let second = stand.operator("one");
    until("it leads", SOON, || async { (second.says("this replica leads") >= 2).then_some(()) }).await;
    // A live session's pod keeps its policy.
    assert!(policies.get_opt("cobrowse-pool-pool").await.expect("an answer").is_some());
    stand.lifecycle("live", json!({"desiredState": "Ended"})).await;
    until("the policy goes", 3 * SOON, || async {
        policies.get_opt("cobrowse-pool-pool").await.expect("an answer").is_none().then_some(())
    })
    .await;
    assert!(stand.pods_that_are("bound").await.is_empty() && stand.pods_that_are("warm").await.is_empty());
    drop(second);
    // One whose pods went, too.
    stand.pool(json!({"minWarm": 0, "maxWarm": 1})).await;
    let third = stand.operator("one");
    until("the policy is there", SOON, || async { policies.get_opt("cobrowse-pool-pool").await.ok()?.map(drop) }).await;
    drop(third);
    stand.api("CoBrowsePool").delete("pool", &parameters).await.expect("it goes");
    let _fourth = stand.operator("one");
    until("the policy goes", SOON, || async {
        policies.get_opt("cobrowse-pool-pool").await.expect("an answer").is_none().then_some(())
    })
    .await;
    // And a pool that is made again under the name has its policy again.
    stand.pool(json!({"minWarm": 1, "maxWarm": 1})).await;
    stand.warm(1).await;
    assert!(policies.get_opt("cobrowse-pool-pool").await.expect("an answer").is_some());
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_revision_replaces_warm_pods() {
    let stand = Stand::new("revisions").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.warm(2).await;
    let before = stand.pool_status().await["revision"].clone();
    stand.pool(json!({"image": "registry.example/browser-pod:2"})).await;
    until("all warm pods are new", SOON, || async {
        let status = stand.pool_status().await;
        let new = status["revision"] != before && status["stale"] == 0 && status["warm"] == 2;
        new.then_some(())
    })
    .await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_that_are_never_ready_are_replaced() {
    let stand = Stand::new("stuck").await;
    let _operator = stand.operator("one");
    stand.kubelet.stuck.store(true, Ordering::Relaxed);
    stand.pool(json!({"minWarm": 1, "maxWarm": 1, "readinessGrace": "10s"})).await;
    let first = until("a pod", SOON, || async { stand.pods_that_are("warm").await.into_iter().next() }).await;
    until("it is not counted", SOON, || async { (stand.pool_status().await["warm"] == 0).then_some(()) }).await;
    until("it is given up", SOON, || async {
        let pods = stand.pods_that_are("warm").await;
        let left = pods.iter().any(|pod| pod.uid() == first.uid() && pod.metadata.deletion_timestamp.is_none());
        (!left && !pods.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_told_and_not_asked_for_in_vain() {
    let stand = Stand::new("quota").await;
    let quotas: Api<ResourceQuota> = Api::namespaced(stand.client.clone(), &stand.namespace);
    let quota = json!({"metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}});
    quotas.create(&PostParams::default(), &serde_json::from_value(quota).expect("a quota")).await.expect("accepted");
    until("the quota counts", SOON, || async { quotas.get("few").await.ok()?.status?.hard.map(drop) }).await;
    let proxy = stand.proxy().await;
    let _operator = stand.operator_behind(&proxy, "one");
    stand.pool(json!({"minWarm": 3})).await;
    stand.warm(1).await;
    until("the quota is told", SOON, || async {
        let conditions = stand.pool_status().await["conditions"].clone();
        conditions.as_array()?.iter().any(|one| one["type"] == "QuotaExceeded" && one["status"] == "True").then_some(())
    })
    .await;
    let asked = proxy.writes().len();
    let begun = Instant::now();
    until("some seconds", SOON, || async { (begun.elapsed() > Duration::from_secs(5)).then_some(()) }).await;
    let more = proxy.writes().len() - asked;
    assert!(more <= 6, "asked {more} times in five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_is_refused_is_told_and_left_alone() {
    let stand = Stand::new("refused").await;
    let proxy = stand.proxy().await;
    let _operator = stand.operator_behind(&proxy, "one");
    let isolation = json!({"class": "GVisor", "runtimeClassName": "there-is-none"});
    stand.pool(json!({"isolation": isolation})).await;
    until("the refusal is told", SOON, || async {
        let conditions = stand.pool_status().await["conditions"].clone();
        conditions.as_array()?.iter().any(|one| one["type"] == "Ready" && one["reason"] == "PodRefused").then_some(())
    })
    .await;
    let begun = Instant::now();
    until("some seconds", SOON, || async { (begun.elapsed() > Duration::from_secs(5)).then_some(()) }).await;
    let asked = proxy.writes().len();
    assert!(asked <= 12, "asked {asked} times in some seconds");
    // A change of the pool ends the waiting.
    stand.pool(json!({"isolation": {"class": "Node"}})).await;
    stand.warm(2).await;
}
