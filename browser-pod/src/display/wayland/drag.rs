//! Drag and drop: while it lasts the pointer belongs to it, and its picture follows the pointer.

use wayland_server::Resource;
use wayland_server::protocol::wl_data_device::WlDataDevice;
use wayland_server::protocol::wl_data_device_manager::DndAction;
use wayland_server::protocol::wl_data_offer::WlDataOffer;
use wayland_server::protocol::wl_data_source::WlDataSource;
use wayland_server::protocol::wl_surface::WlSurface;

use super::offer::{Offered, actions, mime_types};
use super::screen::Layer;
use super::state::{State, now_ms, now_ns, of_client};
use super::surface::{Role, SurfaceId};
use crate::display::Cursor;

/// How often the target hears where the pointer is, though it rests: pages expect `dragover` all the time.
const REPEAT_NS: u64 = 100_000_000;

/// How long a drop waits for the target to say what it does with it: clients answer moves late.
const DROP_WAIT_NS: u64 = 500_000_000;

/// Where something is dragged over.
#[derive(Debug)]
struct Target {
    surface: SurfaceId,
    offer: Option<WlDataOffer>,
    accepted: bool,
    action: DndAction,
}

/// A drag under way.
#[derive(Debug)]
pub(super) struct Drag {
    source: Option<WlDataSource>,
    /// The surface it began on; without a source only its client is told.
    origin: WlSurface,
    icon: Option<SurfaceId>,
    target: Option<Target>,
    repeat_at: u64,
    /// The button was released; until then the target may still say yes.
    drop_until: Option<u64>,
}

impl Drag {
    /// When the target is to hear again where the pointer is, or the drop is given up.
    pub(super) fn deadline(&self) -> u64 {
        self.drop_until.map_or(self.repeat_at, |until| until.min(self.repeat_at))
    }

    /// The surface that would take what is dragged.
    fn taker(&self) -> Option<SurfaceId> {
        let target = self.target.as_ref()?;
        let old = target.offer.as_ref().is_some_and(|offer| offer.version() < 3);
        let takes = target.accepted && (old || target.action != DndAction::None);
        (self.source.is_none() || takes).then_some(target.surface)
    }
}

impl State {
    pub(super) fn start_drag(
        &mut self,
        device: &WlDataDevice,
        source: Option<WlDataSource>,
        origin: &WlSurface,
        icon: Option<&WlSurface>,
    ) {
        let icon = icon.and_then(|icon| icon.data::<SurfaceId>().copied());
        if let Some(surface) = icon.and_then(|id| self.surfaces.get_mut(&id)) {
            if !matches!(surface.role, Role::None | Role::DragIcon) {
                return device.post_error(0u32, "the icon has another role");
            }
            surface.role = Role::DragIcon;
        }
        let focus = self.seat.pointer.focus().and_then(|id| self.surface_resource(id));
        let begun = self.seat.pointer.presses() && focus.is_some_and(|focus| focus.id().same_client_as(&device.id()));
        if !begun || self.drag.is_some() {
            if let Some(source) = source {
                source.cancelled();
            }
            return;
        }
        self.pointer_leave();
        self.drag = Some(Drag { source, origin: origin.clone(), icon, target: None, repeat_at: 0, drop_until: None });
        let (x, y) = self.seat.pointer.at();
        self.drag_move(x, y);
    }

    pub(super) fn drag_move(&mut self, x: f64, y: f64) {
        self.screen.changed = true;
        let under = self.surface_at(x, y);
        if let Some(drag) = &mut self.drag {
            drag.repeat_at = now_ns() + REPEAT_NS;
        }
        let current = self.drag.as_ref().and_then(|drag| drag.target.as_ref()).map(|target| target.surface);
        if under.map(|(id, _, _)| id) != current {
            self.drag_leave();
            if let Some((id, x, y)) = under {
                self.drag_enter(id, x, y);
            }
            return;
        }
        let Some((id, x, y)) = under else { return };
        for device in self.drag_devices(id) {
            device.motion(now_ms(), x, y);
        }
    }

    /// Tells the target again where the pointer is, if it is time.
    pub(super) fn drag_repeat(&mut self) {
        if self.drag.as_ref().is_some_and(|drag| drag.drop_until.is_some_and(|until| until <= now_ns())) {
            return self.finish_drop();
        }
        if self.drag.as_ref().is_some_and(|drag| drag.repeat_at <= now_ns()) {
            let (x, y) = self.seat.pointer.at();
            self.drag_move(x, y);
        }
    }

    /// The devices of the client that has a surface, if it may know of the drag.
    fn drag_devices(&self, id: SurfaceId) -> Vec<WlDataDevice> {
        let (Some(drag), Some(surface)) = (&self.drag, self.surface_resource(id)) else { return Vec::new() };
        if drag.source.is_none() && !surface.id().same_client_as(&drag.origin.id()) {
            return Vec::new();
        }
        of_client(&self.clipboard.devices, &surface).cloned().collect()
    }

    fn drag_enter(&mut self, id: SurfaceId, x: f64, y: f64) {
        let serial = self.serial();
        let Some(surface) = self.surface_resource(id) else { return };
        let source = self.drag.as_ref().and_then(|drag| drag.source.clone()).filter(Resource::is_alive);
        let mut made = None;
        for device in self.drag_devices(id) {
            let offer = source.as_ref().and_then(|source| {
                let offer = self.make_offer(&device, Offered::Drag(source.clone()), &mime_types(source))?;
                if offer.version() >= 3 {
                    offer.source_actions(actions(source));
                }
                Some(offer)
            });
            device.enter(serial, &surface, x, y, offer.as_ref());
            made = offer.or(made);
        }
        if let Some(drag) = &mut self.drag {
            drag.target = Some(Target { surface: id, offer: made, accepted: false, action: DndAction::None });
        }
    }

