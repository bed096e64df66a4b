//! `wl_compositor`, `wl_surface`, `wl_region`: what a client says about a surface until it commits.

use std::sync::{Arc, Mutex, PoisonError};

use wayland_protocols::wp::fractional_scale::v1::server::wp_fractional_scale_v1::WpFractionalScaleV1;
use wayland_protocols::wp::presentation_time::server::wp_presentation_feedback::WpPresentationFeedback;
use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_buffer::WlBuffer;
use wayland_server::protocol::wl_callback::{self, WlCallback};
use wayland_server::protocol::wl_compositor::{self, WlCompositor};
use wayland_server::protocol::wl_region::{self, WlRegion};
use wayland_server::protocol::wl_surface::{self, WlSurface};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, WEnum};

use super::buffer::Pixels;
use super::limits;
use super::shell::XdgSurfaceState;
use super::state::State;
use super::subsurface::Subsurface;
use crate::display::area::Area;
use crate::display::damage::Damage;

/// Our own name of a surface. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SurfaceId(pub(super) u64);

/// What a surface is for. Given once.
#[derive(Debug, Default)]
pub(super) enum Role {
    #[default]
    None,
    /// A toplevel or a popup, or one of them to be.
    Xdg(XdgSurfaceState),
    Subsurface(Subsurface),
    Cursor,
    DragIcon,
}

/// A buffer on a surface.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    pub(super) buffer: WlBuffer,
    pub(super) pixels: Arc<Pixels>,
}

/// What is added to or taken from a region, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Region(Vec<(bool, Area)>);

impl Region {
    fn push(&mut self, adds: bool, area: Area) {
        if self.0.len() < limits::REGION_PARTS {
            self.0.push((adds, area));
        }
    }

    pub(super) fn has_point(&self, x: f64, y: f64) -> bool {
        self.0.iter().rev().find(|(_, area)| area.has_point(x, y)).is_some_and(|(adds, _)| *adds)
    }
}

/// What was said since the last commit. An outer `None` leaves things as they are.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) buffer: Option<Option<Attached>>,
    /// In the surface's own coordinates.
    pub(super) damage: Damage,
    /// In pixels of the buffer.
    pub(super) buffer_damage: Damage,
    pub(super) callbacks: Vec<WlCallback>,
    pub(super) feedbacks: Vec<WpPresentationFeedback>,
    pub(super) scale: Option<i32>,
    /// Part of the buffer that is shown: x, y, width, height.
    pub(super) source: Option<Option<[f64; 4]>>,
    pub(super) destination: Option<Option<(i32, i32)>>,
    pub(super) input: Option<Option<Region>>,
    pub(super) geometry: Option<Area>,
    /// How far the picture moves; for what is dragged.
    pub(super) offset: (i32, i32),
}

/// A surface.
#[derive(Debug)]
pub(super) struct Surface {
    pub(super) resource: WlSurface,
    pub(super) role: Role,
    pub(super) pending: Changes,
    /// Changes of a synchronised subsurface that wait for its parent.
    pub(super) cached: Option<Changes>,
    pub(super) attached: Option<Attached>,
    pub(super) scale: i32,
    pub(super) source: Option<[f64; 4]>,
    pub(super) destination: Option<(i32, i32)>,
    /// None is everywhere.
    pub(super) input: Option<Region>,
    pub(super) geometry: Option<Area>,
    pub(super) offset: (i32, i32),
    /// Changed since the last composition, in the surface's own coordinates.
    pub(super) damage: Damage,
    /// The surface itself and its subsurfaces, from the bottom up.
    pub(super) stack: Vec<SurfaceId>,
    /// The stack that the next commit makes true.
    pub(super) next_stack: Option<Vec<SurfaceId>>,
    pub(super) viewport: bool,
    pub(super) fractional: Option<WpFractionalScaleV1>,
}

impl Surface {
    fn new(id: SurfaceId, resource: WlSurface) -> Surface {
        Surface {
            resource,
            role: Role::None,
            pending: Changes::default(),
            cached: None,
            attached: None,
            scale: 1,
            source: None,
            destination: None,
            input: None,
            geometry: None,
            offset: (0, 0),
            damage: Damage::default(),
            stack: vec![id],
            next_stack: None,
            viewport: false,
            fractional: None,
        }
    }

    /// Width and height in the surface's own coordinates; nothing without a buffer.
    pub(super) fn size(&self) -> (i32, i32) {
        let Some(attached) = &self.attached else { return (0, 0) };
        if let Some(size) = self.destination {
            return size;
        }
        match self.source {
            Some([_, _, width, height]) => (whole(width), whole(height)),
            None => (attached.pixels.width / self.scale.max(1), attached.pixels.height / self.scale.max(1)),
        }
    }

    /// The part of the buffer that is shown, in its pixels.
    pub(super) fn shown(&self, pixels: &Pixels) -> [f64; 4] {
        let scale = f64::from(self.scale.max(1));
        match self.source {
            Some(part) => part.map(|v| v * scale),
            None => [0.0, 0.0, f64::from(pixels.width), f64::from(pixels.height)],
        }
    }

