//! Egress grants: each pod gets its own before its page, and again by whoever leads next; and pods from before there was a gateway keep
//! the way out that they had.

use crate::program::{GATEWAY, SECRETS, until};
use crate::stand::{SOON, Stand};
use cobrowse_identity::grant::{Grant, GrantKeys, GrantMode};
use cobrowse_identity::{mutual, name::PodUid};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::Api;
use serde_json::{Value, json};
use std::time::SystemTime;

/// A text of one of the gateway's Secrets.
async fn text(stand: &Stand, secret: &str, key: &str) -> String {
    let secrets: Api<Secret> = Api::namespaced(stand.client.clone(), &stand.namespace);
    let data = secrets.get(secret).await.expect("a Secret").data.unwrap_or_default();
    String::from_utf8(data.get(key).unwrap_or_else(|| panic!("no {key}")).0.clone()).expect("PEM")
}

/// The grants that the pod of a session got, as the gateway reads them.
async fn granted(stand: &Stand, status: &Value) -> Vec<Grant> {
    let keys = GrantKeys::from_pem(&text(stand, SECRETS[0], "grants.pem").await).expect("public keys");
    let uid = status["binding"]["podUID"].as_str().expect("a pod");
    let inside = stand.kubelet.inside(uid).expect("it runs");
    let grants = inside.granted.lock().expect("no panic holds it").clone();
    let uid = PodUid::parse(uid).expect("a uid");
    grants.iter().map(|grant| keys.verify(grant, &uid, SystemTime::now()).expect("a good grant")).collect()
}

async fn policy(stand: &Stand, name: &str) -> Option<NetworkPolicy> {
    let policies: Api<NetworkPolicy> = Api::namespaced(stand.client.clone(), &stand.namespace);
    policies.get_opt(name).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_gets_its_grant_before_its_page_and_again_from_the_next_leader() {
    let stand = Stand::new("grants").await;
    let mut first = stand.gated_operator("first");
    let egress = json!({"mode": "Strict", "allowedHosts": ["*.content.example"], "addressClass": "europe"});
    stand.tenant("shop", json!({"egress": egress})).await;
    stand.pool(json!({})).await;
    stand.session("one", json!({})).await;
    let status = stand.phase("one", "Active").await;
    let grants = granted(&stand, &status).await;
    let [grant] = grants.as_slice() else { panic!("one grant: {grants:?}") };
    assert_eq!((grant.session.as_str(), grant.tenant.as_str()), ("one", "shop"));
    assert_eq!((grant.mode, grant.ports.as_slice()), (GrantMode::Strict, [80, 443].as_slice()));
    assert_eq!(grant.sites, [format!("https://{}", stand.site("shop"))]);
    assert_eq!(
        (grant.listed.as_slice(), grant.address_class.as_deref()),
        (["https://*.content.example".to_owned()].as_slice(), Some("europe"))
    );

    // The gateway would start with what it mounts.
    let [certificate, key, authority] = ["tls.crt", "tls.key", "ca.crt"].map(|name| text(&stand, SECRETS[1], name));
    mutual::gateway(&certificate.await, &key.await, &authority.await).expect("what the gateway serves");
    let pod = stand.pods_that_are("bound").await.remove(0);
    let arguments = pod.spec.and_then(|spec| spec.containers.into_iter().next()?.args).expect("arguments");
    assert!(arguments.windows(2).any(|pair| pair == ["--gateway", GATEWAY]), "{arguments:?}");
    let spec = policy(&stand, "cobrowse-pool-pool").await.and_then(|policy| policy.spec).expect("the pool's policy");
    let outward = spec.egress.expect("rules");
    assert!(outward.len() == 1 && outward[0].to.iter().flatten().all(|peer| peer.ip_block.is_none()), "{outward:?}");

    let private = text(&stand, SECRETS[0], "grants.key").await;
    stand.tenant("shop", json!({"egress": {"mode": "Public"}})).await;
    first.kill();
    let _second = stand.gated_operator("second");
    let again = until("the next leader renews", SOON, || async {
        let grants = granted(&stand, &status).await;
        (grants.len() > 1).then_some(grants)
    });
    let again = again.await;
    assert_eq!(again.last().map(|grant| grant.mode), Some(GrantMode::Open), "by what its tenant is now");
    assert_eq!(text(&stand, SECRETS[0], "grants.key").await, private, "it goes on with the same key");
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_from_before_the_gateway_keep_their_way_out_and_new_ones_have_only_the_gateway() {
    let stand = Stand::new("before-gateway").await;
    let before = stand.operator("before");
    stand.pool(json!({})).await;
    stand.session("old", json!({})).await;
    let old = stand.phase("old", "Active").await;
    assert!(policy(&stand, "cobrowse-pool-pool-before-gateway").await.is_none());
    drop(before);
    let _operator = stand.gated_operator("after");
    until("the old pods' policy", SOON, || async { policy(&stand, "cobrowse-pool-pool-before-gateway").await }).await;
    until("warm pods behind the gateway", SOON, || async {
        let warm = stand.pods_that_are("warm").await;
        let by_gateway = |pod: &&k8s_openapi::api::core::v1::Pod| {
            pod.metadata.labels.as_ref().is_some_and(|labels| labels.get("cobrowse.dev/egress").is_some())
        };
        (warm.len() >= 2 && warm.iter().all(|pod| by_gateway(&pod))).then_some(())
    })
    .await;
    stand.session("new", json!({})).await;
    let new = stand.phase("new", "Active").await;
    assert_eq!(granted(&stand, &new).await.len(), 1);
    assert_eq!(granted(&stand, &old).await.len(), 0, "a pod without a gateway has no use for a grant");
    assert_eq!(stand.status("old").await["binding"], old["binding"], "the live session has the pod that it had");
    stand.check().await;
}
