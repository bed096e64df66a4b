//! Drag and drop.

use super::state::State;
use super::surface::SurfaceId;

/// A drag under way.
#[derive(Debug)]
pub(super) struct Drag {}

impl State {
    pub(super) fn drag_forgets(&mut self, _id: SurfaceId) {}
    pub(super) fn drag_move(&mut self, _x: f64, _y: f64) {}
    pub(super) fn drag_drop(&mut self) {}
}
