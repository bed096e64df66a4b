//! Addresses: going to one, back, forward and again, and telling where the tabs are.

use super::Error;
use super::dispatch::blocked;
use super::event::{Event, Navigation};
use super::masking::PlacedField;
use super::protocol::{page, runtime};
use super::sites::{Verdict, host_of};
use super::state::{Coming, Inner, Tab};
use super::view::Edit;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Changes closer together than this are told as one.
const PACE: Duration = Duration::from_millis(30);

/// Characters of one of Chrome's codes; the longest has fewer.
const MAX_CODE: usize = 64;

/// Tells the newest state after changes, until Chrome or the last handle is gone.
pub(super) async fn publish(inner: Weak<Inner>) {
    let (mut told, mut fields, mut edit) = (Navigation::default(), Vec::new(), None);
    loop {
        {
            let Some(inner) = inner.upgrade() else { return };
            // A handle that goes while this waits is noticed at the next turn.
            let changed = tokio::time::timeout(Duration::from_secs(1), inner.dirty.notified()).await.is_ok();
            if changed {
                let (navigation, now, text) = inner.newest();
                if navigation != told {
                    told.clone_from(&navigation);
                    inner.tell(Event::Navigation(navigation));
                }
                if now != fields {
                    fields.clone_from(&now);
                    inner.tell(Event::Protected(now));
                }
                if text != edit {
                    edit.clone_from(&text);
                    text.into_iter().for_each(|text| inner.tell(text));
                }
            }
        }
        tokio::time::sleep(PACE).await;
    }
}

impl Inner {
    /// Where the tabs are, what is protected in view, and where text goes.
    pub(super) fn newest(&self) -> (Navigation, Vec<PlacedField>, Option<Event>) {
        let state = self.state();
        (state.navigation(), state.fields(), Some(state.edit()))
    }

    pub(super) async fn navigate(self: &Arc<Self>, url: &str) -> Result<(), Error> {
        let session = {
            let state = self.state();
            if state.bound.is_none() {
                return Err(Error::NotBound);
            }
            match state.judge(url) {
                Verdict::Site => {}
                Verdict::Blank => return Err(Error::SiteNotAllowed { host: "about".into() }),
                Verdict::Foreign(host) => return Err(Error::SiteNotAllowed { host }),
            }
            Arc::clone(&state.active_tab()?.session)
        };
        let answer = self.leave(&session, page::Navigate { url: url.to_owned() }).await?;
        match answer.error_text {
            // Aborted: refused on its way by a rule, replaced by another, or a download.
            Some(text) if text != "net::ERR_ABORTED" => Err(Error::LoadFailed(text)),
            _ => Ok(()),
        }
    }

    /// The same for the first page of all. A page that says why it was refused is none.
    pub(super) async fn open_first(self: &Arc<Self>, url: &str) -> Result<(), Error> {
        self.navigate(url).await?;
        let refused = self.state().active_tab()?.refused;
        if refused { Err(Error::LoadFailed("refused on its way out".into())) } else { Ok(()) }
    }

    pub(super) async fn step(&self, by: i8) -> Result<(), Error> {
        let (session, entry) = {
            let state = self.state();
            let tab = state.active_tab()?;
            (Arc::clone(&tab.session), if by < 0 { tab.back } else { tab.forward })
        };
        let Some(entry_id) = entry else { return Ok(()) };
        self.leave(&session, page::NavigateToHistoryEntry { entry_id }).await.map(|_| ())
    }

    pub(super) async fn reload(&self) -> Result<(), Error> {
        let session = self.active_session()?;
        self.leave(&session, page::Reload {}).await.map(|_| ())
    }

    /// A frame shows another document.
    pub(super) fn navigated(self: &Arc<Self>, session: &Arc<str>, seen: page::FrameNavigated) {
        let frame = seen.frame;
        self.document_arrived(session, &frame);
        if frame.parent_id.is_some() {
            return;
        }
        if let Some(tab) = self.state().tab(session) {
            (tab.edit, tab.edit_from) = (Edit::default(), None);
            // Of another document. A page that only changes its address goes on with what it has asked already.
            tab.dialogs = 0;
            tab.hosts.clear();
            tab.crashed = false;
        }
        self.coming(session, &frame.id, Coming::Nothing);
        if self.active_session().is_ok_and(|active| active == *session) {
            self.show(session);
        }
        if self.state().tab(session).is_some_and(|tab| tab.fresh) {
            self.run_in_first_page(session);
        }
        if let Some(failed) = frame.unreachable_url {
            // A program of the person's machine was asked for: Chrome shows that it may not, and the page is what people want.
            if let Verdict::Foreign(scheme) = self.state().judge(&failed)
                && host_of(&failed).is_empty()
            {
                return self.return_from(session, scheme);
            }
            self.arrive(session, failed.clone());
            self.explain(session, host_of(&failed));
            return;
        }
        let verdict = self.state().judge(&frame.url);
        match verdict {
            Verdict::Foreign(host) => self.return_from(session, host),
            Verdict::Site | Verdict::Blank => {
                self.arrive(session, frame.url + &frame.url_fragment.unwrap_or_default());
            }
        }
    }

