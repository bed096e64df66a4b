//! The ordered log of events and what each viewer gets of it. It decides, the caller sends. No network, no clock: time is a
//! parameter, in milliseconds from any start.

mod facts;
mod log;
mod pace;
mod recorder;
mod viewer;

use std::collections::BTreeMap;
use std::sync::Arc;

use cobrowse_wire::v1::{self, event::Body};

use crate::encode::Codec;
use log::{Appended, Log, Next};
use recorder::Recorder;
use viewer::Viewer;

pub use recorder::{KEPT_BYTES, KEPT_US, SEEK_UNITS};
pub use viewer::{CREDIT_BYTES, CREDIT_PICTURES};

/// Names one open stream. A person who opens another gets another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewerId(pub u64);

impl ViewerId {
    /// No stream: of who was turned away.
    pub const NOBODY: Self = Self(0);
}

/// Who opens a stream, and how.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// Gets events of audience END_USER too.
    pub end_user: bool,
    /// How pictures are coded for it.
    pub codec: Codec,
    /// Draws patches over pictures of H.264.
    pub patches: bool,
    /// The seq of the last event it has; 0 for none.
    pub resume_after: u64,
    /// Gets pictures and facts about the page from the start.
    pub sees: bool,
    /// Pictures per second at most; 0 for no wish.
    pub max_fps: u32,
    /// Kilobits of pictures per second at most; 0 for no wish, less than 200 counts as 200.
    pub max_kbit: u32,
}

/// What the encoder should do for the viewers of this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Somebody can take an H.264 picture.
    pub h264: bool,
    /// Somebody can take a JPEG picture.
    pub jpeg: bool,
    /// All who can take an H.264 picture could draw a patch over what they have.
    pub patches: bool,
    /// Somebody cannot go on without a picture that needs no earlier one.
    pub key: bool,
    /// The next change is to be shown by such a picture; a still page by none.
    pub seek: bool,
    /// Hold the next picture until this moment: somebody who keeps up has no credit, or all who could take one wished for
    /// fewer. Milliseconds.
    pub hold_until: Option<u64>,
    /// When somebody who wished for fewer pictures may have the next; ask again then. Milliseconds.
    pub due: Option<u64>,
    /// The same of those who take H.264.
    h264_due: Option<u64>,
}

impl Wanted {
    fn later(&mut self, codec: Codec, due: u64) {
        let earlier = |known: Option<u64>| Some(known.map_or(due, |known| known.min(due)));
        self.due = earlier(self.due);
        if codec == Codec::H264 {
            self.h264_due = earlier(self.h264_due);
        }
    }

    /// Where all who take H.264 wished for fewer pictures, none is made before the first of them is due.
    fn settle(&mut self) {
        if let (false, Some(due)) = (self.h264, self.h264_due) {
            self.h264 = true;
            if !self.jpeg {
                self.hold_until = self.hold_until.max(Some(due));
            }
        }
        // Without anybody who can take one, holding the next picture is moot.
        self.hold_until = self.hold_until.filter(|_| self.h264);
        self.patches &= self.h264;
    }
}

/// The log and its viewers.
#[derive(Debug, Default)]
pub struct Stream {
    log: Log,
    viewers: BTreeMap<ViewerId, Viewer>,
    recorder: Recorder,
    opened: u64,
}

impl Stream {
    /// Appends an event. `t_us` is microseconds since Start.
    pub fn publish(&mut self, t_us: u64, pause_epoch: u32, audience: v1::Audience, body: Body) -> u64 {
        match self.log.append(t_us, pause_epoch, audience, body) {
            Appended::Fact(fact) => self.recorder.take_fact(&fact.event, fact.bytes),
            Appended::Picture(entry) => self.recorder.take_picture(entry),
        }
        self.log.head()
    }

