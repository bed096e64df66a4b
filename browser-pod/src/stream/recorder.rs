//! The one recorder: what is kept for it until it has it for good, and what it is handed next. Credit does not touch it: it gets
//! every unit that could be shown to an agent, in order. It seals and stores nothing; that is session-api's.

use std::collections::VecDeque;
use std::sync::Arc;

use cobrowse_wire::v1::{self, event::Body};

use super::log::{Log, PictureEntry, Scope};
use super::{ViewerId, Wanted};
use crate::encode::Codec;

/// Bytes kept that nobody acknowledged: a whole-screen change at the highest rate for some seconds.
pub const KEPT_BYTES: usize = 12 << 20;
/// How long they are kept, in microseconds. Another recorder takes over within five seconds; this is three times that.
pub const KEPT_US: u64 = 15_000_000;
/// What an event costs beside its content, so that many small ones are bounded too.
const HEAD_BYTES: usize = 256;
/// A recorder that was gone for longer needs no picture.
const ABSENT_MS: u64 = KEPT_US / 1_000;
/// Units of change after which the next one is a key picture, so that a moment is found without decoding all before it.
pub const SEEK_UNITS: u32 = 90;
/// A key picture asked for comes within this time, or is asked for again.
const KEY_MS: u64 = 400;

#[derive(Debug)]
struct Kept {
    event: Arc<v1::Event>,
    bytes: usize,
    /// Of a picture: whether it needs no earlier one.
    picture: Option<bool>,
}

/// What a recorder is served with, and the recorders before it were.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    /// The highest epoch seen; 0 for none.
    epoch: u32,
    link: Option<ViewerId>,
    /// Others than the end user are shown the page.
    shown: bool,
    ended: bool,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// All up to here that is for it was kept or left out.
    cursor: u64,
    /// All up to here it has for good.
    acked: u64,
    /// The last number handed to the present link.
    sent: u64,
    /// The newest event that was lost unacknowledged, and its time.
    lost: (u64, u64),
    /// The newest picture that was left out for want of a key, and its time; said before what follows.
    skipped: Option<(u64, u64)>,
    /// A key is needed because of a loss: what is left out until then is lost too.
    broken: bool,
    /// The picture that the next one goes on; none when a key is needed.
    last_picture: Option<u64>,
    /// The last patch over it; 0 for none.
    last_patch: u64,
    /// Units of change since the last key picture.
    changes: u32,
    key_wanted: Option<u64>,
    absent_since: Option<u64>,
}

impl Recorder {
    /// Serves another link from now on; gives the number after which it goes on. None when its epoch is no higher than one before.
    /// `resume_after` is what the store has, which is right where the last acknowledgement did not arrive.
    pub(super) fn open(&mut self, id: ViewerId, epoch: u32, resume_after: u64, log: &Log) -> Option<u64> {
        if epoch <= self.epoch {
            return None;
        }
        let stored = if resume_after <= self.cursor { resume_after } else { 0 };
        (self.epoch, self.link, self.absent_since) = (epoch, Some(id), None);
        self.acked = self.acked.max(stored);
        self.sent = self.acked;
        self.forget_acked();
        if self.lost.0 > self.acked {
            self.forget_undecodable();
        }
        if self.shown {
            self.catch_up(log);
        }
        Some(self.acked)
    }

    pub(super) fn is_at(&self, id: ViewerId) -> bool {
        self.link == Some(id)
    }

    /// The link is closed; what is kept stays for the next one.
    pub(super) fn close(&mut self) {
        self.link = None;
    }

    /// From now on others than the end user are shown the page, or no longer.
    pub(super) fn set_shown(&mut self, shown: bool, log: &Log) {
        if std::mem::replace(&mut self.shown, shown) == shown {
            return;
        }
        self.last_picture = None;
        if shown && self.epoch > 0 {
            self.catch_up(log);
        }
    }

