//! Pointing, drawing, messages and named pointers: bounded, in rate and size, and published with their author.

use std::collections::BTreeMap;

use cobrowse_session::ParticipantId;
use cobrowse_session::live::{Act, Refusal};
use cobrowse_wire::v1::{self, event, guidance, input};

use super::super::bucket::Bucket;
use super::super::page::Reason;
use super::{Message, Owner};

/// Points of one part of a stroke.
const POINTS: usize = 256;
/// Characters of a label, and of a chat message.
const LABEL_CHARS: usize = 500;
const CHAT_CHARS: usize = 2_000;
/// A participant's pointer is told at most this often: 30 times a second.
const POINTER_MS: u64 = 33;

/// How much guidance one person may still send.
#[derive(Debug)]
pub(super) struct Allowance {
    drawing: Bucket,
    chat: Bucket,
    told_ms: Option<u64>,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { drawing: Bucket::new(60, 120), chat: Bucket::new(2, 10), told_ms: None }
    }
}

impl Allowance {
    /// True at most once in `gap` milliseconds.
    pub(super) fn due(&mut self, now: u64, gap: u64) -> bool {
        let due = self.told_ms.is_none_or(|at| now >= at + gap);
        if due {
            self.told_ms = Some(now);
        }
        due
    }
}

/// Named pointers that were not told yet, and when each was told last.
#[derive(Debug, Default)]
pub(super) struct Pointers {
    waiting: BTreeMap<ParticipantId, (v1::Point, bool)>,
    told: BTreeMap<ParticipantId, u64>,
}

impl Pointers {
    /// When the next one may be told.
    pub(super) fn next(&self) -> Option<u64> {
        self.waiting.keys().map(|who| self.told.get(who).map_or(0, |at| at + POINTER_MS)).min()
    }

    fn due(&mut self, now: u64) -> Vec<(ParticipantId, v1::Point, bool)> {
        let told = &mut self.told;
        let due = self.waiting.extract_if(.., |who, _| told.get(who).is_none_or(|at| now >= at + POINTER_MS));
        let due: Vec<_> = due.map(|(who, (at, pressed))| (who, at, pressed)).collect();
        for (who, ..) in &due {
            told.insert(who.clone(), now);
        }
        due
    }
}

impl Owner {
    /// Publishes one piece of guidance, with its author and inside the screen.
    pub(super) fn guide(&mut self, who: &ParticipantId, guidance: v1::Guidance) -> Result<(), Reason> {
        let session = self.session.as_ref().ok_or("NotBound")?;
        session.live.may(who, Act::Point).map_err(Refusal::reason)?;
        let body = guidance.body.ok_or("Malformed")?;
        let now = self.clock.millis();
        let allowance = self.allowances.entry(who.clone()).or_default();
        let bucket = if matches!(body, guidance::Body::Chat(_)) { &mut allowance.chat } else { &mut allowance.drawing };
        if !bucket.take(now) {
            return Err("TooOften");
        }
        if let guidance::Body::Highlight(highlight) = &body {
            return self.highlight(who, highlight);
        }
        let body = self.checked(who, body)?;
        self.publish_guidance(who, body);
        Ok(())
    }

    fn publish_guidance(&mut self, who: &ParticipantId, body: guidance::Body) {
        let guidance = v1::Guidance { participant_id: who.to_string(), body: Some(body) };
        self.publish(v1::Audience::All, event::Body::Guidance(guidance));
    }

    fn checked(&self, who: &ParticipantId, body: guidance::Body) -> Result<guidance::Body, Reason> {
        Ok(match body {
            guidance::Body::Laser(at) => guidance::Body::Laser(self.inside(Some(&at))?),
            guidance::Body::Stroke(stroke) if stroke.points.len() > POINTS => return Err("TooLong"),
            guidance::Body::Stroke(stroke) => {
                let points = stroke.points.iter().map(|point| self.inside(Some(point))).collect::<Result<_, _>>()?;
                guidance::Body::Stroke(v1::Stroke { points, ..stroke })
            }
            guidance::Body::Arrow(arrow) => {
                let (from, to) = (self.inside(arrow.from.as_ref())?, self.inside(arrow.to.as_ref())?);
                guidance::Body::Arrow(v1::Arrow { from: Some(from), to: Some(to) })
            }
            guidance::Body::Text(label) => {
                let (at, text) = (self.inside(label.at.as_ref())?, plain(&label.text, LABEL_CHARS)?);
                guidance::Body::Text(v1::TextLabel { at: Some(at), text })
            }
            guidance::Body::Chat(chat) => {
                guidance::Body::Chat(v1::ChatMessage { text: plain(&chat.text, CHAT_CHARS)? })
            }
            guidance::Body::Clear(_) => guidance::Body::Clear(self.is_end_user(who)),
            guidance::Body::Highlight(_) => return Err("Malformed"),
        })
    }

