//! The agent side's end of the DevTools pipe with a fuzz target at the other: bytes in, events out. No process, no thread,
//! no pipe; the product does not use it.

use super::event::Event;
use super::files::plain;
use super::masking::Actor;
use super::protocol::target::{AttachedToTarget, TargetInfo};
use super::sites::{Verdict, host_of, origin_of};
use super::state::{Bound, Inner};
use super::transport::{Arrived, Reader, ends};
use super::{Chrome, Settings, Sites, dispatch, protocol};
use crate::handover::Browser;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::mpsc::UnboundedReceiver;

/// A Chrome that says whatever the fuzz target says.
pub struct Stage {
    inner: Arc<Inner>,
    reader: Reader,
    queued: Receiver<Vec<u8>>,
    arrived: UnboundedReceiver<Arrived>,
    events: UnboundedReceiver<Event>,
}

impl Stage {
    /// A bound session with one tab: target "T", session "S".
    pub fn new(side: Browser, settings: Settings) -> Self {
        let ends = ends();
        let (tell, events) = tokio::sync::mpsc::unbounded_channel();
        let inner = Arc::new(Inner::new(ends.cdp, side, tell));
        inner.state().bound = Some(Arc::new(Bound::new(settings)));
        let target_info = TargetInfo {
            target_id: "T".into(),
            r#type: "page".into(),
            url: "about:blank".into(),
            ..TargetInfo::default()
        };
        let attached = AttachedToTarget { session_id: "S".into(), target_info, waiting_for_debugger: true };
        let event = protocol::Event::TargetAttachedToTarget(attached);
        dispatch::handle(&inner, Arrived { session: None, event });
        Self { inner, reader: ends.reader, queued: ends.queued, arrived: ends.arrived, events }
    }

    /// Takes bytes as they come out of the pipe, and acts on them.
    pub fn hear(&mut self, bytes: &[u8]) {
        self.reader.feed(bytes);
        while let Ok(arrived) = self.arrived.try_recv() {
            dispatch::handle(&self.inner, arrived);
        }
    }

    /// The questions that Chrome was asked since the last time.
    pub fn asked(&mut self) -> Vec<Vec<u8>> {
        self.queued.try_iter().collect()
    }

    /// What was told since the last time, and the newest of all that is told at a pace.
    pub fn told(&mut self) -> Vec<Event> {
        let mut told = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            told.push(event);
        }
        let (navigation, fields, edit) = self.inner.newest();
        told.extend([Event::Navigation(navigation), Event::Protected(fields)]);
        told.extend(edit);
        told
    }

    /// The same session, to be asked for things.
    pub fn chrome(&self) -> Chrome {
        Chrome { inner: Arc::clone(&self.inner) }
    }

    /// Says who acts; the fuzz target's Chrome hears of it.
    pub fn acting(&self, end_user: bool) {
        self.inner.acting(if end_user { Actor::EndUser } else { Actor::Agent });
    }

    /// Things followed at this moment: tabs, frames, documents, dialogs, downloads.
    pub fn held(&self) -> [usize; 5] {
        let state = self.inner.state();
        let frames = state.frames.len().max(state.frame_sessions.len()).max(state.parents.len());
        [state.tabs.len(), frames, state.worlds.len(), state.dialogs.len(), state.downloads.len()]
    }
}

/// Whether the top level may go to an address.
pub fn is_site(sites: &Sites, url: &str) -> bool {
    sites.judge(url) == Verdict::Site
}

/// What people are told of an address: its host and its origin.
pub fn told_of(url: &str) -> [String; 2] {
    [host_of(url), origin_of(url)]
}

/// The name of a page's file as people and Chrome get it.
pub fn file_name(text: &str) -> String {
    plain(text)
}
