//! Decisions by what is seen, without a cluster: who is told what, what comes first, and what is left alone.

use super::pools::PLAN_EVERY;
use super::*;
use crate::cluster::Untaken;
use crate::pool::build::policy;
use crate::work::{Act, Answer, Job};
use cobrowse_session::claim::{Doubt, Outcome, Step};
use serde_json::{Value, json};

mod changes;
mod grants;
mod network;

const NOW: Timestamp = Timestamp::from_millis(1_767_225_700_000);
const UID: &str = "00000000-0000-0000-0000-0000000000";

/// With an egress gateway, or without.
fn decider(gateways: Option<Vec<std::net::SocketAddr>>) -> Decider {
    let installation = Installation {
        namespace: "cobrowse".to_owned(),
        system: "cobrowse-system".to_owned(),
        pod_port: 8700,
        authority: "0badc0de".to_owned(),
        host_users: false,
        seccomp_profile: crate::names::CHROME_PROFILE.to_owned(),
        public_origin: None,
        public: policy::public(&[]),
        gateways,
        browser_policy: None,
        forbidden: Vec::new(),
    };
    Decider::new(installation, Arc::new(Metrics::default()), Events::none())
}

fn metadata(name: &str, number: u8, version: u64) -> Value {
    json!({"name": name, "namespace": "cobrowse", "uid": format!("{UID}{number:02x}"), "generation": 1,
        "resourceVersion": version.to_string(), "creationTimestamp": "2026-01-01T00:01:40Z"})
}

fn tenant() -> seen::Tenant {
    let object = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant", "metadata": metadata("shop", 1, 1),
        "spec": {"displayName": "Shop", "sites": [{"pattern": "www.shop.example"}]}});
    seen::Tenant::read(serde_json::from_value(object).expect("a tenant")).expect("readable")
}

fn pool(more: Value) -> seen::Pool {
    let mut spec = json!({"image": "registry.example/browser-pod:1", "minWarm": 1, "maxWarm": 2});
    for (key, value) in more.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    let object = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowsePool", "metadata": metadata("pool", 2, 1), "spec": spec});
    seen::Pool::read(serde_json::from_value(object).expect("a pool")).expect("readable")
}

fn session(number: u8, version: u64, status: Value) -> seen::Session {
    let object = json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession",
        "metadata": metadata(&format!("s-{number}"), number, version),
        "spec": {"tenantRef": {"name": "shop"}, "poolRef": {"name": "pool"}, "site": "www.shop.example", "claimDeadline": "10m"},
        "status": status});
    seen::Session::read(&serde_json::from_value(object).expect("a session")).expect("readable")
}

fn pod(number: u8, version: u64, labels: Value, phase: &str) -> seen::Pod {
    let mut metadata = metadata(&format!("pod-{number}"), number, version);
    metadata["labels"] =
        json!({"cobrowse.dev/pool": "pool", "cobrowse.dev/slot": "warm", "cobrowse.dev/revision": "0"});
    for (key, value) in labels.as_object().into_iter().flatten() {
        metadata["labels"][key] = value.clone();
    }
    if let Some(of) = labels.get("of") {
        metadata["annotations"] = json!({"cobrowse.dev/session-uid": of});
    }
    let object = json!({"metadata": metadata, "spec": {"containers": [], "nodeName": "node", "activeDeadlineSeconds": 90_000},
        "status": {"phase": phase, "podIP": "10.0.0.1"}});
    seen::Pod::read(&serde_json::from_value(object).expect("a pod")).expect("readable")
}

fn bound(number: u8, version: u64, session: u8, phase: &str) -> seen::Pod {
    let labels = json!({"cobrowse.dev/slot": "bound", "cobrowse.dev/session": format!("s-{session}"), "of": format!("{UID}{session:02x}")});
    pod(number, version, labels, phase)
}

fn uid(number: u8) -> SessionUid {
    SessionUid::parse(&format!("{UID}{number:02x}")).expect("a uid")
}

fn pod_uid(number: u8) -> PodUid {
    PodUid::parse(&format!("{UID}{number:02x}")).expect("a uid")
}

/// Has seen these, and leads.
fn leading(pods: Vec<seen::Pod>, sessions: Vec<seen::Session>, pool: seen::Pool) -> Decider {
    leads(decider(None), pods, sessions, pool)
}

