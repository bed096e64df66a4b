//! Viewers: who attaches and leaves, what is handed to them, and whether they are still there.

use cobrowse_session::ParticipantId;
use cobrowse_session::live::{Act, Input, Refusal};
use cobrowse_session::participant::Role;
use cobrowse_wire::PROTOCOL_VERSION;
use cobrowse_wire::v1::{self, server_message};
use tonic::Status;

use super::super::downlink::{KEEPALIVE, Outbox};
use super::super::status;
use super::Owner;
use super::input_rate::InputRate;
use super::recorder::is_recorder;
use crate::encode::Codec;
use crate::stream::{Opening, ViewerId};

/// The end user's link counts as down after this long without any message: agents see nothing from then on.
const END_USER_SILENCE_MS: u64 = 1_000;
/// Another person's link counts as down after this long.
const SILENCE_MS: u64 = 10_000;
/// Streams at once. A person has one; a second replaces it.
const LINKS: usize = 64;

/// One open stream.
pub(super) struct Link {
    pub(super) participant: ParticipantId,
    pub(super) outbox: Outbox,
    pub(super) max_kbit: u32,
    end_user: bool,
    /// The last input taken.
    input_seq: u64,
    input_rate: InputRate,
    heard_ms: u64,
    /// It sends keepalives, so silence means something.
    keeps_alive: bool,
    /// Its silence was told to the rules.
    silent: bool,
}

impl Link {
    pub(super) fn is_end_user(&self) -> bool {
        self.end_user
    }
}

impl Owner {
    /// Opens a stream for a participant; an older one of the same person is closed.
    pub(super) fn attach(&mut self, attach: v1::Attach, outbox: Outbox) -> Result<ViewerId, Status> {
        if attach.protocol_version != PROTOCOL_VERSION {
            return Err(status::invalid("protocol_version"));
        }
        if is_recorder(&attach) {
            return self.attach_recorder(&attach, outbox);
        }
        let codec = codec(&attach).ok_or_else(|| status::invalid("codecs"))?;
        let who = attach.participant.as_ref().map(|person| person.id.as_str()).unwrap_or_default();
        let who = ParticipantId::parse(who).map_err(|_| status::invalid("participant.id"))?;
        let session = self.session.as_ref().ok_or_else(status::not_bound)?;
        let person = session.live.participant(&who).ok_or_else(|| status::refused(Refusal::NotParticipant))?;
        let end_user = person.role == Role::EndUser;
        if self.links.len() >= LINKS {
            return Err(status::refused(Refusal::SessionFull));
        }
        self.replace(&who);
        let (resume_after, max_fps, max_kbit) = (attach.resume_after, attach.max_fps, attach.max_kbit);
        let patches = codec == Codec::H264 && attach.codecs().any(|codec| codec == v1::Codec::Patch);
        let opening = Opening { end_user, codec, patches, resume_after, sees: false, max_fps, max_kbit };
        let id = self.stream.open(opening);
        outbox.send(server_message::Body::Attached(self.attached(&who, codec, attach.resume_after)));
        let heard_ms = self.clock.millis();
        let (keeps_alive, silent) = (false, false);
        let input_rate = InputRate::default();
        let participant = who.clone();
        let link =
            Link { participant, outbox, max_kbit, end_user, input_seq: 0, input_rate, heard_ms, keeps_alive, silent };
        self.links.insert(id, link);
        self.rule(Input::Attached(who.clone()));
        self.see_as_ruled(id, &who);
        self.dark.tell_again();
        tracing::info!(participant = %who, ?codec, "a viewer attached");
        Ok(id)
    }

    fn attached(&self, who: &ParticipantId, codec: Codec, resume_after: u64) -> v1::Attached {
        let codec = if codec == Codec::Jpeg { v1::Codec::Jpeg } else { v1::Codec::H264 };
        v1::Attached {
            protocol_version: PROTOCOL_VERSION,
            participant_id: who.to_string(),
            codec: codec.into(),
            resumed_after: resume_after.min(self.stream.head()),
            keepalive_ms: u32::try_from(KEEPALIVE.as_millis()).unwrap_or(250),
        }
    }

    fn replace(&mut self, who: &ParticipantId) {
        let old: Vec<ViewerId> = self.viewers_of(who).collect();
        for id in old {
            self.stream.close(id);
            if let Some(link) = self.links.remove(&id) {
                let reason = "Replaced".to_owned();
                link.outbox.close_with(v1::Closed { reason, end_reason: 0, retry: false });
            }
        }
    }

    /// A new stream sees at once what its person may see already.
    fn see_as_ruled(&mut self, id: ViewerId, who: &ParticipantId) {
        let Some(session) = &self.session else { return };
        self.stream.set_sees(id, session.live.sees(who));
        self.stream.set_clipboard(id, session.live.may(who, Act::Clipboard).is_ok());
    }

    pub(super) fn viewers_of<'a>(&'a self, who: &'a ParticipantId) -> impl Iterator<Item = ViewerId> + 'a {
        self.links.iter().filter(move |(_, link)| link.participant == *who).map(|(id, _)| *id)
    }