    fn drag_leave(&mut self) {
        let Some(target) = self.drag.as_mut().and_then(|drag| drag.target.take()) else { return };
        for device in self.drag_devices(target.surface) {
            device.leave();
        }
        if let Some(source) = self.drag.as_ref().and_then(|drag| drag.source.as_ref()).filter(|s| s.is_alive()) {
            source.target(None);
        }
    }

    /// The last button was released.
    pub(super) fn drag_drop(&mut self) {
        let Some(drag) = &mut self.drag else { return };
        drag.drop_until.get_or_insert_with(|| now_ns() + DROP_WAIT_NS);
        if drag.target.is_none() || drag.taker().is_some() {
            self.finish_drop();
        }
    }

    /// Drops now if the button was released and the target has said yes.
    fn drop_if_taken(&mut self) {
        if self.drag.as_ref().is_some_and(|drag| drag.drop_until.is_some() && drag.taker().is_some()) {
            self.finish_drop();
        }
    }

    fn finish_drop(&mut self) {
        let Some(drag) = &self.drag else { return };
        let source = drag.source.clone().filter(Resource::is_alive);
        let taken = drag.taker();
        if let Some(id) = taken {
            for device in self.drag_devices(id) {
                device.drop();
            }
            if let Some(source) = source.filter(|source| source.version() >= 3) {
                source.dnd_drop_performed();
            }
            if let Some(drag) = &mut self.drag {
                drag.target = None;
            }
        } else if let Some(source) = source {
            source.cancelled();
        }
        self.end_drag();
    }

    fn end_drag(&mut self) {
        self.drag_leave();
        self.drag = None;
        self.screen.changed = true;
        self.outbox.cursor = Some(Cursor::Named("default".to_owned()));
        self.update_pointer_focus();
    }

    pub(super) fn drag_accepted(&mut self, offer: &WlDataOffer, source: &WlDataSource, mime_type: Option<String>) {
        let Some(target) = self.drag_target(offer) else { return };
        target.accepted = mime_type.is_some();
        if source.is_alive() {
            source.target(mime_type);
        }
        self.show_drag_cursor();
        self.drop_if_taken();
    }

    pub(super) fn drag_actions(
        &mut self,
        offer: &WlDataOffer,
        source: &WlDataSource,
        wanted: DndAction,
        preferred: DndAction,
    ) {
        let chosen = choose(actions(source) & wanted, preferred);
        let Some(target) = self.drag_target(offer).filter(|target| target.action != chosen) else { return };
        target.action = chosen;
        offer.action(chosen);
        if source.is_alive() && source.version() >= 3 {
            source.action(chosen);
        }
        self.show_drag_cursor();
        self.drop_if_taken();
    }

    fn drag_target(&mut self, offer: &WlDataOffer) -> Option<&mut Target> {
        self.drag.as_mut()?.target.as_mut().filter(|target| target.offer.as_ref() == Some(offer))
    }

    fn show_drag_cursor(&mut self) {
        let Some(target) = self.drag.as_ref().and_then(|drag| drag.target.as_ref()) else { return };
        let name = match target.action {
            _ if !target.accepted => "no-drop",
            DndAction::Move => "grabbing",
            DndAction::Copy => "copy",
            _ => "no-drop",
        };
        self.outbox.cursor = Some(Cursor::Named(name.to_owned()));
    }

    /// The dragged picture's surfaces, above all windows.
    pub(super) fn add_drag_icon(&self, layers: &mut Vec<Layer>) {
        let Some(id) = self.drag.as_ref().and_then(|drag| drag.icon) else { return };
        let Some(surface) = self.surfaces.get(&id) else { return };
        let (x, y) = self.seat.pointer.at();
        let at = (whole(x).saturating_add(surface.offset.0), whole(y).saturating_add(surface.offset.1));
        self.add_layers(id, at, false, 0, layers);
    }

    /// Forgets a surface that is gone.
    pub(super) fn drag_forgets(&mut self, id: SurfaceId) {
        let Some(drag) = &mut self.drag else { return };
        if drag.icon == Some(id) {
            drag.icon = None;
        }
        drag.target.take_if(|target| target.surface == id);
    }

    pub(super) fn drag_source_is_gone(&mut self, source: &WlDataSource) {
        if self.drag.as_ref().is_some_and(|drag| drag.source.as_ref() == Some(source)) {
            self.end_drag();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the pointer is on the screen")]
fn whole(at: f64) -> i32 {
    at as i32
}

/// One action of those that both sides can do.
fn choose(possible: DndAction, preferred: DndAction) -> DndAction {
    let single = [DndAction::Copy, DndAction::Move, DndAction::Ask];
    if single.contains(&preferred) && possible.contains(preferred) {
        return preferred;
    }
    single.into_iter().find(|action| possible.contains(*action)).unwrap_or(DndAction::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_possible_action_is_chosen() {
        let both = DndAction::Copy | DndAction::Move;
        assert_eq!(choose(both, DndAction::Move), DndAction::Move);
        assert_eq!(choose(both, DndAction::Ask), DndAction::Copy);
        assert_eq!(choose(DndAction::Move, DndAction::Copy), DndAction::Move);
        assert_eq!(choose(DndAction::None, DndAction::Copy), DndAction::None);
        assert_eq!(choose(both, both), DndAction::Copy);
    }
}
