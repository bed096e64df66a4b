//! `wl_output` and `wp_fractional_scale`: the one monitor and its scale.

use wayland_protocols::wp::fractional_scale::v1::server::wp_fractional_scale_manager_v1::{
    self, WpFractionalScaleManagerV1,
};
use wayland_protocols::wp::fractional_scale::v1::server::wp_fractional_scale_v1::{self, WpFractionalScaleV1};
use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_output::{self, Mode, Subpixel, Transform, WlOutput};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::seat::room_for;
use super::state::{State, of_client};
use super::surface::SurfaceId;
use crate::display::Size;

/// Refresh rate of the mode in thousandths of a hertz. Chrome's own rate comes from `wp_presentation`.
const REFRESH: i32 = 60_000;
/// Fractional scales are told in parts of this.
const FRACTION: u32 = 120;

impl State {
    fn tell_output(&self, output: &WlOutput) {
        let (width, height, scale) = (self.screen.width(), self.screen.height(), self.screen.scale());
        output.mode(Mode::Current | Mode::Preferred, width * scale, height * scale, REFRESH);
        if output.version() >= 2 {
            output.scale(scale);
            output.done();
        }
    }

    fn fraction(&self) -> u32 {
        FRACTION * u32::try_from(self.screen.scale()).unwrap_or(1)
    }

    /// Changes the size of the screen and tells everyone.
    pub(super) fn resize(&mut self, size: Size) {
        if !self.screen.resize(size) {
            return;
        }
        for output in self.outputs.iter().filter(|output| output.is_alive()) {
            self.tell_output(output);
        }
        for surface in self.surfaces.values() {
            if surface.resource.version() >= 6 {
                surface.resource.preferred_buffer_scale(self.screen.scale());
            }
            if let Some(fractional) = surface.fractional.as_ref().filter(|object| object.is_alive()) {
                fractional.preferred_scale(self.fraction());
            }
        }
        self.dismiss_popups();
        self.configure_windows();
    }

    /// Tells a surface that it is on the monitor.
    pub(super) fn enter_output(&self, id: SurfaceId) {
        let Some(surface) = self.surface_resource(id) else { return };
        for output in of_client(&self.outputs, &surface) {
            surface.enter(output);
        }
    }
}

impl GlobalDispatch<WlOutput, ()> for State {
    fn bind(
        state: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WlOutput>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let output = init.init(new, ());
        if !room_for(&mut state.outputs) {
            return output.post_error(0u32, "too many outputs");
        }
        let (make, model) = ("CoBrowse".to_owned(), "Screen".to_owned());
        output.geometry(0, 0, 0, 0, Subpixel::None, make, model, Transform::Normal);
        if output.version() >= 4 {
            output.name("COBROWSE-1".to_owned());
        }
        state.tell_output(&output);
        state.outputs.push(output);
    }
}

impl Dispatch<WlOutput, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WlOutput,
        _: wl_output::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &WlOutput, (): &()) {
        state.outputs.retain(|output| output != resource);
    }
}

impl GlobalDispatch<WpFractionalScaleManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WpFractionalScaleManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WpFractionalScaleManagerV1, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WpFractionalScaleManagerV1,
        request: wp_fractional_scale_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wp_fractional_scale_manager_v1::Request::GetFractionalScale { id, surface } = request else { return };
        let name = surface.data::<SurfaceId>().copied().unwrap_or(SurfaceId(0));
        let fraction = state.fraction();
        let fractional = init.init(id, name);
        fractional.preferred_scale(fraction);
        let Some(surface) = state.surfaces.get_mut(&name) else { return };
        if surface.fractional.is_some() {
            let code = wp_fractional_scale_manager_v1::Error::FractionalScaleExists;
            return resource.post_error(code, "the surface has one already");
        }
        surface.fractional = Some(fractional);
    }
}

impl Dispatch<WpFractionalScaleV1, SurfaceId> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &WpFractionalScaleV1,
        _: wp_fractional_scale_v1::Request,
        _: &SurfaceId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WpFractionalScaleV1, id: &SurfaceId) {
        if let Some(surface) = state.surfaces.get_mut(id) {
            surface.fractional = None;
        }
    }
}