    /// Passes a fact that was just published.
    pub(super) fn take_fact(&mut self, event: &Arc<v1::Event>, bytes: usize) {
        if self.epoch == 0 || self.ended {
            return;
        }
        let is_end = matches!(event.body, Some(Body::End(_)));
        if !self.shown && !is_end {
            return;
        }
        if is_recorded(event) {
            if is_end && !self.shown {
                self.withhold(event.seq - 1, event.t_us);
            }
            self.keep(event, bytes, None);
            self.ended |= is_end;
        }
        self.cursor = event.seq;
    }

    /// Passes a picture that was just published.
    pub(super) fn take_picture(&mut self, entry: &PictureEntry) {
        if self.epoch == 0 || self.ended || !self.shown {
            return;
        }
        self.cursor = entry.event.seq;
        let follows = self.last_picture == Some(entry.previous);
        let decodable = match entry.codec {
            Codec::H264 => entry.key || follows,
            Codec::Patch => follows && self.last_patch == entry.after,
            Codec::Jpeg => return,
        };
        if !decodable || !is_recorded(&entry.event) {
            return self.leave_out(&entry.event);
        }
        if entry.codec == Codec::Patch {
            self.last_patch = entry.event.seq;
        } else {
            (self.last_picture, self.last_patch, self.key_wanted) = (Some(entry.event.seq), 0, None);
        }
        self.changes = if entry.key { 0 } else { self.changes.saturating_add(1) };
        self.broken &= !entry.key;
        self.keep(&entry.event, entry.bytes, Some(entry.key));
    }

    /// A picture that is not recorded: the next one must be a key. One that was for all is told of.
    fn leave_out(&mut self, event: &v1::Event) {
        self.last_picture = None;
        match is_recorded(event) {
            true if self.broken => self.lost = (event.seq, event.t_us),
            true => self.skipped = Some((event.seq, event.t_us)),
            false => {}
        }
    }

    /// The next event for the present link. Each is handed out once.
    pub(super) fn next(&mut self) -> Option<Arc<v1::Event>> {
        let next = self.kept.get(self.kept.partition_point(|kept| kept.event.seq <= self.sent));
        let (lost, lost_us) = self.lost;
        let event = match next {
            Some(kept) if lost <= self.sent || kept.event.seq < lost => Arc::clone(&kept.event),
            _ if lost > self.sent => Arc::new(gap(lost, lost_us, false)),
            _ => return None,
        };
        self.sent = event.seq;
        Some(event)
    }

    /// It has all up to this number for good.
    pub(super) fn ack(&mut self, seq: u64) {
        self.acked = self.acked.max(seq.min(self.sent));
        self.forget_acked();
    }

    /// True when there never was a recorder, or it has the end and all before it for good.
    pub(super) fn is_served(&self) -> bool {
        self.epoch == 0 || (self.kept.is_empty() && self.lost.0 <= self.acked)
    }

    /// Adds what the recorder wants of the encoder.
    pub(super) fn want(&mut self, now: u64, log: &Log, wanted: &mut Wanted) {
        if self.epoch == 0 || self.ended || !self.shown || self.is_absent(now) {
            return;
        }
        wanted.h264 = true;
        let (picture, patch) = log.newest_patched();
        wanted.patches &= self.last_picture == Some(picture) && self.last_patch == patch;
        wanted.seek |= self.changes >= SEEK_UNITS;
        if self.last_picture.is_none() && self.key_wanted.is_none_or(|at| now >= at + KEY_MS) {
            self.key_wanted = Some(now);
            wanted.key = true;
        }
    }

    fn is_absent(&mut self, now: u64) -> bool {
        self.link.is_none() && now >= *self.absent_since.get_or_insert(now) + ABSENT_MS
    }

    /// What holds now of all that was left out, and that the rest of it was left out on purpose.
    fn catch_up(&mut self, log: &Log) {
        let (head, head_us) = log.head_at();
        let mut held = log.holding().after(self.cursor, Scope::Session, false);
        held.extend(log.holding().after(self.cursor, Scope::Page, false));
        held.retain(|event| is_recorded(event));
        held.sort_by_key(|event| event.seq);
        // The highest number that no event has which is handed over; below the events that hold up to the very last one.
        let free = held.iter().rev().fold(head, |free, event| if event.seq == free { free - 1 } else { free });
        let free_us = held.iter().find(|event| event.seq > free).map_or(head_us, |event| event.t_us);
        for event in &held {
            if event.seq > free && self.cursor < free {
                self.withhold(free, free_us);
            }
            self.keep(event, prost::Message::encoded_len(event.as_ref()), None);
            self.cursor = event.seq;
        }
        if self.cursor < free {
            self.withhold(free, free_us);
        }
        self.cursor = head;
    }

