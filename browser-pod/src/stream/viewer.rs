//! One viewer: how far it is, what it has not acknowledged, and whether the next picture is any use to it.

use std::collections::VecDeque;
use std::sync::Arc;

use cobrowse_wire::v1::{self, event::Body};

use super::facts::reaches;
use super::log::{Fact, Log, PictureEntry, Scope};
use super::pace::Pace;
use super::{Opening, Wanted};
use crate::encode::Codec;

/// Pictures a viewer may have unacknowledged.
pub const CREDIT_PICTURES: usize = 2;
/// A patch is small, and the next one goes over it: this many count as one picture.
const PATCHES_PER_PICTURE: usize = 4;
/// Bytes of pictures a viewer may have unacknowledged; a larger picture goes out alone.
pub const CREDIT_BYTES: usize = 256 << 10;
/// The others wait this long for somebody without credit. Round trips up to here are served without losing a picture.
const PATIENCE_MS: u64 = 200;
/// Who made the others wait too long is not waited for again this long.
const LAGGING_MS: u64 = 3_000;
/// A key picture asked for comes within this time, or is asked for again.
const KEY_MS: u64 = 400;
/// Somebody who lags, or wished for few pictures, gets key pictures at most this often; they are large, and go to all.
const LAGGING_KEY_MS: u64 = 1_000;

/// What to do with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    Send,
    Skip,
    /// Nothing for now, until it acknowledges.
    Hold,
}

#[derive(Debug)]
struct Unacked {
    seq: u64,
    /// In parts of a picture of which `PATCHES_PER_PICTURE` are a whole.
    weight: usize,
    bytes: usize,
    sent: u64,
}

#[derive(Debug)]
pub(super) struct Viewer {
    end_user: bool,
    codec: Codec,
    patches: bool,
    sees: bool,
    clipboard: bool,
    cursor: u64,
    /// The last fact about the page that it got or that was not for it.
    page_cursor: u64,
    replay: VecDeque<Arc<v1::Event>>,
    unacked: VecDeque<Unacked>,
    /// The picture it can decode the next one on; none when it needs a key.
    last_picture: Option<u64>,
    /// The last patch over it; 0 for none.
    last_patch: u64,
    lagging_until: u64,
    key_wanted: Option<u64>,
    /// When it got its last key picture.
    keyed: Option<u64>,
    pace: Pace,
}

impl Viewer {
    pub(super) fn new(opening: Opening, log: &Log) -> Self {
        let mut viewer = Self {
            end_user: opening.end_user,
            codec: opening.codec,
            patches: opening.patches,
            sees: opening.sees,
            clipboard: opening.end_user,
            cursor: log.head(),
            page_cursor: 0,
            replay: VecDeque::new(),
            unacked: VecDeque::new(),
            last_picture: None,
            last_patch: 0,
            lagging_until: 0,
            key_wanted: None,
            keyed: None,
            pace: Pace::new(opening.max_fps, opening.max_kbit),
        };
        if opening.resume_after == 0 {
            viewer.replay_from(0, log);
        } else if log.reaches(opening.resume_after) {
            viewer.cursor = opening.resume_after;
            viewer.page_cursor = opening.resume_after;
        } else {
            let gap = viewer.skip_to_head(log);
            viewer.replay.push_front(gap);
        }
        viewer
    }

    pub(super) fn cursor(&self) -> u64 {
        self.cursor
    }

    pub(super) fn drained(&self, log: &Log) -> bool {
        self.replay.is_empty() && self.cursor >= log.head()
    }

    pub(super) fn replayed(&mut self) -> Option<Arc<v1::Event>> {
        self.replay.pop_front()
    }

