//! Acts of two people, and what the screen gets of them.

use std::sync::Mutex;

use super::*;
use crate::display::{Frame, Input, Pace, Size};

#[derive(Default)]
struct FakeDisplay(Mutex<Vec<Input>>);

impl Display for FakeDisplay {
    fn inject(&self, input: Input) {
        self.0.lock().expect("not poisoned").push(input);
    }
    fn take_frame(&self, _frame: &mut Frame) -> bool {
        false
    }
    fn resize(&self, _size: Size) {}
    fn set_pace(&self, _pace: Pace) {}
    fn offer_clipboard(&self, _text: String) {}
}

fn start() -> (Injector, Arc<FakeDisplay>) {
    let display = Arc::new(FakeDisplay::default());
    (Injector::new(display.clone()), display)
}

fn who(name: &str) -> ParticipantId {
    ParticipantId::parse(name).expect("an id")
}

fn point(x: f32, y: f32) -> Option<v1::Point> {
    Some(v1::Point { x, y })
}

fn moved(x: f32, y: f32) -> Body {
    Body::Move(v1::PointerMove { at: point(x, y) })
}

fn button(down: bool) -> Body {
    Body::Button(v1::PointerButton { at: point(5.0, 6.0), button: 0, down })
}

fn key(code: &str, key: &str, down: bool) -> Body {
    Body::Key(v1::Key { code: code.into(), key: key.into(), down, modifiers: 0 })
}

fn got(display: &FakeDisplay) -> Vec<Input> {
    std::mem::take(&mut *display.0.lock().expect("not poisoned"))
}

const HERE: Input = Input::Move { x: 5.0, y: 6.0 };

fn left(down: bool) -> Input {
    Input::Button { code: 0x110, down }
}

#[test]
fn three_hundred_moves_become_one_and_the_click_comes_after_it() {
    let (mut injector, display) = start();
    for step in 0..300_u16 {
        injector.act(&who("a"), &moved(f32::from(step), 1.0), 0);
    }
    injector.act(&who("a"), &button(true), 0);
    assert_eq!(got(&display), [Input::Move { x: 299.0, y: 1.0 }, HERE, left(true)]);
}

#[test]
fn points_are_clamped_and_numbers_that_are_none_are_dropped() {
    let (mut injector, display) = start();
    injector.act(&who("a"), &moved(-5.0, 1e9), 0);
    injector.flush();
    for x in [f32::NAN, f32::INFINITY] {
        injector.act(&who("a"), &moved(x, 1.0), 0);
        injector.flush();
    }
    assert_eq!(got(&display), [Input::Move { x: 0.0, y: 719.0 }]);
}

#[test]
fn what_a_person_holds_is_released_once() {
    let (mut injector, display) = start();
    injector.act(&who("a"), &button(true), 0);
    injector.act(&who("a"), &key("KeyA", "a", true), 0);
    injector.act(&who("b"), &key("KeyA", "a", true), 0);
    got(&display);
    injector.release(&who("a"));
    assert_eq!(got(&display), [left(false)]);
    injector.release(&who("b"));
    assert_eq!(got(&display), [Input::Key { code: 30, keysym: 0, down: false }]);
    injector.release(&who("b"));
    assert_eq!(got(&display), []);
}

#[test]
fn a_release_that_was_no_press_is_dropped() {
    let (mut injector, display) = start();
    injector.act(&who("a"), &button(false), 0);
    injector.act(&who("a"), &key("KeyA", "a", false), 0);
    assert_eq!(got(&display), []);
}

#[test]
fn nobody_moves_the_pointer_out_of_anothers_drag_or_hover() {
    let (mut injector, display) = start();
    injector.act(&who("a"), &button(true), 0);
    got(&display);
    injector.act(&who("b"), &moved(9.0, 9.0), 10_000);
    injector.flush();
    assert_eq!(got(&display), []);
    injector.act(&who("a"), &button(false), 10_000);
    got(&display);
    injector.act(&who("b"), &moved(9.0, 9.0), 10_100);
    injector.flush();
    assert_eq!(got(&display), []);
    injector.act(&who("b"), &moved(9.0, 9.0), 10_600);
    injector.flush();
    assert_eq!(got(&display), [Input::Move { x: 9.0, y: 9.0 }]);
}

#[test]
fn developer_tools_cannot_be_opened_by_two_people_together() {
    let (mut injector, display) = start();
    injector.act(&who("a"), &key("ControlLeft", "Control", true), 0);
    injector.act(&who("b"), &key("ShiftLeft", "Shift", true), 0);
    got(&display);
    injector.act(&who("b"), &key("KeyI", "I", true), 0);
    injector.act(&who("b"), &key("KeyI", "I", false), 0);
    assert_eq!(got(&display), []);
}

#[test]
fn chromes_shortcuts_are_known_by_their_meaning_too() {
    let (mut injector, display) = start();
    // Another layout has the letter elsewhere, and any key can be said to mean Control.
    injector.act(&who("a"), &key("CapsLock", "Control", true), 0);
    injector.act(&who("a"), &key("ShiftLeft", "Shift", true), 0);
    let control = Input::Key { code: 29, keysym: 0xffe3, down: true };
    assert_eq!(got(&display).first(), Some(&control));
    for (place, meaning) in [("KeyG", "I"), ("KeyA", "t"), ("KeyA", "F12"), ("KeyA", "Meta")] {
        injector.act(&who("a"), &key(place, meaning, true), 0);
        assert_eq!(got(&display), [], "{place} as {meaning}");
    }
    injector.act(&who("a"), &key("CapsLock", "Control", false), 0);
    assert_eq!(got(&display), [Input::Key { code: 29, keysym: 0xffe3, down: false }]);
}

#[test]
fn repeats_are_presses_and_a_phones_character_is_text() {
    let (mut injector, display) = start();
    for down in [true, true, false] {
        injector.act(&who("a"), &key("KeyA", "a", down), 0);
    }
    injector.act(&who("a"), &key("", "é", true), 0);
    let press = |down| Input::Key { code: 30, keysym: 0x61, down };
    let text = Input::Text { preedit: String::new(), commit: "é".into(), delete_before: 0, delete_after: 0 };
    assert_eq!(got(&display), [press(true), press(true), press(false), text]);
}

#[test]
fn texts_are_bounded_and_hold_no_control_characters() {
    let (mut injector, display) = start();
    let text =
        |commit: String| Body::Text(v1::TextInput { commit, delete_before: u32::MAX, ..v1::TextInput::default() });
    injector.act(&who("a"), &text("x".repeat(4_097)), 0);
    injector.act(&who("a"), &text("a\u{1b}b".into()), 0);
    let wanted = Input::Text { preedit: String::new(), commit: "ab".into(), delete_before: 4_096, delete_after: 0 };
    assert_eq!(got(&display), [wanted]);
}

#[test]
fn fingers_of_one_person_at_a_time() {
    let (mut injector, display) = start();
    let touch = |id, phase: v1::TouchPhase| Body::Touch(v1::Touch { id, phase: phase.into(), at: point(1.0, 2.0) });
    injector.act(&who("a"), &touch(0, v1::TouchPhase::Start), 0);
    injector.act(&who("b"), &touch(1, v1::TouchPhase::Start), 0);
    injector.act(&who("a"), &touch(10, v1::TouchPhase::Start), 0);
    injector.act(&who("a"), &touch(0, v1::TouchPhase::Move), 0);
    injector.release(&who("a"));
    let (x, y) = (1.0, 2.0);
    assert_eq!(got(&display), [Input::TouchDown { id: 0, x, y }, Input::TouchMove { id: 0, x, y }, Input::TouchCancel]);
}
