//! Leaders: who leads is clear within seconds, and two at once do no harm.

use crate::program::{Program, until};
use crate::stand::{SOON, Stand};
use cobrowse_e2e::must;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_hands_over_and_another_takes_over() {
    let stand = Stand::new("leaders").await;
    let mut first = stand.operator("first");
    until("it leads", SOON, || async { (first.says("this replica leads") == 1).then_some(()) }).await;
    let mut second = stand.operator("second");
    stand.pool(json!({})).await;
    stand.warm(2).await;
    assert_eq!(second.says("this replica leads"), 0);
    // Both are ready, and one of them leads.
    for (program, leads) in [(&first, "cobrowse_leader 1"), (&second, "cobrowse_leader 0")] {
        until("it is ready", SOON, || async { program.get("/readyz").ok()?.starts_with("HTTP/1.1 200").then_some(()) })
            .await;
        let metrics = program.get("/metrics").expect("metrics");
        assert!(metrics.contains(leads), "{metrics}");
    }
    let metrics = first.get("/metrics").expect("metrics");
    assert!(metrics.contains(r#"cobrowse_pool_pods{pool="pool",state="warm"} 2"#), "{metrics}");
    let asked = r#"cobrowse_apiserver_requests_total{verb="create",resource="pods",code="201"} 2"#;
    assert!(metrics.contains(asked), "{metrics}");
    assert!(
        metrics.contains(r#"cobrowse_apiserver_request_seconds_count{verb="create",resource="leases"}"#),
        "{metrics}"
    );
    // In order.
    first.terminate().expect("a signal");
    let begun = Instant::now();
    until("the other leads", SOON, || async { (second.says("this replica leads") == 1).then_some(()) }).await;
    let handed_over = begun.elapsed();
    stand.session("after", json!({})).await;
    stand.phase("after", "Active").await;
    println!("hand-over: {handed_over:?}");
    assert!(handed_over < Duration::from_secs(2), "{handed_over:?}");
    assert!(first.ended().is_some_and(|status| status.success()), "it ended well");
    // By death: what waits then waits no longer than the lease and five seconds.
    let third = stand.operator("third");
    second.kill();
    let begun = Instant::now();
    stand.session("orphan", json!({})).await;
    until("it is bound", SOON, || async { stand.status("orphan").await["binding"].is_object().then_some(()) }).await;
    let taken_over = begun.elapsed();
    println!("take-over: {taken_over:?}");
    assert!(taken_over < Duration::from_secs(15), "I5: {taken_over:?}");
    drop(third);
    stand.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_cannot_renew_stops() {
    let stand = Stand::new("late-lease").await;
    let mut operator = stand.operator("one");
    until("it leads", SOON, || async { (operator.says("this replica leads") == 1).then_some(()) }).await;
    let patch = r#"{"spec": {"holderIdentity": "somebody", "leaseTransitions": 7}}"#;
    let lease = ["patch", "lease", "cobrowse-operator", "-n", &stand.namespace, "--type=merge", "-p", patch];
    must(&lease, "").expect("the lease is taken");
    let ended = Instant::now();
    until("it stops", SOON, || async { (ended.elapsed() > Duration::from_secs(1)).then_some(()) }).await;
    let begun = Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while operator.ended().is_none() {
        looks.tick().await;
        assert!(begun.elapsed() < Duration::from_secs(10), "it goes on without its lease");
    }
    assert!(operator.ended().is_some_and(|status| !status.success()));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_leaders_at_once_do_no_harm() {
    let stand = Stand::new("two").await;
    let _first = stand.operator("first");
    let second = apart(&stand, "second");
    stand.pool(json!({"minWarm": 3, "maxWarm": 6, "maxTotal": 40})).await;
    until("both lead", SOON, || async { (second.says("this replica leads") == 1).then_some(()) }).await;
    // Each makes those that it misses, so there may be more.
    stand.warm_at_least(3).await;
    let names: Vec<String> = (0..25).map(|number| format!("s-{number}")).collect();
    let kinds = ["Wait", "Cold", "Wait"];
    let made = names.iter().zip(kinds.iter().cycle());
    futures::future::join_all(
        made.map(|(name, kind)| stand.session(name, json!({"whenPoolEmpty": kind, "claimDeadline": "1m"}))),
    )
    .await;
    for name in &names {
        until(&format!("{name} is ready"), 2 * SOON, || async { stand.history.ready_at(name).map(drop) }).await;
    }
    for name in &names {
        stand.lifecycle(name, json!({"desiredState": "Ended"})).await;
    }
    until("all pods have gone", 2 * SOON, || async { stand.pods_that_are("bound").await.is_empty().then_some(()) })
        .await;
    stand.check().await;
}

/// One more operator that leads: it has a lease of its own.
pub(crate) fn apart(stand: &Stand, identity: &str) -> Program {
    let elsewhere = stand.elsewhere();
    let _ = cobrowse_e2e::kubectl(&["delete", "namespace", &elsewhere, "--ignore-not-found", "--wait"], "");
    must(&["create", "namespace", &elsewhere], "").expect("a namespace");
    Program::start_with_lease_in(&stand.place(None), identity, &elsewhere).expect("the operator starts")
}
