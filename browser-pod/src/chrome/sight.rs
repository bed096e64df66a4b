//! Who may see the screen: everybody only while the masking extension has said, in every document on it, that it is at work.
//! Otherwise the end user alone. This does not trust the extension to be there: a document counts as unsafe until the
//! extension's own world in it has spoken, which no page can imitate, and again when it fails or is gone.
//!
//! A document in a frame counts from when Chrome tells that it is there, which may be a picture later; one of the top level
//! before it can be seen. What the extension cannot look into (PDF, Chrome's own pages) is never safe.

use super::Error;
use super::event::Event;
use super::masking::{ALIVE, PROVE};
use super::protect::evaluate;
use super::protocol::page;
use super::sites::Verdict;
use super::state::{Inner, State};
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How long the screen may go on showing what is gone. After something unsafe went, the top document must be painted again,
/// and this pass.
const LINGER: Duration = Duration::from_millis(250);
/// How often the extension is asked whether it is still there.
const PULSE: Duration = Duration::from_secs(2);
/// A document younger than this may not have its part of the extension yet. That takes 60 ms, or a second on a machine with
/// much to do.
const SETTLED: Duration = Duration::from_secs(1);
/// An answer that no document followed is forgotten after this long.
const ARRIVAL: Duration = Duration::from_secs(10);
/// A lost extension is loaded again at most this often.
const MEND: Duration = Duration::from_secs(10);
/// Documents of one tab that are followed. With more, none is safe.
const MAX_DOCUMENTS: usize = 1_024;

/// Who may see the screen at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Rises with every change: a picture taken in another turn than now says nothing about now.
    pub turn: u64,
    /// Everybody who may see the session.
    pub clear: bool,
}

/// One document.
#[derive(Debug, Clone, Copy)]
struct Document {
    /// The extension can look into it.
    inspectable: bool,
    /// It works in it.
    works: bool,
    /// It failed in it, or is gone.
    failed: bool,
    since: Instant,
}

impl Document {
    fn is_safe(&self) -> bool {
        self.inspectable && self.works && !self.failed
    }
}

/// The documents of one tab.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The top level is about to show another.
    arriving: Option<Instant>,
    shown: HashMap<String, Document>,
    /// Something unsafe went; the screen may still show it.
    pub(super) lingering: bool,
}

impl Documents {
    /// The answer for the next document of the top level has come.
    fn arrives(&mut self) {
        self.arriving = Some(Instant::now());
    }

    /// A frame shows another document.
    fn arrived(&mut self, frame: &str, top: bool, inspectable: bool) {
        if top {
            self.arriving = None;
            self.lingering |= !self.shown.values().all(Document::is_safe);
            self.shown.clear();
        } else {
            self.left(frame);
        }
        if self.shown.len() <= MAX_DOCUMENTS {
            let document = Document { inspectable, works: false, failed: false, since: Instant::now() };
            self.shown.insert(frame.to_owned(), document);
        }
    }

    /// A frame is gone.
    fn left(&mut self, frame: &str) {
        self.lingering |= self.shown.remove(frame).is_some_and(|document| !document.is_safe());
    }

    /// The extension has spoken in a frame: it is at work, or it failed.
    fn heard(&mut self, frame: &str, works: bool) {
        if let Some(document) = self.shown.get_mut(frame) {
            document.works |= works;
            document.failed |= !works;
        }
    }

    /// Nothing in the tab is safe any more.
    fn lost(&mut self) {
        self.shown.values_mut().for_each(|document| document.failed = true);
    }

    /// The extension should be in the top document and say so. One that has only just come is given time.
    fn should_answer(&self, top: &str) -> bool {
        let settled = |document: &Document| document.inspectable && document.since.elapsed() >= SETTLED;
        self.arriving.is_none() && self.shown.get(top).is_some_and(settled)
    }

    /// Frames in which the extension should be at work and has not said so.
    fn unheard(&self) -> impl Iterator<Item = &String> {
        let unheard = |document: &Document| document.inspectable && !document.works && !document.failed;
        self.shown.iter().filter(move |(_, document)| unheard(document)).map(|(frame, _)| frame)
    }

    fn safe(&self, top: &str) -> bool {
        let all = self.shown.len() <= MAX_DOCUMENTS && self.shown.values().all(Document::is_safe);
        self.arriving.is_none() && all && self.shown.contains_key(top)
    }
}

/// What to do after a look.
enum Next {
    Nothing,
    Tell,
    /// Ask the top document to say when it was painted again.
    Prove,
}

