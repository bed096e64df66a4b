//! From a person's acts to the screen's: clamps, coalesces moves, keeps what each person holds down, and lets it go again.
//! Whether a person may act at all is asked before.

mod keys;
mod shortcuts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cobrowse_session::ParticipantId;
use cobrowse_wire::v1::{self, input::Body};

use crate::display::{self, Display};

/// Whose pointer moved last keeps the hover this long; others' moves show as their named pointers only.
const HOVER_MS: u64 = 500;
/// Bytes of text of an input method.
const TEXT_BYTES: usize = 4_096;
/// The farthest one turn of a wheel goes, in CSS pixels.
const WHEEL_MAX: f64 = 4_000.0;
/// Characters that one text act may delete on each side.
const DELETE_MAX: u32 = 4_096;
/// Fingers.
const TOUCHES: u32 = 10;

/// What a person holds down.
#[derive(Debug, Default)]
struct Held {
    keys: BTreeSet<u32>,
    buttons: BTreeSet<u32>,
    touches: BTreeSet<i32>,
}

/// Passes acts on to the screen.
pub(super) struct Injector {
    display: Arc<dyn Display>,
    width: f64,
    height: f64,
    held: BTreeMap<ParticipantId, Held>,
    hover: Option<(ParticipantId, u64)>,
    /// The newest move, not yet passed on.
    moved: Option<(ParticipantId, f64, f64)>,
}

impl Injector {
    pub(super) fn new(display: Arc<dyn Display>) -> Self {
        Self { display, width: 1280.0, height: 720.0, held: BTreeMap::new(), hover: None, moved: None }
    }

    /// The size that points are clamped to, in CSS pixels.
    pub(super) fn resize(&mut self, width: u32, height: u32) {
        (self.width, self.height) = (f64::from(width), f64::from(height));
    }

    /// A point inside the screen; nothing for numbers that are none.
    pub(super) fn clamp(&self, at: Option<&v1::Point>) -> Option<(f64, f64)> {
        let at = at.filter(|at| at.x.is_finite() && at.y.is_finite())?;
        Some((f64::from(at.x).clamp(0.0, self.width - 1.0), f64::from(at.y).clamp(0.0, self.height - 1.0)))
    }

    /// Passes one act on. A move is kept until `flush`, or until something that must come after it.
    pub(super) fn act(&mut self, by: &ParticipantId, act: &Body, now: u64) {
        if let Body::Move(to) = act {
            return self.move_to(by, to, now);
        }
        self.flush();
        match act {
            Body::Move(_) => {}
            Body::Button(button) => self.button(by, button, now),
            Body::Wheel(wheel) => self.wheel(by, wheel, now),
            Body::Key(key) => self.key(by, key),
            Body::Text(text) => self.text(text),
            Body::Touch(touch) => self.touch(by, touch),
            Body::ReleaseAll(_) => self.release(by),
        }
    }

    /// Passes the kept move on.
    pub(super) fn flush(&mut self) {
        if let Some((_, x, y)) = self.moved.take() {
            self.display.inject(display::Input::Move { x, y });
        }
    }

    /// Lets go of all that this person holds down.
    pub(super) fn release(&mut self, by: &ParticipantId) {
        self.moved.take_if(|(mover, ..)| mover == by);
        let Some(held) = self.held.remove(by) else { return };
        self.flush();
        for code in held.keys {
            if !self.anybody_holds_key(code) {
                self.display.inject(display::Input::Key { code, keysym: keys::NO_SYMBOL, down: false });
            }
        }
        for code in held.buttons {
            if !self.anybody_holds_button(code) {
                self.display.inject(display::Input::Button { code, down: false });
            }
        }
        if !held.touches.is_empty() {
            self.display.inject(display::Input::TouchCancel);
        }
    }

    fn move_to(&mut self, by: &ParticipantId, to: &v1::PointerMove, now: u64) {
        let Some((x, y)) = self.clamp(to.at.as_ref()) else { return };
        if self.others_hold_a_button(by) || self.others_hover(by, now) {
            return;
        }
        if self.moved.as_ref().is_some_and(|(mover, ..)| mover != by) {
            self.flush();
        }
        self.hover = Some((by.clone(), now));
        self.moved = Some((by.clone(), x, y));
    }

    fn button(&mut self, by: &ParticipantId, button: &v1::PointerButton, now: u64) {
        let Some((x, y)) = self.clamp(button.at.as_ref()) else { return };
        let Some(code) = keys::button(button.button) else { return };
        let held_before = self.anybody_holds_button(code);
        let buttons = &mut self.held.entry(by.clone()).or_default().buttons;
        let changed = if button.down { buttons.insert(code) } else { buttons.remove(&code) };
        if !changed {
            return;
        }
        self.hover = Some((by.clone(), now));
        self.display.inject(display::Input::Move { x, y });
        if held_before != self.anybody_holds_button(code) {
            self.display.inject(display::Input::Button { code, down: button.down });
        }
    }

