//! What is known of Chrome, behind one lock that is never held across a wait.

use super::event::{Download, Event, Navigation, Tab as TabView};
use super::files::Chooser;
use super::masking::{Actor, PlacedField, Scene};
use super::protect::World;
use super::sight::{Documents, Sight};
use super::sites::{Sites, Verdict, host_of};
use super::transport::Cdp;
use super::view::{Edit, Waiting};
use super::{Error, Refusals, Settings};
use crate::handover::Browser;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;
use tokio::sync::{Notify, mpsc};

/// Websites that the frames of one page may be of. Chrome gives each of them a process of its own, of some 20 MiB at least.
const MAX_HOSTS: usize = 40;
/// Characters of a title or dialog that are passed on.
pub(super) const MAX_TEXT: usize = 2_000;

/// What all handles and tasks share.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) cdp: Cdp,
    pub(super) side: Browser,
    pub(super) dirty: Notify,
    pub(super) tabs_changed: Notify,
    pub(super) focus_settled: Notify,
    /// Who knows why connections are not made, where there is a gateway.
    pub(super) refusals: OnceLock<Arc<dyn Refusals>>,
    state: Mutex<State>,
    tell: mpsc::UnboundedSender<Event>,
}

/// The session's settings, made ready.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) sites: Sites,
    pub(super) settings: Settings,
}

impl Bound {
    pub(super) fn new(settings: Settings) -> Self {
        Self { sites: settings.sites.clone(), settings }
    }
}

/// Everything that changes.
#[derive(Debug, Default)]
pub(super) struct State {
    /// `bind` was called.
    pub(super) binding: bool,
    pub(super) bound: Option<Arc<Bound>>,
    pub(super) user_agent: String,
    /// Width and height at which pages are laid out, CSS pixels.
    pub(super) size: (u32, u32),
    pub(super) tabs: Vec<Tab>,
    pub(super) active: String,
    /// Sessions of frames in other processes, and the tab's session each belongs to.
    pub(super) frames: HashMap<Arc<str>, Arc<str>>,
    pub(super) dialogs: HashMap<u64, Arc<str>>,
    /// The session of each frame in another process.
    pub(super) frame_sessions: HashMap<String, Arc<str>>,
    pub(super) picker: Option<Waiting>,
    /// Documents with the masking extension.
    pub(super) worlds: Vec<World>,
    /// The frame around each frame.
    pub(super) parents: HashMap<String, String>,
    /// Who acts, as the documents were told.
    pub(super) actor: Option<Actor>,
    /// All documents have confirmed who acts.
    pub(super) armed: bool,
    pub(super) arm_turn: u64,
    pub(super) focus_turn: u64,
    pub(super) focus_unsettled: bool,
    pub(super) choosers: HashMap<u64, Chooser>,
    pub(super) downloads: Vec<Download>,
    pub(super) credentials_told: Option<std::time::Instant>,
    /// Who may see the screen.
    pub(super) sight: Sight,
    /// Another tab that was not safe was in front; the screen may still show it.
    pub(super) lingering: bool,
    /// The top document was asked to say when it was painted again.
    pub(super) proving: bool,
    last_id: u64,
}

/// How far the next page of a tab is. From its request on until it is there, Chrome holds back what the page that is shown is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coming {
    Nothing,
    /// Its website has not answered yet.
    Asked,
    /// It has, then; or it was told to stop.
    Answered(Instant),
}

/// One tab.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) target: String,
    pub(super) session: Arc<str>,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) loading: bool,
    pub(super) back: Option<i64>,
    pub(super) forward: Option<i64>,
    /// Its process knows all rules.
    pub(super) prepared: bool,
    /// Opened by a page and empty so far: goes when its first page is refused.
    pub(super) fresh: bool,
    /// Its page's process has ended, and no other page has come.
    pub(super) crashed: bool,
    /// How far its next page is.
    pub(super) coming: Coming,
    /// The way out refused the last page that it asked for, and says so in its place.
    pub(super) refused: bool,
    /// Title and history are about to be read.
    pub(super) reading: bool,
    /// Questions of the page so far.
    pub(super) dialogs: u32,
    /// Hosts that frames of this page asked for.
    pub(super) hosts: BTreeSet<String>,
    /// The last page that was allowed.
    pub(super) last_good: String,
    /// What the masking extension reports of its frames.
    pub(super) scene: Scene,
    /// Where text goes, and which page or frame said so.
    pub(super) edit: Edit,
    pub(super) edit_from: Option<Arc<str>>,
    /// Which of its documents are safe to be seen by all.
    pub(super) documents: Documents,
}

impl Tab {
    pub(super) fn new(target: &str, session: &Arc<str>, opened_by_page: bool) -> Self {
        Self {
            target: target.to_owned(),
            session: Arc::clone(session),
            url: "about:blank".into(),
            title: String::new(),
            loading: false,
            back: None,
            forward: None,
            prepared: false,
            fresh: opened_by_page,
            crashed: false,
            coming: Coming::Nothing,
            refused: false,
            reading: false,
            dialogs: 0,
            hosts: BTreeSet::new(),
            last_good: "about:blank".into(),
            scene: Scene::new(target),
            edit: Edit::default(),
            edit_from: None,
            documents: Documents::default(),
        }
    }
}

