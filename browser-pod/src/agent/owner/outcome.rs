//! Does what the rules say, and publishes what screen, page and encoder tell.

use cobrowse_session::ParticipantId;
use cobrowse_session::live::{Input, Output};
use cobrowse_session::participant::EndReason;
use cobrowse_wire::v1::{self, event::Body};

use super::super::page::News;
use super::super::png;
use super::Owner;
use crate::display::{self, Rect};
use crate::encode::worker::{Demand, Picture};
use crate::encode::{Codec, worker};

/// Bytes of text that Chrome may put on the clipboard for people.
const CLIPBOARD_BYTES: usize = 256 << 10;

impl Owner {
    /// Asks the rules and does what they say.
    pub(super) fn rule(&mut self, input: Input) {
        let now = self.clock.now();
        if let Some(session) = &mut self.session {
            let outputs = session.live.handle(now, input);
            self.carry_out(outputs);
        }
    }

    pub(super) fn carry_out(&mut self, outputs: Vec<Output>) {
        self.record_as_ruled();
        if outputs.is_empty() {
            return;
        }
        self.stamp_frames();
        for output in outputs {
            match output {
                Output::PicturesFor(who, sees) => self.set_sees(&who, sees),
                Output::Blank { epoch } => self.blank_all(epoch),
                Output::ReleaseHeld(who) => self.release(&who),
                Output::Remove(who) => self.remove(&who),
                Output::RosterChanged => self.tell_roster(),
                Output::ControlChanged => self.tell_control(),
                Output::StateChanged => self.tell_state(),
                Output::Warn { warning, .. } => tracing::info!(warning = warning.reason(), "a limit is near"),
                // Whoever asked the rules answers.
                Output::Accepted { .. } | Output::Refused { .. } => {}
                Output::NotAdmitted { reason, .. } => tracing::warn!(reason = reason.reason(), "nobody was let in"),
                Output::End(reason) => self.end(reason),
            }
        }
    }

    /// Frames taken from now on carry the pause they were taken in; earlier ones are known by it.
    fn stamp_frames(&mut self) {
        let Some(session) = &self.session else { return };
        let (pause_epoch, paused) = (session.live.pause_epoch(), session.live.paused());
        let stamp = worker::Stamp { pause_epoch, paused, ..self.stamp };
        if stamp != self.stamp {
            self.stamp = stamp;
            self.encoder.stamp(stamp);
        }
    }

    fn end(&mut self, reason: EndReason) {
        tracing::info!(reason = reason.reason(), "the session ended");
        for who in self.links.values().map(|link| link.participant.clone()).collect::<Vec<_>>() {
            self.release(&who);
        }
        self.publish(v1::Audience::All, Body::End(v1::End { reason: v1::EndReason::from(reason).into() }));
        self.ended_ms.get_or_insert(self.clock.millis());
        self.tell_watchers();
    }

    /// Roster, control and state, as they are now.
    pub(super) fn tell_all(&mut self) {
        self.tell_roster();
        self.tell_control();
        self.tell_state();
    }

    fn tell_roster(&mut self) {
        if let Some(roster) = self.session.as_ref().map(|session| v1::Roster::from(&session.live)) {
            self.publish(v1::Audience::All, Body::Roster(roster));
            self.tell_clipboards();
            self.tell_watchers();
        }
    }

    fn tell_control(&mut self) {
        if let Some(control) = self.session.as_ref().map(|session| v1::ControlState::from(&session.live)) {
            self.publish(v1::Audience::All, Body::Control(control));
        }
    }

    pub(super) fn tell_state(&mut self) {
        let now = self.clock.now();
        let Some(session) = &self.session else { return };
        let viewport = Some(session.viewport);
        let state = v1::LiveState { viewport, ..v1::LiveState::from(&session.live.state(now)) };
        self.publish(v1::Audience::All, Body::State(state));
        self.tell_watchers();
    }

    /// Tells session-api what the store keeps.
    pub(super) fn tell_watchers(&mut self) {
        let now = self.clock.now();
        let Some(session) = &self.session else { return };
        // The store keeps the end user's Stop; an administrator's pause the cluster keeps.
        let phase = match (session.live.ended(), session.live.stopped()) {
            (Some(_), _) => v1::Phase::Ended,
            (None, true) => v1::Phase::Paused,
            (None, false) => v1::Phase::Live,
        };
        let ended = session.live.ended();
        let facts = v1::WatchResponse {
            phase: phase.into(),
            pause_epoch: session.live.pause_epoch(),
            end_reason: ended.map_or(v1::EndReason::Unspecified, v1::EndReason::from).into(),
            participants: v1::Roster::from(&session.live).participants,
            last_url: if ended.is_some() { self.last_url.clone() } else { String::new() },
            expires_at: Some(cobrowse_wire::timestamp(session.live.state(now).expires_at)),
        };
        self.told.send_if_modified(|told| std::mem::replace(told, facts) != *told);
    }

