//! `wl_data_device`: the clipboard, both ways.

use wayland_server::protocol::wl_surface::WlSurface;

use super::state::State;

/// The clipboard.
#[derive(Debug, Default)]
pub(super) struct Clipboard {}

impl State {
    pub(super) fn offer_selection(&mut self, _surface: &WlSurface) {}
    pub(super) fn offer_text(&mut self, _text: String) {}
}
