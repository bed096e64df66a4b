//! Chaos: sessions come by kubectl and by session-api while pods, operators, replicas of session-api, the API server and etcd are killed at
//! random. Whatever died: no pod is left, none had two sessions, and every session has an end.
//!
//! `CHAOS_SEED=7` plays the same kills again, as far as time allows; `CHAOS_KILLS=500` plays more of them (`make soak`); `CHAOS_TABLE` names
//! the file that what came of it is written to. It takes a cluster of `make cluster-up`, which alone knows how to kill its parts.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the seed, the kills, and what programs said before a test failed"
)]

#[path = "../../session/tests/claims/chance.rs"]
mod chance;
#[path = "operator/history.rs"]
#[allow(dead_code, reason = "the operator's tests ask more of it")]
mod history;
#[path = "chaos/house.rs"]
mod house;
#[path = "chaos/kills.rs"]
mod kills;
#[allow(dead_code, reason = "the node serves the operator's tests too, which use more of it")]
#[path = "operator/kubelet.rs"]
mod kubelet;
#[path = "chaos/lives.rs"]
mod lives;
#[allow(dead_code, reason = "people of the door's tests do more")]
#[path = "door/people.rs"]
mod people;
#[allow(dead_code, reason = "pods of the door's tests do more")]
#[path = "door/pod.rs"]
mod pod;
#[path = "../../session-api/tests/server/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "the program serves the operator's tests too, which use more of it")]
#[path = "operator/program.rs"]
mod program;
#[allow(dead_code, reason = "the installation of the door's tests does more")]
#[path = "door/stand.rs"]
mod stand;
#[path = "chaos/table.rs"]
mod table;

use chance::Chance;
use futures::stream::{FuturesUnordered, StreamExt as _};
use house::{House, pause};
use lives::Lives;
use std::cell::Cell;
use std::path::Path;
use std::time::Instant;
use table::Run;

/// Kills in the normal run.
const KILLS: u64 = 50;
/// Milliseconds between two sessions that come.
const BETWEEN_SESSIONS: std::ops::Range<usize> = 300..2_500;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_no_pod_is_left_none_is_shared_and_every_session_has_an_end() {
    let begun = Instant::now();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let seed = asked("CHAOS_SEED").unwrap_or(now.as_secs());
    let count = asked("CHAOS_KILLS").unwrap_or(KILLS);
    println!("{count} kills, CHAOS_SEED={seed}");
    let house = House::open("chaos").await;
    let keeping = house.keep();
    let story = async {
        let lives = Lives::begin(&house).await;
        let over = Cell::new(false);
        let killing = async {
            let first = Instant::now();
            let kills = kills::play(&house, &mut Chance::new(seed), count).await;
            over.set(true);
            let killing = first.elapsed();
            (kills, killing, lives.one_more().await)
        };
        let mut chance = Chance::new(!seed);
        let ((kills, killing, afterwards), came) = tokio::join!(killing, arrivals(&lives, &mut chance, &over));
        println!("{count} kills and {came} sessions after {:.0} s", begun.elapsed().as_secs_f32());
        lives.all_end().await;
        house.check().await;
        let (ends, waits, took) = (house.history.ends(), lives.waits(), begun.elapsed());
        Run { seed, kills, ends, waits, afterwards, killing, took }
    };
    let run = tokio::select! {
        () = keeping => unreachable!("programs are kept as long as the test goes on"),
        run = story => run,
    };
    println!("all has ended after {:.0} s: {:?}", run.took.as_secs_f32(), run.ends);
    if let Some(file) = std::env::var_os("CHAOS_TABLE") {
        table::write(&run, Path::new(&file));
    }
}

/// Sessions come until the kills are over, and each is lived through. How many came.
async fn arrivals(lives: &Lives<'_>, chance: &mut Chance, over: &Cell<bool>) -> usize {
    let mut lived = FuturesUnordered::new();
    let mut came = 0;
    while !over.get() {
        lived.push(lives.live(came, chance.below(usize::MAX >> 32)));
        came += 1;
        let until = pause(chance, BETWEEN_SESSIONS);
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = &mut until => break,
                Some(()) = lived.next() => {}
            }
        }
    }
    while lived.next().await.is_some() {}
    came
}
