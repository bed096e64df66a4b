//! Loads the masking extension, listens to it in every frame, and knows whether the keys go to a protected field.
//!
//! Why an agent can neither type into a protected field nor take anything out of it:
//! - The extension refuses keys, text, paste and drop in a protected field, and copy, cut and drag out of it, in the frame
//!   that receives the event and at the moment it is received. Nothing can move the focus in between. It does so from when
//!   `acting(Agent)` was answered by all frames, and `acting` is awaited before an agent's first act after the end user's.
//! - An agent's keys and text are also held back here while `focused_is_protected`. The extension tells the focus within
//!   the event that moves it, and after an act of an agent that may move it (`focus_may_move`) the answer is "protected"
//!   until all frames were asked again. So the owner refuses what was sent late or early around a change of who acts.
//!
//! A page cannot forge either: the extension's world and its binding are out of a page's reach.

use super::Error;
use super::masking::{self, ASK_FOCUS, Actor, BINDING, EXTENSION_NAME, Focus, NAME_FRAME, Report, Selectors};
use super::protocol::{dom, extensions, page, runtime};
use super::state::{Inner, Tab};
use crate::handover::Place;
use futures::future::{join_all, try_join_all};
use std::sync::Arc;
use std::time::Duration;

/// Chrome takes a click from its screen to the page in 6 to 17 ms; a busy page in 60.
const SETTLE: [Duration; 2] = [Duration::from_millis(40), Duration::from_millis(80)];
/// Worlds of all tabs that are followed.
const MAX_WORLDS: usize = 1_024;

/// A document in which the extension runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct World {
    pub(super) session: Arc<str>,
    pub(super) context: i64,
    pub(super) frame: String,
}

impl Inner {
    /// Writes the extension with the tenant's selectors and loads it. Documents from now on have it.
    pub(super) async fn load_masking(&self, selectors: &[String]) -> Result<(), Error> {
        let mut selectors = Selectors::parse(selectors)?;
        if !selectors.is_empty() {
            let session = self.active_session()?;
            let asked = runtime::Evaluate {
                expression: selectors.check_script(),
                return_by_value: Some(true),
                ..runtime::Evaluate::default()
            };
            let answer = self.cdp.ask(Some(&session), asked).await?.result.value;
            selectors = selectors.checked(answer.as_ref().and_then(|value| value.as_str()).unwrap_or_default())?;
        }
        let files = selectors.files();
        try_join_all(files.iter().map(|(name, text)| self.side.put(Place::Extension, name, text.as_bytes()))).await?;
        let path = self.side.folders().extension.clone();
        self.cdp.ask(None, extensions::LoadUnpacked { path }).await.map(|_| ())
    }

    pub(super) fn context_created(&self, session: &Arc<str>, seen: &runtime::ExecutionContextDescription) {
        let aux = seen.aux_data.as_ref();
        let frame = aux.and_then(|aux| aux.get("frameId")?.as_str());
        let isolated = aux.is_some_and(|aux| aux.get("type").and_then(|kind| kind.as_str()) == Some("isolated"));
        let (Some(frame), true, EXTENSION_NAME) = (frame, isolated, seen.name.as_str()) else { return };
        let world = World { session: Arc::clone(session), context: seen.id, frame: frame.to_owned() };
        let actor = {
            let mut state = self.state();
            if state.worlds.len() >= MAX_WORLDS {
                return;
            }
            state.worlds.push(world.clone());
            state.actor
        };
        if let Some(actor) = actor {
            self.cdp.tell(Some(session), evaluate(&world, masking::acts(actor)));
        }
    }

    /// A document of a session is gone; all of them without a context.
    pub(super) fn context_gone(&self, session: &Arc<str>, context: Option<i64>) {
        let mut state = self.state();
        let gone = |world: &World| world.session == *session && context.is_none_or(|id| id == world.context);
        let frames: Vec<String> =
            state.worlds.iter().filter(|world| gone(world)).map(|one| one.frame.clone()).collect();
        state.worlds.retain(|world| !gone(world));
        // The next document of a frame may have reported already.
        let left: Vec<String> = frames.into_iter().filter(|one| state.worlds.iter().all(|w| w.frame != *one)).collect();
        let owner = state.tab_session(session);
        if let Some(tab) = state.tab(&owner) {
            for frame in left {
                tab.scene.gone(&frame);
            }
        }
        self.dirty.notify_one();
    }

    pub(super) fn frame_attached(&self, frame: &str, parent: &str) {
        let mut state = self.state();
        if state.parents.len() < MAX_WORLDS {
            state.parents.insert(frame.to_owned(), parent.to_owned());
        }
    }

    pub(super) fn frame_detached(&self, gone: &page::FrameDetached) {
        // "swap": it goes on in another process.
        if gone.reason != "swap" {
            self.state().parents.remove(&gone.frame_id);
        }
    }

