//! `wl_pointer`: where the pointer is and what it presses. While a button is held all goes to the surface it went down on.

use std::collections::BTreeSet;

use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_pointer::{self, Axis, AxisSource, ButtonState, WlPointer};
use wayland_server::protocol::wl_surface::WlSurface;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource};

use super::state::{State, now_ms, of_client};
use super::surface::SurfaceId;

/// A notch of a wheel: 120 units of `axis_value120`, which Chrome scrolls by as many CSS pixels; 15 of `axis`.
const AXIS_PER_UNIT: f64 = 15.0 / 120.0;
/// Farthest one wheel event goes, in CSS pixels.
const WHEEL_FARTHEST: f64 = 10_000.0;
/// Buttons that can be held at once.
const MOST_BUTTONS: usize = 16;

/// The pointer.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    pub(super) resources: Vec<WlPointer>,
    focus: Option<SurfaceId>,
    /// CSS pixels of the screen; none before the first move.
    at: Option<(f64, f64)>,
    pressed: BTreeSet<u32>,
    /// Parts of wheel units not yet sent.
    wheel_rest: (f64, f64),
}

impl Pointer {
    pub(super) fn focus(&self) -> Option<SurfaceId> {
        self.focus
    }

    pub(super) fn at(&self) -> (f64, f64) {
        self.at.unwrap_or((0.0, 0.0))
    }

    pub(super) fn presses(&self) -> bool {
        !self.pressed.is_empty()
    }

    pub(super) fn forget(&mut self, id: SurfaceId) {
        if self.focus == Some(id) {
            self.focus = None;
        }
    }
}

fn end_of_group(pointer: &WlPointer) {
    if pointer.version() >= 5 {
        pointer.frame();
    }
}

impl State {
    pub(super) fn add_pointer(&mut self, pointer: WlPointer) {
        self.seat.pointer.resources.push(pointer.clone());
        let focus = self.seat.pointer.focus.and_then(|id| Some((id, self.surface_resource(id)?)));
        if let Some((id, surface)) = focus
            && of_client(std::slice::from_ref(&pointer), &surface).next().is_some()
        {
            let (x, y) = self.seat.pointer.at();
            let (x, y) = self.point_in(id, x, y).unwrap_or((0.0, 0.0));
            pointer.enter(self.serial(), &surface, x, y);
            end_of_group(&pointer);
        }
    }

    pub(super) fn surface_resource(&self, id: SurfaceId) -> Option<WlSurface> {
        self.surfaces.get(&id).map(|surface| surface.resource.clone())
    }

    pub(super) fn pointer_move(&mut self, x: f64, y: f64) {
        if !x.is_finite() || !y.is_finite() {
            return;
        }
        let x = x.clamp(0.0, f64::from(self.screen.width()) - 1.0 / 256.0);
        let y = y.clamp(0.0, f64::from(self.screen.height()) - 1.0 / 256.0);
        let before = (self.seat.pointer.at.replace((x, y)), self.seat.pointer.focus);
        if self.drag.is_some() {
            return self.drag_move(x, y);
        }
        self.update_pointer_focus();
        if before == (Some((x, y)), self.seat.pointer.focus) {
            // Chrome draws for every motion; one to where the pointer is would have a press wait for the frame after it.
            return;
        }
        let Some(id) = self.seat.pointer.focus else { return };
        let (Some((x, y)), Some(surface)) = (self.point_in(id, x, y), self.surface_resource(id)) else { return };
        for pointer in of_client(&self.seat.pointer.resources, &surface) {
            pointer.motion(now_ms(), x, y);
            end_of_group(pointer);
        }
    }

    /// Lets the surface under the pointer know, when windows changed under it.
    pub(super) fn update_pointer_focus(&mut self) {
        let Some((x, y)) = self.seat.pointer.at else { return };
        if self.drag.is_some() || (self.seat.pointer.presses() && self.seat.pointer.focus.is_some()) {
            return;
        }
        let under = self.surface_at(x, y);
        let target = under.map(|(id, _, _)| id);
        if target == self.seat.pointer.focus {
            return;
        }
        self.pointer_leave();
        if let Some((id, x, y)) = under {
            self.pointer_enter(id, x, y);
        }
    }

