//! Tabs: new ones are prepared before their first request, followed, limited, closed.

use super::Error;
use super::dispatch::auto_attach;
use super::event::Event;
use super::inject;
use super::masking::{BINDING, EXTENSION_NAME};
use super::protocol::{emulation, fetch, page, runtime, target};
use super::sites::Verdict;
use super::state::{Bound, Inner, Tab};
use super::transport::START;
use super::view;
use std::sync::Arc;

/// What a page starts and Chrome has wait for us, also what we do not attach to, for which nobody could let it run then.
const WAITING: [&str; 3] = ["iframe", "worker", "worklet"];
/// Frames in other processes that are followed, in all tabs.
const MAX_FRAMES: usize = 1_024;

impl Inner {
    /// A page or frame came into being. It stands still until it is prepared.
    pub(super) fn attached(self: &Arc<Self>, parent: Option<&Arc<str>>, attached: &target::AttachedToTarget) {
        let session: Arc<str> = attached.session_id.as_str().into();
        let info = &attached.target_info;
        match (info.r#type.as_str(), parent) {
            ("page", _) => self.new_tab(info, &session),
            ("iframe", Some(parent)) => {
                let mut state = self.state();
                if state.frames.len() >= MAX_FRAMES {
                    // It stands still for ever, which is what no page needs.
                    return tracing::warn!("a page has too many frames; one is not loaded");
                }
                let tab = state.tab_session(parent);
                state.frames.insert(Arc::clone(&session), tab);
                state.frame_sessions.insert(info.target_id.clone(), Arc::clone(&session));
                drop(state);
                self.prepare_later(session, false);
            }
            // Workers need no rules: what they may reach is for the way out, and they show nothing.
            _ => self.cdp.tell(Some(&session), runtime::RunIfWaitingForDebugger {}),
        }
    }

    fn new_tab(self: &Arc<Self>, info: &target::TargetInfo, session: &Arc<str>) {
        let verdict = {
            let mut state = self.state();
            if state.tabs.iter().any(|tab| tab.target == info.target_id) {
                return;
            }
            let first = state.tabs.is_empty();
            let full = state.bound.as_ref().is_some_and(|bound| state.tabs.len() >= bound.settings.max_tabs.max(1));
            let foreign = matches!(state.judge(&info.url), Verdict::Foreign(_)) && !first;
            // Tabs that no page opened, such as the browser's own pages, are nobody's.
            if full || foreign {
                Err(full)
            } else {
                state.tabs.push(Tab::new(&info.target_id, session, !first));
                state.bring_to_front(&info.target_id);
                Ok(first)
            }
        };
        match verdict {
            Ok(first) => {
                self.prepare_later(Arc::clone(session), true);
                if !first {
                    self.show(session);
                }
            }
            Err(full) => {
                // It waits for us, and so may the page that opened it: it runs on to its end, without the network.
                self.cdp.tell(Some(session), fetch::Enable { patterns: None });
                self.cdp.tell(None, target::CloseTarget { target_id: info.target_id.clone() });
                self.cdp.tell(Some(session), runtime::RunIfWaitingForDebugger {});
                // Chrome had it in front, and would show whichever it likes in its place.
                if let Ok(active) = self.active_session() {
                    self.show(&active);
                }
                if full {
                    self.tell(Event::TabLimit);
                }
            }
        }
        self.look();
        self.dirty.notify_one();
        self.tabs_changed.notify_waiters();
    }

    /// A page or frame is gone.
    pub(super) fn detached(self: &Arc<Self>, session: &str) {
        let next = {
            let mut state = self.state();
            state.frames.retain(|frame, tab| &**frame != session && &**tab != session);
            state.frame_sessions.retain(|_, frame| &**frame != session);
            state.dialogs.retain(|_, asks| &**asks != session);
            state.worlds.retain(|world| &*world.session != session);
            let Some(gone) = state.tabs.iter().position(|tab| &*tab.session == session) else { return };
            let gone = state.tabs.remove(gone);
            if gone.target != state.active {
                None
            } else {
                let next = state.tabs.last().map(|tab| (tab.target.clone(), Arc::clone(&tab.session)));
                state.bring_to_front(next.as_ref().map_or("", |(target, _)| target));
                next
            }
        };
        if let Some((_, session)) = next {
            self.show(&session);
        }
        self.look();
        self.dirty.notify_one();
        self.tabs_changed.notify_waiters();
    }