    /// The seq of the last event; 0 for none.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.log.head()
    }

    /// Opens a stream. Facts of the past follow first, then what comes; pictures begin with a key.
    pub fn open(&mut self, opening: Opening) -> ViewerId {
        self.opened += 1;
        let id = ViewerId(self.opened);
        self.viewers.insert(id, Viewer::new(opening, &self.log));
        id
    }

    /// Opens the stream of a recorder that won this epoch, and gives the number after which it goes on: what it, or one before it,
    /// acknowledged. None when there was one of this epoch or a higher. The one before it gets nothing more.
    pub fn record(&mut self, epoch: u32, resume_after: u64) -> Option<(ViewerId, u64)> {
        let id = ViewerId(self.opened + 1);
        let after = self.recorder.open(id, epoch, resume_after, &self.log)?;
        self.opened += 1;
        Some((id, after))
    }

    /// From now on others than the end user are shown the page, so that it is recorded; or no longer.
    pub fn set_shown(&mut self, shown: bool) {
        self.recorder.set_shown(shown, &self.log);
    }

    /// True when there is no recorder to wait for: it has all of the log for good, or there never was one.
    #[must_use]
    pub fn recorded(&self) -> bool {
        self.recorder.is_served()
    }

    /// Closes a stream.
    pub fn close(&mut self, id: ViewerId) {
        if self.recorder.is_at(id) {
            self.recorder.close();
        }
        self.viewers.remove(&id);
        self.trim();
    }

    /// From now on the viewer gets pictures and facts about the page, or no longer.
    pub fn set_sees(&mut self, id: ViewerId, sees: bool) {
        if let Some(viewer) = self.viewers.get_mut(&id) {
            viewer.set_sees(sees, &self.log);
        }
    }

    /// From now on the viewer is told what the page puts on the clipboard, or no longer.
    pub fn set_clipboard(&mut self, id: ViewerId, clipboard: bool) {
        if let Some(viewer) = self.viewers.get_mut(&id) {
            viewer.set_clipboard(clipboard);
        }
    }

    /// The viewer has all up to this seq; a recorder for good.
    pub fn ack(&mut self, id: ViewerId, seq: u64) {
        if self.recorder.is_at(id) {
            self.recorder.ack(seq);
        }
        if let Some(viewer) = self.viewers.get_mut(&id) {
            viewer.ack(seq);
        }
    }

    /// Pictures under way to this viewer were dropped.
    pub fn dropped(&mut self, id: ViewerId) {
        if let Some(viewer) = self.viewers.get_mut(&id) {
            viewer.dropped();
        }
    }

    /// The viewer cannot decode what it has.
    pub fn key_request(&mut self, id: ViewerId) {
        if let Some(viewer) = self.viewers.get_mut(&id) {
            viewer.lose_chain();
        }
    }

    /// The next event to send to this viewer now, if any. Each is handed out once.
    pub fn next(&mut self, id: ViewerId, now: u64) -> Option<Arc<v1::Event>> {
        if self.recorder.is_at(id) {
            return self.recorder.next();
        }
        let viewer = self.viewers.get_mut(&id)?;
        loop {
            if let Some(event) = viewer.replayed() {
                return Some(event);
            }
            match self.log.after(viewer.cursor()) {
                Next::Nothing => return None,
                Next::Lost => return Some(viewer.skip_to_head(&self.log)),
                Next::Fact(entry) => {
                    if viewer.take_fact(entry) {
                        return Some(Arc::clone(&entry.event));
                    }
                }
                Next::Picture(entry) => match viewer.take_picture(entry, self.log.newest(entry.codec), now) {
                    viewer::Take::Send => return Some(Arc::clone(&entry.event)),
                    viewer::Take::Skip => {}
                    viewer::Take::Hold => return None,
                },
            }
        }
    }

    /// What the encoder should do now. Notes who falls behind.
    pub fn wanted(&mut self, now: u64) -> Wanted {
        // Until somebody cannot.
        let mut wanted = Wanted { patches: true, ..Wanted::default() };
        for viewer in self.viewers.values_mut() {
            viewer.want(now, &self.log, &mut wanted);
        }
        self.recorder.want(now, &self.log, &mut wanted);
        wanted.settle();
        wanted
    }

    /// True when the viewer was handed everything there is for it.
    #[must_use]
    pub fn drained(&self, id: ViewerId) -> bool {
        self.viewers.get(&id).is_none_or(|viewer| viewer.drained(&self.log))
    }

    /// Forgets pictures that nobody will get any more.
    pub fn trim(&mut self) {
        let oldest = self.viewers.values().map(Viewer::cursor).min().unwrap_or(u64::MAX);
        self.log.forget_pictures(oldest);
    }
}

#[cfg(test)]
mod tests;