    fn wheel(&mut self, by: &ParticipantId, wheel: &v1::Wheel, now: u64) {
        let Some((x, y)) = self.clamp(wheel.at.as_ref()) else { return };
        let turn = |way: f32| Some(f64::from(way).clamp(-WHEEL_MAX, WHEEL_MAX)).filter(|way| way.is_finite());
        let (Some(dx), Some(dy)) = (turn(wheel.dx), turn(wheel.dy)) else { return };
        if self.others_hold_a_button(by) {
            return;
        }
        self.hover = Some((by.clone(), now));
        self.display.inject(display::Input::Move { x, y });
        self.display.inject(display::Input::Wheel { dx, dy });
    }

    fn key(&mut self, by: &ParticipantId, key: &v1::Key) {
        let Some(code) = keys::code(&key.code, &key.key) else { return self.character(key) };
        let Some(keysym) = keys::keysym(&key.key) else { return };
        // Chrome goes by what a key means, whatever its place is.
        let code = keys::modifier(&key.key, code).unwrap_or(code);
        let held: BTreeSet<u32> = self.held.values().flat_map(|held| &held.keys).copied().collect();
        let reserved = |code| shortcuts::reserved(code, &held);
        if key.down && (reserved(code) || keys::place_of(&key.key).is_some_and(reserved)) {
            return;
        }
        let keys = &mut self.held.entry(by.clone()).or_default().keys;
        let known = if key.down {
            keys.insert(code);
            true
        } else {
            keys.remove(&code)
        };
        // A repeat is a press again; a release counts when nobody else holds the key.
        if known && (key.down || !self.anybody_holds_key(code)) {
            self.display.inject(display::Input::Key { code, keysym, down: key.down });
        }
    }

    /// A key without a place on any keyboard, from a phone: its character is typed.
    fn character(&mut self, key: &v1::Key) {
        if key.down && keys::keysym(&key.key).is_some() && key.key.chars().count() == 1 {
            self.commit(String::new(), key.key.clone(), 0, 0);
        }
    }

    fn text(&mut self, text: &v1::TextInput) {
        if text.preedit.len() > TEXT_BYTES || text.commit.len() > TEXT_BYTES {
            return;
        }
        let clean = |text: &str| text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>();
        let (before, after) = (text.delete_before.min(DELETE_MAX), text.delete_after.min(DELETE_MAX));
        self.commit(clean(&text.preedit), clean(&text.commit), before, after);
    }

    fn commit(&mut self, preedit: String, commit: String, delete_before: u32, delete_after: u32) {
        self.display.inject(display::Input::Text { preedit, commit, delete_before, delete_after });
    }

    fn touch(&mut self, by: &ParticipantId, touch: &v1::Touch) {
        if touch.id >= TOUCHES {
            return;
        }
        let Ok(id) = i32::try_from(touch.id) else { return };
        let at = self.clamp(touch.at.as_ref());
        let others = self.held.iter().any(|(who, held)| who != by && !held.touches.is_empty());
        let touches = &mut self.held.entry(by.clone()).or_default().touches;
        match (touch.phase(), at) {
            (v1::TouchPhase::Start, Some((x, y))) if !others && touches.insert(id) => {
                self.display.inject(display::Input::TouchDown { id, x, y });
            }
            (v1::TouchPhase::Move, Some((x, y))) if touches.contains(&id) => {
                self.display.inject(display::Input::TouchMove { id, x, y });
            }
            (v1::TouchPhase::End, _) if touches.remove(&id) => self.display.inject(display::Input::TouchUp { id }),
            (v1::TouchPhase::Cancel, _) if !touches.is_empty() => {
                touches.clear();
                self.display.inject(display::Input::TouchCancel);
            }
            _ => {}
        }
    }

    fn anybody_holds_key(&self, code: u32) -> bool {
        self.held.values().any(|held| held.keys.contains(&code))
    }

    fn anybody_holds_button(&self, code: u32) -> bool {
        self.held.values().any(|held| held.buttons.contains(&code))
    }

    fn others_hold_a_button(&self, by: &ParticipantId) -> bool {
        self.held.iter().any(|(who, held)| who != by && !held.buttons.is_empty())
    }

    fn others_hover(&self, by: &ParticipantId, now: u64) -> bool {
        self.hover.as_ref().is_some_and(|(who, at)| who != by && now < at + HOVER_MS)
    }
}

/// Whether an act types into the page: refused to agents while a protected field has the focus.
pub(super) fn types(act: &Body) -> bool {
    match act {
        Body::Key(key) => key.down,
        Body::Text(_) => true,
        Body::Move(_) | Body::Button(_) | Body::Wheel(_) | Body::Touch(_) | Body::ReleaseAll(_) => false,
    }
}

/// Whether an act only moves: it neither takes anything out of the page nor puts anything in.
pub(super) fn glides(act: &Body) -> bool {
    matches!(act, Body::Move(_) | Body::Wheel(_) | Body::ReleaseAll(_))
}

/// Whether an act may move the focus by itself.
pub(super) fn moves_focus(act: &Body) -> bool {
    match act {
        Body::Button(_) | Body::Touch(_) => true,
        Body::Key(key) => matches!(key.code.as_str(), "Tab" | "Enter" | "NumpadEnter" | "Space"),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
