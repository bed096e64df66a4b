//! `xdg_popup`: lists, menus, tooltips. They stay on the screen, hold the keyboard while they grab, and close when asked.

use std::sync::{Mutex, PoisonError};

use wayland_protocols::xdg::shell::server::xdg_popup::{self, XdgPopup};
use wayland_server::backend::ClientId;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, Resource};

use super::positioner::Rules;
use super::shell::Window;
use super::state::State;
use super::surface::SurfaceId;
use crate::display::area::Area;

/// A popup.
#[derive(Debug)]
pub(super) struct Popup {
    resource: XdgPopup,
    pub(super) parent: Option<SurfaceId>,
    /// Its geometry relative to the parent's.
    pub(super) placed: Area,
    grab: bool,
}

impl Popup {
    pub(super) fn new(resource: XdgPopup, parent: Option<SurfaceId>, placed: Area) -> Popup {
        Popup { resource, parent, placed, grab: false }
    }

    pub(super) fn configure(&self) {
        let Area { x, y, w, h } = self.placed;
        self.resource.configure(x, y, w, h);
    }
}

impl State {
    pub(super) fn popup(&self, id: SurfaceId) -> Option<&Popup> {
        match self.xdg(id)?.window.as_ref()? {
            Window::Popup(popup) => Some(popup),
            Window::Toplevel(_) => None,
        }
    }

    fn popup_mut(&mut self, id: SurfaceId) -> Option<&mut Popup> {
        match self.xdg_mut(id)?.window.as_mut()? {
            Window::Popup(popup) => Some(popup),
            Window::Toplevel(_) => None,
        }
    }

    /// Where a popup goes, relative to its parent's geometry.
    pub(super) fn place_popup(&self, parent: Option<SurfaceId>, rules: &Rules) -> Area {
        let (x, y) = parent.map_or((0, 0), |parent| self.window_place(parent));
        let screen = Area::new(0, 0, self.screen.width(), self.screen.height());
        rules.place(screen.moved(x.saturating_neg(), y.saturating_neg()))
    }

    /// The topmost popup that grabs and has a picture.
    pub(super) fn grabbing_popup(&self) -> Option<SurfaceId> {
        let grabs = |id: &SurfaceId| self.popup(*id).is_some_and(|popup| popup.grab) && self.is_mapped(*id);
        self.windows.iter().rev().copied().find(grabs)
    }

    /// Asks all grabbing popups to close, the topmost first.
    pub(super) fn dismiss_popups(&mut self) {
        let ids: Vec<SurfaceId> = self.windows.iter().rev().copied().collect();
        for id in ids {
            if let Some(popup) = self.popup(id).filter(|popup| popup.grab) {
                popup.resource.popup_done();
            }
        }
    }

    /// Asks the popups of a window that is gone to close.
    pub(super) fn dismiss_children(&mut self, parent: SurfaceId) {
        for id in self.windows.clone() {
            if let Some(popup) = self.popup_mut(id).filter(|popup| popup.parent == Some(parent)) {
                popup.parent = None;
                popup.resource.popup_done();
            }
        }
    }
}

impl Dispatch<XdgPopup, SurfaceId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &XdgPopup,
        request: xdg_popup::Request,
        id: &SurfaceId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        match request {
            xdg_popup::Request::Grab { .. } => {
                if let Some(popup) = state.popup_mut(*id) {
                    popup.grab = true;
                }
                state.refocus();
            }
            xdg_popup::Request::Reposition { positioner, token } => {
                let rules = positioner.data::<Mutex<Rules>>();
                let rules =
                    rules.map(|rules| *rules.lock().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default();
                let Some(parent) = state.popup(*id).map(|popup| popup.parent).filter(|_| rules.complete()) else {
                    return;
                };
                let placed = state.place_popup(parent, &rules);
                if let Some(popup) = state.popup_mut(*id) {
                    popup.placed = placed;
                }
                resource.repositioned(token);
                state.screen.changed = true;
                state.configure(*id);
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &XdgPopup, id: &SurfaceId) {
        state.close_window(*id);
    }
}
