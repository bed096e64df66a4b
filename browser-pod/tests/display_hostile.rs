//! Clients that say anything at all to the compositor: it must neither fail nor hang. Messages are made at random from the
//! protocol's own description, mostly valid so that they get far, and some are broken on purpose. Seeds are fixed.

#[path = "display_hostile/client.rs"]
mod client;
#[path = "display_hostile/random.rs"]
mod random;

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use client::Client;
use cobrowse_browser_pod::display::{Display, Frame, Input, Pace, Size, wayland};
use random::Random;

/// Clients, and messages that each tries to send before it is thrown out.
const CLIENTS: u64 = 300;
const MESSAGES: usize = 400;
/// How long an answer may take on a loaded machine, and how long one is awaited that need not come: a broken message may
/// announce more bytes than it has.
const PATIENCE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_secs(1);

fn random_act(random: &mut Random, screen: &Arc<dyn Display>) {
    let (x, y) = (random.float(), random.float());
    let input = match random.below(12) {
        0 => return screen.resize(Size { width: random.number(), height: random.number(), scale: random.number() }),
        1 => return screen.offer_clipboard("text".repeat(random.below(2000))),
        2 => return screen.set_pace(if random.one_in(2) { Pace::Paused } else { Pace::PerSecond(random.number()) }),
        3 | 4 => Input::Button { code: 0x110, down: random.one_in(2) },
        5 => Input::Wheel { dx: x, dy: y },
        6 => Input::Key { code: random.number() % 300, keysym: random.number(), down: random.one_in(2) },
        7 => Input::Text {
            preedit: random.text(),
            commit: random.text(),
            delete_before: random.number() % 9,
            delete_after: random.number(),
        },
        8 => Input::TouchDown { id: random.below(12) as i32, x, y },
        9 => Input::TouchMove { id: random.below(12) as i32, x, y },
        10 => Input::TouchUp { id: random.below(12) as i32 },
        _ => Input::Move { x, y },
    };
    screen.inject(input);
}

/// A client that behaves gets an answer.
fn still_answers(socket: &Path, seed: u64) {
    let mut client = Client::connect(socket, PATIENCE).unwrap_or_else(|error| panic!("seed {seed}: gone: {error}"));
    assert!(client.roundtrip(), "seed {seed}: no answer");
}

#[test]
fn whatever_clients_say_it_goes_on() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let socket = directory.path().join("wayland");
    let listener = UnixListener::bind(&socket).expect("the socket is new");
    let size = Size { width: 640, height: 360, scale: 1 };
    let (screen, mut events) = wayland::start(listener.into(), size).expect("the compositor starts");
    let mut frame = Frame::default();
    let (mut heard, mut windows) = (0, 0);
    for seed in 1..=CLIENTS {
        let mut random = Random::new(seed);
        let mut client = Client::connect(&socket, SHORT).unwrap_or_else(|error| panic!("seed {seed}: gone: {error}"));
        client.bind_globals();
        windows += usize::from(client.open_window());
        for _ in 0..MESSAGES {
            if random.one_in(6) {
                random_act(&mut random, &screen);
            }
            if !client.send_random(&mut random) {
                break;
            }
            heard += usize::from(random.one_in(20) && client.roundtrip());
        }
        screen.take_frame(&mut frame);
        still_answers(&socket, seed);
        while events.try_recv().is_ok() {}
    }

    assert!(heard > 150, "clients were thrown out before they could say much: {heard} answers");
    assert!(windows as u64 > CLIENTS / 2, "only {windows} clients had a window");
    assert!(frame.generation > 0, "no client drew a picture");
}

#[test]
fn bytes_without_sense_are_refused() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let socket = directory.path().join("wayland");
    let listener = UnixListener::bind(&socket).expect("the socket is new");
    let size = Size { width: 640, height: 360, scale: 1 };
    let (_screen, _events) = wayland::start(listener.into(), size).expect("the compositor starts");
    for seed in 1..=CLIENTS {
        let mut random = Random::new(seed);
        let mut client = Client::connect(&socket, SHORT).expect("the compositor listens");
        let length = random.below(9000);
        let bytes: Vec<u8> = (0..length).map(|_| random.number() as u8).collect();
        client.send_bytes(&bytes);
        still_answers(&socket, seed);
    }
}
