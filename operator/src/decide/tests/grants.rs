//! Egress grants: no pod before the way out is known, the first with `Start`, then in time, and at once by whoever leads next.

use super::*;
use crate::egress::Way;
use crate::pool::build::policy::Change;
use crate::session::grant::Granting;
use cobrowse_identity::grant::{GrantMode, RENEW_AFTER};

const AGAIN: Duration = Duration::from_secs(10);

fn way(address: &str) -> Way {
    let key = GrantKey::generate().expect("a key");
    Way { gateways: vec![address.parse().expect("an address")], key: Arc::new(key) }
}

/// A pod of a session that goes out by the gateway.
fn gated(number: u8, version: u64, session: u8) -> seen::Pod {
    let labels = json!({"cobrowse.dev/slot": "bound", "cobrowse.dev/session": format!("s-{session}"),
        "of": format!("{UID}{session:02x}"), "cobrowse.dev/egress": "gateway"});
    pod(number, version, labels, "Running")
}

/// A session whose pod is number 16.
fn in_pod(version: u64, ready: bool) -> seen::Session {
    let timings = if ready { json!({"ready": "2026-01-01T00:00:01.000000Z"}) } else { json!({}) };
    let binding = json!({"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1", "nodeName": "node",
        "revision": "0", "launch": "Warm"});
    session(32, version, json!({"binding": binding, "timings": timings}))
}

/// Leads with a live session in this pod.
fn living(pod: seen::Pod) -> Decider {
    let mut decider = leads(decider(Some(vec![])), vec![pod], vec![in_pod(1, true)], pool(json!({})));
    decider.take(Event::Way(way("10.96.0.5:8710")), NOW);
    decider
}

/// The renewals among these works.
fn renewals(works: &[Work]) -> Vec<&Granting> {
    fn granting(work: &Work) -> Option<&Granting> {
        match work {
            Work::Grant { granting, .. } => Some(granting),
            _ => None,
        }
    }
    works.iter().filter_map(granting).collect()
}

fn granted(decider: &mut Decider, error: Option<&str>, now: Timestamp) {
    let report = Report::Granted { pod: pod_uid(16), error: error.map(str::to_owned) };
    decider.take(Event::Report(Box::new(report)), now);
}

#[test]
fn no_pod_is_made_before_the_way_out_is_known_and_then_by_it_alone() {
    let mut decider = leads(decider(Some(vec![])), vec![], vec![], pool(json!({})));
    assert!(decider.decide(NOW).is_empty());
    decider.take(Event::Way(way("10.96.0.5:8710")), NOW);
    let works = decider.decide(NOW);
    let policies = works.iter().find_map(|work| match work {
        Work::Policy { changes, .. } => Some(changes.clone()),
        _ => None,
    });
    assert!(matches!(policies.as_deref(), Some([Change::Apply(_), Change::Delete(_)])), "{policies:?}");
    report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
    let works = decider.decide(NOW);
    let pod = works.iter().find_map(|work| match work {
        Work::Create { pod, .. } => Some(pod.clone()),
        _ => None,
    });
    let pod = serde_json::to_value(pod.expect("a pod")).expect("JSON");
    assert_eq!(pod["metadata"]["labels"]["cobrowse.dev/egress"], json!("gateway"));
    let arguments: Vec<&str> =
        pod["spec"]["containers"][0]["args"].as_array().expect("arguments").iter().filter_map(Value::as_str).collect();
    assert!(arguments.ends_with(&["--gateway", "10.96.0.5:8710", "--proxy-port", "8701"]), "{arguments:?}");
}

#[test]
fn a_gateway_with_another_address_makes_the_pods_of_the_old_one_stale() {
    let mut decider = living(gated(16, 1, 32));
    decider.decide(NOW);
    let before = decider.pools["pool"].revision;
    decider.take(Event::Way(way("10.96.0.6:8710")), NOW);
    assert_ne!(decider.pools["pool"].revision, before);
    let same = decider.pools["pool"].revision;
    decider.take(Event::Way(way("10.96.0.6:8710")), NOW);
    assert_eq!(decider.pools["pool"].revision, same, "another key changes no pod");
}

#[test]
fn a_pod_s_first_grant_goes_with_start_and_the_next_in_time() {
    let mut decider = leads(decider(Some(vec![])), vec![gated(16, 1, 32)], vec![in_pod(1, false)], pool(json!({})));
    decider.take(Event::Way(way("10.96.0.5:8710")), NOW);
    let works = decider.decide(NOW);
    let grant = works.iter().find_map(|work| match work {
        Work::Session { job, .. } => match job.as_ref() {
            Job::Start { granting, .. } => granting.as_ref().map(|granting| granting.grant().clone()),
            _ => None,
        },
        _ => None,
    });
    let grant = grant.expect("a grant");
    assert_eq!((grant.session.as_str(), grant.tenant.as_str()), ("s-32", "shop"));
    assert_eq!(grant.pod.as_str(), pod_uid(16).to_string());
    assert_eq!((grant.mode, grant.sites), (GrantMode::Listed, vec!["https://www.shop.example".to_owned()]));
    assert!(renewals(&works).is_empty(), "not twice");
    answered(&mut decider, uid(32), Step::Start(pod_uid(16)), Outcome::Done, Answer::Nothing);
    decider.take(Event::Sessions(crate::watch::Change::Seen(in_pod(2, true))), NOW);
    assert!(renewals(&decider.decide(NOW)).is_empty());
    assert!(renewals(&decider.decide(NOW + (RENEW_AFTER - Duration::from_secs(1)))).is_empty());
    assert_eq!(renewals(&decider.decide(NOW + RENEW_AFTER)).len(), 1);
}