    pub(super) fn set_sees(&mut self, sees: bool, log: &Log) {
        if self.sees == sees {
            return;
        }
        self.sees = sees;
        self.lose_chain();
        if sees {
            let missed = log.holding().after(self.page_cursor, Scope::Page, self.end_user);
            self.replay.extend(missed.into_iter().filter(|event| event.seq <= self.cursor));
            self.page_cursor = self.cursor;
        } else {
            self.dropped();
            // What is still waiting comes again when it sees.
            self.page_cursor =
                self.replay.front().map_or(self.page_cursor, |event| event.seq - 1).min(self.page_cursor);
            self.replay.retain(|event| !is_page(event));
        }
    }

    /// Pictures under way were dropped, and nobody acknowledges those.
    pub(super) fn dropped(&mut self) {
        self.unacked.clear();
        self.lose_chain();
    }

    pub(super) fn set_clipboard(&mut self, clipboard: bool) {
        self.clipboard = clipboard;
    }

    /// Everything up to the newest event is lost to it: it gets a Gap, then the facts that hold.
    pub(super) fn skip_to_head(&mut self, log: &Log) -> Arc<v1::Event> {
        self.cursor = log.head();
        self.lose_chain();
        self.replay.clear();
        self.replay_from(0, log);
        Arc::new(v1::Event {
            seq: log.head(),
            audience: v1::Audience::All.into(),
            track: v1::Track::Facts.into(),
            body: Some(Body::Gap(v1::Gap { up_to_seq: log.head(), withheld: false })),
            ..v1::Event::default()
        })
    }

    fn replay_from(&mut self, seq: u64, log: &Log) {
        let mut events = log.holding().after(seq, Scope::Session, self.end_user);
        if self.sees {
            events.extend(log.holding().after(seq, Scope::Page, self.end_user));
            self.page_cursor = log.head();
        } else {
            self.page_cursor = 0;
        }
        events.sort_by_key(|event| event.seq);
        self.replay.extend(events);
    }

    pub(super) fn ack(&mut self, seq: u64) {
        while self.unacked.front().is_some_and(|picture| picture.seq <= seq) {
            self.unacked.pop_front();
        }
    }

    /// The next picture it gets must be a key.
    pub(super) fn lose_chain(&mut self) {
        self.last_picture = None;
    }

    /// Passes a fact; true when it is for this viewer.
    pub(super) fn take_fact(&mut self, fact: &Fact) -> bool {
        self.cursor = fact.event.seq;
        if fact.scope == Scope::Page && !self.sees {
            return false;
        }
        if fact.scope == Scope::Page {
            self.page_cursor = fact.event.seq;
        }
        let readable = self.clipboard || !matches!(fact.event.body, Some(Body::Clipboard(_)));
        readable && reaches(&fact.event, self.end_user)
    }

    /// Passes a picture, or holds it. `newest` is the newest of its codec.
    pub(super) fn take_picture(&mut self, picture: &PictureEntry, newest: u64, now: u64) -> Take {
        let seq = picture.event.seq;
        let take = self.decide(picture, newest, now);
        match take {
            Take::Hold => return Take::Hold,
            Take::Skip if picture.codec == self.codec => self.lose_chain(),
            Take::Skip => {}
            Take::Send => {
                if picture.codec == Codec::Patch {
                    self.last_patch = seq;
                } else {
                    (self.last_picture, self.last_patch) = (Some(seq), 0);
                    self.key_wanted = None;
                }
                self.keyed = if picture.key { Some(now) } else { self.keyed };
                let weight = weight(picture.codec);
                self.unacked.push_back(Unacked { seq, weight, bytes: picture.bytes, sent: now });
                self.pace.sent(picture.bytes, now);
            }
        }
        self.cursor = seq;
        take
    }

