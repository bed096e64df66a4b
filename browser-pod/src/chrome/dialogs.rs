//! A page's questions: alert, confirm, prompt and leaving. The page stands still until one is answered.

use super::Error;
use super::event::{Dialog, DialogKind, Event};
use super::protocol::page;
use super::sites::origin_of;
use super::state::{Inner, cut};
use std::sync::Arc;
use std::time::Duration;

/// Questions of one document that are shown; further ones are dismissed at once.
const MAX_DIALOGS: u32 = 20;
/// What fields hold comes on another way from the page than its questions. A question is told once what was said before it is
/// known.
const SETTLE: Duration = Duration::from_millis(40);

impl Inner {
    pub(super) fn dialog_opened(self: &Arc<Self>, session: &Arc<str>, opening: &page::JavascriptDialogOpening) {
        let kind = match opening.r#type.as_str() {
            "confirm" => DialogKind::Confirm,
            "prompt" => DialogKind::Prompt,
            "beforeunload" => DialogKind::BeforeUnload,
            _ => DialogKind::Alert,
        };
        // A page asks one thing at a time; whatever it asked before is no more.
        self.dialog_closed(session);
        let (id, count) = {
            let mut state = self.state();
            let owner = state.tab_session(session);
            let id = state.next_id();
            let count = state.tab(&owner).map_or(0, |tab| {
                tab.dialogs += 1;
                tab.dialogs
            });
            if count <= MAX_DIALOGS {
                state.dialogs.insert(id, Arc::clone(session));
            }
            (id, count)
        };
        if count > MAX_DIALOGS {
            // Leaving is let happen; all else is dismissed.
            self.close_dialog(session, kind == DialogKind::BeforeUnload, None);
            if count == MAX_DIALOGS + 1 {
                self.tell(Event::DialogLimit);
            }
            return;
        }
        let (inner, session) = (Arc::clone(self), Arc::clone(session));
        let (message, default_text) = (opening.message.clone(), opening.default_prompt.clone().unwrap_or_default());
        let origin = self.state().redact(&origin_of(&opening.url));
        tokio::spawn(async move {
            tokio::time::sleep(SETTLE).await;
            // Cut last: half a number would not be known for what it is.
            let told = |text: &str| cut(&inner.redact_for(&session, text));
            let (message, default_text) = (told(&message), told(&default_text));
            // One that was answered meanwhile is not told any more.
            let state = inner.state();
            if state.dialogs.contains_key(&id) {
                inner.tell(Event::Dialog(Dialog { id, kind, message, default_text, origin }));
            }
        });
    }

    pub(super) fn dialog_closed(&self, session: &Arc<str>) {
        let mut state = self.state();
        let ids: Vec<u64> = state.dialogs.iter().filter(|(_, asks)| *asks == session).map(|(id, _)| *id).collect();
        for id in ids {
            state.dialogs.remove(&id);
            self.tell(Event::DialogClosed { id });
        }
    }

    pub(super) async fn answer_dialog(&self, id: u64, accept: bool, text: Option<&str>) -> Result<(), Error> {
        let session = self.state().dialogs.get(&id).cloned().ok_or(Error::NoSuch("dialog"))?;
        let answer = page::HandleJavaScriptDialog { accept, prompt_text: text.map(str::to_owned) };
        self.cdp.ask(Some(&session), answer).await.map(|_| ())
    }

    /// Dismisses what a page asks before it is left.
    pub(super) fn dismiss_dialogs(&self, session: &Arc<str>) {
        let open: Vec<Arc<str>> = {
            let state = self.state();
            state.dialogs.values().filter(|asks| state.tab_session(asks) == *session).cloned().collect()
        };
        for asks in open {
            self.close_dialog(&asks, true, None);
        }
    }

    /// Whether a page, or a frame of it, waits for an answer.
    pub(super) fn asks(&self, session: &Arc<str>) -> bool {
        let state = self.state();
        state.dialogs.values().any(|asks| state.tab_session(asks) == *session)
    }

    fn close_dialog(&self, session: &Arc<str>, accept: bool, prompt_text: Option<String>) {
        self.cdp.tell(Some(session), page::HandleJavaScriptDialog { accept, prompt_text });
    }
}
