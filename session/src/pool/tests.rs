//! Tables: a pool in words, and the plan in words.
//!
//! Pods, numbered from 1 in the order of the list: `ready`, `stale` (ready, of another revision), `old` (ready, too
//! old), `starting`, `stuck` (starting for too long), `stalestart`, `unplaced`, `waits` (unplaced for too long),
//! `crashed` (exited before it was ready), `exited`, `leaving`, `bound`, `staleb` (bound, of another revision), `lost`
//! (bound, exited).

mod rest;

use std::time::Duration;

use super::*;
use crate::time::Timestamp;
use crate::uid::PodUid;

const NOW: Timestamp = Timestamp::from_millis(100_000_000);

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

fn pod(number: u128, word: &str) -> Pod {
    let ready = Life::Ready { since: ago(600) };
    let (created, life) = match word {
        "ready" | "stale" | "bound" | "staleb" => (1000, ready),
        "old" => (7 * 3600, ready),
        "starting" | "stalestart" => (10, Life::Starting { since: ago(10) }),
        "stuck" => (500, Life::Starting { since: ago(300) }),
        "unplaced" => (500, Life::Unschedulable { since: ago(59) }),
        "waits" => (500, Life::Unschedulable { since: ago(60) }),
        "crashed" => (20, Life::Exited { at: ago(0), was_ready: false }),
        "exited" | "lost" => (900, Life::Exited { at: ago(5), was_ready: true }),
        "leaving" => (900, Life::Leaving),
        _ => panic!("no such pod: {word}"),
    };
    let slot = if matches!(word, "bound" | "staleb" | "lost") { Slot::Bound } else { Slot::Warm };
    let revision = Revision(u64::from(word.starts_with("stale")));
    Pod { uid: PodUid::from_u128(number), slot, revision, created_at: ago(created), life }
}

fn pods(words: &str) -> Vec<Pod> {
    words.split_whitespace().zip(1..).map(|(word, number)| pod(number, word)).collect()
}

fn spec() -> PoolSpec {
    let refill = Refill { per_second: 2, burst: 4, max_pending: 3 };
    PoolSpec { min_warm: 2, max_warm: 3, max_total: 8, refill, ..PoolSpec::default() }
}

/// "stale 1, surplus 2, create 3, held back Rate, at 500 Rate", with milliseconds from now.
fn words(plan: &Plan) -> String {
    let action = |action: &Action| match action {
        Action::DeletePod { uid, reason } => format!("{reason:?} {}", uid.as_u128()),
        Action::CreatePods(pods) => format!("create {pods}"),
    };
    let mut all: Vec<String> = plan.actions.iter().map(action).collect();
    all.extend(plan.facts.held_back.map(|why| format!("held back {why:?}")));
    // When ready pods grow old is a row of its own.
    let wake = plan.wake.filter(|(_, why)| *why != Why::Age);
    all.extend(wake.map(|(at, why)| format!("at {} {why:?}", at.since(NOW).as_millis())));
    all.join(", ")
}

