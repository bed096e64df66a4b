//! Leaving a page for another one, whatever it does meanwhile. A page that does not answer any more is ended: Chrome would wait for
//! its process for ever, and both people with it.

use super::Error;
use super::protocol::{Command, page, runtime};
use super::state::{Coming, Inner, Tab};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Chrome refuses to be asked for a page that is just being replaced; it is asked again after this.
const AGAIN: Duration = Duration::from_millis(30);
/// A page that says nothing for so long, while it is to be left, hangs, or has so much to do that nobody waits for it.
const SILENCE: Duration = Duration::from_secs(2);
/// Within this a page's process is ended. What came next before that would be ended in its place.
const ENDED: Duration = Duration::from_secs(5);
/// An answer that Chrome has not made a page of within this waits for the page before it.
const REPLACED: Duration = Duration::from_secs(5);

impl Inner {
    /// Asks a page to show something else. What it still asks is dismissed, and where it hangs it is ended first: Chrome takes the
    /// question and then waits, and a page that is about to be left can be ended no more.
    pub(super) async fn leave<C: Command + Clone>(&self, session: &Arc<str>, command: C) -> Result<C::Answer, Error> {
        self.dismiss_dialogs(session);
        self.stop_what_comes(session).await;
        if self.is_silent(session).await {
            self.end_page(session).await;
        }
        // Chrome says that it is done as soon as the next page may take the place of this one.
        let left = async {
            let answer = self.ask_page(session, command.clone()).await?;
            self.until(session, |tab| !matches!(tab.coming, Coming::Answered(_))).await;
            Ok(answer)
        };
        tokio::select! {
            answer = left => return answer,
            () = self.hangs(session) => {}
        }
        // It did so when it heard that it is to be left.
        self.cdp.tell(Some(session), page::StopLoading {});
        self.end_page(session).await;
        self.ask_page(session, command).await
    }

    /// Notes how far the next page of a tab is. Frames in a page are none.
    pub(super) fn coming(&self, session: &Arc<str>, frame: &str, now: Coming) {
        let mut state = self.state();
        let Some(tab) = state.tab(session).filter(|tab| tab.target == frame) else { return };
        tab.coming = now;
        if now == Coming::Asked {
            tab.refused = false;
        }
        self.tabs_changed.notify_waiters();
    }

    /// A tab has loaded what it had to load. That may be the page that is shown, while the next one's website has not answered.
    pub(super) fn nothing_comes(&self, session: &Arc<str>) {
        if let Some(tab) = self.state().tab(session).filter(|tab| tab.coming != Coming::Asked) {
            tab.coming = Coming::Nothing;
        }
        self.tabs_changed.notify_waiters();
    }

    fn what_comes(&self, session: &Arc<str>) -> Coming {
        self.state().tab(session).map_or(Coming::Nothing, |tab| tab.coming)
    }

    /// A page that is still on its way is not waited for: another one is wanted.
    async fn stop_what_comes(&self, session: &Arc<str>) {
        match self.state().tab(session) {
            Some(tab) if tab.coming != Coming::Nothing => tab.coming = Coming::Answered(Instant::now()),
            _ => return,
        }
        self.cdp.tell(Some(session), page::StopLoading {});
        let stopped = self.until(session, |tab| tab.coming == Coming::Nothing);
        if tokio::time::timeout(SILENCE, stopped).await.is_err()
            && let Some(tab) = self.state().tab(session)
        {
            // The page that is shown does not even say this. The next question finds out.
            tab.coming = Coming::Nothing;
        }
    }

    /// Waits until this is so of a tab, or it is gone.
    async fn until(&self, session: &Arc<str>, wanted: impl Fn(&Tab) -> bool) {
        self.tabs_become(|tabs| tabs.iter().find(|tab| tab.session == *session).is_none_or(&wanted)).await;
    }

    /// Ends a page's process, and waits for that. The page that comes next gets another one.
    async fn end_page(&self, session: &Arc<str>) {
        tracing::info!("a page that does not answer is ended, so that it can be left");
        let ended = async {
            tokio::select! {
                () = self.until(session, |tab| tab.crashed) => {}
                () = self.keep_ending(session) => {}
            }
        };
        // Where it does not end, the next question says what becomes of it.
        let _ = tokio::time::timeout(ENDED, ended).await;
    }

    /// Has Chrome end a page's process, which is no answer of its own. While a next page is on its way Chrome refuses, and says so.
    async fn keep_ending(&self, session: &Arc<str>) {
        while let Err(Error::Refused(_)) = self.cdp.ask_within(ENDED, Some(session), page::Crash {}).await {
            self.cdp.tell(Some(session), page::StopLoading {});
            tokio::time::sleep(AGAIN).await;
        }
        std::future::pending().await
    }

    /// Returns once the page's process is silent. A website that takes its time is not the page's fault.
    async fn hangs(&self, session: &Arc<str>) {
        loop {
            let hangs = match self.what_comes(session) {
                Coming::Nothing => self.is_silent(session).await,
                Coming::Asked => false,
                Coming::Answered(then) => then.elapsed() > REPLACED,
            };
            if hangs {
                return;
            }
            tokio::time::sleep(SILENCE).await;
        }
    }

    /// Whether the page's process does not answer within [`SILENCE`]. While it asks people something it is silent rightly, while the next
    /// page is on its way Chrome does not ask it, and one that has ended can be left.
    async fn is_silent(&self, session: &Arc<str>) -> bool {
        if self.state().tab(session).is_none_or(|tab| tab.crashed) {
            return false;
        }
        let nothing = runtime::Evaluate { expression: "0".into(), ..runtime::Evaluate::default() };
        let answer = self.cdp.ask_within(SILENCE, Some(session), nothing).await;
        let asked = self.what_comes(session) == Coming::Nothing;
        matches!(answer, Err(Error::Timeout(_))) && asked && !self.asks(session)
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