    /// Waits for the tab that Chrome starts with.
    pub(super) async fn first_tab(&self) -> Result<(), Error> {
        self.tabs_are("the first tab", |tabs| !tabs.is_empty()).await
    }

    async fn tabs_are(&self, what: &'static str, wanted: impl Fn(&[Tab]) -> bool) -> Result<(), Error> {
        tokio::time::timeout(START, self.tabs_become(wanted)).await.map_err(|_| Error::Timeout(what))
    }

    /// Waits until this is so of the tabs.
    pub(super) async fn tabs_become(&self, wanted: impl Fn(&[Tab]) -> bool) {
        loop {
            let changed = self.tabs_changed.notified();
            if wanted(&self.state().tabs) {
                return;
            }
            changed.await;
        }
    }

    /// Prepares the tabs that were there before the session was bound. When this returns their processes know all rules: what
    /// is under way when a page is left for the next is lost, and the next would come unnoticed.
    pub(super) async fn prepare_open_tabs(&self, bound: &Bound) -> Result<(), Error> {
        self.tabs_are("a prepared tab", |tabs| !tabs.is_empty() && tabs.iter().all(|tab| tab.prepared)).await?;
        let sessions: Vec<Arc<str>> = self.state().tabs.iter().map(|tab| Arc::clone(&tab.session)).collect();
        for session in sessions {
            self.emulate(&session, bound);
            let (binding, script) = view::setup(bound.settings.touch);
            tokio::try_join!(self.cdp.ask(Some(&session), binding), self.cdp.ask(Some(&session), script))?;
        }
        Ok(())
    }

