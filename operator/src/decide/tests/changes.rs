//! What changes while sessions live: a pause by an administrator, a pool that went, a tenant that came.

use super::*;
use crate::session::adjust::Adjusted;

/// A session with a pod and a page, of this generation, whose status speaks of another.
fn live(version: u64, (generation, observed): (i64, i64), paused: bool, ready: bool) -> seen::Session {
    let mut timings = json!({"bound": "2026-01-01T00:00:01.000000Z"});
    if ready {
        timings["ready"] = json!("2026-01-01T00:00:01.000000Z");
    }
    let status = json!({"observedGeneration": observed, "timings": timings,
        "binding": {"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1", "nodeName": "node",
            "revision": "0", "launch": "Warm"}});
    let mut metadata = metadata("s-32", 32, version);
    metadata["generation"] = json!(generation);
    let object = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": metadata,
        "spec": {"tenantRef": {"name": "shop"}, "poolRef": {"name": "pool"}, "site": "www.shop.example",
            "lifecycle": {"paused": paused, "maxDuration": "8h"}},
        "status": status});
    seen::Session::read(&serde_json::from_value(object).expect("a session")).expect("readable")
}

/// What pods are told of administrators' wishes: paused, and milliseconds.
fn adjustments(works: &[Work]) -> Vec<(bool, u64)> {
    let told = |work: &Work| match work {
        Work::Session { job, .. } => match job.as_ref() {
            Job::Adjust { request, .. } => Some((request.paused, request.max_duration_ms)),
            _ => None,
        },
        _ => None,
    };
    works.iter().filter_map(told).collect()
}

/// The conditions and times that a status is to have.
fn written(works: &[Work]) -> String {
    let patch = |work: &Work| match work {
        Work::Session { job, .. } => match job.as_ref() {
            Job::Status(patch) => Some(patch.to_string()),
            _ => None,
        },
        _ => None,
    };
    works.iter().find_map(patch).unwrap_or_default()
}

fn told(decider: &mut Decider, outcome: Outcome, answer: Answer) {
    report(decider, Report::Session { uid: uid(32), act: Act::Adjust, outcome, answer, error: None });
}

#[test]
fn a_change_of_a_live_session_reaches_its_pod_and_then_its_status() {
    let pods = vec![bound(16, 1, 32, "Running")];
    let mut decider = leading(pods, vec![live(1, (2, 1), true, true)], pool(json!({"maxSessionDuration": "1h"})));
    let works = decider.decide(NOW);
    assert_eq!(acts(&works), [(uid(32), Act::Adjust)]);
    assert_eq!(adjustments(&works), [(true, 3_600_000)], "the pool's cap is less than the tenant's ceiling");
    assert_eq!(acts(&decider.decide(NOW)), [], "one thing at a time");
    let adjusted = Adjusted { generation: 2, taken: true, expires_at: Some(Timestamp::from_millis(1_767_229_200_000)) };
    told(&mut decider, Outcome::Done, Answer::Adjusted(adjusted));
    let works = decider.decide(NOW);
    assert_eq!(acts(&works), [(uid(32), Act::Tell)]);
    let written = written(&works);
    for part in ["\"Paused\"", "Administrator", "2026-01-01T01:00:00Z", "it lasts 3600s", "maxSessionDuration"] {
        assert!(written.contains(part), "{part} is not in {written}");
    }
    let answer = Answer::Session(Box::new(live(2, (2, 2), true, true)));
    report(&mut decider, Report::Session { uid: uid(32), act: Act::Tell, outcome: Outcome::Done, answer, error: None });
    assert_eq!(acts(&decider.decide(NOW)), []);
}

#[test]
fn a_pod_that_does_not_answer_is_told_again_and_one_that_cannot_is_told_of() {
    let pods = vec![bound(16, 1, 32, "Running")];
    let mut decider = leading(pods, vec![live(1, (2, 1), true, true)], pool(json!({})));
    decider.decide(NOW);
    told(&mut decider, Outcome::Unavailable, Answer::Nothing);
    assert_eq!(acts(&decider.decide(NOW)), [], "not at once");
    let later = NOW + Duration::from_secs(3);
    assert_eq!(acts(&decider.decide(later)), [(uid(32), Act::Claim(Step::Read(Doubt::Answer)))]);
    let found = crate::session::read::Found {
        session: Some(live(1, (2, 1), true, true)),
        pods: vec![bound(16, 1, 32, "Running")],
        gone: vec![],
    };
    let step = Step::Read(Doubt::Answer);
    answered(&mut decider, uid(32), step, Outcome::Done, Answer::Found(Box::new(found)));
    assert_eq!(acts(&decider.decide(later)), [(uid(32), Act::Adjust)]);
    told(&mut decider, Outcome::Done, Answer::Adjusted(Adjusted::of(2, None)));
    assert!(written(&decider.decide(later)).contains("NotSupported"));
}