    pub(super) fn takes_input(&self, x: f64, y: f64) -> bool {
        self.input.as_ref().is_none_or(|region| region.has_point(x, y))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "casts from floats saturate, and the result is cut to the limit")]
fn whole(length: f64) -> i32 {
    (length.round() as i32).clamp(0, limits::SIDE)
}

impl GlobalDispatch<WlCompositor, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WlCompositor>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WlCompositor, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        compositor: &WlCompositor,
        request: wl_compositor::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            wl_compositor::Request::CreateSurface { id } => {
                if state.surfaces.len() >= limits::SURFACES {
                    return compositor.post_error(0u32, "too many surfaces");
                }
                let name = state.surface_id();
                let resource = init.init(id, name);
                if resource.version() >= 6 {
                    resource.preferred_buffer_scale(state.screen.scale());
                }
                state.surfaces.insert(name, Surface::new(name, resource));
            }
            wl_compositor::Request::CreateRegion { id } => {
                if state.counts.regions >= limits::REGIONS {
                    return compositor.post_error(0u32, "too many regions");
                }
                state.counts.regions += 1;
                init.init(id, Mutex::new(Region::default()));
            }
            _ => {}
        }
    }
}

impl Dispatch<WlRegion, Mutex<Region>> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlRegion,
        request: wl_region::Request,
        region: &Mutex<Region>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let mut region = region.lock().unwrap_or_else(PoisonError::into_inner);
        match request {
            wl_region::Request::Add { x, y, width, height } => region.push(true, Area::new(x, y, width, height)),
            wl_region::Request::Subtract { x, y, width, height } => region.push(false, Area::new(x, y, width, height)),
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlRegion, _: &Mutex<Region>) {
        state.counts.regions = state.counts.regions.saturating_sub(1);
    }
}

impl Dispatch<WlCallback, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlCallback,
        _: wl_callback::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }
}

fn region_of(resource: Option<&WlRegion>) -> Option<Region> {
    let region = resource?.data::<Mutex<Region>>()?;
    Some(region.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn attached(buffer: Option<WlBuffer>) -> Option<Attached> {
    let buffer = buffer?;
    let pixels = buffer.data::<Arc<Pixels>>()?.clone();
    Some(Attached { buffer, pixels })
}

impl Dispatch<WlSurface, SurfaceId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlSurface,
        request: wl_surface::Request,
        id: &SurfaceId,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let wl_surface::Request::Commit = request {
            return state.commit(*id);
        }
        let Some(surface) = state.surfaces.get_mut(id) else {
            if let wl_surface::Request::Frame { callback } = request {
                init.init(callback, ());
            }
            return;
        };
        let pending = &mut surface.pending;
        match request {
            wl_surface::Request::Attach { buffer, x, y } => {
                if resource.version() >= 5 && (x != 0 || y != 0) {
                    return resource.post_error(wl_surface::Error::InvalidOffset, "attach has an offset");
                }
                pending.offset = (x, y);
                pending.buffer = Some(attached(buffer));
            }
            wl_surface::Request::Offset { x, y } => pending.offset = (x, y),
            wl_surface::Request::Damage { x, y, width, height } => pending.damage.add(Area::new(x, y, width, height)),
            wl_surface::Request::DamageBuffer { x, y, width, height } => {
                pending.buffer_damage.add(Area::new(x, y, width, height));
            }
            wl_surface::Request::Frame { callback } => {
                if pending.callbacks.len() >= limits::CALLBACKS {
                    return resource.post_error(wl_surface::Error::InvalidSize, "too many frame callbacks");
                }
                pending.callbacks.push(init.init(callback, ()));
            }
            wl_surface::Request::SetInputRegion { region } => pending.input = Some(region_of(region.as_ref())),
            wl_surface::Request::SetBufferScale { scale } => {
                if !(1..=16).contains(&scale) {
                    return resource.post_error(wl_surface::Error::InvalidScale, "scale is not 1 to 16");
                }
                pending.scale = Some(scale);
            }
            wl_surface::Request::SetBufferTransform { transform: WEnum::Unknown(_) } => {
                resource.post_error(wl_surface::Error::InvalidTransform, "transform is unknown");
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlSurface, id: &SurfaceId) {
        state.remove_surface(*id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_about_a_point_counts() {
        let mut region = Region::default();
        assert!(!region.has_point(5.0, 5.0));
        region.push(true, Area::new(0, 0, 100, 100));
        region.push(false, Area::new(10, 10, 10, 10));
        region.push(true, Area::new(15, 15, 1, 1));
        assert!(region.has_point(5.0, 5.0));
        assert!(!region.has_point(10.0, 10.0));
        assert!(region.has_point(15.5, 15.5));
        assert!(!region.has_point(100.0, 5.0));
        for _ in 0..10_000 {
            region.push(true, Area::new(0, 0, 1, 1));
        }
        assert_eq!(region.0.len(), limits::REGION_PARTS);
    }
}
