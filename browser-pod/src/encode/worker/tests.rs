//! The real thread and the real encoder on a screen of our own.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;

use super::*;
use crate::display::{Input, Rect, Size};
use crate::encode::Codec;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A grey screen whose shade changes when told to.
#[derive(Default)]
struct FakeDisplay {
    shade: AtomicU8,
    taken: Mutex<Option<u8>>,
    paces: Mutex<Vec<Pace>>,
}

impl Display for FakeDisplay {
    fn inject(&self, _input: Input) {}
    fn take_frame(&self, frame: &mut Frame) -> bool {
        let shade = self.shade.load(Ordering::SeqCst);
        let mut taken = self.taken.lock().expect("not poisoned");
        if frame.width == 64 && *taken == Some(shade) {
            return false;
        }
        *taken = Some(shade);
        let all = Rect { x: 0, y: 0, width: 64, height: 64 };
        *frame = Frame {
            width: 64,
            height: 64,
            luma: vec![shade; 4096],
            cb: vec![128; 1024],
            cr: vec![128; 1024],
            damage: vec![all],
            generation: 0,
        };
        true
    }
    fn resize(&self, _size: Size) {}
    fn set_pace(&self, pace: Pace) {
        self.paces.lock().expect("not poisoned").push(pace);
    }
    fn offer_clipboard(&self, _text: String) {}
}

fn start() -> (Arc<FakeDisplay>, Worker, mpsc::Receiver<Picture>) {
    let display = Arc::new(FakeDisplay::default());
    let (sender, receiver) = mpsc::channel();
    let worker = Worker::spawn(display.clone(), move |picture| sender.send(picture).is_ok()).expect("a thread");
    (display, worker, receiver)
}

const H264: Demand = Demand { h264: true, jpeg: false, patches: false, seek: false, max_kbit: 0 };

#[test]
fn the_first_frame_is_a_key_then_crisp_then_nothing() {
    let (_display, worker, pictures) = start();
    worker.handle().direct(H264, None);
    worker.handle().frame();
    assert!(pictures.recv_timeout(TIMEOUT).expect("a picture").coded.key);
    assert!(!pictures.recv_timeout(TIMEOUT).expect("the crisp one").coded.key);
    assert!(pictures.recv_timeout(Duration::from_millis(400)).is_err());
}

#[test]
fn a_screen_that_did_not_change_is_not_coded() {
    let (_display, worker, pictures) = start();
    worker.handle().direct(H264, None);
    worker.handle().frame();
    for _ in 0..2 {
        pictures.recv_timeout(TIMEOUT).expect("the first pictures");
    }
    worker.handle().frame();
    assert!(pictures.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn a_key_to_seek_by_is_made_of_a_change_and_of_no_still_page() {
    let (display, worker, pictures) = start();
    worker.handle().direct(H264, None);
    worker.handle().frame();
    for _ in 0..2 {
        pictures.recv_timeout(TIMEOUT).expect("the first pictures");
    }
    worker.handle().direct(Demand { seek: true, ..H264 }, None);
    worker.handle().frame();
    assert!(pictures.recv_timeout(Duration::from_millis(400)).is_err(), "nothing changed");
    display.shade.store(200, Ordering::SeqCst);
    worker.handle().frame();
    assert!(pictures.recv_timeout(TIMEOUT).expect("the change").coded.key);
}

#[test]
fn pictures_carry_the_stamp_of_their_frame() {
    let (_display, worker, pictures) = start();
    let stamp = Stamp { pause_epoch: 3, paused: true, mark: 1, sight: 2 };
    worker.handle().stamp(stamp);
    worker.handle().direct(H264, None);
    worker.handle().frame();
    assert_eq!(pictures.recv_timeout(TIMEOUT).expect("a picture").stamp, stamp);
}

#[test]
fn both_codecs_are_made_of_one_frame_when_both_are_wanted() {
    let (_display, worker, pictures) = start();
    worker.handle().direct(Demand { jpeg: true, ..H264 }, None);
    worker.handle().frame();
    let codecs = [(); 2].map(|()| pictures.recv_timeout(TIMEOUT).expect("a picture").coded.codec);
    assert_eq!(codecs, [Codec::H264, Codec::Jpeg]);
}

#[test]
fn chrome_stops_drawing_when_nobody_looks_and_draws_again_for_the_next() {
    let (display, worker, pictures) = start();
    worker.handle().direct(H264, None);
    worker.handle().frame();
    pictures.recv_timeout(TIMEOUT).expect("a picture");
    worker.handle().direct(Demand::default(), None);
    let deadline = Instant::now() + TIMEOUT;
    while !display.paces.lock().expect("not poisoned").contains(&Pace::Paused) {
        assert!(Instant::now() < deadline, "Chrome was not paused");
        std::thread::yield_now();
    }
    worker.handle().direct(H264, None);
    worker.handle().key();
    // The still picture may come once more, crisp, before the key.
    while !pictures.recv_timeout(TIMEOUT).expect("a key picture").coded.key {}
    assert_eq!(display.paces.lock().expect("not poisoned").last(), Some(&Pace::PerSecond(60)));
}
