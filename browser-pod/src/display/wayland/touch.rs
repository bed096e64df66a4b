//! `wl_touch`: fingers. Each belongs to the surface it came down on until it leaves.

use std::collections::BTreeMap;

use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_touch::{self, WlTouch};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle};

use super::state::{State, now_ms, of_client};
use super::surface::SurfaceId;

/// Names of fingers.
const FINGERS: std::ops::RangeInclusive<i32> = 0..=9;

/// The touch screen.
#[derive(Debug, Default)]
pub(super) struct Touch {
    pub(super) resources: Vec<WlTouch>,
    fingers: BTreeMap<i32, SurfaceId>,
}

impl Touch {
    pub(super) fn forget(&mut self, id: SurfaceId) {
        self.fingers.retain(|_, surface| *surface != id);
    }
}

impl State {
    pub(super) fn touch_down(&mut self, finger: i32, x: f64, y: f64) {
        if !FINGERS.contains(&finger) || self.seat.touch.fingers.contains_key(&finger) {
            return;
        }
        let Some((id, x, y)) = self.surface_at(x, y).filter(|_| x.is_finite() && y.is_finite()) else { return };
        let Some(surface) = self.surface_resource(id) else { return };
        let serial = self.serial();
        self.seat.touch.fingers.insert(finger, id);
        for touch in of_client(&self.seat.touch.resources, &surface) {
            touch.down(serial, now_ms(), &surface, finger, x, y);
            touch.frame();
        }
    }

    pub(super) fn touch_move(&mut self, finger: i32, x: f64, y: f64) {
        let Some(id) = self.seat.touch.fingers.get(&finger).copied().filter(|_| x.is_finite() && y.is_finite()) else {
            return;
        };
        let (Some((x, y)), Some(surface)) = (self.point_in(id, x, y), self.surface_resource(id)) else { return };
        for touch in of_client(&self.seat.touch.resources, &surface) {
            touch.motion(now_ms(), finger, x, y);
            touch.frame();
        }
    }

    pub(super) fn touch_up(&mut self, finger: i32) {
        let serial = self.serial();
        let Some(surface) = self.seat.touch.fingers.remove(&finger).and_then(|id| self.surface_resource(id)) else {
            return;
        };
        for touch in of_client(&self.seat.touch.resources, &surface) {
            touch.up(serial, now_ms(), finger);
            touch.frame();
        }
    }

    pub(super) fn touch_cancel(&mut self) {
        let mut told = Vec::new();
        for id in std::mem::take(&mut self.seat.touch.fingers).into_values() {
            let Some(surface) = self.surface_resource(id) else { continue };
            for touch in of_client(&self.seat.touch.resources, &surface) {
                if !told.contains(touch) {
                    touch.cancel();
                    told.push(touch.clone());
                }
            }
        }
    }
}

impl Dispatch<WlTouch, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlTouch,
        _: wl_touch::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlTouch, (): &()) {
        state.seat.touch.resources.retain(|touch| touch != resource);
    }
}