    /// Publishes a picture to whom the state of its frame allows. One taken in another state than now, or of what was not
    /// checked, is the end user's alone.
    pub(in crate::agent) fn picture(&mut self, picture: Picture) {
        self.note_first_picture(&picture);
        let same = picture.stamp.pause_epoch == self.stamp.pause_epoch && !picture.stamp.paused && !self.stamp.paused;
        let audience = if same && self.is_clear(&picture.stamp) { v1::Audience::All } else { v1::Audience::EndUser };
        let coded = picture.coded;
        let codec = match coded.codec {
            Codec::H264 => v1::Codec::H264,
            Codec::Jpeg => v1::Codec::Jpeg,
            Codec::Patch => v1::Codec::Patch,
        };
        let (key, width, height, data) = (coded.key, coded.width, coded.height, coded.data);
        let area = coded.area.map(|Rect { x, y, width, height }| v1::PixelArea { x, y, width, height });
        self.publish(audience, Body::Picture(v1::Picture { codec: codec.into(), key, width, height, data, area }));
    }

    /// Tells the encoder who wants what.
    pub(super) fn direct_encoder(&mut self) {
        let wanted = self.stream.wanted(self.clock.millis());
        self.due_ms = wanted.due;
        // Coded for the one who wishes for most; who wishes for less gets fewer pictures.
        let wishes = || self.links.values().map(|link| link.max_kbit);
        let max_kbit = if wishes().any(|kbit| kbit == 0) { 0 } else { wishes().max().unwrap_or(0) };
        let h264 = wanted.h264 || self.awaits_first_picture();
        self.encoder.direct(
            Demand { h264, jpeg: wanted.jpeg, patches: wanted.patches, seek: wanted.seek, max_kbit },
            wanted.hold_until.map(|at| self.clock.std_instant(at)),
        );
        if wanted.key {
            self.encoder.key();
        }
    }

    pub(super) fn display_event(&mut self, event: display::Event) {
        match event {
            display::Event::Frame => self.encoder.frame(),
            display::Event::Cursor(cursor) => {
                let drawn = matches!(cursor, display::Cursor::Image { .. });
                if !drawn || self.page_rate.cursor(self.clock.millis()) {
                    self.publish(v1::Audience::All, Body::Cursor(cursor_fact(cursor)));
                }
            }
            display::Event::Copied(text) => self.copied(text),
            display::Event::TextInput { .. } => {}
            display::Event::Gone => self.end_from_outside(EndReason::BrowserCrashed),
        }
    }

    /// Lets go of what a person holds, and forgets what they did that was not passed on.
    pub(super) fn release(&mut self, who: &ParticipantId) {
        self.gate.forget(who);
        self.injector.release(who);
    }

    /// What was copied may be protected: others than the end user get it without, or not at all.
    fn copied(&mut self, text: String) {
        if text.len() > CLIPBOARD_BYTES || !self.page_rate.copy(self.clock.millis()) {
            return;
        }
        if !self.page.protected_focus() {
            let text = self.page.redact(&text);
            self.publish(v1::Audience::All, Body::Clipboard(v1::ClipboardText { text }));
        }
        self.publish(v1::Audience::EndUser, Body::Clipboard(v1::ClipboardText { text }));
    }

    pub(super) fn news(&mut self, news: News) {
        match news {
            News::Fact { audience, body } => {
                if matches!(*body, Body::Notice(_)) && !self.page_rate.notice(self.clock.millis()) {
                    return;
                }
                if let (Body::Navigation(navigation), v1::Audience::EndUser) = (&*body, audience) {
                    self.last_url.clone_from(&navigation.url);
                }
                self.publish(audience, *body);
            }
            News::Menu(menu) => self.menu(menu),
            News::Sight => self.look(),
            News::Gone(exit) => {
                self.chrome_exit = exit;
                self.end_from_outside(EndReason::BrowserCrashed);
            }
        }
    }
}

fn cursor_fact(cursor: display::Cursor) -> v1::Cursor {
    let named = |name: &str| v1::Cursor { name: name.to_owned(), ..v1::Cursor::default() };
    match cursor {
        display::Cursor::Named(name) => named(&name),
        display::Cursor::Hidden => named("none"),
        display::Cursor::Image { width, height, rgba, hotspot_x, hotspot_y } => {
            let image = png::encode(width, height, &rgba).unwrap_or_default();
            let name = if image.is_empty() { "default".to_owned() } else { String::new() };
            v1::Cursor { name, image, hotspot_x, hotspot_y }
        }
    }
}
