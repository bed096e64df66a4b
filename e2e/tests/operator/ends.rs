//! Ends: why a session ended is told, its pod goes, and its object when its time is over.

use crate::program::until;
use crate::stand::{SOON, Stand};
use kube::api::{DeleteParams, EvictParams};
use serde_json::{Value, json};

async fn live(stand: &Stand, name: &str) -> String {
    stand.session(name, json!({})).await;
    let status = stand.phase(name, "Active").await;
    status["binding"]["podUID"].as_str().expect("a pod").to_owned()
}

async fn ended(stand: &Stand, name: &str, pod: &str) -> Value {
    let status = until(&format!("{name} ends"), SOON, || async {
        let status = stand.status(name).await;
        status["finishReason"].is_string().then_some(status)
    })
    .await;
    stand.pod_goes(pod).await;
    status["finishReason"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_session_ended_is_told_and_its_pod_goes() {
    let stand = Stand::new("ends").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    let pod = live(&stand, "asked").await;
    stand.lifecycle("asked", json!({"desiredState": "Ended"})).await;
    assert_eq!(ended(&stand, "asked", &pod).await, "Requested");

    let pod = live(&stand, "said").await;
    stand.kubelet.exit(&pod, r#"{"reason":"Idle","lastSeq":7}"#, json!({})).await.expect("it exits");
    assert_eq!(ended(&stand, "said", &pod).await, "Idle");

    let pod = live(&stand, "died").await;
    stand.kubelet.exit(&pod, "killed", json!({})).await.expect("it exits");
    assert_eq!(ended(&stand, "died", &pod).await, "PodLost");

    let pod = live(&stand, "evicted").await;
    let reason = json!({"reason": "Evicted", "message": "The node was low on resource: memory."});
    stand.kubelet.exit(&pod, r#"{"reason":"PodLost","lastSeq":7}"#, reason).await.expect("it exits");
    assert_eq!(ended(&stand, "evicted", &pod).await, "Evicted");
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_is_no_loss_and_a_deletion_leaves_nothing() {
    let stand = Stand::new("drain").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    let pod = live(&stand, "drained").await;
    *stand.kubelet.last_words.lock().expect("free") = Some(r#"{"reason":"PodLost","lastSeq":9}"#);
    let name = stand.status("drained").await["binding"]["podName"].as_str().expect("a name").to_owned();
    stand.pods().evict(&name, &EvictParams::default()).await.expect("it is evicted");
    assert_eq!(ended(&stand, "drained", &pod).await, "Evicted");

    let pod = live(&stand, "deleted").await;
    stand.sessions().delete("deleted", &DeleteParams::default()).await.expect("it goes");
    stand.pod_goes(&pod).await;
    // Not even while nobody is there to see it.
    let pod = live(&stand, "unseen").await;
    drop(_operator);
    stand.sessions().delete("unseen", &DeleteParams::default()).await.expect("it goes");
    // The cluster's own collector looks for new kinds twice a minute.
    until("the pod goes", 3 * SOON, || async { stand.pod(&pod).await.is_none().then_some(()) }).await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_while_it_waits_and_the_end_of_its_object() {
    let stand = Stand::new("expires").await;
    let _operator = stand.operator("one");
    stand.session("waits", json!({"lifecycle": {"ttlSecondsAfterFinished": 1}})).await;
    stand.phase("waits", "Pending").await;
    stand.lifecycle("waits", json!({"desiredState": "Ended"})).await;
    until("its object goes", SOON, || async { stand.status("waits").await.is_null().then_some(()) }).await;
    // A pod that went while nobody led.
    stand.pool(json!({})).await;
    let pod = live(&stand, "lost").await;
    drop(_operator);
    stand.kubelet.exit(&pod, "", json!({})).await.expect("it exits");
    let name = stand.status("lost").await["binding"]["podName"].as_str().expect("a name").to_owned();
    stand.pods().delete(&name, &DeleteParams::default().grace_period(0)).await.expect("it goes");
    stand.pod_goes(&pod).await;
    let _again = stand.operator("one");
    assert_eq!(ended(&stand, "lost", &pod).await, "PodLost");
    stand.check().await;
}
