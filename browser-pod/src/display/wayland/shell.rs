//! `xdg_wm_base` and `xdg_surface`: what toplevels and popups share.

use std::sync::{Mutex, PoisonError};

use wayland_protocols::xdg::shell::server::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::server::xdg_wm_base::{self, XdgWmBase};
use wayland_server::backend::ClientId;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::popup::Popup;
use super::positioner::Rules;
use super::state::State;
use super::surface::{Role, SurfaceId};
use super::toplevel::Toplevel;
use crate::display::area::Area;

/// A window.
#[derive(Debug)]
pub(super) enum Window {
    Toplevel(Toplevel),
    Popup(Popup),
}

/// The role of a surface that is a window or becomes one.
#[derive(Debug)]
pub(super) struct XdgSurfaceState {
    /// None once destroyed.
    pub(super) resource: Option<XdgSurface>,
    pub(super) window: Option<Window>,
    /// The first configuration was sent.
    configured: bool,
    /// The client acknowledged one.
    acknowledged: bool,
}

/// What an `xdg_surface` object knows: its surface and the object that errors are posted on.
#[derive(Debug)]
pub(super) struct XdgData {
    surface: SurfaceId,
    base: XdgWmBase,
}

impl XdgData {
    pub(super) fn surface(&self) -> SurfaceId {
        self.surface
    }
}

impl State {
    pub(super) fn xdg(&self, id: SurfaceId) -> Option<&XdgSurfaceState> {
        match &self.surfaces.get(&id)?.role {
            Role::Xdg(xdg) => Some(xdg),
            _ => None,
        }
    }

    pub(super) fn xdg_mut(&mut self, id: SurfaceId) -> Option<&mut XdgSurfaceState> {
        match &mut self.surfaces.get_mut(&id)?.role {
            Role::Xdg(xdg) => Some(xdg),
            _ => None,
        }
    }

    pub(super) fn is_toplevel(&self, id: SurfaceId) -> bool {
        self.xdg(id).is_some_and(|xdg| matches!(xdg.window, Some(Window::Toplevel(_))))
    }

    /// Whether the window was told its first configuration.
    pub(super) fn is_configured(&self, id: SurfaceId) -> bool {
        self.xdg(id).is_some_and(|xdg| xdg.configured)
    }

    /// Whether the surface has a picture.
    pub(super) fn is_mapped(&self, id: SurfaceId) -> bool {
        self.surfaces.get(&id).is_some_and(|surface| surface.attached.is_some())
    }

    /// The topmost toplevel that has a picture.
    pub(super) fn top_window(&self) -> Option<SurfaceId> {
        self.windows.iter().rev().copied().find(|id| self.is_toplevel(*id) && self.is_mapped(*id))
    }

    /// Whether a commit keeps the rule that a window gets no buffer before it acknowledged a configuration. If not, the
    /// error is posted.
    pub(super) fn may_commit(&self, id: SurfaceId) -> bool {
        let Some(surface) = self.surfaces.get(&id) else { return false };
        let Role::Xdg(xdg) = &surface.role else { return true };
        let early = !xdg.acknowledged && matches!(surface.pending.buffer, Some(Some(_)));
        match &xdg.resource {
            Some(resource) if early => {
                resource.post_error(
                    xdg_surface::Error::UnconfiguredBuffer,
                    "a buffer came before the first acknowledgement",
                );
                false
            }
            _ => true,
        }
    }

    pub(super) fn xdg_committed(&mut self, id: SurfaceId, had_buffer: bool, has_buffer: bool) {
        let Some(xdg) = self.xdg_mut(id) else { return };
        if xdg.window.is_none() {
            return;
        }
        if !xdg.configured && !has_buffer {
            xdg.configured = true;
            return self.configure(id);
        }
        if had_buffer && !has_buffer {
            (xdg.configured, xdg.acknowledged) = (false, false);
            self.refocus();
        }
        if !had_buffer && has_buffer {
            self.had_window |= self.is_toplevel(id);
            self.enter_output(id);
            self.refocus();
        }
    }

    /// Tells a window its size or place.
    pub(super) fn configure(&mut self, id: SurfaceId) {
        let serial = self.serial();
        let Some(xdg) = self.xdg(id) else { return };
        match &xdg.window {
            Some(Window::Toplevel(toplevel)) => self.configure_toplevel(toplevel),
            Some(Window::Popup(popup)) => popup.configure(),
            None => return,
        }
        if let Some(resource) = &xdg.resource {
            resource.configure(serial);
        }
    }

    /// Takes a window from the screen when its role or its surface ends.
    pub(super) fn close_window(&mut self, id: SurfaceId) {
        let Some(position) = self.windows.iter().position(|window| *window == id) else { return };
        self.windows.remove(position);
        if let Some(xdg) = self.xdg_mut(id) {
            xdg.window = None;
            (xdg.configured, xdg.acknowledged) = (false, false);
        }
        self.screen.changed = true;
        self.dismiss_children(id);
        self.refocus();
    }

