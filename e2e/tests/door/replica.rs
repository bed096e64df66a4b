//! Replicas that die while sessions live.

use crate::people::{PATIENCE, live, supported};
use crate::stand::Stand;
use cobrowse_wire::v1::{EndReason, Phase};
use std::time::{Duration, Instant};

/// From a replica's death until another one drives what it drove, with room for a busy machine.
const TAKEN_OVER: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_when_its_replica_is_killed_and_ends_by_its_pods_word() {
    let stand = Stand::open("killed").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    let (mut user, mut sam) = live(&stand, &first, &stand.shop()).await;
    let pod = stand.pod_of(&user.session).await.inside;
    let mut sees = sam.attach().await;
    pod.show(b"before");
    sees.picture(b"before").await;
    first.kill();
    let died = Instant::now();
    sees.cut().await;
    sam.move_to(&stand, &second).await;
    user.move_to(&stand, &second).await;
    let (mut own, mut sees) = (user.attach().await, sam.attach().await);
    pod.show(b"after");
    sees.picture(b"after").await;
    own.picture(b"after").await;
    assert!(died.elapsed() < Duration::from_secs(2), "viewers are on the other one: {:?}", died.elapsed());
    // Only a replica that drives the session hears that the pod ended it.
    pod.end(EndReason::MaxDuration);
    let ended = user.until(Phase::Ended).await;
    assert_eq!(ended.end_reason(), EndReason::MaxDuration);
    println!("the end was known {:?} after the replica's death", died.elapsed());
    assert!(died.elapsed() < TAKEN_OVER);
    assert_eq!(stand.loads(&user.session), 1, "one pod, loaded once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_goes_in_order_hands_over_at_once_and_nobody_new_waits() {
    let stand = Stand::open("order").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    let (mut user, _sam) = live(&stand, &first, &stand.shop()).await;
    let pod = stand.pod_of(&user.session).await.inside;
    first.stop().await;
    let gone = Instant::now();
    user.move_to(&stand, &second).await;
    assert_eq!(user.get().await.phase(), Phase::Live, "a replica that goes ends nothing");
    user.pause().await;
    user.until(Phase::Paused).await;
    // The one that goes on asks for the page again, and it is not loaded again.
    let again = async {
        while pod.asked.lock().expect("not poisoned").len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("it is taken over");
    println!("taken over {:?} after it went", gone.elapsed());
    assert!(gone.elapsed() < Duration::from_secs(8));
    assert_eq!(stand.loads(&user.session), 1);
    user.end().await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::EndUser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_dies_after_its_replica_ends_the_session_with_the_operators_word() {
    let stand = Stand::open("both").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    let (mut user, _sam) = live(&stand, &first, &stand.shop()).await;
    first.kill();
    let pod = stand.pod_of(&user.session).await;
    let evicted = serde_json::json!({"reason": "Evicted"});
    stand.kubelet.exit(&pod.uid, "", evicted).await.expect("it is told");
    user.move_to(&stand, &second).await;
    assert_eq!(user.until(Phase::Ended).await.end_reason(), EndReason::PodLost);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_killed_while_it_waits_for_a_pod_is_replaced_and_there_is_one_pod() {
    let stand = Stand::open("waits").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    let (mut user, pin) = supported(&stand, &first, &stand.shop()).await;
    let mut sam = crate::people::agent(&stand, &second, "northwind").await;
    let knocking = sam.join(&pin).await.expect("the PIN admits");
    user.allow(&knocking.self_id).await;
    // Allow is written; how far the first one came with the rest is chance.
    first.kill();
    user.move_to(&stand, &second).await;
    user.until(Phase::Live).await;
    assert_eq!(stand.loads(&user.session), 1, "one pod, loaded once");
}
