//! What a commit makes true, and the end of a surface.

use wayland_server::Resource;

use super::limits;
use super::state::State;
use super::surface::{Attached, Changes, Role, Surface, SurfaceId};
use crate::display::area::Area;

impl Changes {
    /// Adds later changes to these. A buffer that is never shown is given back.
    fn merge(&mut self, later: Changes) {
        if let Some(buffer) = later.buffer
            && let Some(Some(skipped)) = self.buffer.replace(buffer)
        {
            release(&skipped, self.buffer.as_ref().and_then(Option::as_ref));
        }
        self.damage.add_all(&later.damage);
        self.buffer_damage.add_all(&later.buffer_damage);
        self.callbacks.extend(later.callbacks);
        self.feedbacks.extend(later.feedbacks);
        self.scale = later.scale.or(self.scale);
        self.source = later.source.or(self.source);
        self.destination = later.destination.or(self.destination);
        self.geometry = later.geometry.or(self.geometry);
        self.offset = add(self.offset, later.offset);
        if later.input.is_some() {
            self.input = later.input;
        }
    }
}

fn add(a: (i32, i32), b: (i32, i32)) -> (i32, i32) {
    (a.0.saturating_add(b.0), a.1.saturating_add(b.1))
}

/// Tells the client that it may draw into `old` again, unless that buffer is the one shown now.
fn release(old: &Attached, shown: Option<&Attached>) {
    if old.buffer.is_alive() && shown.is_none_or(|shown| shown.buffer != old.buffer) {
        old.buffer.release();
    }
}

impl State {
    pub(super) fn commit(&mut self, id: SurfaceId) {
        if !self.may_commit(id) {
            return;
        }
        let synchronised = self.is_synchronised(id);
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        let changes = std::mem::take(&mut surface.pending);
        if synchronised {
            let cached = surface.cached.get_or_insert_default();
            cached.merge(changes);
            if cached.callbacks.len() > limits::CALLBACKS || cached.feedbacks.len() > limits::CALLBACKS {
                surface.resource.post_error(0u32, "too many callbacks wait for the parent");
            }
            return;
        }
        let changes = match surface.cached.take() {
            Some(mut cached) => {
                cached.merge(changes);
                cached
            }
            None => changes,
        };
        self.apply(id, changes, 0);
    }

    /// Makes waiting changes true once the surface is no longer synchronised.
    pub(super) fn apply_cached(&mut self, id: SurfaceId) {
        if self.is_synchronised(id) {
            return;
        }
        if let Some(cached) = self.surfaces.get_mut(&id).and_then(|surface| surface.cached.take()) {
            self.apply(id, cached, 0);
        }
    }

    fn apply(&mut self, id: SurfaceId, changes: Changes, depth: usize) {
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        let had_buffer = surface.attached.is_some();
        self.presentation.callbacks.extend(changes.callbacks.iter().cloned());
        self.presentation.feedbacks.extend(changes.feedbacks.iter().cloned());
        surface.take_over(changes);
        let has_buffer = surface.attached.is_some();
        self.screen.changed = true;
        self.apply_children(id, depth);
        match self.surfaces.get(&id).map(|surface| &surface.role) {
            Some(Role::Xdg(_)) => self.xdg_committed(id, had_buffer, has_buffer),
            Some(Role::Cursor) => self.cursor_committed(id),
            _ => {}
        }
    }

    /// A parent's commit places its subsurfaces and makes the waiting changes of the synchronised ones true.
    fn apply_children(&mut self, id: SurfaceId, depth: usize) {
        let Some(surface) = self.surfaces.get_mut(&id) else { return };
        if let Some(stack) = surface.next_stack.take() {
            surface.stack = stack;
        }
        if depth >= limits::DEPTH {
            return;
        }
        let children: Vec<SurfaceId> = surface.stack.iter().copied().filter(|child| *child != id).collect();
        for child in children {
            let Some(surface) = self.surfaces.get_mut(&child) else { continue };
            let Role::Subsurface(subsurface) = &mut surface.role else { continue };
            if let Some(place) = subsurface.next_place.take() {
                subsurface.place = place;
            }
            if let Some(cached) = surface.cached.take_if(|_| subsurface.sync || depth > 0) {
                self.apply(child, cached, depth + 1);
            }
        }
    }

    /// Forgets a surface whose object is gone, and all that points to it.
    pub(super) fn remove_surface(&mut self, id: SurfaceId) {
        self.unlink_subsurface(id);
        self.close_window(id);
        let Some(surface) = self.surfaces.remove(&id) else { return };
        if let Some(attached) = &surface.attached {
            release(attached, None);
        }
        for child in surface.stack.iter().chain(surface.next_stack.iter().flatten()) {
            if let Some(Role::Subsurface(subsurface)) = self.surfaces.get_mut(child).map(|child| &mut child.role) {
                subsurface.parent = None;
            }
        }
        self.screen.changed = true;
        self.seat_forgets(id);
    }
}

impl Surface {
    fn take_over(&mut self, changes: Changes) {
        if let Some(buffer) = changes.buffer {
            if let Some(old) = std::mem::replace(&mut self.attached, buffer) {
                release(&old, self.attached.as_ref());
            }
            if self.attached.is_none() {
                self.damage.clear();
            }
        }
        self.scale = changes.scale.unwrap_or(self.scale);
        self.source = changes.source.unwrap_or(self.source);
        self.destination = changes.destination.unwrap_or(self.destination);
        self.geometry = changes.geometry.or(self.geometry);
        self.offset = add(self.offset, changes.offset);
        if let Some(input) = changes.input {
            self.input = input;
        }
        self.damage.add_all(&changes.damage);
        for area in changes.buffer_damage.areas() {
            let area = self.own_area_of(*area);
            self.damage.add(area);
        }
    }

    /// An area of the buffer in the surface's own coordinates, rounded outwards.
    #[expect(clippy::cast_possible_truncation, reason = "casts from floats saturate; areas are cut to their range")]
    fn own_area_of(&self, area: Area) -> Area {
        let Some(attached) = &self.attached else { return Area::default() };
        let [x, y, width, height] = self.shown(&attached.pixels);
        let (w, h) = self.size();
        let (fx, fy) = (f64::from(w) / width.max(1.0), f64::from(h) / height.max(1.0));
        let (left, top) = ((f64::from(area.x) - x) * fx, (f64::from(area.y) - y) * fy);
        let (right, bottom) = ((f64::from(area.right()) - x) * fx, (f64::from(area.bottom()) - y) * fy);
        let (left, top) = (left.floor() as i32, top.floor() as i32);
        let (right, bottom) = (right.ceil() as i32, bottom.ceil() as i32);
        Area::new(left, top, right.saturating_sub(left), bottom.saturating_sub(top))
    }
}
