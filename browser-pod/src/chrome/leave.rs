//! Leaving a page for another one, whatever it does meanwhile. A page that does not answer any more is ended: Chrome would wait for
//! its process for ever, and both people with it.

use super::Error;
use super::protocol::{Command, page, runtime};
use super::state::Inner;
use std::sync::Arc;
use std::time::Duration;

/// Chrome refuses to be asked for a page that is just being replaced; it is asked again after this.
const AGAIN: Duration = Duration::from_millis(30);
/// A page that says nothing for so long, while it is to be left, hangs, or has so much to do that nobody waits for it.
const SILENCE: Duration = Duration::from_secs(2);
/// Within this a page's process is ended. What came next before that would be ended in its place.
const ENDED: Duration = Duration::from_secs(5);

impl Inner {
    /// Asks a page to show something else. What it still asks is dismissed, and where it hangs it is ended first: Chrome takes the
    /// question and then waits, and a page that is about to be left can be ended no more.
    pub(super) async fn leave<C: Command + Clone>(&self, session: &Arc<str>, command: C) -> Result<C::Answer, Error> {
        self.dismiss_dialogs(session);
        if self.is_silent(session).await {
            self.end_page(session).await;
        }
        tokio::select! {
            answer = self.ask_page(session, command.clone()) => return answer,
            () = self.hangs(session) => {}
        }
        // It did so when it heard that it is to be left.
        self.cdp.tell(Some(session), page::StopLoading {});
        self.end_page(session).await;
        self.ask_page(session, command).await
    }

    /// Ends a page's process, and waits for that. The page that comes next gets another one.
    async fn end_page(&self, session: &Arc<str>) {
        tracing::info!("a page that does not answer is ended, so that it can be left");
        self.cdp.tell(Some(session), page::Crash {});
        let ended = async {
            loop {
                let changed = self.tabs_changed.notified();
                if self.state().tab(session).is_none_or(|tab| tab.crashed) {
                    return;
                }
                changed.await;
            }
        };
        // Where it does not end, the next question says what becomes of it.
        let _ = tokio::time::timeout(ENDED, ended).await;
    }

    /// Returns once the page's process is silent.
    async fn hangs(&self, session: &Arc<str>) {
        while !self.is_silent(session).await {
            tokio::time::sleep(SILENCE).await;
        }
    }

    /// Whether the page's process does not answer within [`SILENCE`]. While it asks people something it is silent rightly, and one that
    /// has ended can be left.
    async fn is_silent(&self, session: &Arc<str>) -> bool {
        if self.state().tab(session).is_none_or(|tab| tab.crashed) {
            return false;
        }
        let nothing = runtime::Evaluate { expression: "0".into(), ..runtime::Evaluate::default() };
        let answer = self.cdp.ask_within(SILENCE, Some(session), nothing).await;
        matches!(answer, Err(Error::Timeout(_))) && !self.asks(session)
    }

    /// Asks a page that may just be replaced by its next one; Chrome refuses that for a moment.
    async fn ask_page<C: Command + Clone>(&self, session: &Arc<str>, command: C) -> Result<C::Answer, Error> {
        for _ in 0..20 {
            match self.cdp.ask(Some(session), command.clone()).await {
                Err(Error::Refused(why)) if why.contains("Not attached to an active page") => {}
                answer => return answer,
            }
            tokio::time::sleep(AGAIN).await;
        }
        self.cdp.ask(Some(session), command).await
    }
}
