//! The recorder's link: whether it may begin, which of several is served, and what it says. What it gets is the stream's to decide; who
//! agreed to be recorded is session-api's.

use cobrowse_session::participant::EndReason;
use cobrowse_wire::PROTOCOL_VERSION;
use cobrowse_wire::v1::{self, client_message, server_message};
use tonic::Status;

use super::super::downlink::{KEEPALIVE, Outbox};
use super::super::status;
use super::Owner;
use crate::stream::ViewerId;

/// How long the log is served to the recorder after the end: it may hold what it has for a minute while there is nowhere to put
/// it, and another one takes over in five seconds.
pub(super) const FAREWELL_MS: u64 = 75_000;

/// The link that is served.
pub(super) struct Recording {
    viewer: ViewerId,
    outbox: Outbox,
}

impl Recording {
    /// Tells it that there is no more.
    pub(super) fn close(&self, reason: EndReason) {
        self.outbox.close("Ended", reason);
    }
}

/// Whether this stream is a recorder's.
pub(super) fn is_recorder(attach: &v1::Attach) -> bool {
    attach.participant.as_ref().is_some_and(|who| who.role() == v1::Role::Recorder)
}

impl Owner {
    /// Serves a recorder from now on, if its epoch is the highest so far and nothing unmasked could come. Who is turned away is told why.
    pub(super) fn attach_recorder(&mut self, attach: &v1::Attach, outbox: Outbox) -> Result<ViewerId, Status> {
        if self.session.is_none() {
            return Err(status::not_bound());
        }
        if !attach.codecs.is_empty() && !attach.codecs().any(|codec| codec == v1::Codec::H264) {
            return Err(status::invalid("codecs"));
        }
        if attach.recorder_epoch == 0 {
            return Err(status::invalid("recorder_epoch"));
        }
        if !self.masks() {
            turn_away(&outbox, "MaskingInactive", true);
            return Ok(ViewerId::NOBODY);
        }
        let Some((viewer, after)) = self.stream.record(attach.recorder_epoch, attach.resume_after) else {
            turn_away(&outbox, "Replaced", false);
            return Ok(ViewerId::NOBODY);
        };
        outbox.send(server_message::Body::Attached(attached(after)));
        if let Some(before) = self.recording.replace(Recording { viewer, outbox }) {
            turn_away(&before.outbox, "Replaced", false);
        }
        tracing::info!(epoch = attach.recorder_epoch, after, "a recorder attached");
        Ok(viewer)
    }

    /// The page's masking was loaded. What it does not reach into is the end user's alone, picture by picture.
    fn masks(&self) -> bool {
        self.ready.peek().is_some_and(Result::is_ok)
    }

    /// What is recorded is what the rules let others than the end user see.
    pub(super) fn record_as_ruled(&mut self) {
        let shows = self.session.as_ref().is_some_and(|session| session.live.shows());
        self.stream.set_shown(shows);
    }

    pub(super) fn is_recorders(&self, viewer: ViewerId) -> bool {
        self.recording.as_ref().is_some_and(|recording| recording.viewer == viewer)
    }

    /// A message of the recorder's, after its first. It has nothing to say but what it has for good.
    pub(super) fn recorder_said(&mut self, viewer: ViewerId, body: client_message::Body) {
        match body {
            client_message::Body::Ack(ack) => self.stream.ack(viewer, ack.seq),
            client_message::Body::Keepalive(keepalive) => {
                if let Some(recording) = &self.recording {
                    recording.outbox.send(server_message::Body::Keepalive(keepalive));
                }
            }
            _ => {
                if let Some(recording) = self.recording.take() {
                    turn_away(&recording.outbox, "Malformed", false);
                }
                self.stream.close(viewer);
            }
        }
    }

    /// The recorder's link is closed. What it has not acknowledged is kept for the next one.
    pub(super) fn recorder_left(&mut self, viewer: ViewerId) {
        self.stream.close(viewer);
        self.recording = None;
        tracing::info!("the recorder's link is closed");
    }

    /// Hands the recorder what is there for it.
    pub(super) fn pump_recorder(&mut self) {
        let Some(recording) = &self.recording else { return };
        while recording.outbox.has_room() {
            let Some(event) = self.stream.next(recording.viewer, 0) else { return };
            recording.outbox.event(&event);
        }
    }

    /// After the end: the recorder has all for good, or is not waited for any longer.
    pub(super) fn is_recorded(&self, ended_ms: u64) -> bool {
        self.stream.recorded() || self.clock.millis() > ended_ms + FAREWELL_MS
    }
}

fn attached(after: u64) -> v1::Attached {
    v1::Attached {
        protocol_version: PROTOCOL_VERSION,
        participant_id: String::new(),
        codec: v1::Codec::H264.into(),
        resumed_after: after,
        keepalive_ms: u32::try_from(KEEPALIVE.as_millis()).unwrap_or(250),
    }
}

fn turn_away(outbox: &Outbox, reason: &str, retry: bool) {
    outbox.close_with(v1::Closed { reason: reason.to_owned(), end_reason: 0, retry });
}
