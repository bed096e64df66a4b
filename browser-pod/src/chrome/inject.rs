//! The script that runs in every page before the page's own, in the page's world: no passkeys, and popups become tabs. A page
//! may know that it is there; it can neither undo it nor call what it calls.

use super::event::Event;
use super::protocol::{page, runtime};
use super::sites::host_of;
use super::state::Inner;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The function through which the script tells; the script takes it away before the page runs.
pub(super) const BINDING: &str = "__cobrowseTell";
/// The script.
const SCRIPT: &str = include_str!("inject/page.js");
/// At most one notice in this time.
const PACE: Duration = Duration::from_secs(2);

/// The script, for all documents to come and the one that is there.
pub(super) fn setup() -> page::AddScriptToEvaluateOnNewDocument {
    page::AddScriptToEvaluateOnNewDocument { source: SCRIPT.into(), world_name: None, run_immediately: Some(true) }
}

impl Inner {
    /// Runs the script in the first page of a tab that a page opened. One of its opener's site gets the window of the empty
    /// document before it, and Chrome runs scripts in a page's own world for new windows only. Where it ran it does nothing.
    pub(super) fn run_in_first_page(self: &Arc<Self>, session: &Arc<str>) {
        let (inner, session) = (Arc::clone(self), Arc::clone(session));
        tokio::spawn(async move {
            // A tab that is gone by now needs none.
            let Ok(added) = inner.cdp.ask(Some(&session), setup()).await else { return };
            let identifier = added.identifier;
            inner.cdp.tell(Some(&session), page::RemoveScriptToEvaluateOnNewDocument { identifier });
        });
    }

    /// A script of ours called. What it says is a hint only: a page could have got hold of it.
    pub(super) fn bound_call(self: &Arc<Self>, session: &Arc<str>, call: &runtime::BindingCalled) {
        if call.name == BINDING && call.payload == "title" {
            self.read_history_later(session);
        }
        if call.name == BINDING && call.payload == "credentials" {
            let host = {
                let mut state = self.state();
                let now = Instant::now();
                if state.credentials_told.is_some_and(|before| now.duration_since(before) < PACE) {
                    return;
                }
                state.credentials_told = Some(now);
                let owner = state.tab_session(session);
                let host = state.tab(&owner).map(|tab| host_of(&tab.url)).unwrap_or_default();
                state.redact(&host)
            };
            self.tell(Event::CredentialsRefused { host });
        }
    }
}
