//! `text-input-v3`: text of an input method for the field that has the focus. Without such a field, text is typed as keys.

use wayland_protocols::wp::text_input::zv3::server::zwp_text_input_manager_v3::{self, ZwpTextInputManagerV3};
use wayland_protocols::wp::text_input::zv3::server::zwp_text_input_v3::{self, ZwpTextInputV3};
use wayland_server::backend::ClientId;
use wayland_server::protocol::wl_surface::WlSurface;
use wayland_server::{Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource};

use super::limits;
use super::state::{State, of_client};
use crate::display::keysym;

/// Bytes of text in one message; the protocol allows 4000.
const MESSAGE_BYTES: usize = 3000;
/// Characters that are typed or deleted as keys for one act.
const MOST_KEYS: usize = 4096;
/// The keysym of the key that deletes backwards, and of the one that deletes forwards.
const DELETES: (u32, u32) = (0xff08, 0xffff);

/// What a field says about the text around its caret.
#[derive(Clone, Debug, Default)]
struct Field {
    enabled: bool,
    text: String,
    caret: usize,
}

#[derive(Debug)]
struct TextInput {
    resource: ZwpTextInputV3,
    pending: Field,
    field: Field,
    /// How often the client committed, which our answers repeat.
    serial: u32,
}

/// Text inputs of all clients.
#[derive(Debug, Default)]
pub(super) struct TextInputs {
    all: Vec<TextInput>,
    /// The client that has the keyboard was told so.
    entered: Option<WlSurface>,
}

impl TextInputs {
    fn active(&self) -> Option<&TextInput> {
        let entered = self.entered.as_ref()?;
        let of_focus = |input: &&TextInput| {
            input.field.enabled && input.resource.is_alive() && input.resource.id().same_client_as(&entered.id())
        };
        self.all.iter().find(of_focus)
    }

    /// Whether a field takes text.
    pub(super) fn is_active(&self) -> bool {
        self.active().is_some()
    }

    fn find(&mut self, resource: &ZwpTextInputV3) -> Option<&mut TextInput> {
        self.all.iter_mut().find(|input| input.resource == *resource)
    }

    fn resources(&self) -> Vec<ZwpTextInputV3> {
        self.all.iter().map(|input| input.resource.clone()).collect()
    }
}

impl State {
    pub(super) fn text_enters(&mut self, surface: &WlSurface) {
        for input in of_client(&self.text.resources(), surface) {
            input.enter(surface);
        }
        self.text.entered = Some(surface.clone());
        self.tell_text_input();
    }

    pub(super) fn text_leaves(&mut self, surface: &WlSurface) {
        for input in of_client(&self.text.resources(), surface) {
            input.leave(surface);
        }
        self.text_lost();
    }

    pub(super) fn text_lost(&mut self) {
        self.text.entered = None;
        for input in &mut self.text.all {
            (input.field, input.pending) = (Field::default(), Field::default());
        }
        self.tell_text_input();
    }

    fn tell_text_input(&mut self) {
        self.outbox.text_input = Some(self.text.is_active());
    }

    /// Text of an input method. Deletes are characters around the caret.
    pub(super) fn compose_text(&mut self, preedit: &str, commit: &str, before: u32, after: u32) {
        let (before, after) = (before as usize, after as usize);
        let Some(input) = self.text.active() else { return self.type_text(commit, before, after) };
        let (before, after) = deletion(&input.field, before, after);
        if before > 0 || after > 0 {
            input.resource.delete_surrounding_text(before, after);
        }
        let commit = clean(commit);
        let mut parts = pieces(&commit).peekable();
        while let Some(part) = parts.next() {
            input.resource.commit_string(Some(part.to_owned()));
            if parts.peek().is_some() {
                input.resource.done(input.serial);
            }
        }
        if let Some(shown) = pieces(&clean(preedit)).next() {
            let end = i32::try_from(shown.len()).unwrap_or(0);
            input.resource.preedit_string(Some(shown.to_owned()), end, end);
        }
        input.resource.done(input.serial);
    }

