//! `wl_keyboard`: keys with the meaning that the sender gave them, on a keymap that follows.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_keyboard::{self, KeyState, KeymapFormat, WlKeyboard};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource};

use super::state::{State, now_ms, of_client};
use super::surface::SurfaceId;
use crate::display::keymap::{Keymap, LOCK, modifier_of};
use crate::display::keysym;

/// Keys that can be held at once.
const MOST_KEYS: usize = 64;

/// A key that is down.
#[derive(Clone, Copy, Debug)]
struct Held {
    /// The code that clients were told.
    sent: u32,
    modifier: u32,
}

/// The keyboard.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    pub(super) resources: Vec<WlKeyboard>,
    focus: Option<SurfaceId>,
    keymap: Keymap,
    /// By the sender's code, and by keysym for senders without one.
    held: BTreeMap<(u32, u32), Held>,
    /// Modifiers last told.
    told: u32,
}

impl Keyboard {
    pub(super) fn focus(&self) -> Option<SurfaceId> {
        self.focus
    }

    fn modifiers(&self) -> u32 {
        self.held.values().fold(0, |all, held| all | held.modifier)
    }

    fn held_codes(&self) -> Vec<u8> {
        self.held.values().flat_map(|held| held.sent.to_ne_bytes()).collect()
    }
}

/// A sealed file with the keymap and its length with the final 0.
fn keymap_file(keymap: &Keymap) -> rustix::io::Result<(OwnedFd, u32)> {
    let mut text = keymap.text().into_bytes();
    text.push(0);
    let fd = memfd_create("keymap", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut rest = text.as_slice();
    while !rest.is_empty() {
        let written = rustix::io::write(&fd, rest)?;
        rest = rest.get(written..).unwrap_or(&[]);
    }
    fcntl_add_seals(&fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
    Ok((fd, u32::try_from(text.len()).unwrap_or(0)))
}

impl State {
    pub(super) fn add_keyboard(&mut self, keyboard: WlKeyboard) {
        self.send_keymap(std::slice::from_ref(&keyboard));
        if keyboard.version() >= 4 {
            // Repeating is the sender's: it sends the key again.
            keyboard.repeat_info(0, 600);
        }
        self.seat.keyboard.resources.push(keyboard.clone());
        let focus = self.seat.keyboard.focus.and_then(|id| self.surface_resource(id));
        if let Some(surface) = focus
            && of_client(std::slice::from_ref(&keyboard), &surface).next().is_some()
        {
            let serial = self.serial();
            keyboard.enter(serial, &surface, self.seat.keyboard.held_codes());
            let told = self.seat.keyboard.told;
            keyboard.modifiers(serial, told & !LOCK, 0, told & LOCK, 0);
        }
    }

    fn send_keymap(&self, keyboards: &[WlKeyboard]) {
        match keymap_file(&self.seat.keyboard.keymap) {
            Ok((fd, length)) => {
                for keyboard in keyboards.iter().filter(|keyboard| keyboard.is_alive()) {
                    keyboard.keymap(KeymapFormat::XkbV1, fd.as_fd(), length);
                }
            }
            Err(error) => tracing::error!(%error, "failed to make a keymap"),
        }
    }

    /// Moves the keyboard to another surface.
    pub(super) fn keyboard_focus(&mut self, target: Option<SurfaceId>) {
        if self.seat.keyboard.focus == target {
            return;
        }
        let serial = self.serial();
        if let Some(surface) = self.seat.keyboard.focus.and_then(|id| self.surface_resource(id)) {
            for keyboard in of_client(&self.seat.keyboard.resources, &surface) {
                keyboard.leave(serial, &surface);
            }
            self.text_leaves(&surface);
        }
        self.seat.keyboard.focus = target;
        let Some(surface) = target.and_then(|id| self.surface_resource(id)) else { return };
        self.offer_selection(&surface);
        for keyboard in of_client(&self.seat.keyboard.resources, &surface) {
            keyboard.enter(serial, &surface, self.seat.keyboard.held_codes());
            let told = self.seat.keyboard.told;
            keyboard.modifiers(serial, told & !LOCK, 0, told & LOCK, 0);
        }
        self.text_enters(&surface);
    }

    /// The focused surface is gone.
    pub(super) fn keyboard_lost(&mut self) {
        self.seat.keyboard.focus = None;
        self.text_lost();
    }

    pub(super) fn key(&mut self, code: u32, keysym: u32, down: bool) {
        let name = (code, if code == 0 { keysym } else { 0 });
        if !down {
            return self.key_up(name);
        }
        if self.seat.keyboard.held.len() >= MOST_KEYS && !self.seat.keyboard.held.contains_key(&name) {
            return;
        }
        // Key events of Chrome carry 16 bits of a character; what is beyond goes as text.
        if let Some(character) = keysym::to_char(keysym).filter(|character| character.len_utf16() > 1)
            && self.text.is_active()
        {
            return self.compose_text("", character.encode_utf8(&mut [0; 4]), 0, 0);
        }
        self.press(name, code, keysym, self.seat.keyboard.modifiers());
    }

    /// Presses a key while these modifiers count as held.
    fn press(&mut self, name: (u32, u32), code: u32, keysym: u32, modifiers: u32) {
        let keyboard = &mut self.seat.keyboard;
        let meaning = if keysym == 0 { keyboard.keymap.plain(code) } else { keysym };
        let Some(stroke) = keyboard.keymap.stroke(code, keysym, modifiers) else { return };
        keyboard.held.insert(name, Held { sent: stroke.code, modifier: modifier_of(meaning) });
        if stroke.remapped {
            self.send_keymap(&self.seat.keyboard.resources);
            // Clients begin with no modifiers on a new keymap.
            self.seat.keyboard.told = 0;
        }
        self.send_modifiers(stroke.modifiers);
        self.send_key(stroke.code, KeyState::Pressed);
        if modifier_of(meaning) != 0 {
            self.send_modifiers(self.seat.keyboard.modifiers());
        }
    }

    fn key_up(&mut self, name: (u32, u32)) {
        let Some(held) = self.seat.keyboard.held.remove(&name) else { return };
        self.send_key(held.sent, KeyState::Released);
        self.send_modifiers(self.seat.keyboard.modifiers());
    }

    /// Types what no key was named for. It is text: whatever is held, it is no shortcut.
    pub(super) fn type_symbol(&mut self, keysym: u32) {
        let name = (0, keysym);
        if !self.seat.keyboard.held.contains_key(&name) {
            self.press(name, 0, keysym, 0);
            self.key_up(name);
        }
    }

    fn send_modifiers(&mut self, modifiers: u32) {
        if self.seat.keyboard.told == modifiers {
            return;
        }
        self.seat.keyboard.told = modifiers;
        let serial = self.serial();
        let Some(surface) = self.seat.keyboard.focus.and_then(|id| self.surface_resource(id)) else { return };
        for keyboard in of_client(&self.seat.keyboard.resources, &surface) {
            keyboard.modifiers(serial, modifiers & !LOCK, 0, modifiers & LOCK, 0);
        }
    }

    fn send_key(&mut self, code: u32, state: KeyState) {
        let serial = self.serial();
        let Some(surface) = self.seat.keyboard.focus.and_then(|id| self.surface_resource(id)) else { return };
        for keyboard in of_client(&self.seat.keyboard.resources, &surface) {
            keyboard.key(serial, now_ms(), code, state);
        }
    }
}

impl Dispatch<WlKeyboard, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlKeyboard,
        _: wl_keyboard::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlKeyboard, (): &()) {
        state.seat.keyboard.resources.retain(|keyboard| keyboard != resource);
    }
}
