//! Where text goes, pickers and menus for the viewer's own device, and the element at a point. A script of ours tells, in a world of
//! its own in every document.

use super::Error;
use super::event::{Event, Menu, Picker};
use super::masking::Rect;
use super::protocol::{dom, page, runtime};
use super::state::Inner;
use serde::Deserialize;
use std::sync::Arc;

/// The script's world.
const WORLD: &str = "cobrowse-view";
/// The function in it that carries what it tells.
const BINDING: &str = "cobrowseViewTell";
const SCRIPT: &str = include_str!("inject/view.js");
/// Bytes of one message: a thousand options with the longest values would be more, and no list for people has that.
const MAX_MESSAGE: usize = 1 << 20;
/// Bytes of a link that is passed on.
const MAX_LINK: usize = 2_048;
/// HTML's values of inputmode.
const MODES: [&str; 8] = ["none", "text", "decimal", "numeric", "tel", "search", "email", "url"];
/// Frames within frames that are looked through for the element at a point.
const MAX_DEPTH: usize = 8;

/// Where text goes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Edit {
    editable: bool,
    mode: String,
    rect: Option<Rect>,
}

impl Edit {
    /// The event for it.
    pub(super) fn event(&self, protected: bool) -> Event {
        Event::EditFocus {
            editable: self.editable,
            protected: protected && self.editable,
            input_mode: self.mode.clone(),
            rect: self.rect,
        }
    }
}

/// A picker that waits for a choice.
#[derive(Debug)]
pub(super) struct Waiting {
    id: u64,
    session: Arc<str>,
    context: i64,
    /// Its number in its document.
    own: u64,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Message {
    Focus(Edit),
    Menu(Menu),
    Picker {
        id: u64,
        #[serde(flatten)]
        picker: Picker,
    },
}

/// What a page or frame must be told before it runs.
pub(super) fn setup(touch: bool) -> (runtime::AddBinding, page::AddScriptToEvaluateOnNewDocument) {
    let binding = runtime::AddBinding { name: BINDING.into(), execution_context_name: Some(WORLD.into()) };
    let script = page::AddScriptToEvaluateOnNewDocument {
        source: format!("const COBROWSE_TOUCH = {touch};\n{SCRIPT}"),
        world_name: Some(WORLD.into()),
        run_immediately: None,
    };
    (binding, script)
}

impl Inner {
    /// The script told something. A page cannot reach its world.
    pub(super) fn view_told(&self, session: &Arc<str>, call: &runtime::BindingCalled) {
        if call.name != BINDING || call.payload.len() > MAX_MESSAGE {
            return;
        }
        match serde_json::from_str(&call.payload) {
            Ok(Message::Focus(edit)) => self.edit_told(session, edit),
            Ok(Message::Menu(menu)) => self.menu_told(session, menu),
            Ok(Message::Picker { id, picker }) => self.picker_told(session, call.execution_context_id, id, picker),
            Err(_) => tracing::warn!("a message of the view script was not understood"),
        }
    }

    fn edit_told(&self, session: &Arc<str>, mut edit: Edit) {
        if !MODES.contains(&edit.mode.as_str()) {
            // What else a page writes there is no keyboard.
            edit.mode.clear();
        }
        let mut state = self.state();
        let owner = state.tab_session(session);
        if owner != *session {
            // Its rectangle is in the frame's own pixels.
            edit.rect = None;
        }
        if let Some(tab) = state.tab(&owner) {
            // A frame that loses the focus tells so; another may have it by then.
            if edit.editable || tab.edit_from.as_ref() == Some(session) {
                tab.edit_from = Some(Arc::clone(session));
                tab.edit = edit;
            }
        }
        self.dirty.notify_one();
    }

    fn menu_told(&self, session: &Arc<str>, mut menu: Menu) {
        let state = self.state();
        let owner = state.tab_session(session);
        if state.active_tab().is_ok_and(|tab| tab.session == owner) {
            let web = menu.link.starts_with("https:") || menu.link.starts_with("http:");
            if !web || menu.link.len() > MAX_LINK {
                menu.link.clear();
            }
            self.tell(Event::Menu(menu));
        }
    }

