//! Floods at the door, over real TLS: what two people in a live session notice of each, beside what they notice without it, in the same
//! run. A program of its own, so that no other test runs beside it.

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
/// A machine that does something else meanwhile is given another chance. What the door does wrong it does each time.
const TRIES: usize = 3;

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
            if under <= (own * 2).max(FLOOR) {
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
