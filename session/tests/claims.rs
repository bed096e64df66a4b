//! A million random histories of the claim: two operators, a small API server, pods that are called, users who end and
//! delete, caches that are old, requests that are lost, deaths at every write. After every step nothing that was
//! promised is broken.
//!
//! `CLAIMS_SEED=7` plays one history and tells it; `CLAIMS_HISTORIES=100000000` plays more than
//! usual.

#[path = "claims/broken.rs"]
mod broken;
#[path = "claims/chance.rs"]
mod chance;
#[path = "claims/claiming.rs"]
mod claiming;
#[path = "claims/leader.rs"]
mod leader;
#[path = "claims/ledger.rs"]
mod ledger;
#[path = "claims/pooling.rs"]
mod pooling;
#[path = "claims/reached.rs"]
mod reached;
#[path = "claims/server.rs"]
mod server;
#[path = "claims/settle.rs"]
mod settle;
#[path = "claims/world.rs"]
mod world;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use broken::Broken;
use reached::Reached;
use world::World;

/// Histories in the normal run.
const HISTORIES: u64 = 1_000_000;
/// Each situation happens so often in a thousand histories, at least. The rarest happen four times.
const REACHED_PER_MILLE: u64 = 2;
/// Histories that one worker takes at a time.
const SHARE: u64 = 1000;
/// Histories in which every broken rule must be found out.
const FOUND_WITHIN: u64 = 200_000;

#[expect(clippy::disallowed_methods, reason = "a person plays one history again, or more of them")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The first seed below `histories` whose history breaks a promise, and what all histories came upon.
fn search(broken: Broken, histories: u64, workers: usize) -> (Option<u64>, Reached) {
    let (next, found) = (AtomicU64::new(0), AtomicBool::new(false));
    let work = || {
        let mut world = World::new(broken, false);
        let mut failed = None;
        while failed.is_none() && !found.load(Ordering::Relaxed) {
            let first = next.fetch_add(SHARE, Ordering::Relaxed);
            if first >= histories {
                break;
            }
            failed = (first..first + SHARE).find(|seed| world.play(*seed).is_some());
        }
        found.fetch_or(failed.is_some(), Ordering::Relaxed);
        (failed, world.reached)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
    });
    let mut reached = Reached::default();
    results.iter().for_each(|(_, part)| reached.add(part));
    (results.iter().filter_map(|(failed, _)| *failed).min(), reached)
}

/// Plays a history again and tells it.
fn retell(broken: Broken, seed: u64) -> (Option<&'static str>, String) {
    let mut world = World::new(broken, true);
    let violation = world.play(seed);
    (violation, world.history())
}

#[test]
fn a_million_histories() {
    if let Some(seed) = asked("CLAIMS_SEED") {
        let (violation, history) = retell(Broken::Nothing, seed);
        // A test that passes shows nothing.
        panic!("seed {seed}: {violation:?}\n{history}");
    }
    let histories = asked("CLAIMS_HISTORIES").unwrap_or(HISTORIES);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let (failed, reached) = search(Broken::Nothing, histories, workers);
    if let Some(seed) = failed {
        let (violation, history) = retell(Broken::Nothing, seed);
        panic!("{violation:?} in CLAIMS_SEED={seed}\n{history}");
    }
    assert!(reached.histories >= histories);
    let least = histories * REACHED_PER_MILLE / 1000;
    let rare: Vec<_> = reached.all().into_iter().filter(|(_, count)| *count < least).collect();
    assert!(rare.is_empty(), "hardly ever reached: {rare:?} of {:?}", reached.all());
}

/// The rule broken so is found out, by this promise.
fn finds(broken: Broken, promises: &[&str]) {
    let (failed, _) = search(broken, FOUND_WITHIN, 1);
    let seed = failed.unwrap_or_else(|| panic!("{broken:?} is not found out"));
    let (violation, history) = retell(broken, seed);
    let violation = violation.expect("a history plays the same again");
    let expected = promises.iter().any(|promise| violation.starts_with(promise));
    assert!(expected, "{broken:?} breaks {violation} in seed {seed}\n{history}");
}

#[test]
fn a_claim_without_its_test_is_found_out() {
    finds(Broken::NoSlotTest, &["I1", "I4", "I7", "I9"]);
}

#[test]
fn a_binding_without_its_test_is_found_out() {
    finds(Broken::NoBindingTest, &["I2"]);
}

#[test]
fn a_patch_of_another_session_is_found_out() {
    finds(Broken::NoSessionTest, &["I1", "I9"]);
}

#[test]
fn a_binding_after_the_end_is_found_out() {
    finds(Broken::NoFinishedTest, &["I8"]);
}

#[test]
fn an_end_in_spite_of_a_binding_is_found_out() {
    finds(Broken::FinishesBound, &["I11"]);
}

#[test]
fn a_first_picture_written_twice_is_found_out() {
    finds(Broken::NoReadyTest, &["I10"]);
}

#[test]
fn a_bound_pod_that_is_used_again_is_found_out() {
    finds(Broken::ReusesBound, &["I4"]);
}

#[test]
fn a_recovery_with_another_pod_is_found_out() {
    finds(Broken::ForgetsOthersPods, &["I3", "I5"]);
}

#[test]
fn a_start_before_the_binding_is_found_out() {
    finds(Broken::StartsBeforeBinding, &["I6"]);
}

#[test]
fn a_page_loaded_again_is_found_out() {
    finds(Broken::PodLoadsAgain, &["I6"]);
}

#[test]
fn a_cache_believed_about_sessions_is_found_out() {
    finds(Broken::TrustsCacheOnGone, &["I7"]);
}

#[test]
fn a_cache_believed_about_dead_pods_is_found_out() {
    finds(Broken::TrustsCacheOnDead, &["I7"]);
}

#[test]
fn a_deletion_before_the_end_is_written_is_found_out() {
    finds(Broken::DeletesBeforeFinish, &["I7"]);
}

#[test]
fn a_pool_that_deletes_what_was_claimed_is_found_out() {
    finds(Broken::DeletesUnseenVersion, &["I3", "I7"]);
}