    fn picker_told(&self, session: &Arc<str>, context: i64, own: u64, picker: Picker) {
        let mut state = self.state();
        let id = state.next_id();
        let before = state.picker.replace(Waiting { id, session: Arc::clone(session), context, own });
        drop(state);
        if let Some(Waiting { id, .. }) = before {
            self.tell(Event::PickerClosed { id });
        }
        self.tell(Event::Picker { id, picker });
    }

    /// Closes a picker whose document is gone.
    pub(super) fn picker_gone(&self, session: &Arc<str>, context: Option<i64>) {
        let mut state = self.state();
        let of_it = |one: &mut Waiting| one.session == *session && context.is_none_or(|context| context == one.context);
        if let Some(Waiting { id, .. }) = state.picker.take_if(of_it) {
            self.tell(Event::PickerClosed { id });
        }
    }

    /// Sets what was chosen; no values: cancelled.
    pub(super) async fn pick(&self, id: u64, values: Option<&[String]>) -> Result<(), Error> {
        let picker = self.state().picker.take_if(|one| one.id == id).ok_or(Error::NoSuch("picker"))?;
        self.tell(Event::PickerClosed { id });
        let Some(values) = values else { return Ok(()) };
        let values = serde_json::to_string(values).map_err(|error| Error::Malformed("pick", error))?;
        let asked = runtime::Evaluate {
            expression: format!("cobrowseView.choose({}, {values})", picker.own),
            context_id: Some(picker.context),
            return_by_value: Some(true),
        };
        let answer = self.cdp.ask(Some(&picker.session), asked).await?;
        let done = answer.result.value.and_then(|value| value.as_bool()).unwrap_or(false);
        if done { Ok(()) } else { Err(Error::NoSuch("choice")) }
    }

    /// The box of the element at a point of the active tab's viewport, through frames.
    pub(super) async fn element_at(&self, x: f64, y: f64) -> Result<Rect, Error> {
        let mut session = self.active_session()?;
        let (mut left, mut top) = (0.0, 0.0);
        for _ in 0..MAX_DEPTH {
            let at = self.node_at(&session, x - left, y - top).await?;
            let shown = dom::GetBoxModel { backend_node_id: Some(at) };
            let model = self.cdp.ask(Some(&session), shown).await?.model;
            let described = dom::DescribeNode { backend_node_id: Some(at), object_id: None };
            let frame = self.cdp.ask(Some(&session), described).await?.node.frame_id;
            let inner = frame.and_then(|frame| self.state().frame_sessions.get(&frame).cloned());
            let Some(inner) = inner else { return Ok(moved(bounds(&model.border), left, top)) };
            let content = bounds(&model.content);
            (left, top) = (left + content.x, top + content.y);
            session = inner;
        }
        Err(Error::NoSuch("element"))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a point of a screen")]
    async fn node_at(&self, session: &Arc<str>, x: f64, y: f64) -> Result<i64, Error> {
        let at = dom::GetNodeForLocation { x: x.round() as i64, y: y.round() as i64 };
        Ok(self.cdp.ask(Some(session), at).await?.backend_node_id)
    }
}

/// The upright box around a quad of four points.
fn bounds(quad: &[f64]) -> Rect {
    let range = |start: usize| {
        let values = quad.iter().skip(start).step_by(2).copied();
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ((left, right), (top, bottom)) = (range(0), range(1));
    if quad.len() < 8 {
        return Rect { x: 0.0, y: 0.0, w: 0.0, h: 0.0 };
    }
    Rect { x: left, y: top, w: right - left, h: bottom - top }
}

fn moved(rect: Rect, x: f64, y: f64) -> Rect {
    Rect { x: rect.x + x, y: rect.y + y, ..rect }
}

#[cfg(test)]
mod tests {
    use super::{Message, Rect, bounds};

    #[test]
    fn a_turned_box_has_an_upright_one_around_it() {
        let quad = [10.0, 0.0, 20.0, 10.0, 10.0, 20.0, 0.0, 10.0];
        assert_eq!(bounds(&quad), Rect { x: 0.0, y: 0.0, w: 20.0, h: 20.0 });
        assert_eq!(bounds(&[]), Rect { x: 0.0, y: 0.0, w: 0.0, h: 0.0 });
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "null", r#"{"kind":"other"}"#, r#"{"kind":"focus"}"#, r#"{"kind":"picker","id":-1}"#] {
            assert!(serde_json::from_str::<Message>(text).is_err(), "{text}");
        }
    }
}