#[test]
fn a_session_that_is_paused_on_its_way_is_paused_before_its_page_is_loaded() {
    let pods = vec![bound(16, 1, 32, "Running")];
    let mut decider = leading(pods, vec![live(1, (1, 1), true, false)], pool(json!({})));
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Adjust)]);
    told(&mut decider, Outcome::Done, Answer::Adjusted(Adjusted::of(1, Some(&Default::default()))));
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Claim(Step::Start(pod_uid(16))))]);
    let started = Answer::Started(crate::pods::calls::Started::default());
    answered(&mut decider, uid(32), Step::Start(pod_uid(16)), Outcome::Done, started);
    let works = decider.decide(NOW);
    assert_eq!(acts(&works), [(uid(32), Act::Claim(Step::WriteReady(pod_uid(16))))]);
    // Who bound the pod was another leader: what the pod was bound with is not known, and it is told once more.
    assert!(written(&works).contains(r#""path":"/status/observedGeneration","value":0"#), "{works:?}");
}

#[test]
fn a_suspended_tenants_session_is_paused_all_the_same_and_lasts_as_it_did() {
    let pods = vec![bound(16, 1, 32, "Running")];
    let mut decider = leading(pods, vec![live(1, (1, 1), false, true)], pool(json!({})));
    decider.take(Event::Tenants(Change::Gone(tenant())), NOW);
    assert_eq!(acts(&decider.decide(NOW)), [], "it goes on");
    decider.take(Event::Sessions(Change::Seen(live(2, (2, 1), true, true))), NOW);
    assert_eq!(adjustments(&decider.decide(NOW)), [(true, 0)]);
}

#[test]
fn the_policy_of_a_pool_that_went_while_nobody_led_goes_when_its_pods_have() {
    let mut decider = leading(vec![bound(16, 1, 32, "Running")], vec![], pool(json!({})));
    let gone = pool(json!({}));
    decider.take(Event::Pools(Change::Gone(gone)), NOW);
    assert!(decider.decide(NOW).iter().any(|work| matches!(work, Work::Policies)), "it looks when it begins to lead");
    let none = |works: &[Work]| {
        let names = works.iter().filter_map(|work| match work {
            Work::NoPolicy(pool) => Some(pool.clone()),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    report(&mut decider, Report::Policies(vec!["pool".to_owned(), "old".to_owned()]));
    assert_eq!(none(&decider.decide(NOW)), ["old"], "one of them has a pod still");
    report(&mut decider, Report::NoPolicy { pool: "old".to_owned(), error: Some("away".to_owned()) });
    assert!(none(&decider.decide(NOW)).is_empty(), "not at once again");
    let later = NOW + Duration::from_secs(5);
    assert_eq!(none(&decider.decide(later)), ["old"]);
    report(&mut decider, Report::NoPolicy { pool: "old".to_owned(), error: None });
    assert!(none(&decider.decide(later)).is_empty() && !decider.pools.contains_key("old"));
    decider.take(Event::Pods(Change::Gone(bound(16, 1, 32, "Running"))), later);
    assert_eq!(none(&decider.decide(later)), ["pool"]);
}

#[test]
fn a_tenant_is_invited_once_its_status_is_written() {
    let mut decider = leading(vec![], vec![], pool(json!({})));
    let works = decider.decide(NOW);
    let status = works.iter().find_map(|work| match work {
        Work::TenantStatus { status, .. } => Some(status.clone()),
        _ => None,
    });
    let mut object = tenant().object.as_ref().clone();
    object.status = status.map(|status| *status);
    object.metadata.resource_version = Some("2".to_owned());
    let seen = seen::Tenant::read(object).expect("readable");
    report(&mut decider, Report::TenantStatus { uid: seen.uid, written: Some(seen) });
    let invites = |works: &[Work]| works.iter().filter(|work| matches!(work, Work::Invite { .. })).count();
    assert_eq!((invites(&decider.decide(NOW)), invites(&decider.decide(NOW))), (1, 0), "one at a time");
}

/// Reason and message of a pool's condition Ready.
fn pool_ready(works: &[Work]) -> Option<(String, String, String)> {
    let status = works.iter().find_map(|work| match work {
        Work::PoolStatus { status, .. } => Some(status),
        _ => None,
    })?;
    let ready = status.conditions.iter().find(|condition| condition.type_ == "Ready")?;
    Some((ready.status.clone(), ready.reason.clone(), ready.message.clone()))
}

#[test]
fn a_pool_says_why_its_pods_do_not_start_until_one_does() {
    let crashed = |version: u64| {
        let words = json!({"reason": "BrowserCrashed", "lastSeq": 0, "trouble": "SandboxUnavailable"}).to_string();
        let mut metadata = metadata("pod-16", 16, version);
        metadata["labels"] =
            json!({"cobrowse.dev/pool": "pool", "cobrowse.dev/slot": "warm", "cobrowse.dev/revision": "0"});
        let agent = json!({"name": "agent", "ready": false, "image": "i", "imageID": "", "restartCount": 0,
            "state": {"terminated": {"exitCode": 1, "message": words}}});
        let object = json!({"metadata": metadata, "status": {"phase": "Failed", "containerStatuses": [agent]}});
        seen::Pod::read(&serde_json::from_value(object).expect("a pod")).expect("readable")
    };
    let mut decider = leading(vec![], vec![], pool(json!({})));
    decider.decide(NOW);
    report(&mut decider, Report::PoolStatus { pool: "pool".to_owned(), written: None });
    decider.take(Event::Pods(Change::Seen(crashed(1))), NOW);
    let later = NOW + std::time::Duration::from_secs(2);
    let (status, reason, message) = pool_ready(&decider.decide(later)).expect("a status");
    assert_eq!((status.as_str(), reason.as_str()), ("False", "SandboxUnavailable"));
    assert!(message.contains("user.max_user_namespaces"), "the mend: {message}");

    let mut decider = leading(vec![pod(17, 1, json!({}), "Running")], vec![], pool(json!({})));
    decider.take(Event::Pods(Change::Seen(crashed(1))), NOW);
    enrolled(&mut decider, 17);
    let (status, reason, _) = pool_ready(&decider.decide(NOW)).expect("a status");
    assert_eq!((status.as_str(), reason.as_str()), ("True", "WarmPods"));
}
