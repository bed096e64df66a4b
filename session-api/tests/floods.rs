//! Floods at the door, over real TLS: two people in a live session go on while each lasts. How much slower than without it, in the same
//! run, is held to the bar of twice their own with FLOODS_BARS=1 (`make bench-floods`), on a machine that does nothing else. A program
//! of its own, so that no other test runs beside it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]
#![expect(clippy::print_stdout, reason = "figures, for who looks at them")]
#![allow(dead_code, reason = "the stand serves other tests too, which use more of it")]

#[path = "floods/attacks.rs"]
mod attacks;
#[path = "contract/door.rs"]
mod door;
#[path = "contract/fake_pod.rs"]
mod fake_pod;
#[path = "floods/frames.rs"]
mod frames;
#[path = "floods/measure.rs"]
mod measure;
#[path = "contract/people.rs"]
mod people;
#[path = "server/postgres.rs"]
mod postgres;
#[path = "contract/viewer.rs"]
mod viewer;

use attacks::{Attack, Target};
use cobrowse_session_api::args::Settings;
use door::TestDoor;
use measure::Pair;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Below this, twice a figure says nothing: one turn of a busy scheduler is as long. The design allows 22 ms from a press to its pixel.
const FLOOR: Duration = Duration::from_millis(6);
/// What the scheduler adds differs from one time to the next. What the door does wrong it does each time.
const TRIES: usize = 3;
/// A word that takes longer than this to come back is noticed by people. A door that gives a flood its turn before theirs takes seconds.
const NOTICED: Duration = Duration::from_millis(200);

/// The limits that an installation has by itself.
async fn door() -> TestDoor {
    TestDoor::with(|settings| Settings {
        calls_per_second: None,
        starts_per_address: None,
        waiting_per_address: None,
        ..settings
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_sessions_keep_their_pace_whatever_floods_the_door() {
    let door = door().await;
    let mut pair = Pair::live(&door).await;
    let target = Target::of(&door).await;
    let bars = std::env::var_os("FLOODS_BARS").is_some();
    let allowed = |own: Duration| if bars { (own * 2).max(FLOOR) } else { NOTICED };
    let mut missed = Vec::new();
    for attack in Attack::ALL {
        let mut tried = Vec::new();
        for _ in 0..TRIES {
            let own = pair.p95().await;
            let flood = attack.start(&target);
            flood.under_way().await;
            let under = pair.p95().await;
            let done = flood.stop();
            println!("{attack:?}: own p95 {own:?}, under the flood {under:?}; {done}");
            assert!(done.count.load(Ordering::Relaxed) > 0, "{attack:?} was no flood");
            tried.push((own, under));
            if under <= allowed(own) {
                tried.clear();
                break;
            }
        }
        if !tried.is_empty() {
            missed.push((attack, tried));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    pair.goes_on(&door).await;
    door.running.stop().await;
}