fn leads(mut decider: Decider, pods: Vec<seen::Pod>, sessions: Vec<seen::Session>, pool: seen::Pool) -> Decider {
    fn list<T>(decider: &mut Decider, event: fn(Change<T>) -> Event, objects: Vec<T>) {
        decider.take(event(Change::Begin), NOW);
        objects.into_iter().for_each(|object| decider.take(event(Change::Seen(object)), NOW));
        decider.take(event(Change::End), NOW);
    }
    list(&mut decider, Event::Tenants, vec![tenant()]);
    list(&mut decider, Event::Pools, vec![pool]);
    list(&mut decider, Event::Sessions, sessions);
    list(&mut decider, Event::Pods, pods);
    assert!(decider.decide(NOW).is_empty(), "nothing before it leads");
    decider.take(Event::Lead, NOW);
    decider
}

fn report(decider: &mut Decider, report: Report) {
    decider.take(Event::Report(Box::new(report)), NOW);
}

fn answered(decider: &mut Decider, uid: SessionUid, step: Step, outcome: Outcome, answer: Answer) {
    report(decider, Report::Session { uid, act: Act::Claim(step), outcome, answer, error: None });
}

fn enrolled(decider: &mut Decider, number: u8) {
    report(decider, Report::Enrolled { pod: pod_uid(number), error: None });
}

/// What is decided for sessions.
fn acts(works: &[Work]) -> Vec<(SessionUid, Act)> {
    let act = |work: &Work| match work {
        Work::Session { uid, act, .. } => Some((*uid, *act)),
        _ => None,
    };
    works.iter().filter_map(act).collect()
}

fn creations(works: &[Work]) -> usize {
    works.iter().filter(|work| matches!(work, Work::Create { .. })).count()
}

#[test]
fn no_pod_before_its_policy() {
    let mut decider = leading(vec![], vec![], pool(json!({"minWarm": 2})));
    let works = decider.decide(NOW);
    assert!(works.iter().any(|work| matches!(work, Work::Policy { .. })));
    assert_eq!(creations(&works), 0);
    report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
    assert_eq!(creations(&decider.decide(NOW)), 2);
}

#[test]
fn a_pool_that_has_half_of_its_pods_can_wait_for_the_others() {
    for (ready, low) in [(1, true), (2, false)] {
        let pods = (0..ready).map(|number| pod(16 + number, 1, json!({}), "Running")).collect();
        let mut decider = leading(pods, vec![], pool(json!({"minWarm": 4, "maxWarm": 4})));
        decider.decide(NOW);
        report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
        (0..ready).for_each(|number| enrolled(&mut decider, 16 + number));
        let works = decider.decide(NOW + PLAN_EVERY);
        let lows = works.iter().filter(|work| matches!(work, Work::Create { low: told, .. } if *told == low)).count();
        assert_eq!(lows, usize::from(4 - ready), "{ready} ready: {works:?}");
    }
}

#[test]
fn a_refused_policy_is_left_alone_for_longer_and_longer() {
    let mut decider = leading(vec![], vec![], pool(json!({})));
    let mut asked = 0;
    let mut now = NOW;
    for _ in 0..600 {
        if decider.decide(now).iter().any(|work| matches!(work, Work::Policy { .. })) {
            asked += 1;
            let refused = Report::Policy { pool: "pool".to_owned(), error: Some(("422".to_owned(), Untaken::Refused)) };
            decider.take(Event::Report(Box::new(refused)), now);
        }
        now = now + Duration::from_millis(100);
    }
    assert!((5..=8).contains(&asked), "asked {asked} times in a minute");
}

#[test]
fn pods_that_are_refused_together_are_one_refusal() {
    let mut decider = leading(vec![], vec![], pool(json!({"minWarm": 5, "maxWarm": 5})));
    decider.decide(NOW);
    report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
    assert_eq!(creations(&decider.decide(NOW)), 5);
    for _ in 0..5 {
        report(
            &mut decider,
            Report::Created { pool: "pool".to_owned(), pod: Err(("422".to_owned(), Untaken::Refused)) },
        );
    }
    assert_eq!(creations(&decider.decide(NOW + Duration::from_millis(900))), 0);
    let again = decider.decide(NOW + Duration::from_millis(1100));
    assert_eq!(creations(&again), 5, "after a second it is tried again");
}

#[test]
fn an_api_server_that_was_away_is_asked_for_pods_again_within_seconds_however_often_it_was() {
    let mut decider = leading(vec![], vec![], pool(json!({})));
    decider.decide(NOW);
    report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
    let mut now = NOW;
    let mut last = NOW;
    for _ in 0..50 {
        let away = Report::Created { pool: "pool".to_owned(), pod: Err(("refused".to_owned(), Untaken::Unanswered)) };
        while creations(&decider.decide(now)) == 0 {
            now = now + Duration::from_millis(100);
            assert!(now.since(last) <= Duration::from_secs(3), "nobody asked for {:?}", now.since(last));
        }
        last = now;
        decider.take(Event::Report(Box::new(away)), now);
    }
}