impl Tab {
    /// Whether a frame may load this; notes its host.
    pub(super) fn has_room_for(&mut self, url: &str) -> bool {
        let host = host_of(url);
        if host.is_empty() || self.hosts.contains(&host) {
            return true;
        }
        self.hosts.len() < MAX_HOSTS && self.hosts.insert(host)
    }
}

impl State {
    pub(super) fn tab(&mut self, session: &str) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| &*tab.session == session)
    }

    pub(super) fn tab_of_target(&mut self, target: &str) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.target == target)
    }

    pub(super) fn active_tab(&self) -> Result<&Tab, Error> {
        self.tabs.iter().find(|tab| tab.target == self.active).ok_or(Error::NoSuch("tab"))
    }

    /// The tab that a page's or frame's session belongs to.
    pub(super) fn tab_session(&self, session: &Arc<str>) -> Arc<str> {
        Arc::clone(self.frames.get(session).unwrap_or(session))
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Judges an address; before `bind` nothing is allowed.
    pub(super) fn judge(&self, url: &str) -> Verdict {
        match &self.bound {
            Some(bound) => bound.sites.judge(url),
            None => Sites::new(Vec::new()).judge(url),
        }
    }

    /// A text without what is protected in any tab: for what everybody is told of one.
    pub(super) fn redact(&self, text: &str) -> String {
        self.tabs.iter().fold(text.to_owned(), |text, tab| tab.scene.redact(&text))
    }

    /// What is protected and in view in the active tab.
    pub(super) fn fields(&self) -> Vec<PlacedField> {
        self.active_tab().map(|tab| tab.scene.fields()).unwrap_or_default()
    }

    /// Where text goes in the active tab.
    pub(super) fn edit(&self) -> Event {
        let tab = self.active_tab();
        tab.map_or_else(|_| Edit::default().event(false), |tab| tab.edit.event(tab.scene.focused_protected()))
    }

    pub(super) fn navigation(&self) -> Navigation {
        let tabs = self.tabs.iter().map(|tab| TabView {
            id: tab.target.clone(),
            title: legible(&tab.scene.redact(&tab.title)),
            active: tab.target == self.active,
        });
        let tabs = tabs.collect();
        match self.active_tab() {
            Ok(tab) => Navigation {
                url: tab.url.clone(),
                shared_url: tab.scene.redact(tab.url.split(['?', '#']).next().unwrap_or_default()),
                title: legible(&tab.scene.redact(&tab.title)),
                can_go_back: tab.back.is_some(),
                can_go_forward: tab.forward.is_some(),
                loading: tab.loading,
                tabs,
            },
            Err(_) => Navigation { tabs, ..Navigation::default() },
        }
    }
}

impl Inner {
    pub(super) fn new(cdp: Cdp, side: Browser, tell: mpsc::UnboundedSender<Event>) -> Self {
        let state = Mutex::new(State::default());
        let (dirty, tabs_changed, focus_settled) = (Notify::new(), Notify::new(), Notify::new());
        Self { cdp, side, dirty, tabs_changed, focus_settled, refusals: OnceLock::new(), state, tell }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, event: Event) {
        // Without a listener the session is ending.
        let _ = self.tell.send(event);
    }

    /// A text of a tab without what is protected in it. A host's name is the page's choice too.
    pub(super) fn redact_for(&self, session: &Arc<str>, text: &str) -> String {
        let mut state = self.state();
        let owner = state.tab_session(session);
        state.tab(&owner).map_or_else(|| super::masking::redact(text, []), |tab| tab.scene.redact(text))
    }

    pub(super) fn active_session(&self) -> Result<Arc<str>, Error> {
        self.state().active_tab().map(|tab| Arc::clone(&tab.session))
    }
}

/// At most this many characters, legible.
pub(super) fn cut(text: &str) -> String {
    text.chars().filter(|letter| !misleads(*letter)).take(MAX_TEXT).collect()
}

/// A text of a page as people are shown it beside words of our own.
fn legible(text: &str) -> String {
    text.chars().filter(|letter| !misleads(*letter)).collect()
}

/// Turns around what stands beside it, or is not seen at all. Letters that are written from right to left do without.
pub(super) fn misleads(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || letter.is_control() && !matches!(letter, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::{MAX_HOSTS, MAX_TEXT, Tab, cut, legible};

    #[test]
    fn frames_are_of_so_many_websites_and_no_more() {
        let mut tab = Tab::new("t", &"s".into(), false);
        let url = |number: usize| format!("https://site{number}.example/page{number}");
        assert!((0..MAX_HOSTS).all(|number| tab.has_room_for(&url(number))));
        assert!(!tab.has_room_for(&url(MAX_HOSTS)), "one more");
        assert!(tab.has_room_for("https://site0.example/again") && tab.has_room_for("about:srcdoc"));
    }

    #[test]
    fn nothing_in_a_text_turns_around_what_stands_beside_it() {
        assert_eq!(legible("pay \u{202e}moc.elpmaxe\u{202c}\u{0} now"), "pay moc.elpmaxe now");
        assert_eq!(legible("\u{2066}a\u{2069}\u{200f}b\nc"), "ab\nc");
        for whole in ["שלום עולם", "مرحبا", "👩\u{200d}🚀 naïve", "日本語"] {
            assert_eq!(legible(whole), whole);
        }
        assert_eq!(cut(&"\u{202e}x".repeat(MAX_TEXT * 2)), "x".repeat(MAX_TEXT));
    }
}
