//! `wl_seat`: one pointer, one keyboard, one touch screen, moved by us. Says which surface each of them is on.

use wayland_server::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::cursor::CursorSurface;
use super::keyboard::Keyboard;
use super::limits;
use super::pointer::Pointer;
use super::state::State;
use super::surface::SurfaceId;
use super::touch::Touch;
use crate::display::Input;

/// The devices.
#[derive(Debug, Default)]
pub(super) struct Seat {
    pub(super) pointer: Pointer,
    pub(super) keyboard: Keyboard,
    pub(super) touch: Touch,
    pub(super) cursor: Option<CursorSurface>,
}

impl State {
    /// Passes an act on.
    pub(super) fn inject(&mut self, input: Input) {
        if matches!(input, Input::Button { down: true, .. } | Input::Key { down: true, .. } | Input::TouchDown { .. }) {
            self.ping();
        }
        match input {
            Input::Move { x, y } => self.pointer_move(x, y),
            Input::Button { code, down } => self.pointer_button(code, down),
            Input::Wheel { dx, dy } => self.pointer_wheel(dx, dy),
            Input::Key { code, keysym, down } => self.key(code, keysym, down),
            Input::Text { preedit, commit, delete_before, delete_after } => {
                self.compose_text(&preedit, &commit, delete_before, delete_after);
            }
            Input::TouchDown { id, x, y } => self.touch_down(id, x, y),
            Input::TouchMove { id, x, y } => self.touch_move(id, x, y),
            Input::TouchUp { id } => self.touch_up(id),
            Input::TouchCancel => self.touch_cancel(),
        }
    }

    /// Gives the keyboard to the popup that grabs it, or to the top window.
    pub(super) fn refocus(&mut self) {
        let target = self.grabbing_popup().or_else(|| self.top_window());
        self.keyboard_focus(target);
    }

    /// Forgets a surface that is gone. Clients know that it is, so nothing is told.
    pub(super) fn seat_forgets(&mut self, id: SurfaceId) {
        self.seat.pointer.forget(id);
        self.seat.touch.forget(id);
        self.drag_forgets(id);
        if self.seat.keyboard.focus() == Some(id) {
            self.keyboard_lost();
        }
        self.refocus();
    }
}

/// Makes room for a new object by dropping dead ones. False if there are too many alive.
pub(super) fn room_for<R: Resource>(objects: &mut Vec<R>) -> bool {
    if objects.len() >= limits::OBJECTS {
        objects.retain(Resource::is_alive);
    }
    objects.len() < limits::OBJECTS
}

impl GlobalDispatch<WlSeat, ()> for State {
    fn bind(_: &mut State, _: &DisplayHandle, _: &Client, new: New<WlSeat>, (): &(), init: &mut DataInit<'_, State>) {
        let seat = init.init(new, ());
        seat.capabilities(Capability::Pointer | Capability::Keyboard | Capability::Touch);
        if seat.version() >= 2 {
            seat.name("seat".to_owned());
        }
    }
}

impl Dispatch<WlSeat, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        seat: &WlSeat,
        request: wl_seat::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let refuse = || seat.post_error(wl_seat::Error::MissingCapability, "too many devices");
        match request {
            wl_seat::Request::GetPointer { id } => {
                if !room_for(&mut state.seat.pointer.resources) {
                    return refuse();
                }
                let pointer = init.init(id, ());
                state.add_pointer(pointer);
            }
            wl_seat::Request::GetKeyboard { id } => {
                if !room_for(&mut state.seat.keyboard.resources) {
                    return refuse();
                }
                let keyboard = init.init(id, ());
                state.add_keyboard(keyboard);
            }
            wl_seat::Request::GetTouch { id } => {
                if !room_for(&mut state.seat.touch.resources) {
                    return refuse();
                }
                let touch = init.init(id, ());
                state.seat.touch.resources.push(touch);
            }
            _ => {}
        }
    }
}
