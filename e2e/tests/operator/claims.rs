//! Claims: who gets which pod, who waits, and what is told meanwhile.

use crate::program::until;
use crate::stand::{SOON, Stand};
use kube::ResourceExt as _;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_gets_a_warm_pod() {
    let stand = Stand::new("claim").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.warm(2).await;
    stand.session("first", json!({"lifecycle": {"maxDuration": "1h"}})).await;
    let status = stand.phase("first", "Active").await;
    assert_eq!(status["binding"]["launch"], "Warm");
    assert!(status["timings"]["firstPicture"].is_string() && status["expiresAt"].is_string());
    let uid = status["binding"]["podUID"].as_str().expect("a pod");
    let pod = stand.pod(uid).await.expect("it is there");
    assert_eq!(pod.labels()["cobrowse.dev/slot"], "bound");
    assert_eq!(pod.labels()["cobrowse.dev/session"], "first");
    assert_eq!(pod.owner_references()[0].kind, "CoBrowseSession");
    let deadline = pod.spec.as_ref().and_then(|spec| spec.active_deadline_seconds).expect("a deadline");
    assert!(deadline < 12 * 3600 + 300, "the claim lowers the deadline: {deadline}");
    assert_eq!(status["binding"]["podIP"], json!(pod.status.and_then(|status| status.pod_ip)));
    let inside = stand.kubelet.inside(uid).expect("it runs");
    let bound = inside.bound.lock().expect("free").clone().expect("it was bound");
    assert!(bound.participants.is_empty());
    assert_eq!(bound.policy.expect("a policy").max_duration_ms, 3_600_000);
    assert_eq!(stand.kubelet.loads.lock().expect("free")["first"], 1);
    // Whoever asks is told.
    until("its story is told", SOON, || async {
        let about = "regarding.name=first";
        let told =
            cobrowse_e2e::must(&["get", "events.events.k8s.io", "-n", &stand.namespace, "--field-selector", about], "")
                .ok()?;
        ["Bound", "Ready"].iter().all(|word| told.contains(word)).then_some(())
    })
    .await;
    // And the pool has as many as before.
    stand.warm(2).await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_follows_is_not_loaded() {
    let stand = Stand::new("follows").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.session("first", json!({"queryFollows": true})).await;
    let status = stand.phase("first", "Active").await;
    assert!(status["timings"]["ready"].is_string() && status["timings"]["firstPicture"].is_null());
    assert!(stand.kubelet.loads.lock().expect("free").is_empty());
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_get_a_pod_each() {
    let stand = Stand::new("many").await;
    let _operator = stand.operator("one");
    stand.pool(json!({"minWarm": 3, "maxWarm": 5, "maxTotal": 20})).await;
    stand.warm(3).await;
    let names: Vec<String> = (0..12).map(|number| format!("s-{number}")).collect();
    futures::future::join_all(names.iter().map(|name| stand.session(name, json!({})))).await;
    let mut pods = BTreeSet::new();
    for name in &names {
        let status = stand.phase(name, "Active").await;
        pods.insert(status["binding"]["podUID"].to_string());
    }
    assert_eq!(pods.len(), names.len());
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_does_while_the_pool_is_empty() {
    let stand = Stand::new("empty").await;
    let _operator = stand.operator("one");
    stand.pool(json!({"minWarm": 0, "maxWarm": 1})).await;
    stand.session("fails", json!({"whenPoolEmpty": "Fail"})).await;
    assert_eq!(stand.phase("fails", "Failed").await["finishReason"], "NoCapacity");
    stand.session("cold", json!({"whenPoolEmpty": "Cold"})).await;
    assert_eq!(stand.phase("cold", "Active").await["binding"]["launch"], "Cold");
    stand.session("waits", json!({})).await;
    assert_eq!(stand.phase("waits", "Active").await["binding"]["launch"], "Warm");
    stand.kubelet.stuck.store(true, Ordering::Relaxed);
    stand.session("in-vain", json!({"claimDeadline": "4s"})).await;
    let told = stand.phase("in-vain", "Pending").await;
    assert!(told["conditions"].to_string().contains("PoolEmpty"), "{told}");
    assert_eq!(stand.phase("in-vain", "Failed").await["finishReason"], "NoCapacity");
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_that_does_not_answer_is_left_for_another() {
    let stand = Stand::new("silent").await;
    let _operator = stand.operator("one");
    stand.pool(json!({"minWarm": 1, "maxWarm": 1})).await;
    stand.warm(1).await;
    let silent = stand.pods_that_are("warm").await.remove(0).uid().expect("a uid");
    stand.kubelet.inside(&silent).expect("it runs").frozen.store(true, Ordering::Relaxed);
    stand.session("first", json!({})).await;
    let status = stand.phase("first", "Active").await;
    assert_ne!(status["binding"]["podUID"], json!(silent));
    stand.pod_goes(&silent).await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_start_is_told_why() {
    let stand = Stand::new("may-not").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.tenant("other", json!({})).await;
    let elsewhere = stand.site("other");
    stand.session("elsewhere", json!({"site": elsewhere, "claimDeadline": "6s"})).await;
    let told = stand.phase("elsewhere", "Pending").await;
    assert!(told["conditions"].to_string().contains("SiteUnknown"), "{told}");
    assert_eq!(stand.phase("elsewhere", "Failed").await["finishReason"], "NoCapacity");
    stand.session_of("nobody", "orphan", json!({"claimDeadline": "4s"})).await;
    assert_eq!(stand.phase("orphan", "Failed").await["finishReason"], "TenantSuspended");
    // A tenant that comes in time is in time.
    stand.session_of("later", "early", json!({})).await;
    stand.phase("early", "Pending").await;
    stand.tenant("later", json!({})).await;
    stand.phase("early", "Active").await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_holds_a_session() {
    let stand = Stand::new("paused").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.warm(2).await;
    stand.session("held", json!({"claimDeadline": "1s", "lifecycle": {"paused": true}})).await;
    let told = stand.phase("held", "Pending").await;
    assert!(told["conditions"].to_string().contains("Paused"), "{told}");
    assert!(stand.pods_that_are("bound").await.is_empty());
    stand.lifecycle("held", json!({"paused": false})).await;
    stand.phase("held", "Active").await;
    stand.check().await;
}

/// Waits until the session's status speaks of its object as it is now, and gives it.
async fn observed(stand: &Stand, name: &str) -> serde_json::Value {
    until(&format!("{name} is looked at"), SOON, || async {
        let object = stand.sessions().get(name).await.ok()?;
        let status = object.data["status"].clone();
        (status["observedGeneration"].as_i64() == object.metadata.generation).then_some(status)
    })
    .await
}

fn condition<'a>(status: &'a serde_json::Value, kind: &str) -> &'a serde_json::Value {
    let conditions = status["conditions"].as_array().expect("conditions");
    conditions.iter().find(|one| one["type"] == kind).unwrap_or(&serde_json::Value::Null)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_changes_of_a_live_session_reaches_its_pod_also_by_the_next_leader() {
    let stand = Stand::new("adjust").await;
    let first = stand.operator("one");
    stand.tenant("shop", json!({"session": {"maxDuration": "3h"}})).await;
    stand.pool(json!({"maxSessionDuration": "2h"})).await;
    stand.session("live", json!({"lifecycle": {"maxDuration": "1h"}})).await;
    let status = stand.phase("live", "Active").await;
    let inside = stand.kubelet.inside(status["binding"]["podUID"].as_str().expect("a pod")).expect("it runs");
    let told = || {
        let adjusted = inside.adjusted.lock().expect("free");
        adjusted.iter().map(|wish| (wish.paused, wish.max_duration_ms / 1000)).collect::<Vec<_>>()
    };
    assert_eq!(told(), [], "nothing was changed");
    assert_eq!(
        inside.bound.lock().expect("free").clone().expect("bound").policy.expect("one").longest_life_ms,
        7_200_000
    );

    stand.lifecycle("live", json!({"paused": true})).await;
    let status = observed(&stand, "live").await;
    assert_eq!(condition(&status, "Paused")["status"], "True", "{status}");
    assert_eq!(told(), [(true, 3_600)]);
    // Of what is asked for, the pool's two hours are the least.
    stand.lifecycle("live", json!({"paused": false, "maxDuration": "8h"})).await;
    let status = observed(&stand, "live").await;
    assert_eq!(told(), [(true, 3_600), (false, 7_200)]);
    assert_eq!(condition(&status, "Paused")["status"], "False", "{status}");
    assert!(condition(&status, "Ready")["message"].to_string().contains("maxSessionDuration of its pool"), "{status}");

    // Changed while nobody leads.
    drop(first);
    stand.lifecycle("live", json!({"paused": true, "maxDuration": "30m"})).await;
    let _second = stand.operator("one");
    observed(&stand, "live").await;
    assert_eq!(told()[2..], [(true, 1_800)]);
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_no_more_than_its_share() {
    let stand = Stand::new("shares").await;
    let _operator = stand.operator("one");
    stand.tenant("shop", json!({"limits": {"maxConcurrentSessions": 2}})).await;
    stand.tenant("bank", json!({})).await;
    stand.pool(json!({"minWarm": 4, "maxWarm": 5})).await;
    stand.warm(4).await;
    for name in ["a", "b", "c"] {
        stand.session(name, json!({"claimDeadline": "5m"})).await;
    }
    stand.session_of("bank", "d", json!({})).await;
    stand.phase("d", "Active").await;
    // The third is told why it waits; which that is, is not promised.
    let waits = until("one waits", SOON, || async {
        for name in ["a", "b", "c"] {
            if stand.status(name).await["conditions"].to_string().contains("TenantLimit") {
                return Some(name);
            }
        }
        None
    })
    .await;
    let others: Vec<&str> = ["a", "b", "c"].into_iter().filter(|name| *name != waits).collect();
    for name in &others {
        stand.phase(name, "Active").await;
    }
    assert!(stand.status(waits).await["binding"].is_null());
    stand.lifecycle(others[0], json!({"desiredState": "Ended"})).await;
    stand.phase(waits, "Active").await;
    stand.check().await;
}
