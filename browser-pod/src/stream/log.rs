//! What was published, bounded: recent facts, recent pictures, and the facts that still hold.

use std::collections::VecDeque;
use std::sync::Arc;

use cobrowse_wire::v1::{self, event::Body};
use prost::Message;

use super::facts::Facts;
use crate::encode::Codec;

/// Facts kept for viewers that are behind or come back.
const FACTS: usize = 4_096;
/// Their encoded bytes.
const FACT_BYTES: usize = 2 << 20;
/// Pictures kept for viewers that are behind.
const PICTURES: usize = 64;
/// Their bytes.
const PICTURE_BYTES: usize = 10 << 20;

/// Who may get an event, apart from its audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// About the session: everybody in it.
    Session,
    /// About the page: those who see it now.
    Page,
}

/// A published event that is no picture.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) event: Arc<v1::Event>,
    pub(super) scope: Scope,
    pub(super) bytes: usize,
}

/// A published picture.
#[derive(Debug)]
pub(super) struct PictureEntry {
    pub(super) event: Arc<v1::Event>,
    pub(super) codec: Codec,
    pub(super) key: bool,
    pub(super) bytes: usize,
    /// The seq of the picture before it, of the same codec; of a patch, the H.264 picture below it. 0 for none.
    pub(super) previous: u64,
    /// Of a patch: the seq of the one before it over the same picture; 0 for none.
    pub(super) after: u64,
}

/// What was just published.
pub(super) enum Appended<'a> {
    Fact(&'a Fact),
    Picture(&'a PictureEntry),
}

/// What comes after a seq.
pub(super) enum Next<'a> {
    Nothing,
    /// Facts after it are gone.
    Lost,
    Fact(&'a Fact),
    Picture(&'a PictureEntry),
}

#[derive(Debug, Default)]
pub(super) struct Log {
    head: u64,
    /// The time of the newest event, in microseconds.
    head_us: u64,
    facts: VecDeque<Fact>,
    fact_bytes: usize,
    /// The seq of the newest fact that was forgotten.
    forgotten: u64,
    pictures: VecDeque<PictureEntry>,
    picture_bytes: usize,
    newest_h264: u64,
    newest_jpeg: u64,
    /// The newest patch over the newest H.264 picture; 0 for none.
    newest_patch: u64,
    holding: Facts,
}

impl Log {
    pub(super) fn append(&mut self, t_us: u64, pause_epoch: u32, audience: v1::Audience, body: Body) -> Appended<'_> {
        (self.head, self.head_us) = (self.head + 1, t_us);
        let track = track(&body).into();
        let event = v1::Event { seq: self.head, t_us, pause_epoch, audience: audience.into(), track, body: Some(body) };
        match &event.body {
            Some(Body::Picture(picture)) => {
                let (codec, key, bytes) = (codec(picture), picture.key, picture.data.len());
                Appended::Picture(self.append_picture(Arc::new(event), codec, key, bytes))
            }
            _ => Appended::Fact(self.append_fact(Arc::new(event))),
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    /// The newest event's number and time.
    pub(super) fn head_at(&self) -> (u64, u64) {
        (self.head, self.head_us)
    }

    /// The newest picture that says all that one of this codec says; 0 for none.
    pub(super) fn newest(&self, codec: Codec) -> u64 {
        match codec {
            Codec::H264 | Codec::Patch => self.newest_h264,
            Codec::Jpeg => self.newest_jpeg,
        }
    }

    /// The newest H.264 picture and the newest patch over it; 0 for none.
    pub(super) fn newest_patched(&self) -> (u64, u64) {
        (self.newest_h264, self.newest_patch)
    }

    pub(super) fn holding(&self) -> &Facts {
        &self.holding
    }

    /// Whether facts after `seq` are all still here.
    pub(super) fn reaches(&self, seq: u64) -> bool {
        seq >= self.forgotten && seq <= self.head
    }

    pub(super) fn after(&self, seq: u64) -> Next<'_> {
        if seq < self.forgotten {
            return Next::Lost;
        }
        let fact = self.facts.get(self.facts.partition_point(|fact| fact.event.seq <= seq));
        let picture = self.pictures.get(self.pictures.partition_point(|picture| picture.event.seq <= seq));
        match (fact, picture) {
            (None, None) => Next::Nothing,
            (Some(fact), None) => Next::Fact(fact),
            (None, Some(picture)) => Next::Picture(picture),
            (Some(fact), Some(picture)) if fact.event.seq < picture.event.seq => Next::Fact(fact),
            (_, Some(picture)) => Next::Picture(picture),
        }
    }

    /// Forgets pictures up to `seq`.
    pub(super) fn forget_pictures(&mut self, seq: u64) {
        while self.pictures.front().is_some_and(|picture| picture.event.seq <= seq) {
            self.forget_picture();
        }
    }

    fn append_picture(&mut self, event: Arc<v1::Event>, codec: Codec, key: bool, bytes: usize) -> &PictureEntry {
        let seq = event.seq;
        let (previous, after) = match codec {
            Codec::H264 => {
                self.newest_patch = 0;
                (std::mem::replace(&mut self.newest_h264, seq), 0)
            }
            Codec::Jpeg => (std::mem::replace(&mut self.newest_jpeg, seq), 0),
            Codec::Patch => (self.newest_h264, std::mem::replace(&mut self.newest_patch, seq)),
        };
        self.picture_bytes += bytes;
        while self.pictures.len() >= PICTURES || (self.picture_bytes > PICTURE_BYTES && !self.pictures.is_empty()) {
            self.forget_picture();
        }
        newest(&mut self.pictures, PictureEntry { event, codec, key, bytes, previous, after })
    }

    fn forget_picture(&mut self) {
        let gone = self.pictures.pop_front().map_or(0, |picture| picture.bytes);
        self.picture_bytes -= gone;
    }

    fn append_fact(&mut self, event: Arc<v1::Event>) -> &Fact {
        let bytes = event.encoded_len();
        let scope = event.body.as_ref().map_or(Scope::Page, scope);
        self.holding.hold(&event, scope);
        self.fact_bytes += bytes;
        while self.facts.len() >= FACTS || self.fact_bytes > FACT_BYTES {
            let Some(gone) = self.facts.pop_front() else { break };
            self.fact_bytes -= gone.bytes;
            self.forgotten = gone.event.seq;
        }
        newest(&mut self.facts, Fact { event, scope, bytes })
    }
}

/// Puts the newest at the end.
fn newest<T>(queue: &mut VecDeque<T>, entry: T) -> &T {
    let at = queue.len();
    queue.push_back(entry);
    &queue[at]
}

fn codec(picture: &v1::Picture) -> Codec {
    match picture.codec() {
        v1::Codec::Jpeg => Codec::Jpeg,
        v1::Codec::Patch => Codec::Patch,
        v1::Codec::H264 | v1::Codec::Unspecified => Codec::H264,
    }
}

fn scope(body: &Body) -> Scope {
    match body {
        Body::Roster(_) | Body::Control(_) | Body::State(_) | Body::End(_) | Body::Gap(_) => Scope::Session,
        _ => Scope::Page,
    }
}

fn track(body: &Body) -> v1::Track {
    match body {
        Body::Picture(_) => v1::Track::Picture,
        Body::Guidance(_) | Body::Pointers(_) => v1::Track::Guidance,
        Body::Audio(_) => v1::Track::Audio,
        _ => v1::Track::Facts,
    }
}
