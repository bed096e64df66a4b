//! `xdg_toplevel`: windows. Each lies over the whole screen, the newest on top; a dialog of another window has its own size.

use wayland_protocols::xdg::decoration::zv1::server::zxdg_decoration_manager_v1::{self, ZxdgDecorationManagerV1};
use wayland_protocols::xdg::decoration::zv1::server::zxdg_toplevel_decoration_v1::{
    self, Mode, ZxdgToplevelDecorationV1,
};
use wayland_protocols::xdg::shell::server::xdg_toplevel::{self, XdgToplevel};
use wayland_server::backend::ClientId;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::shell::Window;
use super::state::State;
use super::surface::SurfaceId;

/// A window.
#[derive(Debug)]
pub(super) struct Toplevel {
    resource: XdgToplevel,
    fullscreen: bool,
    /// A dialog of another window.
    dialog: bool,
}

impl Toplevel {
    pub(super) fn new(resource: XdgToplevel) -> Toplevel {
        Toplevel { resource, fullscreen: false, dialog: false }
    }
}

impl State {
    pub(super) fn configure_toplevel(&self, toplevel: &Toplevel) {
        let (width, height) = (self.screen.width(), self.screen.height());
        let mut states = vec![xdg_toplevel::State::Activated];
        if toplevel.fullscreen {
            states.push(xdg_toplevel::State::Fullscreen);
        } else if !toplevel.dialog {
            states.push(xdg_toplevel::State::Maximized);
        }
        let states = states.into_iter().flat_map(|state| u32::from(state).to_ne_bytes()).collect();
        let resource = &toplevel.resource;
        if resource.version() >= 4 {
            resource.configure_bounds(width, height);
        }
        if resource.version() >= 5 {
            resource.wm_capabilities(Vec::new());
        }
        let natural = toplevel.dialog && !toplevel.fullscreen;
        let (width, height) = if natural { (0, 0) } else { (width, height) };
        resource.configure(width, height, states);
    }

    fn toplevel_mut(&mut self, id: SurfaceId) -> Option<&mut Toplevel> {
        match self.xdg_mut(id)?.window.as_mut()? {
            Window::Toplevel(toplevel) => Some(toplevel),
            Window::Popup(_) => None,
        }
    }

    /// Tells all windows the size of the screen.
    pub(super) fn configure_windows(&mut self) {
        for id in self.windows.clone() {
            if self.is_toplevel(id) {
                self.configure(id);
            }
        }
    }
}

impl Dispatch<XdgToplevel, SurfaceId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        _: &XdgToplevel,
        request: xdg_toplevel::Request,
        id: &SurfaceId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let configured = state.is_configured(*id);
        let Some(toplevel) = state.toplevel_mut(*id) else { return };
        match request {
            xdg_toplevel::Request::SetFullscreen { .. } => toplevel.fullscreen = true,
            xdg_toplevel::Request::UnsetFullscreen => toplevel.fullscreen = false,
            xdg_toplevel::Request::SetParent { parent } => {
                toplevel.dialog = parent.is_some();
                return;
            }
            xdg_toplevel::Request::SetMaximized | xdg_toplevel::Request::UnsetMaximized => {}
            _ => return,
        }
        if configured {
            state.configure(*id);
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &XdgToplevel, id: &SurfaceId) {
        state.close_window(*id);
    }
}

impl GlobalDispatch<ZxdgDecorationManagerV1, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<ZxdgDecorationManagerV1>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<ZxdgDecorationManagerV1, ()> for State {
    fn request(
        _: &mut State,
        _: &Client,
        _: &ZxdgDecorationManagerV1,
        request: zxdg_decoration_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        if let zxdg_decoration_manager_v1::Request::GetToplevelDecoration { id, toplevel } = request {
            let surface = toplevel.data::<SurfaceId>().copied();
            init.init(id, surface).configure(Mode::ServerSide);
        }
    }
}

impl Dispatch<ZxdgToplevelDecorationV1, Option<SurfaceId>> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZxdgToplevelDecorationV1,
        request: zxdg_toplevel_decoration_v1::Request,
        surface: &Option<SurfaceId>,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        use zxdg_toplevel_decoration_v1::Request;
        // There is no frame whatever is asked: the server draws it, and draws none.
        if let Request::SetMode { .. } | Request::UnsetMode = request {
            resource.configure(Mode::ServerSide);
            if let Some(id) = surface.filter(|id| state.is_configured(*id)) {
                state.configure(id);
            }
        }
    }
}