    pub(super) fn pointer_leave(&mut self) {
        let serial = self.serial();
        let Some(surface) = self.seat.pointer.focus.take().and_then(|id| self.surface_resource(id)) else { return };
        for pointer in of_client(&self.seat.pointer.resources, &surface) {
            pointer.leave(serial, &surface);
            end_of_group(pointer);
        }
    }

    fn pointer_enter(&mut self, id: SurfaceId, x: f64, y: f64) {
        let serial = self.serial();
        let Some(surface) = self.surface_resource(id) else { return };
        for pointer in of_client(&self.seat.pointer.resources, &surface) {
            pointer.enter(serial, &surface, x, y);
            end_of_group(pointer);
        }
        self.seat.pointer.focus = Some(id);
    }

    pub(super) fn pointer_button(&mut self, code: u32, down: bool) {
        let pointer = &mut self.seat.pointer;
        let changed = match down {
            true => pointer.pressed.len() < MOST_BUTTONS && pointer.pressed.insert(code),
            false => pointer.pressed.remove(&code),
        };
        if !changed {
            return;
        }
        if self.drag.is_some() {
            if !self.seat.pointer.presses() {
                self.drag_drop();
            }
            return;
        }
        if down {
            self.dismiss_if_outside();
        }
        self.send_button(code, down);
        if !self.seat.pointer.presses() {
            self.update_pointer_focus();
        }
    }

    /// Popups that grab close when another client (or nothing) is pressed. Presses on their own client reach it as usual.
    fn dismiss_if_outside(&mut self) {
        let Some(grabbing) = self.grabbing_popup().and_then(|id| self.surface_resource(id)) else { return };
        let pressed = self.seat.pointer.focus.and_then(|id| self.surface_resource(id));
        if pressed.is_none_or(|pressed| !pressed.id().same_client_as(&grabbing.id())) {
            self.dismiss_popups();
        }
    }

    fn send_button(&mut self, code: u32, down: bool) {
        let serial = self.serial();
        let Some(surface) = self.seat.pointer.focus.and_then(|id| self.surface_resource(id)) else { return };
        let state = if down { ButtonState::Pressed } else { ButtonState::Released };
        for pointer in of_client(&self.seat.pointer.resources, &surface) {
            pointer.button(serial, now_ms(), code, state);
            end_of_group(pointer);
        }
    }

    pub(super) fn pointer_wheel(&mut self, dx: f64, dy: f64) {
        if !dx.is_finite() || !dy.is_finite() {
            return;
        }
        let (dx, dy) = (dx.clamp(-WHEEL_FARTHEST, WHEEL_FARTHEST), dy.clamp(-WHEEL_FARTHEST, WHEEL_FARTHEST));
        let rest = &mut self.seat.pointer.wheel_rest;
        let (x, y) = (take_whole(&mut rest.0, dx), take_whole(&mut rest.1, dy));
        let Some(surface) = self.seat.pointer.focus.and_then(|id| self.surface_resource(id)) else { return };
        for pointer in of_client(&self.seat.pointer.resources, &surface) {
            if pointer.version() >= 5 {
                pointer.axis_source(AxisSource::Wheel);
            }
            for (axis, units) in [(Axis::VerticalScroll, y), (Axis::HorizontalScroll, x)] {
                if units != 0 {
                    send_axis(pointer, axis, units);
                }
            }
            end_of_group(pointer);
        }
    }
}

fn send_axis(pointer: &WlPointer, axis: Axis, units: i32) {
    if pointer.version() >= 8 {
        pointer.axis_value120(axis, units);
    } else if pointer.version() >= 5 && units / 120 != 0 {
        pointer.axis_discrete(axis, units / 120);
    }
    pointer.axis(now_ms(), axis, f64::from(units) * AXIS_PER_UNIT);
}

/// Adds to a rest and takes its whole part.
#[expect(clippy::cast_possible_truncation, reason = "bounded by the farthest wheel event plus 1")]
fn take_whole(rest: &mut f64, more: f64) -> i32 {
    *rest += more;
    let whole = rest.trunc();
    *rest -= whole;
    whole as i32
}

impl Dispatch<WlPointer, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlPointer,
        request: wl_pointer::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        if let wl_pointer::Request::SetCursor { surface, hotspot_x, hotspot_y, .. } = request {
            state.set_cursor(resource, surface.as_ref(), (hotspot_x, hotspot_y));
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlPointer, (): &()) {
        state.seat.pointer.resources.retain(|pointer| pointer != resource);
    }
}