    /// The address changed without a new document.
    pub(super) fn moved(self: &Arc<Self>, session: &Arc<str>, frame: &str, url: String) {
        let top = self.state().tab(session).is_some_and(|tab| tab.target == frame);
        if top {
            self.arrive(session, url);
        }
    }

    fn arrive(self: &Arc<Self>, session: &Arc<str>, url: String) {
        if let Some(tab) = self.state().tab(session) {
            if url != "about:blank" {
                tab.fresh = false;
                tab.last_good.clone_from(&url);
            }
            tab.url = url;
        }
        self.dirty.notify_one();
        self.read_history_later(session);
    }

    /// Reads title and history of a tab soon. A page that changes its title without end causes a few readings a second.
    pub(super) fn read_history_later(self: &Arc<Self>, session: &Arc<str>) {
        match self.state().tab(session) {
            Some(tab) if !tab.reading => tab.reading = true,
            // It is about to be read, or it is a frame, which has none of its own.
            _ => return,
        }
        let inner = Arc::clone(self);
        let session = Arc::clone(session);
        tokio::spawn(async move {
            tokio::time::sleep(PACE).await;
            if let Some(tab) = inner.state().tab(&session) {
                tab.reading = false;
            }
            inner.read_history(&session).await;
        });
    }

    async fn read_history(&self, session: &Arc<str>) {
        // A page that is gone by now has no history.
        let Ok(history) = self.cdp.ask(Some(session), page::GetNavigationHistory {}).await else { return };
        let mut state = self.state();
        let at = usize::try_from(history.current_index).unwrap_or(0).min(history.entries.len());
        let usable = |entry: &&page::NavigationEntry| state.judge(&entry.url) == Verdict::Site;
        let back = history.entries[..at].iter().rev().find(usable).map(|entry| entry.id);
        let forward = history.entries.iter().skip(at + 1).find(usable).map(|entry| entry.id);
        let Some(entry) = history.entries.get(at) else { return };
        if let Some(tab) = state.tab(session) {
            if bare(&entry.url) != bare(&tab.url) {
                // Already of the next page, which will be told and read in its turn.
                return;
            }
            (tab.back, tab.forward) = (back, forward);
            tab.retitle(&entry.title);
            self.dirty.notify_one();
        }
    }

    /// The rule before the request should have stopped this page. It is left at once all the same.
    fn return_from(self: &Arc<Self>, session: &Arc<str>, host: String) {
        tracing::warn!(host, "a page outside the sites was left");
        let back = self.state().tab(session).map(|tab| tab.last_good.clone());
        if let Some(url) = back {
            self.cdp.tell(Some(session), page::StopLoading {});
            self.cdp.tell(Some(session), page::Navigate { url });
        }
        blocked(self, session, host);
    }

    /// Says why Chrome shows its own page instead.
    fn explain(self: &Arc<Self>, session: &Arc<str>, host: String) {
        let inner = Arc::clone(self);
        let session = Arc::clone(session);
        tokio::spawn(async move {
            let code = inner.code_on_page(&session).await.unwrap_or_else(|| "ERR_FAILED".into());
            let (host, code) = (inner.state().redact(&host), code.chars().take(MAX_CODE).collect::<String>());
            match code.as_str() {
                "ERR_BLOCKED_BY_CLIENT" | "ERR_ABORTED" => {}
                code if code.starts_with("ERR_CERT") => {
                    inner.tell(Event::CertificateInvalid { host });
                }
                _ => inner.tell(Event::LoadFailed { host, code }),
            }
        });
    }

    /// Reads Chrome's code off its own page. A script of that page writes it, which may be after the page was told of, so
    /// it is asked again, for 3 s at most.
    async fn code_on_page(&self, session: &Arc<str>) -> Option<String> {
        for _ in 0..30 {
            let read = runtime::Evaluate {
                expression: "(document.documentElement?.textContent.match(/ERR_[A-Z0-9_]+/) || [''])[0]".into(),
                return_by_value: Some(true),
                ..runtime::Evaluate::default()
            };
            let answer = self.cdp.ask(Some(session), read).await.ok()?;
            let code = answer.result.value.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
            if !code.is_empty() {
                return Some(code.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }
}

/// Without fragment, which Chrome does not always give.
fn bare(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

impl Tab {
    /// Takes a title. Chrome makes one of the address where the page has none; an address may hold what is for the end
    /// user alone, so then it is the host.
    pub(super) fn retitle(&mut self, title: &str) {
        let host = host_of(&self.url);
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let address = !host.is_empty() && title.contains(&host) && self.url.contains(title);
        let made_up = address || !query.is_empty() && title.contains(query);
        self.title = if made_up { host } else { super::state::cut(title) };
    }
}