    fn type_text(&mut self, text: &str, before: usize, after: usize) {
        for (symbol, count) in [(DELETES.0, before), (DELETES.1, after)] {
            for _ in 0..count.min(MOST_KEYS) {
                self.type_symbol(symbol);
            }
        }
        for character in text.chars().filter(|character| *character != '\0').take(MOST_KEYS) {
            self.type_symbol(keysym::of_char(character));
        }
    }
}

/// Strings of the protocol end at the first 0, so there must be none inside.
fn clean(text: &str) -> String {
    text.chars().filter(|character| *character != '\0').collect()
}

/// The text in parts that fit into a message.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (0..=rest.len().min(MESSAGE_BYTES)).rev().find(|at| rest.is_char_boundary(*at))?;
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// Characters around the caret as bytes, by the text that the field told; a field that told none holds plain letters.
fn deletion(field: &Field, before: usize, after: usize) -> (u32, u32) {
    let bytes = |length: usize| u32::try_from(length).unwrap_or(0);
    let (Some(left), Some(right)) = (field.text.get(..field.caret), field.text.get(field.caret..)) else {
        return (bytes(before), bytes(after));
    };
    if field.text.is_empty() {
        return (bytes(before), bytes(after));
    }
    let length = |characters: &mut dyn Iterator<Item = char>| characters.map(char::len_utf8).sum();
    (bytes(length(&mut left.chars().rev().take(before))), bytes(length(&mut right.chars().take(after))))
}

impl GlobalDispatch<ZwpTextInputManagerV3, ()> for State {
    fn bind(
        _: &mut State,
        _: &DisplayHandle,
        _: &Client,
        new: New<ZwpTextInputManagerV3>,
        (): &(),
        init: &mut DataInit<'_, State>,
    ) {
        init.init(new, ());
    }
}

impl Dispatch<ZwpTextInputManagerV3, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZwpTextInputManagerV3,
        request: zwp_text_input_manager_v3::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, State>,
    ) {
        let zwp_text_input_manager_v3::Request::GetTextInput { id, .. } = request else { return };
        if state.text.all.len() >= limits::OBJECTS {
            return resource.post_error(0u32, "too many text inputs");
        }
        let input = init.init(id, ());
        if let Some(surface) = state.text.entered.clone()
            && of_client(std::slice::from_ref(&input), &surface).next().is_some()
        {
            input.enter(&surface);
        }
        let (pending, field) = (Field::default(), Field::default());
        state.text.all.push(TextInput { resource: input, pending, field, serial: 0 });
    }
}

impl Dispatch<ZwpTextInputV3, ()> for State {
    fn request(
        state: &mut State,
        _: &Client,
        resource: &ZwpTextInputV3,
        request: zwp_text_input_v3::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, State>,
    ) {
        let Some(input) = state.text.find(resource) else { return };
        match request {
            zwp_text_input_v3::Request::Enable => input.pending = Field { enabled: true, ..Field::default() },
            zwp_text_input_v3::Request::Disable => input.pending = Field::default(),
            zwp_text_input_v3::Request::SetSurroundingText { text, cursor, .. } => {
                input.pending.caret = usize::try_from(cursor).unwrap_or(0);
                input.pending.text = text;
            }
            zwp_text_input_v3::Request::Commit => {
                input.serial = input.serial.wrapping_add(1);
                input.field = input.pending.clone();
                state.tell_text_input();
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut State, _: ClientId, resource: &ZwpTextInputV3, (): &()) {
        state.text.all.retain(|input| input.resource != *resource);
        state.tell_text_input();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_goes_in_parts_between_characters() {
        let text = "日".repeat(2500);
        let parts: Vec<&str> = pieces(&text).collect();
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().all(|part| part.len() <= MESSAGE_BYTES && !part.is_empty()));
        assert_eq!(pieces("").count(), 0);
        assert_eq!(clean("a\0b"), "ab");
    }

    #[test]
    fn characters_are_counted_in_bytes() {
        let field = Field { enabled: true, text: "aé日|ö".to_owned(), caret: 6 };
        assert_eq!(deletion(&field, 2, 2), (5, 3));
        assert_eq!(deletion(&field, 99, 0), (6, 0));
        let odd = Field { caret: 2, ..field };
        assert_eq!(deletion(&odd, 1, 1), (1, 1));
        assert_eq!(deletion(&Field::default(), 3, 1), (3, 1));
    }
}