#[test]
fn a_claim_from_its_first_step_to_its_last() {
    let mut decider =
        leading(vec![pod(16, 1, json!({}), "Running")], vec![session(32, 1, json!(null))], pool(json!({})));
    let works = decider.decide(NOW);
    assert!(works.iter().any(|work| matches!(work, Work::Enroll(_))), "a pod of unknown state is asked first");
    assert_eq!(acts(&works), []);
    enrolled(&mut decider, 16);
    let claim = Step::ClaimPod(pod_uid(16));
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Claim(claim))]);
    assert_eq!(acts(&decider.decide(NOW)), [], "one thing at a time");
    let answer = Answer::Pod(Box::new(bound(16, 2, 32, "Running")));
    answered(&mut decider, uid(32), claim, Outcome::Done, answer);
    let works = decider.decide(NOW);
    assert_eq!(acts(&works), [(uid(32), Act::Claim(Step::Bind(pod_uid(16))))]);
    answered(&mut decider, uid(32), Step::Bind(pod_uid(16)), Outcome::Done, Answer::Nothing);
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Claim(Step::WriteBinding(pod_uid(16))))]);
    let binding = json!({"binding": {"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1", "nodeName": "node",
        "revision": "0", "launch": "Warm"}});
    let answer = Answer::Session(Box::new(session(32, 2, binding)));
    answered(&mut decider, uid(32), Step::WriteBinding(pod_uid(16)), Outcome::Done, answer);
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Claim(Step::Start(pod_uid(16))))]);
}

#[test]
fn two_sessions_are_never_offered_one_pod() {
    let pods = vec![pod(16, 1, json!({}), "Running")];
    let sessions = vec![session(32, 1, json!(null)), session(33, 1, json!(null))];
    let mut decider = leading(pods, sessions, pool(json!({})));
    decider.decide(NOW);
    enrolled(&mut decider, 16);
    let claims = acts(&decider.decide(NOW));
    assert_eq!(claims.len(), 1, "{claims:?}");
    let works = decider.decide(NOW + Duration::from_millis(60));
    assert!(acts(&works).is_empty(), "a pod that is being claimed is nobody else's: {works:?}");
}

#[test]
fn a_lost_race_is_looked_at_with_the_pod_that_was_claimed() {
    let mut decider =
        leading(vec![pod(16, 1, json!({}), "Running")], vec![session(32, 1, json!(null))], pool(json!({})));
    decider.decide(NOW);
    enrolled(&mut decider, 16);
    decider.decide(NOW);
    answered(&mut decider, uid(32), Step::ClaimPod(pod_uid(16)), Outcome::LostRace, Answer::Nothing);
    let works = decider.decide(NOW);
    assert_eq!(acts(&works), [(uid(32), Act::Claim(Step::Read(Doubt::Answer)))]);
    let asked = works.iter().find_map(|work| match work {
        Work::Session { job, .. } => match job.as_ref() {
            Job::Read(asked) => Some(asked.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(asked, Some(vec![(pod_uid(16), "pod-16".to_owned())]));
}

#[test]
fn a_live_session_without_its_pod_is_doubted_before_it_is_ended() {
    let live = json!({"binding": {"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1", "nodeName": "node",
        "revision": "0", "launch": "Warm"}, "timings": {"ready": "2026-01-01T00:00:01.000000Z"}});
    let mut decider = leading(vec![], vec![session(32, 1, live)], pool(json!({})));
    let doubt = Step::Read(Doubt::Pod(pod_uid(16)));
    assert_eq!(acts(&decider.decide(NOW)), [(uid(32), Act::Claim(doubt))]);
    let again = session(
        32,
        1,
        json!({"binding": {"podName": "pod-16", "podUID": format!("{UID}10"), "podIP": "10.0.0.1",
        "nodeName": "node", "revision": "0", "launch": "Warm"}, "timings": {"ready": "2026-01-01T00:00:01.000000Z"}}),
    );
    let found = crate::session::read::Found { session: Some(again), pods: vec![], gone: vec![pod_uid(16)] };
    answered(&mut decider, uid(32), doubt, Outcome::Done, Answer::Found(Box::new(found)));
    let acts = acts(&decider.decide(NOW));
    assert_eq!(acts, [(uid(32), Act::End(cobrowse_crds::kind::session::FinishReason::PodLost))]);
}

#[test]
fn a_replica_that_leads_no_more_decides_nothing() {
    let mut decider =
        leading(vec![pod(16, 1, json!({}), "Running")], vec![session(32, 1, json!(null))], pool(json!({})));
    let (done, _retired) = oneshot::channel();
    decider.take(Event::Retire(done), NOW);
    assert!(decider.decide(NOW).is_empty());
    assert_eq!(decider.known.pods.len(), 1, "what it saw stays");
}
