//! Loads the masking extension, listens to it in every frame, and knows whether the keys go to a protected field.
//!
//! Why an agent can neither type into a protected field nor take anything out of it:
//! - The extension refuses keys, text, paste and drop in a protected field, and copy, cut and drag out of it, in the frame
//!   that receives the event and at the moment it is received: nothing can move the focus in between. It does so for all
//!   that arrives while an agent acts. The owner says who acts (`acting`) before it passes an act on.
//! - The owner holds an agent's keys and text back while `focused_is_protected`. The extension tells the focus within the
//!   event that moves it. After an act of anybody that may move the focus (`focus_may_move`) the answer is "protected"
//!   until the page was asked, unless all frames have confirmed that they refuse an agent's keys themselves.
//! - So keys that an agent sends while the end user types in a protected field are stopped by the second, whoever the page
//!   believes to act; and keys that follow an agent's own click by the first, however slow the page is.
//!
//! A page cannot forge either: the extension's world and its binding are out of a page's reach.

use super::Error;
use super::masking::{self, ASK_FOCUS, Actor, BINDING, EXTENSION_NAME, Focus, NAME_FRAME, Report, Selectors};
use super::protocol::{dom, extensions, page, runtime};
use super::state::{Inner, State};
use super::transport::ANSWER;
use crate::handover::Place;
use futures::future::{join_all, try_join_all};
use std::sync::Arc;
use std::time::Duration;

/// Chrome takes a click from its screen to the page in 6 to 17 ms; a busy page in 60.
const SETTLE: Duration = Duration::from_millis(60);
/// How long `focus_known` waits for a page that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);
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

    pub(super) fn context_created(self: &Arc<Self>, session: &Arc<str>, seen: &runtime::ExecutionContextDescription) {
        let aux = seen.aux_data.as_ref();
        let frame = aux.and_then(|aux| aux.get("frameId")?.as_str());
        let isolated = aux.is_some_and(|aux| aux.get("type").and_then(|kind| kind.as_str()) == Some("isolated"));
        let (Some(frame), true, EXTENSION_NAME) = (frame, isolated, seen.name.as_str()) else { return };
        let world = World { session: Arc::clone(session), context: seen.id, frame: frame.to_owned() };
        {
            let mut state = self.state();
            if state.worlds.len() >= MAX_WORLDS {
                return;
            }
            state.worlds.push(world);
        }
        self.arm();
    }

    /// A document of a session is gone; all of them without a context.
    pub(super) fn document_gone(&self, session: &Arc<str>, context: Option<i64>) {
        self.context_gone(session, context);
        self.picker_gone(session, context);
    }

    fn context_gone(&self, session: &Arc<str>, context: Option<i64>) {
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

    pub(super) fn frame_detached(self: &Arc<Self>, session: &Arc<str>, gone: &page::FrameDetached) {
        self.document_left(session, &gone.frame_id);
        // "swap": it goes on in another process, whose own session tells of it.
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
            Ok(Report::Alive) => return self.world_spoke(session, call, true),
            Ok(Report::Fault(text)) => {
                tracing::warn!(text, "the masking extension failed and blanked its page");
                return self.world_spoke(session, call, false);
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

    /// The extension says in one of its own worlds that it works there, or that it does not.
    fn world_spoke(self: &Arc<Self>, session: &Arc<str>, call: &runtime::BindingCalled, works: bool) {
        let frame = {
            let state = self.state();
            let own = |one: &&World| one.session == *session && one.context == call.execution_context_id;
            state.worlds.iter().find(own).map(|world| world.frame.clone())
        };
        if let Some(frame) = frame {
            self.document_heard(session, &frame, works);
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

    /// From now on this one acts. Costs nothing while it stays the same.
    pub(super) fn acting(self: &Arc<Self>, actor: Actor) {
        {
            let mut state = self.state();
            if state.actor == Some(actor) {
                return;
            }
            state.actor = Some(actor);
        }
        self.arm();
    }

    /// Tells all frames who acts, and notes when all have confirmed.
    fn arm(self: &Arc<Self>) {
        let (turn, actor, worlds) = {
            let mut state = self.state();
            let Some(actor) = state.actor else { return };
            state.armed = false;
            state.arm_turn += 1;
            (state.arm_turn, actor, state.worlds.clone())
        };
        let inner = Arc::clone(self);
        // Asked before this returns, so before the act that follows is passed on.
        let asked: Vec<_> = worlds
            .iter()
            .filter_map(|world| inner.cdp.post(Some(&world.session), &evaluate(world, masking::acts(actor))).ok())
            .collect();
        tokio::spawn(async move {
            // A world that went meanwhile needs nothing; a new one is told when it comes.
            let confirmed = join_all(asked.into_iter().map(|(_, answer)| answer));
            if tokio::time::timeout(ANSWER, confirmed).await.is_ok() {
                let mut state = inner.state();
                state.armed = state.arm_turn == turn;
            }
            inner.focus_settled.notify_waiters();
        });
    }

    /// An act may move the focus: until the page was asked, it is not known where it is.
    pub(super) fn focus_may_move(self: &Arc<Self>) {
        let turn = {
            let mut state = self.state();
            state.focus_turn += 1;
            state.focus_unsettled = true;
            state.focus_turn
        };
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(SETTLE).await;
            if inner.state().focus_turn != turn {
                return;
            }
            inner.ask_focus().await;
            let mut state = inner.state();
            state.focus_unsettled = state.focus_turn != turn;
            drop(state);
            inner.focus_settled.notify_waiters();
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
        let refused_by_page = state.armed && state.actor == Some(Actor::Agent);
        let unknown = state.focus_unsettled && !refused_by_page;
        unknown || state.active_tab().is_ok_and(|tab| tab.scene.focused_protected())
    }

    /// Waits until the focus is known and all frames know who acts, and says whether the focus is protected.
    pub(super) async fn focus_known(&self) -> bool {
        let known = async {
            loop {
                let settled = self.focus_settled.notified();
                if self.state().focus_is_known() {
                    return;
                }
                settled.await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, known).await.is_ok();
        !in_time || self.focused_is_protected()
    }

    /// Puts text into a protected field, for the end user.
    pub(super) async fn fill(&self, field: &str, text: &str) -> Result<(), Error> {
        let (frame, id) = field.split_once('.').ok_or(Error::NoSuch("field"))?;
        let world = {
            let state = self.state();
            state.worlds.iter().rev().find(|world| world.frame == frame).cloned().ok_or(Error::NoSuch("field"))?
        };
        let answer = self.cdp.ask(Some(&world.session), evaluate(&world, &masking::fill(id, text))).await?;
        let done = answer.result.value.and_then(|value| value.as_bool()).unwrap_or(false);
        if done { Ok(()) } else { Err(Error::NoSuch("field")) }
    }
}

impl State {
    fn focus_is_known(&self) -> bool {
        !self.focus_unsettled && (self.armed || self.actor.is_none())
    }
}

pub(super) fn evaluate(world: &World, expression: &str) -> runtime::Evaluate {
    runtime::Evaluate {
        expression: expression.to_owned(),
        context_id: Some(world.context),
        return_by_value: Some(true),
    }
}