    fn inside(&self, at: Option<&v1::Point>) -> Result<v1::Point, Reason> {
        let (x, y) = self.injector.clamp(at).ok_or("Malformed")?;
        #[expect(clippy::cast_possible_truncation, reason = "clamped to the screen")]
        Ok(v1::Point { x: x as f32, y: y as f32 })
    }

    /// Asks the page for the element's rectangle; the highlight is published when it is known.
    fn highlight(&mut self, who: &ParticipantId, highlight: &v1::Highlight) -> Result<(), Reason> {
        let at = self.inside(highlight.at.as_ref())?;
        let answer = self.page.element_at(f64::from(at.x), f64::from(at.y));
        let (mailbox, who) = (self.mailbox.clone(), who.clone());
        tokio::spawn(async move {
            if let Ok(rect) = answer.await {
                let highlight = v1::Highlight { at: Some(at), rect: Some(rect) };
                // The owner may be gone already.
                let _ = mailbox.ordinary.send(Message::Highlighted(who, highlight)).await;
            }
        });
        Ok(())
    }

    /// Publishes a highlight whose element was found, if its author still may.
    pub(super) fn highlighted(&mut self, who: &ParticipantId, highlight: v1::Highlight) {
        if self.session.as_ref().is_some_and(|session| session.live.may(who, Act::Point).is_ok()) {
            self.publish_guidance(who, guidance::Body::Highlight(highlight));
        }
    }

    /// Remembers where a person's pointer is, for the others.
    pub(super) fn note_pointer(&mut self, who: &ParticipantId, act: &input::Body) {
        let (at, pressed) = match act {
            input::Body::Move(to) => (to.at.as_ref(), false),
            input::Body::Button(button) => (button.at.as_ref(), button.down),
            input::Body::Wheel(wheel) => (wheel.at.as_ref(), false),
            _ => return,
        };
        let alone = self.links.len() < 2;
        let may = self.session.as_ref().is_some_and(|session| session.live.may(who, Act::Point).is_ok());
        if let (false, true, Ok(at)) = (alone, may, self.inside(at)) {
            let waiting = self.pointers.waiting.entry(who.clone()).or_default();
            *waiting = (at, waiting.1 || pressed);
        }
    }

    /// Tells the pointers that are due.
    pub(super) fn flush_pointers(&mut self) {
        for (who, at, pressed) in self.pointers.due(self.clock.millis()) {
            let pointers = v1::Pointers { participant_id: who.to_string(), at: Some(at), pressed };
            self.publish(v1::Audience::All, event::Body::Pointers(pointers));
        }
    }
}

/// A text without control characters, if it is not too long and not empty.
fn plain(text: &str, most: usize) -> Result<String, Reason> {
    if text.len() > most * 4 || text.chars().count() > most {
        return Err("TooLong");
    }
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.trim().is_empty() { Err("Malformed") } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_thirty_times_a_second_at_most_and_the_last_place_wins() {
        let mut pointers = Pointers::default();
        let who = ParticipantId::parse("a").expect("an id");
        let mut told = 0;
        for step in 0..1_000_u16 {
            pointers.waiting.insert(who.clone(), (v1::Point { x: f32::from(step), y: 0.0 }, false));
            told += pointers.due(u64::from(step)).len();
        }
        assert!((28..=31).contains(&told), "{told}");
        assert_eq!(pointers.next(), Some(pointers.told[&who] + POINTER_MS));
    }

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(plain("a\u{7}b\n", 5), Ok("ab\n".into()));
        assert_eq!(plain("日本語日本語", 5), Err("TooLong"));
        assert_eq!(plain(" \u{1b} ", 5), Err("Malformed"));
    }
}