#[test]
fn a_live_session_s_grant_is_renewed_by_the_next_leader_at_once_and_then_again_and_again() {
    let mut decider = living(gated(16, 1, 32));
    let mut now = NOW;
    for _ in 0..3 {
        assert_eq!(renewals(&decider.decide(now)).len(), 1);
        assert!(renewals(&decider.decide(now)).is_empty(), "one at a time");
        granted(&mut decider, None, now);
        assert!(renewals(&decider.decide(now + (RENEW_AFTER - Duration::from_secs(1)))).is_empty());
        now = now + RENEW_AFTER;
    }
    assert_eq!(renewals(&decider.decide(now)).len(), 1);
    granted(&mut decider, Some("no answer"), now);
    assert!(renewals(&decider.decide(now)).is_empty());
    assert_eq!(renewals(&decider.decide(now + AGAIN)).len(), 1, "a pod that did not answer is asked again soon");
    decider.take(Event::Lead, now);
    assert_eq!(renewals(&decider.decide(now)).len(), 1, "who begins to lead knows of none");
}

#[test]
fn nobody_renews_for_pods_that_go_out_by_themselves_or_whose_session_or_tenant_is_over() {
    let old = bound(16, 1, 32, "Running");
    assert!(renewals(&living(old).decide(NOW)).is_empty());
    let mut ended = living(gated(16, 1, 32));
    let finished = json!({"binding": {"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1", "nodeName": "node",
        "revision": "0", "launch": "Warm"}, "finishReason": "Requested", "phase": "Finished"});
    ended.take(Event::Sessions(crate::watch::Change::Seen(session(32, 2, finished))), NOW);
    assert!(renewals(&ended.decide(NOW)).is_empty());
    let mut suspended = living(gated(16, 1, 32));
    suspended.take(Event::Tenants(crate::watch::Change::Gone(tenant())), NOW);
    assert!(renewals(&suspended.decide(NOW)).is_empty());
    suspended.take(Event::Tenants(crate::watch::Change::Begin), NOW);
    assert!(renewals(&suspended.decide(NOW + AGAIN)).is_empty(), "and it is looked at again");
}

#[test]
fn no_page_is_loaded_before_the_way_out_is_known() {
    let mut decider = leads(decider(Some(vec![])), vec![gated(16, 1, 32)], vec![in_pod(1, false)], pool(json!({})));
    let start = (uid(32), Act::Claim(Step::Start(pod_uid(16))));
    // Who leads since a moment has not looked it up: whatever else is done, the page is not begun with.
    for _ in 0..4 {
        for (uid, act) in acts(&decider.decide(NOW)) {
            let Act::Claim(step) = act else { panic!("{act:?}") };
            assert_ne!((uid, act), start);
            answered(&mut decider, uid, step, Outcome::Done, Answer::Nothing);
        }
    }
    decider.take(Event::Way(way("10.96.0.5:8710")), NOW);
    assert_eq!(acts(&decider.decide(NOW)), [start]);
}

#[test]
fn what_is_signed_is_good_for_five_minutes_in_this_pod_alone() {
    let mut decider = leads(decider(Some(vec![])), vec![gated(16, 1, 32)], vec![in_pod(1, true)], pool(json!({})));
    let way = way("10.96.0.5:8710");
    let public = way.key.public_pem();
    decider.take(Event::Way(way), NOW);
    let works = decider.decide(NOW);
    let [granting] = renewals(&works)[..] else { panic!("one renewal: {works:?}") };
    let now = std::time::SystemTime::UNIX_EPOCH + Duration::from_millis(NOW.as_millis());
    let request = granting.request(now).expect("it is signed");
    assert_eq!(request.session_id, "s-32");
    let keys = cobrowse_identity::grant::GrantKeys::from_pem(&public).expect("keys");
    let uid = |number: u8| cobrowse_identity::name::PodUid::parse(&pod_uid(number).to_string()).expect("a uid");
    let last = now + Duration::from_secs(299);
    assert!(keys.verify(&request.grant, &uid(16), now).is_ok() && keys.verify(&request.grant, &uid(16), last).is_ok());
    assert!(keys.verify(&request.grant, &uid(17), now).is_err());
    assert!(keys.verify(&request.grant, &uid(16), now + Duration::from_secs(301)).is_err());
}
