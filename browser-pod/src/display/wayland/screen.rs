//! What lies where on the screen: windows, popups and subsurfaces from the bottom up.

use super::limits;
use super::shell::Window;
use super::state::{State, now_ns};
use super::surface::{Role, SurfaceId};
use crate::display::Size;
use crate::display::area::Area;

/// How long the old picture stays while a window draws at a new size.
const RESIZE_WAIT_NS: u64 = 500_000_000;

/// Smallest and largest side of the screen in CSS pixels.
const SIDES: (u32, u32) = (64, 4096);

/// A surface on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) surface: SurfaceId,
    /// CSS pixels of the screen.
    pub(super) area: Area,
    /// A whole window over the whole screen: nothing shines through whatever its pixels say.
    pub(super) fills: bool,
}

/// The screen.
#[derive(Debug)]
pub(super) struct Screen {
    size: Size,
    /// The size of the picture, which follows `size` when a window has drawn at it.
    shown: Size,
    /// When the picture follows in any case.
    follow_at: Option<u64>,
    /// Something may look different.
    pub(super) changed: bool,
    /// As last composed.
    pub(super) layers: Vec<Layer>,
    /// Blue, green, red, unused: what is composed of more than one layer.
    pub(super) canvas: Vec<u8>,
    /// The last picture came straight from a client's buffer, so the canvas is stale.
    pub(super) direct: bool,
}

/// Makes a size one that the screen can have: even sides within limits, scale 1 or 2.
pub(super) fn allowed(size: Size) -> Size {
    let side = |length: u32| length.clamp(SIDES.0, SIDES.1) & !1;
    Size { width: side(size.width), height: side(size.height), scale: size.scale.clamp(1, 2) }
}

impl Screen {
    pub(super) fn new(size: Size) -> Screen {
        let size = allowed(size);
        Screen {
            size,
            shown: size,
            follow_at: None,
            changed: false,
            layers: Vec::new(),
            canvas: Vec::new(),
            direct: false,
        }
    }

    /// CSS pixels that windows are told.
    pub(super) fn width(&self) -> i32 {
        side(self.size.width)
    }

    pub(super) fn height(&self) -> i32 {
        side(self.size.height)
    }

    pub(super) fn scale(&self) -> i32 {
        side(self.size.scale)
    }

    /// Device pixels per CSS pixel of the picture.
    pub(super) fn shown_scale(&self) -> i32 {
        side(self.shown.scale)
    }

    /// The picture in CSS pixels.
    pub(super) fn shown_area(&self) -> Area {
        Area::new(0, 0, side(self.shown.width), side(self.shown.height))
    }

    /// False if nothing is to do.
    pub(super) fn resize(&mut self, size: Size) -> bool {
        let size = allowed(size);
        let differs = self.size != size;
        if differs {
            self.size = size;
            self.follow_at = Some(now_ns() + RESIZE_WAIT_NS);
            self.changed = true;
        }
        differs
    }

    /// When to compose again although no client said anything.
    pub(super) fn deadline(&self) -> Option<u64> {
        self.follow_at
    }
}

fn side(length: u32) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

impl State {
    /// Lets the picture take the wanted size once the top window has drawn at it or time is up. False: wait.
    pub(super) fn follow_size(&mut self) -> bool {
        let Some(deadline) = self.screen.follow_at else { return true };
        let wanted = (self.screen.width() * self.screen.scale(), self.screen.height() * self.screen.scale());
        let drawn = self.top_window().and_then(|id| self.surfaces.get(&id)).and_then(|surface| {
            surface.attached.as_ref().map(|attached| (attached.pixels.width, attached.pixels.height))
        });
        if drawn != Some(wanted) && now_ns() < deadline {
            return false;
        }
        self.screen.follow_at = None;
        self.screen.shown = self.screen.size;
        true
    }