    fn decide(&self, picture: &PictureEntry, newest: u64, now: u64) -> Take {
        let drawn = picture.codec == self.codec || (picture.codec == Codec::Patch && self.patches);
        let for_it = drawn && self.sees && reaches(&picture.event, self.end_user);
        let follows = self.last_picture == Some(picture.previous);
        let decodable = match picture.codec {
            Codec::Patch => follows && self.last_patch == picture.after,
            Codec::H264 | Codec::Jpeg => picture.key || follows,
        };
        if !for_it || !decodable {
            return Take::Skip;
        }
        let superseded = picture.event.seq < newest;
        let due = self.pace.due();
        match (picture.codec, self.has_room(picture.codec, picture.bytes)) {
            // The picture behind it shows the same and more.
            (Codec::Patch, _) if superseded => Take::Skip,
            // Each stands alone: only the newest is worth sending.
            (Codec::Jpeg, true) if superseded => Take::Skip,
            // Later ones need this one.
            (_, true) if due <= now => Take::Send,
            // The newest is worth a short wait; a longer one would hold up the facts behind it.
            (_, true) if !superseded && due <= now + PATIENCE_MS => Take::Hold,
            (Codec::H264 | Codec::Patch, false) if !superseded && !self.lags(now) && due <= now + PATIENCE_MS => {
                Take::Hold
            }
            _ => Take::Skip,
        }
    }

    /// Adds what this viewer wants of the encoder.
    pub(super) fn want(&mut self, now: u64, log: &Log, wanted: &mut Wanted) {
        if !self.sees {
            return;
        }
        if !self.has_room(if self.patches { Codec::Patch } else { self.codec }, 0) {
            return self.want_patience(now, log, wanted);
        }
        let due = self.pace.due();
        if due > now {
            return wanted.later(self.codec, due);
        }
        match self.codec {
            Codec::Jpeg => wanted.jpeg = true,
            Codec::H264 | Codec::Patch => {
                wanted.h264 = true;
                wanted.patches &= self.could_patch(log);
            }
        }
        wanted.key |= self.last_picture.is_none() && self.may_ask_for_key(now);
    }

    /// Without room: the others wait a little, and then no longer.
    fn want_patience(&mut self, now: u64, log: &Log, wanted: &mut Wanted) {
        if self.codec == Codec::Jpeg {
            return;
        }
        let patience = self.unacked.front().map_or(now, |oldest| oldest.sent + PATIENCE_MS);
        if patience <= now {
            self.lagging_until = now + LAGGING_MS;
        } else if !self.lags(now) {
            wanted.h264 = true;
            wanted.patches &= self.could_patch(log);
            wanted.hold_until = wanted.hold_until.max(Some(patience));
        }
    }

    /// It has all that the next patch goes over.
    fn could_patch(&self, log: &Log) -> bool {
        let (picture, patch) = log.newest_patched();
        self.patches && self.last_picture == Some(picture) && self.last_patch == patch
    }

    fn may_ask_for_key(&mut self, now: u64) -> bool {
        let gap = if self.lags(now) { LAGGING_KEY_MS } else { KEY_MS };
        let early = |at: Option<u64>, gap: u64| at.is_some_and(|at| now < at + gap);
        if early(self.key_wanted, gap) || (self.pace.is_wished() && early(self.keyed, LAGGING_KEY_MS)) {
            return false;
        }
        self.key_wanted = Some(now);
        true
    }

    fn lags(&self, now: u64) -> bool {
        now < self.lagging_until
    }

    fn has_room(&self, codec: Codec, bytes: usize) -> bool {
        let unacked: usize = self.unacked.iter().map(|picture| picture.bytes).sum();
        let weight: usize = self.unacked.iter().map(|picture| picture.weight).sum::<usize>() + self::weight(codec);
        let few = weight <= CREDIT_PICTURES * PATCHES_PER_PICTURE;
        self.unacked.is_empty() || (few && unacked < CREDIT_BYTES && unacked + bytes <= CREDIT_BYTES)
    }
}

fn weight(codec: Codec) -> usize {
    if codec == Codec::Patch { 1 } else { PATCHES_PER_PICTURE }
}

fn is_page(event: &v1::Event) -> bool {
    !matches!(event.body, Some(Body::Roster(_) | Body::Control(_) | Body::State(_) | Body::End(_) | Body::Gap(_)))
}