impl State {
    /// Goes through the documents in front, and says what to do about it.
    fn look(&mut self) -> Next {
        let active = self.active.clone();
        let tab = self.tabs.iter_mut().find(|tab| tab.target == active);
        let safe = tab.as_ref().is_some_and(|tab| tab.documents.safe(&active));
        let lingers = tab.as_ref().is_some_and(|tab| tab.documents.lingering) || self.lingering;
        let clear = safe && !lingers;
        if clear != self.sight.clear {
            self.sight = Sight { turn: self.sight.turn + 1, clear };
            return Next::Tell;
        }
        if safe && lingers && !std::mem::replace(&mut self.proving, true) { Next::Prove } else { Next::Nothing }
    }

    /// Another tab comes to the front; what was there may stay on the screen for a moment.
    pub(super) fn bring_to_front(&mut self, target: &str) {
        if self.active != target {
            self.lingering |= !self.sight.clear;
            self.proving = false;
            target.clone_into(&mut self.active);
        }
    }
}

impl Inner {
    /// Who may see the screen now.
    pub(super) fn sight(&self) -> Sight {
        self.state().sight
    }

    /// Something changed that decides who may see the screen.
    pub(super) fn look(self: &Arc<Self>) {
        let next = self.state().look();
        match next {
            Next::Nothing => {}
            Next::Tell => self.tell(Event::Sight),
            Next::Prove => self.ask_top(PROVE),
        }
    }

    /// The answer for another document of the top level has come. Nothing of it is on the screen yet.
    pub(super) fn document_arrives(self: &Arc<Self>, session: &str) {
        if let Some(tab) = self.state().tab(session) {
            tab.documents.arrives();
        }
        self.look();
    }

    /// A frame shows another document. Chrome's error page in a frame is left out of it: no page can write on it.
    pub(super) fn document_arrived(self: &Arc<Self>, session: &Arc<str>, frame: &page::Frame) {
        let owns_error_page = frame.unreachable_url.is_some();
        let inspectable = !owns_error_page && frame.mime_type != "application/pdf";
        {
            let mut state = self.state();
            let owner = state.tab_session(session);
            let Some(tab) = state.tab(&owner) else { return };
            let top = tab.target == frame.id;
            if top || !owns_error_page {
                tab.documents.arrived(&frame.id, top, inspectable);
            } else {
                tab.documents.left(&frame.id);
            }
        }
        self.look();
    }

    /// The top level stays where it is: the answer was a file, or none.
    pub(super) fn document_stays(self: &Arc<Self>, session: &str) {
        if let Some(tab) = self.state().tab(session) {
            tab.documents.arriving = None;
        }
        self.look();
    }

    /// A frame is gone from a tab.
    pub(super) fn document_left(self: &Arc<Self>, session: &Arc<str>, frame: &str) {
        {
            let mut state = self.state();
            let owner = state.tab_session(session);
            if let Some(tab) = state.tab(&owner) {
                tab.documents.left(frame);
            }
        }
        self.look();
    }

    /// The extension has spoken in a frame.
    pub(super) fn document_heard(self: &Arc<Self>, session: &Arc<str>, frame: &str, works: bool) {
        let proved = {
            let mut state = self.state();
            let owner = state.tab_session(session);
            let proving = state.proving && state.active == frame;
            let Some(tab) = state.tab(&owner) else { return };
            tab.documents.heard(frame, works);
            works && proving
        };
        if proved {
            self.clear_later();
        }
        self.look();
    }

    /// The process of a page is gone, and Chrome's own page in its place.
    pub(super) fn documents_crashed(self: &Arc<Self>, session: &str) {
        if let Some(tab) = self.state().tab(session) {
            tab.documents.lost();
        }
        self.look();
    }

    /// What lingered is gone a moment after everything was painted again.
    fn clear_later(self: &Arc<Self>) {
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(LINGER).await;
            {
                let mut state = inner.state();
                state.proving = false;
                let active = state.active.clone();
                let safe = |tab: &&mut super::state::Tab| tab.target == active && tab.documents.safe(&active);
                if let Some(tab) = state.tabs.iter_mut().find(safe) {
                    tab.documents.lingering = false;
                    state.lingering = false;
                }
            }
            inner.look();
        });
    }

    fn ask_top(&self, expression: &str) {
        let state = self.state();
        let world = state.worlds.iter().rev().find(|world| world.frame == state.active).cloned();
        drop(state);
        if let Some(world) = world {
            self.cdp.tell(Some(&world.session), evaluate(&world, expression));
        }
    }

    /// Whether the extension is still there, as the top document in front says. None: it does not say.
    async fn pulse(&self) -> Option<bool> {
        let world = {
            let state = self.state();
            let tab = state.active_tab().ok()?;
            if state.judge(&tab.url) != Verdict::Site || !tab.documents.should_answer(&tab.target) {
                return None;
            }
            match state.worlds.iter().rev().find(|world| world.frame == tab.target).cloned() {
                Some(world) => world,
                None => return Some(false),
            }
        };
        let answer = self.cdp.ask(Some(&world.session), evaluate(&world, ALIVE)).await;
        match answer {
            // A page that is busy, or went meanwhile, says nothing about the extension.
            Err(Error::Timeout(_) | Error::Busy | Error::Gone | Error::Refused(_)) => None,
            answer => Some(answer.ok().and_then(|answer| answer.result.value?.as_bool()).unwrap_or(false)),
        }
    }

    fn extension_is_gone(self: &Arc<Self>) {
        {
            let mut state = self.state();
            let active = state.active.clone();
            if let Some(tab) = state.tab_of_target(&active) {
                tab.documents.lost();
            }
        }
        self.look();
    }
}