    /// Where the origin of a window's geometry lies on the screen.
    pub(super) fn window_place(&self, id: SurfaceId) -> (i32, i32) {
        let (mut at, mut place) = (id, (0i32, 0i32));
        for _ in 0..limits::DEPTH {
            match self.surfaces.get(&at).map(|surface| &surface.role) {
                Some(Role::Xdg(xdg)) => match &xdg.window {
                    Some(Window::Popup(popup)) => {
                        let (dx, dy) = (popup.placed.x, popup.placed.y);
                        place = (place.0.saturating_add(dx), place.1.saturating_add(dy));
                        let Some(parent) = popup.parent else { return place };
                        at = parent;
                    }
                    Some(Window::Toplevel(_)) => {
                        let origin = self.toplevel_place(at);
                        return (place.0.saturating_add(origin.0), place.1.saturating_add(origin.1));
                    }
                    None => return place,
                },
                _ => return place,
            }
        }
        place
    }

    /// The first window begins at the corner; a later one that is smaller than the screen lies in the middle.
    fn toplevel_place(&self, id: SurfaceId) -> (i32, i32) {
        let first = self.windows.iter().find(|window| self.is_toplevel(**window));
        let Some(surface) = self.surfaces.get(&id).filter(|_| first != Some(&id)) else { return (0, 0) };
        let (w, h) = surface.geometry.map_or(surface.size(), |area| (area.w, area.h));
        let screen = self.screen.shown_area();
        ((screen.w - w.min(screen.w)) / 2, (screen.h - h.min(screen.h)) / 2)
    }

    /// All that is on the screen, from the bottom up.
    pub(super) fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::new();
        for id in &self.windows {
            let Some(surface) = self.surfaces.get(id) else { continue };
            let (x, y) = self.window_place(*id);
            let (gx, gy) = surface.geometry.map_or((0, 0), |area| (area.x, area.y));
            let origin = (x.saturating_sub(gx), y.saturating_sub(gy));
            self.add_layers(*id, origin, self.is_toplevel(*id), 0, &mut layers);
        }
        layers
    }

    pub(super) fn add_layers(
        &self,
        id: SurfaceId,
        at: (i32, i32),
        window: bool,
        depth: usize,
        layers: &mut Vec<Layer>,
    ) {
        let Some(surface) = self.surfaces.get(&id).filter(|surface| surface.attached.is_some()) else { return };
        for child in surface.stack.iter().take(limits::SURFACES) {
            if *child == id {
                let (w, h) = surface.size();
                let area = Area::new(at.0, at.1, w, h);
                layers.push(Layer { surface: id, area, fills: window && area.covers(self.screen.shown_area()) });
            } else if let Some(Role::Subsurface(part)) = self.surfaces.get(child).map(|child| &child.role)
                && depth < limits::DEPTH
            {
                let place = (at.0.saturating_add(part.place.0), at.1.saturating_add(part.place.1));
                self.add_layers(*child, place, false, depth + 1, layers);
            }
        }
    }

    /// The surface that takes input at a point of the screen, and the point in its own coordinates.
    pub(super) fn surface_at(&self, x: f64, y: f64) -> Option<(SurfaceId, f64, f64)> {
        self.layers().iter().rev().find_map(|layer| {
            let surface = self.surfaces.get(&layer.surface)?;
            let (dx, dy) = (x - f64::from(layer.area.x), y - f64::from(layer.area.y));
            (layer.area.has_point(x, y) && surface.takes_input(dx, dy)).then_some((layer.surface, dx, dy))
        })
    }

    /// A point of the screen in a surface's own coordinates, wherever the point lies.
    pub(super) fn point_in(&self, id: SurfaceId, x: f64, y: f64) -> Option<(f64, f64)> {
        let layers = self.layers();
        let layer = layers.iter().find(|layer| layer.surface == id)?;
        Some((x - f64::from(layer.area.x), y - f64::from(layer.area.y)))
    }
}
