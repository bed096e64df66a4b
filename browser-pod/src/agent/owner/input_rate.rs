//! How much input one viewer may send. Below the limits nothing but moves is merged and nothing is dropped; a viewer above
//! them is closed with the reason "TooMuchInput", for whoever sends as much is no person at a screen.

use cobrowse_wire::v1;
use prost::Message;

use super::super::bucket::Bucket;

/// Keys, buttons, wheel, text and fingers, per second: ten fingers that move at 60 per second.
const ACTS: u64 = 600;
/// Of these at once: two seconds' worth, after a link that stood still.
const ACTS_AT_ONCE: u64 = 1_200;
/// Messages of input, moves too, per second: a mouse that reports a thousand times a second, and as much again.
const MESSAGES: u64 = 2_000;
/// Of these at once.
const MESSAGES_AT_ONCE: u64 = 4_000;
/// Bytes of input per second: text of an input method is the largest, 4 KiB at most.
const BYTES: u64 = 128 << 10;
/// Of these at once.
const BYTES_AT_ONCE: u64 = 512 << 10;

/// What one viewer may still send.
#[derive(Debug)]
pub(super) struct InputRate {
    acts: Bucket,
    messages: Bucket,
    bytes: Bucket,
}

impl Default for InputRate {
    fn default() -> Self {
        Self {
            acts: Bucket::new(ACTS, ACTS_AT_ONCE),
            messages: Bucket::new(MESSAGES, MESSAGES_AT_ONCE),
            bytes: Bucket::new(BYTES, BYTES_AT_ONCE),
        }
    }
}

impl InputRate {
    /// Whether this input is within the limits.
    pub(super) fn allows(&mut self, input: &v1::Input, now: u64) -> bool {
        let is_move = matches!(input.body, Some(v1::input::Body::Move(_)));
        self.messages.take(now)
            && self.bytes.take_many(now, input.encoded_len() as u64)
            && (is_move || self.acts.take(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use v1::input::Body;

    /// Sends so many inputs a second for ten seconds; the second in which one was too many.
    fn sends(body: &Body, per_second: u64) -> Option<u64> {
        let mut rate = InputRate::default();
        let input = v1::Input { seq: u64::MAX, body: Some(body.clone()) };
        (0..per_second * 10).find(|number| !rate.allows(&input, number * 1_000 / per_second)).map(|at| at / per_second)
    }

    #[test]
    fn people_are_never_near_the_limits_and_floods_are_above_them() {
        let key = Body::Key(v1::Key { code: "KeyA".into(), key: "a".into(), down: true, modifiers: 0 });
        let point = Some(v1::Point { x: 1.0, y: 2.0 });
        let moved = Body::Move(v1::PointerMove { at: point });
        let touch = Body::Touch(v1::Touch { id: 9, phase: v1::TouchPhase::Move.into(), at: point });
        let text = Body::Text(v1::TextInput { commit: "x".repeat(4_096), ..v1::TextInput::default() });
        for (body, per_second) in [(&key, 100), (&moved, 1_000), (&touch, 600), (&text, 25)] {
            assert_eq!(sends(body, per_second), None, "{body:?}");
        }
        for (body, per_second) in [(&key, 2_000), (&moved, 10_000), (&touch, 2_000), (&text, 1_000)] {
            assert!(sends(body, per_second).is_some_and(|second| second < 2), "{body:?}");
        }
    }
}
