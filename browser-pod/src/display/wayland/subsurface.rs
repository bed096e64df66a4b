//! `wl_subcompositor`: surfaces inside surfaces, their place, order and synchronised commits.

use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_subcompositor::{self, WlSubcompositor};
use wayland_server::protocol::wl_subsurface::{self, WlSubsurface};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::state::State;
use super::surface::{Role, SurfaceId};

/// The role of a surface inside another.
#[derive(Debug)]
pub(super) struct Subsurface {
    /// None once the parent or the role object is gone.
    pub(super) parent: Option<SurfaceId>,
    /// Place in the parent.
    pub(super) place: (i32, i32),
    /// The place that the parent's next commit makes true.
    pub(super) next_place: Option<(i32, i32)>,
    /// Its commits wait for the parent's.
    pub(super) sync: bool,
}

impl State {
    pub(super) fn parent_of(&self, id: SurfaceId) -> Option<SurfaceId> {
        match &self.surfaces.get(&id)?.role {
            Role::Subsurface(subsurface) => subsurface.parent,
            _ => None,
        }
    }

    /// Whether a commit waits: the surface or one that it lies in is synchronised.
    pub(super) fn is_synchronised(&self, id: SurfaceId) -> bool {
        let mut at = Some(id);
        for _ in 0..limits::DEPTH {
            let Some(Role::Subsurface(subsurface)) = at.and_then(|id| self.surfaces.get(&id)).map(|s| &s.role) else {
                return false;
            };
            if subsurface.sync && subsurface.parent.is_some() {
                return true;
            }
            at = subsurface.parent;
        }
        false
    }

    /// The outermost surface that this one lies in, and how deep it lies.
    fn root_of(&self, id: SurfaceId) -> (SurfaceId, usize) {
        let (mut at, mut depth) = (id, 0);
        while let Some(parent) = self.parent_of(at).filter(|_| depth < limits::DEPTH) {
            (at, depth) = (parent, depth + 1);
        }
        (at, depth)
    }

    /// Takes a subsurface out of its parent at once, as the end of its role asks.
    pub(super) fn unlink_subsurface(&mut self, id: SurfaceId) {
        let Some(parent) = self.parent_of(id) else { return };
        if let Some(parent) = self.surfaces.get_mut(&parent) {
            parent.stack.retain(|child| *child != id);
            if let Some(next) = &mut parent.next_stack {
                next.retain(|child| *child != id);
            }
        }
        if let Some(Role::Subsurface(subsurface)) = self.surfaces.get_mut(&id).map(|s| &mut s.role) {
            subsurface.parent = None;
        }
        self.screen.changed = true;
    }

    fn link_subsurface(&mut self, id: SurfaceId, parent: SurfaceId) -> Result<(), &'static str> {
        let (root, depth) = self.root_of(parent);
        if root == id || depth + 1 >= limits::DEPTH {
            return Err("a surface cannot lie in itself or so deep");
        }
        let Some(surface) = self.surfaces.get_mut(&id) else { return Err("the surface is gone") };
        if !matches!(surface.role, Role::None | Role::Subsurface(Subsurface { parent: None, .. })) {
            return Err("the surface has another role");
        }
        surface.role =
            Role::Subsurface(Subsurface { parent: Some(parent), place: (0, 0), next_place: None, sync: true });
        if let Some(parent) = self.surfaces.get_mut(&parent) {
            parent.next_stack.get_or_insert_with(|| parent.stack.clone()).push(id);
        }
        Ok(())
    }

    /// Puts `id` right above or below `sibling` (or the parent) at the parent's next commit. False if that is no sibling.
    fn restack(&mut self, id: SurfaceId, sibling: SurfaceId, above: bool) -> bool {
        let Some(parent) = self.parent_of(id).and_then(|parent| self.surfaces.get_mut(&parent)) else { return true };
        let stack = parent.next_stack.get_or_insert_with(|| parent.stack.clone());
        if id == sibling || !stack.contains(&sibling) {
            return false;
        }
        stack.retain(|child| *child != id);
        let at = stack.iter().position(|child| *child == sibling).unwrap_or(0);
        stack.insert(if above { at + 1 } else { at }, id);
        true
    }
}

impl GlobalDispatch<WlSubcompositor, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<WlSubcompositor>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<WlSubcompositor, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlSubcompositor,
        request: wl_subcompositor::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let wl_subcompositor::Request::GetSubsurface { id, surface, parent } = request else { return };
        let (Some(child), Some(parent)) = (surface.data::<SurfaceId>(), parent.data::<SurfaceId>()) else {
            return resource.post_error(wl_subcompositor::Error::BadSurface, "no such surface");
        };
        match state.link_subsurface(*child, *parent) {
            Ok(()) => {
                init.init(id, *child);
            }
            Err(reason) => resource.post_error(wl_subcompositor::Error::BadSurface, reason),
        }
    }
}

impl Dispatch<WlSubsurface, SurfaceId> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &WlSubsurface,
        request: wl_subsurface::Request,
        id: &SurfaceId,
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let (sibling, above) = match &request {
            wl_subsurface::Request::PlaceAbove { sibling } => (sibling.data::<SurfaceId>(), true),
            wl_subsurface::Request::PlaceBelow { sibling } => (sibling.data::<SurfaceId>(), false),
            _ => (None, false),
        };
        if let Some(sibling) = sibling {
            if !state.restack(*id, *sibling, above) {
                resource.post_error(wl_subsurface::Error::BadSurface, "that surface is no sibling");
            }
            return;
        }
        let Some(Role::Subsurface(subsurface)) = state.surfaces.get_mut(id).map(|s| &mut s.role) else { return };
        match request {
            wl_subsurface::Request::SetPosition { x, y } => subsurface.next_place = Some((x, y)),
            wl_subsurface::Request::SetSync => subsurface.sync = true,
            wl_subsurface::Request::SetDesync => {
                subsurface.sync = false;
                state.apply_cached(*id);
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, _: &WlSubsurface, id: &SurfaceId) {
        state.unlink_subsurface(*id);
    }
}
