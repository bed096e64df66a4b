//! What follows of pods that reached what they must not.

use super::*;
use crate::decide::Network;
use cobrowse_session::canary::{Forbidden, Reached, Target};

/// A decider of an installation whose pods try.
fn trying(pods: Vec<seen::Pod>, sessions: Vec<seen::Session>, pool: seen::Pool) -> Decider {
    let mut decider = leading(pods, sessions, pool);
    decider.installation.forbidden = vec![Target::tcp(Forbidden::Metadata, ([169, 254, 169, 254], 80).into())];
    decider
}

/// The pod of this number has ended at this second, since it reached the metadata.
fn reached(number: u8, version: u64, second: u64) -> seen::Pod {
    let over = seen::Over { reached: Reached::NOTHING.and(Forbidden::Metadata), exited: true, ..seen::Over::default() };
    let stage = seen::Stage::Exited(NOW + Duration::from_secs(second));
    seen::Pod { over, stage, ..pod(number, version, json!({}), "Running") }
}

/// A pod that was made at this second.
fn made(number: u8, second: u64) -> seen::Pod {
    seen::Pod { created_at: NOW + Duration::from_secs(second), ..pod(number, 1, json!({}), "Running") }
}

fn see(decider: &mut Decider, pod: seen::Pod) {
    decider.take(Event::Pods(Change::Seen(pod)), NOW);
}

fn claims(decider: &mut Decider, now: Timestamp) -> usize {
    acts(&decider.decide(now)).iter().filter(|(_, act)| matches!(act, Act::Claim(Step::ClaimPod(_)))).count()
}

fn network(decider: &Decider) -> Network {
    decider.pools["pool"].network
}

#[test]
fn no_session_gets_a_warm_pod_of_an_open_network_until_a_later_pod_reaches_nothing() {
    let pods = vec![made(16, 0), made(17, 0)];
    let mut decider = trying(pods, vec![], pool(json!({"minWarm": 2})));
    decider.decide(NOW);
    enrolled(&mut decider, 16);
    enrolled(&mut decider, 17);
    decider.decide(NOW);
    assert_eq!(network(&decider), Network::Held);
    see(&mut decider, reached(16, 2, 10));
    decider.take(Event::Sessions(Change::Seen(session(32, 1, json!(null)))), NOW);
    // It is told why it waits.
    assert_eq!(acts(&decider.decide(NOW + Duration::from_secs(10))), [(uid(32), Act::Tell)]);
    let told = json!({"conditions": [{"type": "Bound", "status": "False", "reason": "NetworkNotEnforced", "message": "",
        "lastTransitionTime": "2026-01-01T00:01:40Z"}]});
    let answer = Answer::Session(Box::new(session(32, 2, told)));
    report(&mut decider, Report::Session { uid: uid(32), act: Act::Tell, outcome: Outcome::Done, answer, error: None });
    // One that was made before says nothing of now.
    see(&mut decider, made(18, 9));
    decider.decide(NOW + Duration::from_secs(11));
    enrolled(&mut decider, 18);
    assert_eq!(claims(&mut decider, NOW + Duration::from_secs(12)), 0);
    see(&mut decider, made(19, 12));
    decider.decide(NOW + Duration::from_secs(13));
    enrolled(&mut decider, 19);
    assert_eq!(claims(&mut decider, NOW + Duration::from_secs(14)), 1);
    assert_eq!(network(&decider), Network::Held);
}

#[test]
fn an_end_that_is_seen_again_opens_nothing_again() {
    let mut decider = trying(vec![made(16, 0)], vec![], pool(json!({"minWarm": 1})));
    decider.decide(NOW);
    enrolled(&mut decider, 16);
    see(&mut decider, reached(16, 2, 10));
    see(&mut decider, made(17, 11));
    decider.decide(NOW + Duration::from_secs(12));
    enrolled(&mut decider, 17);
    assert_eq!(network(&decider), Network::Held);
    // Its last words come once more with the word that it goes, and a later time.
    see(&mut decider, reached(16, 3, 13));
    assert_eq!(network(&decider), Network::Held);
    // Another one's are news, however long it has been there.
    see(&mut decider, reached(18, 1, 14));
    assert!(matches!(network(&decider), Network::Open { .. }));
}

#[test]
fn its_policy_is_applied_again_and_no_pod_is_made_before() {
    let mut decider = trying(vec![made(16, 0)], vec![], pool(json!({"minWarm": 1})));
    decider.decide(NOW);
    report(&mut decider, Report::Policy { pool: "pool".to_owned(), error: None });
    enrolled(&mut decider, 16);
    decider.decide(NOW);
    see(&mut decider, reached(16, 2, 1));
    let works = decider.decide(NOW + Duration::from_secs(1));
    assert!(works.iter().any(|work| matches!(work, Work::Policy { .. })));
    assert_eq!(creations(&works), 0);
}

#[test]
fn the_next_leader_goes_by_what_the_last_one_told() {
    let mut told = pool(json!({}));
    let open = json!({"conditions": [{"type": "NetworkEnforced", "status": "False", "reason": "Reached", "message": "m",
        "lastTransitionTime": "2026-01-01T00:01:40Z"}]});
    let mut object = (*told.object).clone();
    object.status = Some(serde_json::from_value(open).expect("a status"));
    told.object = Arc::new(object);
    let since = Timestamp::from_millis(1_767_225_700_000);
    let mut decider = trying(vec![made(16, 0)], vec![session(32, 1, json!(null))], told);
    let before = seen::Pod { created_at: since.minus(Duration::from_secs(1)), ..made(16, 0) };
    see(&mut decider, seen::Pod { version: 2, ..before });
    decider.decide(NOW);
    assert_eq!(network(&decider), Network::Open { since, reached: None });
    enrolled(&mut decider, 16);
    assert_eq!(claims(&mut decider, NOW), 0);
}

#[test]
fn an_installation_that_tries_nothing_knows_nothing() {
    let mut decider = leading(vec![made(16, 0)], vec![session(32, 1, json!(null))], pool(json!({})));
    see(&mut decider, reached(17, 2, 1));
    decider.decide(NOW);
    enrolled(&mut decider, 16);
    assert_eq!(claims(&mut decider, NOW), 1);
    assert_eq!(network(&decider), Network::Unknown);
}
