//! Thousands of random histories of three sessions of two tenants: store rows, pods, replicas that die, people who press
//! everything, time that passes. A small reference model says what may be; the rules must agree after every move.
//!
//! No picture goes to anybody the end user did not allow, nor while stopped; at most one holds control; a used or expired
//! PIN admits nobody; tenants never meet; every history ends.

#[path = "simulation/model.rs"]
mod model;
#[path = "simulation/moves.rs"]
mod moves;
#[path = "simulation/pod.rs"]
mod pod;
#[path = "simulation/session.rs"]
mod session;
#[path = "simulation/world.rs"]
mod world;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use moves::Move;
use world::World;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        max_shrink_iters: 20_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/simulation.seeds"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn histories(moves in moves::history()) {
        let mut world = World::new();
        for step in moves {
            world.take(&step);
            world.check(&step);
        }
        world.check_end_by_time_alone();
    }

    #[test]
    fn histories_of_one_busy_session(moves in prop::collection::vec(moves::live_move(), 1..120)) {
        let mut world = World::new();
        for step in moves::way_to_live(0).into_iter().chain(moves) {
            world.take(&step);
            world.check(&step);
        }
        world.check_end_however_busy();
    }
}

/// The moves do reach what they are meant to reach: a simulation that never gets anywhere proves nothing.
#[test]
fn histories_get_somewhere() {
    let mut world = World::new();
    for step in moves::way_to_live(0) {
        world.take(&step);
        world.check(&step);
    }
    assert_eq!(world.agents_seeing(0), 1);
    world.take(&Move::StopCall { session: 0, to_pod: false, knows: true });
    world.take(&Move::Command { session: 0, by: 0, command: moves::Ask::Pause });
    assert_eq!(world.agents_seeing(0), 0);
    world.take(&Move::Command { session: 0, by: 0, command: moves::Ask::Resume });
    world.take(&Move::Facts { session: 0 });
    assert_eq!(world.agents_seeing(0), 1);
    world.check_end_by_time_alone();
}
