//! The script that runs in every page before the page's own, in the page's world: no passkeys, and popups become tabs. A page
//! may know that it is there; it can neither undo it nor call what it calls.

use super::event::Event;
use super::protocol::runtime;
use super::sites::host_of;
use super::state::Inner;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The function through which the script tells; the script takes it away before the page runs.
pub(super) const BINDING: &str = "__cobrowseTell";
/// The script.
pub(super) const SCRIPT: &str = include_str!("inject/page.js");
/// At most one notice in this time.
const PACE: Duration = Duration::from_secs(2);

impl Inner {
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
