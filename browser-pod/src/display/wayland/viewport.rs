//! `wp_viewporter`: a part of a buffer, stretched to a size.

use wayland_protocols::wp::viewporter::server::wp_viewport::{self, WpViewport};
use wayland_protocols::wp::viewporter::server::wp_viewporter::{self, WpViewporter};
use wayland_server::backend::ClientId;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::state::State;
use super::surface::SurfaceId;

impl GlobalDispatch<WpViewporter, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WpViewporter>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WpViewporter, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpViewporter,
        request: wp_viewporter::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wp_viewporter::Request::GetViewport { id, surface } = request else { return };
        let name = surface.data::<SurfaceId>().copied().unwrap_or(SurfaceId(0));
        init.init(id, name);
        let Some(surface) = state.surfaces.get_mut(&name) else { return };
        if std::mem::replace(&mut surface.viewport, true) {
            resource.post_error(wp_viewporter::Error::ViewportExists, "the surface has one already");
        }
    }
}

/// A source that is inside the largest buffer, or the sign for none (all -1). An error otherwise.
fn parse_source(part: [f64; 4]) -> Result<Option<[f64; 4]>, ()> {
    if part.iter().all(|v| (*v + 1.0).abs() < f64::EPSILON) {
        return Ok(None);
    }
    let [x, y, width, height] = part;
    let inside = part.iter().all(|v| *v <= f64::from(limits::SIDE));
    if x >= 0.0 && y >= 0.0 && width > 0.0 && height > 0.0 && inside { Ok(Some(part)) } else { Err(()) }
}

fn parse_destination(width: i32, height: i32) -> Result<Option<(i32, i32)>, ()> {
    match (width, height) {
        (-1, -1) => Ok(None),
        (1..=limits::SIDE, 1..=limits::SIDE) => Ok(Some((width, height))),
        _ => Err(()),
    }
}

impl Dispatch<WpViewport, SurfaceId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpViewport,
        request: wp_viewport::Request,
        id: &SurfaceId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let Some(surface) = state.surfaces.get_mut(id) else {
            return match request {
                wp_viewport::Request::Destroy => {}
                _ => resource.post_error(wp_viewport::Error::NoSurface, "the surface is gone"),
            };
        };
        match request {
            wp_viewport::Request::SetSource { x, y, width, height } => match parse_source([x, y, width, height]) {
                Ok(source) => surface.pending.source = Some(source),
                Err(()) => resource.post_error(wp_viewport::Error::BadValue, "source is not a part of a buffer"),
            },
            wp_viewport::Request::SetDestination { width, height } => match parse_destination(width, height) {
                Ok(destination) => surface.pending.destination = Some(destination),
                Err(()) => resource.post_error(wp_viewport::Error::BadValue, "destination is not a size"),
            },
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WpViewport, id: &SurfaceId) {
        if let Some(surface) = state.surfaces.get_mut(id) {
            surface.viewport = false;
            surface.pending.source = Some(None);
            surface.pending.destination = Some(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_destinations_are_checked() {
        assert_eq!(parse_source([-1.0; 4]), Ok(None));
        assert_eq!(parse_source([0.0, 0.0, 10.5, 1.0]), Ok(Some([0.0, 0.0, 10.5, 1.0])));
        assert_eq!(parse_source([0.0, 0.0, 0.0, 1.0]), Err(()));
        assert_eq!(parse_source([-0.5, 0.0, 1.0, 1.0]), Err(()));
        assert_eq!(parse_source([0.0, 0.0, 1e7, 1.0]), Err(()));
        assert_eq!(parse_destination(-1, -1), Ok(None));
        assert_eq!(parse_destination(0, 5), Err(()));
        assert_eq!(parse_destination(i32::MAX, 5), Err(()));
        assert_eq!(parse_destination(8, 5), Ok(Some((8, 5))));
    }
}
