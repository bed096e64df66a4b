//! The pods' authority is changed for another while sessions live: in three steps of files that are replaced, each when all programs have
//! taken the one before. A pod is of one authority as long as it lives.

use crate::people::{PATIENCE, live};
use crate::program::{Program, until};
use crate::stand::{Replica, Stand};
use cobrowse_identity::authority::Authority;
use cobrowse_wire::v1::{EndReason, Phase};
use std::time::SystemTime;

const TAKEN: &str = "the authorities of pods were replaced";

/// Replaces the files, and waits until the operator and these replicas go by them.
async fn step(
    stand: &Stand,
    (operator, replicas): (&Program, &[&Replica]),
    (first, second): (&Authority, Option<&Authority>),
) {
    let taken = || (operator.says(TAKEN), replicas.iter().map(|replica| replica.says(TAKEN)).collect::<Vec<_>>());
    let before = taken();
    stand.authorities(first, second);
    until("all programs go by the files", PATIENCE, || async {
        let now = taken();
        let all = now.1.iter().zip(&before.1).all(|(now, before)| now > before);
        (all && now.0 > before.0).then_some(())
    })
    .await;
}

/// Whether all pods that no session has are signed by this authority, and there are some.
fn warm_are_of(stand: &Stand, authority: &Authority) -> bool {
    let running = stand.kubelet.running();
    let pods = running.iter().filter_map(|(uid, _)| stand.kubelet.inside(uid));
    let warm: Vec<_> = pods.filter(|pod| pod.bound.lock().expect("not poisoned").is_none()).collect();
    !warm.is_empty() && warm.iter().all(|pod| pod.is_of(authority.certificate()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_live_on_while_the_authority_of_pods_is_changed_for_another() {
    let stand = Stand::without_operator("rotation").await;
    let old = stand.authority();
    let new = Authority::generate(SystemTime::now()).expect("an authority");
    let operator = stand.operator("first");
    let (first, second) = (stand.replica().await, stand.replica().await);
    let strategy = r#"{"spec":{"updateStrategy":{"type":"Recreate","maxUnavailablePercent":100}}}"#;
    stand.kubectl(&["patch", "cobrowsepool", "standard", "--type=merge", "-p", strategy]);
    let (mut user, mut sam) = live(&stand, &first, &stand.shop()).await;
    let before = stand.pod_of(&user.session).await.inside;
    assert!(before.is_of(old.certificate()));
    let mut sees = sam.attach().await;

    step(&stand, (&operator, &[&first, &second]), (&old, Some(&new))).await;
    before.show(b"both are known");
    sees.picture(b"both are known").await;

    step(&stand, (&operator, &[&first, &second]), (&new, Some(&old))).await;
    before.show(b"the new one signs");
    sees.picture(b"the new one signs").await;
    until("warm pods are of the new one", PATIENCE, || async { warm_are_of(&stand, &new).then_some(()) }).await;
    let (mut other, _kim) = live(&stand, &second, &stand.shop()).await;
    let after = stand.pod_of(&other.session).await.inside;
    assert!(after.is_of(new.certificate()) && !after.is_of(old.certificate()));

    // Programs that start now know nothing but the files: they reach the old pod as well.
    drop(operator);
    let operator = stand.operator("second");
    first.kill();
    sees.cut().await;
    let third = stand.replica().await;
    for person in [&mut user, &mut sam] {
        person.move_to(&stand, &third).await;
    }
    let mut sees = sam.attach().await;
    before.show(b"by a new replica");
    sees.picture(b"by a new replica").await;
    for paused in [true, false] {
        let patch = format!(r#"{{"spec":{{"lifecycle":{{"paused":{paused}}}}}}}"#);
        stand.kubectl(&["patch", "cobrowsesession", &user.session, "--type=merge", "-p", &patch]);
        until("the new operator reaches the old pod", PATIENCE, || async {
            before.adjusted.lock().expect("not poisoned").last().is_some_and(|wish| wish.paused == paused).then_some(())
        })
        .await;
    }
    user.end().await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);

    step(&stand, (&operator, &[&second, &third]), (&new, None)).await;
    assert_eq!(other.get().await.phase(), Phase::Live);
    let (mut last, _sam) = live(&stand, &third, &stand.shop()).await;
    assert!(stand.pod_of(&last.session).await.inside.is_of(new.certificate()));
    for user in [&mut last, &mut other] {
        user.end().await;
        assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);
    }
}