    fn take_xdg_role(&mut self, id: SurfaceId) -> Result<(), (xdg_wm_base::Error, &'static str)> {
        let Some(surface) = self.surfaces.get_mut(&id) else {
            return Err((xdg_wm_base::Error::InvalidSurfaceState, "the surface is gone"));
        };
        if !matches!(surface.role, Role::None | Role::Xdg(XdgSurfaceState { resource: None, .. })) {
            return Err((xdg_wm_base::Error::Role, "the surface has another role"));
        }
        if surface.attached.is_some() || matches!(surface.pending.buffer, Some(Some(_))) {
            return Err((xdg_wm_base::Error::InvalidSurfaceState, "the surface has a buffer already"));
        }
        let state = XdgSurfaceState { resource: None, window: None, configured: false, acknowledged: false };
        surface.role = Role::Xdg(state);
        Ok(())
    }
}

impl GlobalDispatch<XdgWmBase, ()> for State {
    fn bind(
        state: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<XdgWmBase>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        let base = init.init(new, ());
        state.add_base(base);
    }
}

impl Dispatch<XdgWmBase, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        base: &XdgWmBase,
        request: xdg_wm_base::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        match request {
            xdg_wm_base::Request::CreatePositioner { id } => {
                if state.counts.positioners >= limits::POSITIONERS {
                    return base.post_error(xdg_wm_base::Error::InvalidPositioner, "too many positioners");
                }
                state.counts.positioners += 1;
                init.init(id, Mutex::new(Rules::default()));
            }
            xdg_wm_base::Request::GetXdgSurface { id, surface } => {
                let Some(name) = surface.data::<SurfaceId>().copied() else {
                    return base.post_error(xdg_wm_base::Error::InvalidSurfaceState, "no such surface");
                };
                if let Err((code, why)) = state.take_xdg_role(name) {
                    return base.post_error(code, why);
                }
                let resource = init.init(id, XdgData { surface: name, base: base.clone() });
                if let Some(xdg) = state.xdg_mut(name) {
                    xdg.resource = Some(resource);
                }
            }
            xdg_wm_base::Request::Pong { serial } => state.pong(serial),
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, base: &XdgWmBase, (): &()) {
        state.remove_base(base);
    }
}

impl Dispatch<XdgSurface, XdgData> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &XdgSurface,
        request: xdg_surface::Request,
        data: &XdgData,
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let id = data.surface;
        let has_window = state.xdg(id).is_none_or(|xdg| xdg.window.is_some());
        match request {
            xdg_surface::Request::GetToplevel { .. } | xdg_surface::Request::GetPopup { .. } if has_window => {
                resource.post_error(xdg_surface::Error::AlreadyConstructed, "the surface is a window already");
            }
            xdg_surface::Request::GetToplevel { id: new } => {
                let toplevel = init.init(new, id);
                state.open_window(id, Window::Toplevel(Toplevel::new(toplevel)));
            }
            xdg_surface::Request::GetPopup { id: new, parent, positioner } => {
                let rules = positioner.data::<Mutex<Rules>>();
                let rules =
                    rules.map(|rules| *rules.lock().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default();
                if !rules.complete() {
                    return data.base.post_error(xdg_wm_base::Error::InvalidPositioner, "positioner is not complete");
                }
                let parent = parent.and_then(|parent| parent.data::<XdgData>().map(XdgData::surface));
                if parent.is_none_or(|parent| parent == id || !state.windows.contains(&parent)) {
                    return data.base.post_error(xdg_wm_base::Error::InvalidPopupParent, "popup has no parent");
                }
                let popup = init.init(new, id);
                let placed = state.place_popup(parent, &rules);
                state.open_window(id, Window::Popup(Popup::new(popup, parent, placed)));
            }
            xdg_surface::Request::SetWindowGeometry { x, y, width, height } => {
                if width <= 0 || height <= 0 {
                    return resource.post_error(xdg_surface::Error::InvalidSize, "geometry is empty");
                }
                if let Some(surface) = state.surfaces.get_mut(&id) {
                    surface.pending.geometry = Some(Area::new(x, y, width, height));
                }
            }
            xdg_surface::Request::AckConfigure { .. } => {
                if let Some(xdg) = state.xdg_mut(id) {
                    xdg.acknowledged = xdg.configured;
                }
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &XdgSurface, data: &XdgData) {
        state.close_window(data.surface);
        if let Some(xdg) = state.xdg_mut(data.surface) {
            xdg.resource = None;
        }
    }
}

impl State {
    fn open_window(&mut self, id: SurfaceId, window: Window) {
        if let Some(xdg) = self.xdg_mut(id) {
            xdg.window = Some(window);
            self.windows.push(id);
        }
    }
}