    /// A stream is closed; its person's link is down unless another stream is open.
    pub(super) fn left(&mut self, viewer: ViewerId) {
        if self.is_recorders(viewer) {
            return self.recorder_left(viewer);
        }
        self.stream.close(viewer);
        let Some(link) = self.links.remove(&viewer) else { return };
        let who = link.participant;
        self.release(&who);
        if self.viewers_of(&who).next().is_none() {
            self.rule(Input::Detached(who));
        }
    }

    /// The person is no longer in the session.
    pub(super) fn remove(&mut self, who: &ParticipantId) {
        let ids: Vec<ViewerId> = self.viewers_of(who).collect();
        for id in ids {
            self.stream.close(id);
            if let Some(link) = self.links.remove(&id) {
                let reason = "Denied".to_owned();
                link.outbox.close_with(v1::Closed { reason, end_reason: 0, retry: false });
            }
        }
    }

    /// Pictures go to this person from now on, or no longer: then the viewer shows nothing at once.
    pub(super) fn set_sees(&mut self, who: &ParticipantId, sees: bool) {
        let ids: Vec<ViewerId> = self.viewers_of(who).collect();
        for id in ids {
            self.stream.set_sees(id, sees);
            let link = self.links.get(&id).filter(|link| !sees && !link.end_user);
            if let Some(link) = link {
                link.outbox.blank(self.stamp.pause_epoch);
            }
        }
    }

    /// Stop: everybody but the end user shows nothing.
    pub(super) fn blank_all(&self, epoch: u32) {
        for link in self.links.values().filter(|link| !link.end_user) {
            link.outbox.blank(epoch);
        }
    }

    /// Who may read the clipboard changes with permissions.
    pub(super) fn tell_clipboards(&mut self) {
        let Some(session) = &self.session else { return };
        for (id, link) in &self.links {
            self.stream.set_clipboard(*id, session.live.may(&link.participant, Act::Clipboard).is_ok());
        }
    }

    /// Closes a stream that broke the contract.
    pub(super) fn hang_up(&mut self, viewer: ViewerId, reason: &str) {
        if let Some(link) = self.links.get(&viewer) {
            link.outbox.close_with(v1::Closed { reason: reason.to_owned(), end_reason: 0, retry: false });
        }
        self.left(viewer);
    }

    /// Whether a viewer keeps to the limits of input. One that does not is closed.
    pub(super) fn keeps_to_the_rate(&mut self, viewer: ViewerId, input: &v1::Input) -> bool {
        let now = self.clock.millis();
        let allowed = self.links.get_mut(&viewer).is_some_and(|link| link.input_rate.allows(input, now));
        if !allowed {
            tracing::warn!("a viewer sent too much input and was closed");
            self.hang_up(viewer, "TooMuchInput");
        }
        allowed
    }

    /// Whether an input is the next of its stream; one that comes again is dropped.
    pub(super) fn in_order(&mut self, viewer: ViewerId, seq: u64) -> bool {
        let Some(link) = self.links.get_mut(&viewer) else { return false };
        let newer = seq > link.input_seq;
        link.input_seq = link.input_seq.max(seq);
        newer
    }

    /// Hands each viewer what is there for it and what it can take.
    pub(super) fn pump(&mut self) {
        let now = self.clock.millis();
        for (id, link) in &self.links {
            while link.outbox.has_room() {
                let Some(event) = self.stream.next(*id, now) else { break };
                link.outbox.event(&event);
            }
        }
        self.stream.trim();
    }

    /// Something came up from a viewer.
    pub(super) fn heard(&mut self, viewer: ViewerId, keepalive: bool) -> Option<ParticipantId> {
        let now = self.clock.millis();
        let link = self.links.get_mut(&viewer)?;
        link.heard_ms = now;
        link.keeps_alive |= keepalive;
        let who = link.participant.clone();
        if std::mem::take(&mut link.silent) {
            tracing::info!(participant = %who, "a silent link is back");
            self.rule(Input::Attached(who.clone()));
            self.see_as_ruled(viewer, &who);
        }
        Some(who)
    }

    /// Tells the rules of links that went silent.
    pub(super) fn check_keepalives(&mut self) {
        let now = self.clock.millis();
        let mut silent = Vec::new();
        for link in self.links.values_mut().filter(|link| link.keeps_alive && !link.silent) {
            let patience = if link.end_user { END_USER_SILENCE_MS } else { SILENCE_MS };
            if now.saturating_sub(link.heard_ms) > patience {
                link.silent = true;
                silent.push(link.participant.clone());
            }
        }
        for who in silent {
            tracing::info!(participant = %who, "a link went silent");
            self.release(&who);
            self.rule(Input::Detached(who));
        }
    }
}

/// The first codec of the viewer's that we make; H.264 when it names none.
fn codec(attach: &v1::Attach) -> Option<Codec> {
    if attach.codecs.is_empty() {
        return Some(Codec::H264);
    }
    attach.codecs().find_map(|codec| match codec {
        v1::Codec::H264 => Some(Codec::H264),
        v1::Codec::Jpeg => Some(Codec::Jpeg),
        // A patch goes over a picture of H.264.
        v1::Codec::Patch | v1::Codec::Unspecified => None,
    })
}
