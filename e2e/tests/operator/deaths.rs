//! Deaths: the operator is killed before and after each of its writes in turn, and its writes arrive late. Whoever comes next goes on
//! with what is there. The replicas of a test have one name, so that the next one need not wait for the lease.

use crate::program::until;
use crate::proxy::Fate;
use crate::stand::{SOON, Stand};
use serde_json::json;
use std::collections::BTreeMap;

/// Writes of pods and sessions between a session's creation and the deletion of its object, besides those of the pool: claim, binding,
/// ready, finished, delete pod, delete session. And one pod.
const WRITES: usize = 7;

async fn through(stand: &Stand, name: &str) {
    stand.session(name, json!({"lifecycle": {"ttlSecondsAfterFinished": 0}})).await;
    until(&format!("{name} is ready"), SOON, || async { stand.history.ready_at(name).map(drop) }).await;
    stand.lifecycle(name, json!({"desiredState": "Ended"})).await;
    until(&format!("{name} is gone"), SOON, || async { stand.status(name).await.is_null().then_some(()) }).await;
}

async fn deaths(namespace: &str, fate: Fate) {
    let stand = Stand::new(namespace).await;
    let proxy = stand.proxy().await;
    let mut operator = stand.operator_behind(&proxy, "one");
    stand.pool(json!({"minWarm": 1, "maxWarm": 2})).await;
    stand.warm(1).await;
    let mut struck = 0;
    for number in 1..=WRITES + 1 {
        proxy.arm(number, fate);
        let name = format!("s-{number}");
        let end = through(&stand, &name);
        tokio::pin!(end);
        tokio::select! {
            () = &mut end => {}
            () = proxy.struck.notified() => {
                struck += 1;
                operator.kill();
                operator = stand.operator_behind(&proxy, "one");
                end.await;
            }
        }
        proxy.disarm();
        // A pod that the dead one had asked for may come after the next one looked, and is one more.
        stand.warm_at_least(1).await;
    }
    assert!(struck >= WRITES, "only {struck} of {WRITES} writes were met");
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_each_write() {
    deaths("killed-before", Fate::KilledBefore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_each_write() {
    deaths("killed-after", Fate::KilledAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_of_a_dead_leader_arrive_late() {
    let stand = Stand::new("late").await;
    let proxy = stand.proxy().await;
    let mut operator = stand.operator_behind(&proxy, "one");
    stand.pool(json!({"minWarm": 1, "maxWarm": 2})).await;
    stand.warm(1).await;
    for number in 1..=WRITES {
        proxy.arm(number, Fate::Late);
        let name = format!("s-{number}");
        stand.session(&name, json!({})).await;
        // The last ones are writes of the end.
        let ended = async {
            until("it is ready", SOON, || async { stand.history.ready_at(&name).map(drop) }).await;
            stand.lifecycle(&name, json!({"desiredState": "Ended"})).await;
            until("it ends", SOON, || async { stand.status(&name).await["finishReason"].is_string().then_some(()) })
                .await;
        };
        tokio::pin!(ended);
        tokio::select! {
            () = &mut ended => {}
            () = proxy.struck.notified() => {
                operator.kill();
                let before = operator.says("this replica leads");
                operator = stand.operator_behind(&proxy, "one");
                // In the middle of what the next one does, and once more after it.
                until("the next one leads", SOON, || async { (operator.says("this replica leads") > before).then_some(()) }).await;
                proxy.deliver().await;
                ended.await;
            }
        }
        proxy.disarm();
        proxy.deliver().await;
        // A pod that arrives late is one more.
        stand.warm_at_least(1).await;
    }
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_costs_eight_writes() {
    let stand = Stand::new("writes").await;
    let proxy = stand.proxy().await;
    let _operator = stand.operator_behind(&proxy, "one");
    stand.pool(json!({"minWarm": 2, "maxWarm": 3})).await;
    stand.warm(2).await;
    let before = proxy.writes().len();
    const SESSIONS: usize = 10;
    for number in 0..SESSIONS {
        through(&stand, &format!("s-{number}")).await;
    }
    stand.warm(2).await;
    until("all pods have gone", SOON, || async { stand.pods_that_are("bound").await.is_empty().then_some(()) }).await;
    let writes = proxy.writes().split_off(before);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for write in &writes {
        let kind = if write.path.contains("cobrowsesessions") { "session" } else { "pod" };
        *kinds.entry(format!("{} {kind}", write.method)).or_default() += 1;
    }
    // The creation of the session is its user's.
    let each = writes.len() as f64 / SESSIONS as f64 + 1.0;
    println!("writes of a session: {each:.2}, {kinds:?}");
    assert!(each <= 8.0, "{each} writes: {kinds:?}");
    stand.check().await;
}