/// What is told, changes of the specification, pods, sessions that wait, and the plan.
type Row = (&'static str, fn(&mut PoolSpec), &'static str, u32, &'static str);

fn check(rows: &[Row]) {
    for (what, change, pods_in_words, waiting, expected) in rows {
        let mut spec = spec();
        change(&mut spec);
        let mut pods = pods(pods_in_words);
        let memory = Memory::new();
        let observed = Observed { pods: &pods, in_flight: 0, waiting: *waiting, revision: Revision(0), memory };
        let first = plan(&spec, &observed, NOW);
        assert_eq!(words(&first), *expected, "{what}");
        pods.reverse();
        let observed = Observed { pods: &pods, in_flight: 0, waiting: *waiting, revision: Revision(0), memory };
        assert_eq!(plan(&spec, &observed, NOW), first, "{what}: the order of what is seen does not matter");
        never_touches_bound(&pods, &first);
    }
}

fn never_touches_bound(pods: &[Pod], plan: &Plan) {
    for action in &plan.actions {
        if let Action::DeletePod { uid, .. } = action {
            assert!(pods.iter().any(|pod| pod.uid == *uid && pod.slot == Slot::Warm), "deletes {uid}");
        }
    }
}

fn as_it_is(_: &mut PoolSpec) {}

#[test]
fn filling() {
    check(&[
        ("an empty pool is filled", as_it_is, "", 0, "create 2"),
        ("a whole one is left alone", as_it_is, "ready ready", 0, ""),
        ("so is one more than wanted", as_it_is, "ready ready ready", 0, ""),
        ("those on the way count", as_it_is, "ready starting", 0, "at 290000 NeverReady"),
        ("those that leave do not", as_it_is, "ready leaving", 0, "create 1"),
        ("bound ones do not", as_it_is, "bound bound ready", 0, "create 1"),
        ("who waits is counted beside the minimum", as_it_is, "ready ready", 1, "create 1"),
        ("a pool without a minimum waits for sessions", |spec| spec.min_warm = 0, "", 0, ""),
        ("and then starts pods for them alone", |spec| spec.min_warm = 0, "", 2, "create 2"),
    ]);
}

#[test]
fn limits() {
    check(&[
        (
            "not beyond the budget",
            as_it_is,
            "bound bound bound bound bound bound bound",
            0,
            "create 1, held back Total",
        ),
        (
            "in which those that leave count",
            as_it_is,
            "bound bound bound bound bound bound leaving leaving",
            0,
            "held back Total",
        ),
        ("and those that exited do not", as_it_is, "bound bound bound bound bound bound lost lost", 0, "create 2"),
        ("not more at once than allowed", as_it_is, "", 6, "create 3, held back Pending"),
        (
            "those on the way included",
            as_it_is,
            "starting starting",
            6,
            "create 1, held back Pending, at 290000 NeverReady",
        ),
        ("not faster than the rate", |spec| spec.refill.burst = 1, "", 0, "create 1, held back Rate, at 500 Rate"),
        ("not at all with none", |spec| (spec.refill.burst, spec.refill.per_second) = (0, 0), "", 0, "held back Rate"),
        ("a budget of nothing", |spec| spec.max_total = 0, "", 3, "held back Total"),
        (
            "a budget made smaller",
            |spec| spec.max_total = 3,
            "bound bound ready ready",
            0,
            "OverBudget 3, held back Total",
        ),
        ("takes no bound pod", |spec| spec.max_total = 1, "bound bound bound", 0, "held back Total"),
        ("and waits for those that leave", |spec| spec.max_total = 2, "bound ready leaving", 0, "held back Total"),
    ]);
}

#[test]
fn too_many() {
    check(&[
        ("above the maximum", as_it_is, "ready ready ready ready", 0, "Surplus 1"),
        ("not while somebody waits for them", as_it_is, "ready ready ready ready", 1, ""),
        ("those not ready first", as_it_is, "ready ready ready starting", 0, "Surplus 4, at 290000 NeverReady"),
        (
            "those without a node before",
            as_it_is,
            "ready ready starting unplaced",
            0,
            "Surplus 4, at 1000 Unschedulable",
        ),
        ("outdated before others", as_it_is, "ready ready ready stale", 0, "Surplus 4"),
        ("a maximum below the minimum is none", |spec| spec.max_warm = 0, "ready ready", 0, ""),
    ]);
}

#[test]
fn broken_pods() {
    check(&[
        ("one that exited is replaced", as_it_is, "ready exited", 0, "Exited 2, create 1"),
        (
            "one that never was ready not at once",
            as_it_is,
            "ready crashed",
            0,
            "Exited 2, held back Crashing, at 1000 Crashing",
        ),
        ("one that takes too long is replaced", as_it_is, "ready stuck", 0, "NeverReady 2, create 1"),
        ("one without a node keeps its turn", as_it_is, "ready unplaced", 0, "at 1000 Unschedulable"),
        ("and others still are started", as_it_is, "ready unplaced", 1, "create 1, at 1000 Unschedulable"),
        ("until it is clear that there is no node", as_it_is, "ready waits", 1, "held back Unschedulable"),
        ("what a session has is not ours", as_it_is, "ready ready lost", 0, ""),
    ]);
}

fn recreate(spec: &mut PoolSpec) {
    spec.update = Update::Recreate { max_unavailable_percent: 25 };
}

#[test]
fn new_revisions_and_old_age() {
    check(&[
        ("one more is started first", as_it_is, "stale stale", 0, "create 1"),
        ("and waited for", as_it_is, "stale stale starting", 0, "at 290000 NeverReady"),
        ("then one goes, and the next is started", as_it_is, "stale stale ready", 0, "Stale 1, create 1"),
        ("used ones are followed by new ones", as_it_is, "staleb stale", 0, "create 1"),
        ("without room one goes first", |spec| spec.max_warm = 2, "stale stale", 0, "Stale 1, create 1"),
        ("nor with a full budget", |spec| spec.max_total = 2, "stale stale", 0, "Stale 1, held back Total"),
        ("nor where sessions use it up", |spec| spec.max_total = 2, "stale bound", 0, "Stale 1, held back Total"),
        ("but one after another", |spec| spec.max_total = 3, "stale stale leaving", 0, "Stale 1, held back Total"),
        ("age is the same", as_it_is, "ready old", 0, "create 1"),
        ("and ends the same", as_it_is, "ready old ready", 0, "Old 2"),
        ("recreate takes its share at once", recreate, "stale stale", 0, "Stale 1, create 1"),
        ("but no more", recreate, "stale starting", 0, "at 290000 NeverReady"),
        (
            "a share of many is many",
            |spec| (recreate(spec), spec.min_warm = 8).1,
            "stale stale stale stale stale stale stale stale",
            0,
            "Stale 1, Stale 2, held back Total",
        ),
        ("whom nobody can use yet goes at once", recreate, "ready stalestart", 0, "Stale 2, create 1"),
        ("or serves when its time comes", as_it_is, "ready stalestart", 0, "at 290000 NeverReady"),
        ("recreate lets age wait for another", recreate, "ready old", 0, "create 1"),
        ("bound ones stay what they are", recreate, "staleb staleb ready ready", 0, ""),
    ]);
}

#[test]
fn age_is_awaited() {
    let pods = pods("ready");
    let observed = Observed { pods: &pods, in_flight: 1, waiting: 0, revision: Revision(0), memory: Memory::new() };
    let plan = plan(&spec(), &observed, NOW);
    assert_eq!(plan.wake, Some((ago(1000) + Duration::from_secs(6 * 3600), Why::Age)));
    assert_eq!(plan.actions, [], "what is on its way unanswered counts");
}

#[test]
fn facts_are_counted() {
    let pods = pods("ready stale starting stalestart unplaced crashed leaving bound staleb lost");
    let observed = Observed { pods: &pods, in_flight: 0, waiting: 3, revision: Revision(0), memory: Memory::new() };
    let facts = plan(&spec(), &observed, NOW).facts;
    let expected = Facts { wanted: 5, warm: 2, warming: 3, bound: 3, stale: 2, total: 8, leaving: 1, held_back: None };
    assert_eq!(facts, expected);
}

/// Plans, with the pods that were planned before as if they had come at once.
fn create(memory: &mut Memory, words: &str, at: Timestamp) -> String {
    let pods = pods(words);
    let observed = Observed { pods: &pods, in_flight: 0, waiting: 0, revision: Revision(0), memory: *memory };
    let plan = plan(&PoolSpec { min_warm: 4, ..spec() }, &observed, at);
    *memory = plan.memory;
    plan.actions.iter().map(|action| format!("{action:?}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_quota_is_asked_again_later_and_later() {
    let mut memory = Memory::new();
    let mut now = NOW;
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        memory.quota.note_failure(now);
        assert_eq!(create(&mut memory, "ready ready ready", now), "");
        now = now + Duration::from_secs(wait);
        assert_eq!(create(&mut memory, "ready ready ready", now), "CreatePods(1)");
    }
    memory.quota.note_success(now);
    assert_eq!(create(&mut memory, "ready ready ready", now), "CreatePods(1)");
}

#[test]
fn one_crash_is_counted_once() {
    let mut memory = Memory::new();
    create(&mut memory, "ready ready ready crashed", NOW);
    let once = memory.crashes;
    create(&mut memory, "ready ready ready crashed", NOW);
    assert_eq!(memory.crashes, once);
    assert_eq!(create(&mut memory, "ready ready ready", NOW + Duration::from_secs(1)), "CreatePods(1)");
}

#[test]
fn the_bucket_goes_from_plan_to_plan() {
    let mut memory = Memory::new();
    assert_eq!(create(&mut memory, "", NOW), "CreatePods(3)");
    assert_eq!(create(&mut memory, "", NOW), "CreatePods(1)");
    assert_eq!(create(&mut memory, "", NOW), "");
    assert_eq!(create(&mut memory, "", NOW + Duration::from_millis(1000)), "CreatePods(2)");
}
