//! `text-input-v3`: text of an input method for the field that has the focus.

use wayland_server::protocol::wl_surface::WlSurface;

use super::state::State;

/// Text inputs.
#[derive(Debug, Default)]
pub(super) struct TextInputs {}

impl TextInputs {
    pub(super) fn is_active(&self) -> bool {
        false
    }
}

impl State {
    pub(super) fn text_enters(&mut self, _surface: &WlSurface) {}
    pub(super) fn text_leaves(&mut self, _surface: &WlSurface) {}
    pub(super) fn text_lost(&mut self) {}
    pub(super) fn compose_text(&mut self, _preedit: &str, commit: &str, _before: u32, _after: u32) {
        for character in commit.chars() {
            self.type_char(character);
        }
    }
}