    /// The extension reports. Only its own worlds are listened to.
    pub(super) fn reported(self: &Arc<Self>, session: &Arc<str>, call: &runtime::BindingCalled) {
        if call.name != BINDING {
            return;
        }
        let report = match masking::parse(&call.payload) {
            Ok(Report::Fault(text)) => {
                return tracing::warn!(text, "the masking extension failed and blanked its page");
            }
            Ok(report) => report,
            Err(error) => return tracing::warn!(%error, "a masking report was refused"),
        };
        let unplaced = {
            let mut state = self.state();
            let world =
                state.worlds.iter().find(|one| one.session == *session && one.context == call.execution_context_id);
            let Some(frame) = world.map(|world| world.frame.clone()) else { return };
            let owner = state.tab_session(session);
            let Some(tab) = state.tab(&owner) else { return };
            let change = tab.scene.report(&frame, report);
            if change.unplaced { tab.scene.take_unplaced() } else { Vec::new() }
        };
        self.dirty.notify_one();
        for frame in unplaced {
            self.place_later(frame);
        }
    }

    /// Tells the documents around a frame which of their elements it is, up to the top.
    fn place_later(self: &Arc<Self>, frame: String) {
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let mut frame = frame;
            for _ in 0..16 {
                let Some(parent) = inner.state().parents.get(&frame).cloned() else { return };
                if let Err(error) = inner.place(&frame, &parent).await {
                    // A frame that went meanwhile needs no place.
                    tracing::debug!(%error, "a frame could not be placed");
                    return;
                }
                frame = parent;
            }
        });
    }

    async fn place(&self, frame: &str, parent: &str) -> Result<(), Error> {
        let world = {
            let state = self.state();
            state.worlds.iter().rev().find(|world| world.frame == parent).cloned().ok_or(Error::NoSuch("frame"))?
        };
        let session = Some(&*world.session);
        let owner = self.cdp.ask(session, dom::GetFrameOwner { frame_id: frame.to_owned() }).await?;
        let element = dom::ResolveNode {
            backend_node_id: Some(owner.backend_node_id),
            execution_context_id: Some(world.context),
        };
        let object_id = self.cdp.ask(session, element).await?.object.object_id;
        let name = runtime::CallFunctionOn {
            function_declaration: NAME_FRAME.into(),
            object_id,
            arguments: Some(vec![runtime::CallArgument { value: Some(frame.into()) }]),
        };
        self.cdp.ask(session, name).await.map(|_| ())
    }

    /// All frames know who acts when this returns. At once when nothing changes.
    pub(super) async fn acting(&self, actor: Actor) {
        let worlds = {
            let mut state = self.state();
            if state.actor == Some(actor) {
                return;
            }
            state.actor = Some(actor);
            state.worlds.clone()
        };
        let all = worlds.iter().map(|world| self.cdp.ask(Some(&world.session), evaluate(world, masking::acts(actor))));
        // A world that went meanwhile needs nothing; a new one is told when it comes.
        join_all(all).await;
    }

    /// An agent's act may move the focus: until the page was asked, it counts as protected.
    pub(super) fn focus_may_move(self: &Arc<Self>) {
        let turn = {
            let mut state = self.state();
            state.focus_turn += 1;
            state.focus_unsettled = true;
            state.focus_turn
        };
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            for wait in SETTLE {
                tokio::time::sleep(wait).await;
                if inner.state().focus_turn != turn {
                    return;
                }
                inner.ask_focus().await;
            }
            let mut state = inner.state();
            if state.focus_turn == turn {
                state.focus_unsettled = false;
                inner.focus_settled.notify_waiters();
            }
        });
    }

    /// Asks all frames of the active tab where the focus is.
    async fn ask_focus(&self) {
        let (owner, worlds) = {
            let state = self.state();
            let Ok(tab) = state.active_tab() else { return };
            let owner = Arc::clone(&tab.session);
            let here = |world: &&World| state.tab_session(&world.session) == owner;
            (owner.clone(), state.worlds.iter().filter(here).cloned().collect::<Vec<_>>())
        };
        let asked = worlds.iter().map(|world| self.cdp.ask(Some(&world.session), evaluate(world, ASK_FOCUS)));
        let answers = join_all(asked).await;
        let mut state = self.state();
        let Some(tab) = state.tab(&owner) else { return };
        for (world, answer) in worlds.iter().zip(answers) {
            let text = answer.ok().and_then(|answer| Some(answer.result.value?.as_str()?.to_owned()));
            if let Some(focus) = text.and_then(|text| Focus::parse(&text).ok()) {
                tab.scene.report(&world.frame, Report::Focus(focus));
            }
        }
    }

    pub(super) fn focused_is_protected(&self) -> bool {
        let state = self.state();
        state.focus_unsettled || state.active_tab().is_ok_and(Tab::focus_protected)
    }

    /// Waits until the focus is known, and says whether it is protected.
    pub(super) async fn focus_known(&self) -> bool {
        loop {
            let settled = self.focus_settled.notified();
            if !self.state().focus_unsettled {
                return self.focused_is_protected();
            }
            settled.await;
        }
    }
}

impl Tab {
    fn focus_protected(&self) -> bool {
        self.scene.focused_protected()
    }
}

pub(super) fn evaluate(world: &World, expression: &str) -> runtime::Evaluate {
    runtime::Evaluate {
        expression: expression.to_owned(),
        context_id: Some(world.context),
        return_by_value: Some(true),
    }
}
