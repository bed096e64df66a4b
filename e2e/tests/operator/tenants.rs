//! Tenants: each new one yields one invitation for its administrator, whoever leads when, and its Secret goes when it is over.

use crate::program::until;
use crate::stand::{SOON, Stand};
use k8s_openapi::api::core::v1::Secret;
use kube::ResourceExt as _;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};

const OURS: &str = "app.kubernetes.io/managed-by=cobrowse-operator";

async fn status(stand: &Stand) -> Value {
    stand.api("CoBrowseTenant").get("shop").await.expect("a tenant").data["status"].clone()
}

async fn secrets(stand: &Stand) -> Vec<Secret> {
    let secrets: Api<Secret> = Api::namespaced(stand.client.clone(), &stand.namespace);
    secrets.list(&ListParams::default().labels(OURS)).await.expect("secrets").items
}

/// Waits until the status names a Secret that is there, another one than `before`, and no other is there.
async fn invited(stand: &Stand, before: &str) -> Secret {
    until("an invitation", SOON, || async {
        let (named, there) = (status(stand).await["invitationSecret"].clone(), secrets(stand).await);
        let only = there.len() == 1 && there[0].name_any() == named.as_str()? && named != before;
        only.then(|| there[0].clone())
    })
    .await
}

async fn patch(stand: &Stand, change: Value) {
    let (parameters, change) = (PatchParams::default(), Patch::Merge(&change));
    stand.api("CoBrowseTenant").patch_status("shop", &parameters, &change).await.expect("it is accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tenant_yields_one_invitation_and_another_one_only_when_somebody_asks() {
    let stand = Stand::new("invites").await;
    // Two leaders at once, each by a lease of its own.
    let _first = stand.operator("one");
    let _second = crate::leaders::apart(&stand, "two");
    let secret = invited(&stand, "").await;
    let data = secret.data.clone().expect("data");
    let text = String::from_utf8(data["invitation"].0.clone()).expect("text");
    assert!(text.starts_with("shop.") && text.len() == 69, "a tenant and 64 digits");
    assert_eq!((secret.type_.as_deref(), secret.immutable), (Some("cobrowse.dev/invitation"), Some(true)));
    assert_eq!(secret.owner_references()[0].kind, "CoBrowseTenant");
    assert!(!status(&stand).await.to_string().contains(&text[5..]), "the status has the hash alone");

    // As session-api says that it was used.
    patch(&stand, json!({"status": {"invitation": {"usedAt": "2026-01-02T03:04:05Z"}}})).await;
    until("its Secret goes", SOON, || async {
        (secrets(&stand).await.is_empty() && status(&stand).await["invitationSecret"].is_null()).then_some(())
    })
    .await;
    // A change of the tenant brings none back.
    stand.tenant("shop", json!({"session": {"pinLife": "5m"}})).await;
    let generation = stand.api("CoBrowseTenant").get("shop").await.expect("a tenant").metadata.generation;
    until("the change is seen", SOON, || async {
        (status(&stand).await["observedGeneration"].as_i64() == generation).then_some(())
    })
    .await;
    assert!(secrets(&stand).await.is_empty());

    let asked = json!({"metadata": {"annotations": {"cobrowse.dev/invite": "again"}}});
    let parameters = PatchParams::default();
    stand.api("CoBrowseTenant").patch("shop", &parameters, &Patch::Merge(&asked)).await.expect("it is accepted");
    let another = invited(&stand, &secret.name_any()).await;
    assert_ne!(another.data, secret.data);
    let told = status(&stand).await["invitation"].clone();
    assert_eq!((&told["asked"], &told["usedAt"]), (&json!("again"), &Value::Null));

    patch(&stand, json!({"status": {"invitation": {"expiresAt": "2026-01-01T00:00:00Z"}}})).await;
    until("its Secret goes", SOON, || async { secrets(&stand).await.is_empty().then_some(()) }).await;
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_tenants_live_sessions_go_on_and_no_new_one_starts_until_it_is_made_again() {
    let stand = Stand::new("suspended").await;
    let _operator = stand.operator("one");
    stand.pool(json!({})).await;
    stand.session("live", json!({})).await;
    let status = stand.phase("live", "Active").await;
    let pod = status["binding"]["podUID"].as_str().expect("a pod").to_owned();
    stand.api("CoBrowseTenant").delete("shop", &DeleteParams::default()).await.expect("it goes");
    stand.session("new", json!({"claimDeadline": "4s"})).await;
    assert_eq!(stand.phase("new", "Failed").await["finishReason"], "TenantSuspended");
    stand.session("waits", json!({"claimDeadline": "5m"})).await;
    let told = stand.phase("waits", "Pending").await;
    assert!(told["conditions"].to_string().contains("TenantNotFound"), "{told}");
    // Whoever runs the installation can still pause and end it.
    stand.lifecycle("live", json!({"paused": true})).await;
    until("the pod is told", SOON, || async {
        let inside = stand.kubelet.inside(&pod)?;
        let adjusted = inside.adjusted.lock().expect("free");
        adjusted.iter().any(|wish| wish.paused && wish.max_duration_ms == 0).then_some(())
    })
    .await;
    let status = stand.status("live").await;
    assert!(status["finishReason"].is_null() && stand.pod(&pod).await.is_some(), "it goes on: {status}");
    // The same object again, and all is as it was.
    stand.tenant("shop", json!({})).await;
    stand.phase("waits", "Active").await;
    stand.lifecycle("live", json!({"desiredState": "Ended"})).await;
    until("it ends", SOON, || async {
        (stand.status("live").await["finishReason"] == json!("Requested")).then_some(())
    })
    .await;
    stand.check().await;
}