    fn prepare_later(self: &Arc<Self>, session: Arc<str>, top: bool) {
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let prepared = inner.prepare(&session, top).await;
            let target = inner.state().tab(&session).map(|tab| {
                tab.prepared = prepared.is_ok();
                tab.target.clone()
            });
            inner.tabs_changed.notify_waiters();
            if let Err(error) = prepared {
                tracing::warn!(%error, top, "a page could not be prepared and stays unloaded");
                if let Some(target_id) = target {
                    inner.cdp.tell(None, target::CloseTarget { target_id });
                }
            }
        });
    }

    /// Sets up all rules of a page or frame, then lets it run. The browser itself answers what guards the network and frames, and
    /// that is waited for. The rest is for the page's process, which a tab without an opener gets only once it runs: Chrome
    /// hands all of it over in order, and the page runs on the last.
    async fn prepare(&self, session: &Arc<str>, top: bool) -> Result<(), Error> {
        let session = Some(&**session);
        // Before it leaves, for where it may go; and of the top level with its answer, for who may see it.
        let stages: &[&str] = if top { &["Request", "Response"] } else { &["Request"] };
        let documents = stages.iter().map(|stage| fetch::RequestPattern {
            url_pattern: Some("*".into()),
            resource_type: Some("Document".into()),
            request_stage: Some((*stage).into()),
        });
        let guard = self.cdp.ask(session, fetch::Enable { patterns: Some(documents.collect()) });
        let chooser = page::SetInterceptFileChooserDialog { enabled: true, cancel: None };
        tokio::try_join!(guard, self.cdp.ask(session, auto_attach(&WAITING)))?;
        let bound = self.state().bound.clone();
        let view = async {
            let (Some(session), Some(bound)) = (session, bound) else { return Ok(()) };
            self.emulate(session, &bound);
            let (binding, script) = view::setup(bound.settings.touch);
            tokio::try_join!(biased; self.cdp.ask(Some(session), binding), self.cdp.ask(Some(session), script))
                .map(|_| ())
        };
        // Each is sent when it is first looked at, so they go in the order they stand here.
        tokio::try_join!(
            biased;
            self.cdp.ask(session, page::Enable {}),
            // Without it the bindings exist but tell nobody.
            self.cdp.ask(session, runtime::Enable {}),
            self.cdp.ask(session, runtime::AddBinding { name: inject::BINDING.into(), execution_context_name: None }),
            self.cdp.ask(session, masking_reports()),
            self.cdp.ask(session, inject::setup()),
            self.cdp.ask(session, chooser),
            view,
            self.cdp.ask(session, runtime::RunIfWaitingForDebugger {}),
        )
        .map(|_| ())
    }

    /// Language, time zone and touch of the end user.
    fn emulate(&self, session: &str, Bound { settings, .. }: &Bound) {
        let user_agent = self.state().user_agent.clone();
        let session = Some(session);
        if !settings.locale.is_empty() {
            let locale = settings.locale.clone();
            self.cdp
                .tell(session, emulation::SetUserAgentOverride { user_agent, accept_language: Some(locale.clone()) });
            self.cdp.tell(session, emulation::SetLocaleOverride { locale: Some(locale.replace('-', "_")) });
        }
        if !settings.timezone.is_empty() {
            self.cdp.tell(session, emulation::SetTimezoneOverride { timezone_id: settings.timezone.clone() });
        }
        let touch = emulation::SetTouchEmulationEnabled { enabled: settings.touch, max_touch_points: None };
        self.cdp.tell(session, touch);
        session.into_iter().for_each(|session| self.lay_out(session, settings.touch));
    }

    pub(super) async fn activate(self: &Arc<Self>, tab: &str) -> Result<(), Error> {
        let session = {
            let mut state = self.state();
            let session = Arc::clone(&state.tab_of_target(tab).ok_or(Error::NoSuch("tab"))?.session);
            state.bring_to_front(tab);
            session
        };
        self.look();
        self.dirty.notify_one();
        self.cdp.ask(Some(&session), page::BringToFront {}).await.map(|_| ())
    }

    /// Shows a tab and gives it the keys, which otherwise are those of Chrome's address bar, hidden as it is, until a click.
    pub(super) fn show(&self, session: &Arc<str>) {
        self.cdp.tell(Some(session), page::BringToFront {});
    }

    /// As for a page that opens one: what is no site, or one tab too many, is told to all.
    pub(super) async fn open_tab(&self, url: &str) -> Result<(), Error> {
        let refused = {
            let state = self.state();
            let bound = state.bound.as_ref().ok_or(Error::NotBound)?;
            match state.judge(url) {
                Verdict::Site if state.tabs.len() < bound.settings.max_tabs.max(1) => None,
                Verdict::Site => Some((Event::TabLimit, Error::NoSuch("room for a tab"))),
                Verdict::Blank => return Err(Error::SiteNotAllowed { host: "about".into() }),
                Verdict::Foreign(host) => {
                    let host = state.redact(&host);
                    Some((Event::Blocked { host: host.clone() }, Error::SiteNotAllowed { host }))
                }
            }
        };
        if let Some((event, error)) = refused {
            self.tell(event);
            return Err(error);
        }
        // An empty one first: a page that loads while its tab is prepared would come unnoticed.
        let known: Vec<String> = self.state().tabs.iter().map(|tab| tab.target.clone()).collect();
        let is_new = |tab: &Tab| tab.prepared && !known.contains(&tab.target);
        self.cdp.ask(None, target::CreateTarget { url: "about:blank".into() }).await?;
        self.tabs_are("the new tab", |tabs| tabs.iter().any(is_new)).await?;
        let session = self.state().tabs.iter().find(|tab| is_new(tab)).map(|tab| Arc::clone(&tab.session));
        let session = session.ok_or(Error::NoSuch("tab"))?;
        // What is refused on its way is told, and closes the tab.
        self.cdp.ask(Some(&session), page::Navigate { url: url.to_owned() }).await.map(|_| ())
    }

    pub(super) async fn close(&self, tab: &str) -> Result<(), Error> {
        {
            let mut state = self.state();
            state.tab_of_target(tab).ok_or(Error::NoSuch("tab"))?;
            if state.tabs.len() == 1 {
                return Err(Error::NoSuch("other tab"));
            }
        }
        self.cdp.ask(None, target::CloseTarget { target_id: tab.to_owned() }).await.map(|_| ())
    }
}

/// The channel of the masking extension, in its world alone.
fn masking_reports() -> runtime::AddBinding {
    runtime::AddBinding { name: BINDING.into(), execution_context_name: Some(EXTENSION_NAME.into()) }
}