/// Asks the extension now and then whether it is still there, and loads it again when it is not: documents opened from then
/// on have it.
pub(super) async fn watch(inner: Weak<Inner>) {
    let (mut missed, mut mended) = (0, None::<Instant>);
    loop {
        tokio::time::sleep(PULSE).await;
        let Some(inner) = inner.upgrade() else { return };
        let bound = inner.state().bound.clone();
        let Some(bound) = bound else { continue };
        inner.forget_what_never_came();
        inner.ask_the_unheard();
        missed = match inner.pulse().await {
            Some(true) => 0,
            Some(false) => missed + 1,
            None => missed,
        };
        // Once may be a document that is just going.
        if missed < 2 {
            continue;
        }
        inner.extension_is_gone();
        if mended.is_none_or(|at| at.elapsed() >= MEND) {
            mended = Some(Instant::now());
            match inner.load_masking(&bound.settings.mask_selectors).await {
                Ok(()) => tracing::warn!("the masking extension was gone and was loaded again"),
                Err(error) => tracing::error!(%error, "the masking extension is gone and could not be loaded again"),
            }
        }
    }
}

impl Inner {
    fn forget_what_never_came(self: &Arc<Self>) {
        {
            let mut state = self.state();
            for tab in &mut state.tabs {
                tab.documents.arriving = tab.documents.arriving.filter(|at| at.elapsed() < ARRIVAL);
            }
            state.proving = false;
        }
        self.look();
    }

    /// A document whose word was lost would hide the page for ever: it is asked again.
    fn ask_the_unheard(&self) {
        let worlds: Vec<_> = {
            let state = self.state();
            let Ok(tab) = state.active_tab() else { return };
            let unheard: Vec<_> = tab.documents.unheard().collect();
            state.worlds.iter().filter(|world| unheard.contains(&&world.frame)).cloned().collect()
        };
        for world in worlds {
            tracing::info!("a document has not said that it is masked, and is asked");
            self.cdp.tell(Some(&world.session), evaluate(&world, PROVE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Documents;

    #[test]
    fn a_tab_is_safe_once_the_extension_spoke_in_every_document() {
        let mut documents = Documents::default();
        assert!(!documents.safe("t"), "nothing is known");
        documents.arrived("t", true, true);
        documents.arrived("f", false, true);
        documents.heard("t", true);
        assert!(!documents.safe("t"), "the frame has not spoken");
        documents.heard("f", true);
        assert!(documents.safe("t") && !documents.lingering);
        documents.arrives();
        assert!(!documents.safe("t"), "another document may be seen at any moment");
        documents.arrived("t", true, true);
        assert!(!documents.safe("t"));
        assert_eq!(documents.unheard().collect::<Vec<_>>(), ["t"], "asked again");
        documents.heard("t", true);
        assert!(documents.safe("t"), "frames go with their document");
        assert_eq!(documents.unheard().count(), 0);
    }

    #[test]
    fn what_cannot_be_looked_into_is_never_safe_and_lingers() {
        let mut documents = Documents::default();
        documents.arrived("t", true, false);
        documents.heard("t", true);
        assert!(!documents.safe("t"), "a PDF");
        documents.arrived("t", true, true);
        documents.heard("t", true);
        assert!(documents.safe("t") && documents.lingering);
    }

    #[test]
    fn a_failure_is_for_good() {
        let mut documents = Documents::default();
        documents.arrived("t", true, true);
        documents.heard("t", true);
        documents.heard("t", false);
        documents.heard("t", true);
        assert!(!documents.safe("t"));
        documents.arrived("t", true, true);
        documents.heard("t", true);
        documents.lost();
        assert!(!documents.safe("t"));
    }
}