    /// Numbers up to this one that are not there were left out on purpose.
    fn withhold(&mut self, seq: u64, t_us: u64) {
        if seq > self.cursor {
            self.keep(&Arc::new(gap(seq, t_us, true)), 0, None);
            self.cursor = seq;
        }
    }

    fn keep(&mut self, event: &Arc<v1::Event>, bytes: usize, picture: Option<bool>) {
        if let Some((seq, t_us)) = self.skipped.take() {
            self.push(Arc::new(gap(seq, t_us, true)), 0, None);
        }
        self.push(Arc::clone(event), bytes, picture);
        let now_us = event.t_us;
        let mut unsent = false;
        while self.kept.len() > 1
            && (self.bytes > KEPT_BYTES || self.kept.front().is_some_and(|kept| kept.event.t_us + KEPT_US < now_us))
        {
            unsent |= self.lose();
        }
        if unsent {
            self.forget_undecodable();
        }
    }

    fn push(&mut self, event: Arc<v1::Event>, bytes: usize, picture: Option<bool>) {
        let bytes = bytes + HEAD_BYTES;
        self.bytes += bytes;
        self.kept.push_back(Kept { event, bytes, picture });
    }

    /// Loses the oldest event; true when the present link did not get it.
    fn lose(&mut self) -> bool {
        let Some(gone) = self.kept.pop_front() else { return false };
        self.bytes -= gone.bytes;
        self.lost = (gone.event.seq, gone.event.t_us);
        gone.event.seq > self.sent
    }

    /// Pictures after a loss are of no use before the next key.
    fn forget_undecodable(&mut self) {
        let mut keyed = false;
        let (bytes, lost) = (&mut self.bytes, &mut self.lost);
        self.kept.retain(|kept| {
            keyed |= kept.picture == Some(true);
            let stays = kept.picture.is_none() || keyed;
            if !stays {
                *bytes -= kept.bytes;
                *lost = (kept.event.seq, kept.event.t_us);
            }
            stays
        });
        if !keyed {
            (self.last_picture, self.broken) = (None, true);
        }
    }

    fn forget_acked(&mut self) {
        while self.kept.front().is_some_and(|kept| kept.event.seq <= self.acked) {
            self.bytes -= self.kept.pop_front().map_or(0, |kept| kept.bytes);
        }
    }
}

/// Whether an event belongs into a recording: a closed list, that of `docs/recording-format.md`.
fn is_recorded(event: &v1::Event) -> bool {
    let kind = match &event.body {
        Some(Body::Picture(picture)) => picture.codec() != v1::Codec::Jpeg,
        Some(Body::Guidance(_) | Body::Control(_) | Body::Navigation(_) | Body::Dialog(_) | Body::Cursor(_)) => true,
        Some(Body::State(_) | Body::Gap(_) | Body::End(_) | Body::Roster(_) | Body::Notice(_)) => true,
        Some(Body::Audio(_) | Body::Pointers(_)) => true,
        Some(Body::EditFocus(_) | Body::Picker(_) | Body::ProtectedFields(_) | Body::FileChooser(_)) => false,
        Some(Body::Download(_) | Body::Clipboard(_)) | None => false,
    };
    kind && event.audience() == v1::Audience::All
}

fn gap(seq: u64, t_us: u64, withheld: bool) -> v1::Event {
    let body = Some(Body::Gap(v1::Gap { up_to_seq: seq, withheld }));
    let (audience, track) = (v1::Audience::All.into(), v1::Track::Facts.into());
    v1::Event { seq, t_us, pause_epoch: 0, audience, track, body }
}
