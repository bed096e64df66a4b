//! What is due when, so that no row waits for ever: not for an answer, a browser, a choice, or a pod that is gone.

use super::change::Change;
use super::event::Effect;
use super::limits::{
    CLAIM_LEASE, CLAIM_PATIENCE, EXPIRY_SLACK, KNOCK_LIFE, PLACE_LIFE, QUEUE_LIFE, RENEW_GRACE, START_LIMIT, STOP_SLACK,
};
use super::row::{Claim, Consent, Row, Stage};
use crate::participant::EndReason;
use crate::time::Timestamp;

/// What is due. In the order in which things due at the same moment happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Nobody answered those who knocked.
    Knocks,
    /// Replicas are told once more that a browser is wanted.
    Claim,
    End(EndOrder),
}

/// The ends that time brings, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum EndOrder {
    Stopped,
    PinExpired,
    NoCapacity,
    MaxDuration,
}

/// More than can be due at once: a knock, a claim, an end, and once more after each.
const DUE_MAX: usize = 16;

/// When the next `Event::Deadline` is due; none once it ended.
pub fn next_deadline(row: &Row) -> Option<Timestamp> {
    next_due(row).map(|(at, _)| at)
}

fn next_due(row: &Row) -> Option<(Timestamp, Due)> {
    if row.stage == Stage::Ended {
        return None;
    }
    let knocks = row.asked().map(|person| person.since + KNOCK_LIFE).min().map(|at| (at, Due::Knocks));
    let stop = row.paused_at.map(|at| (at + row.policy.stop_choice + STOP_SLACK, Due::End(EndOrder::Stopped)));
    let stage = match row.stage {
        Stage::Queued => Some((row.created_at + QUEUE_LIFE, Due::End(EndOrder::NoCapacity))),
        Stage::Waiting if knocks.is_some() => None,
        // Nobody came for the first PIN, so nobody needs the place.
        Stage::Waiting if row.pins_made == 0 => {
            let since = row.placed_at.unwrap_or(row.created_at);
            Some((since + PLACE_LIFE, Due::End(EndOrder::PinExpired)))
        }
        Stage::Waiting => Some((row.pin.expires_at + RENEW_GRACE, Due::End(EndOrder::PinExpired))),
        Stage::Starting => {
            let since = row.allowed_at.unwrap_or(row.created_at);
            Some((since + START_LIMIT, Due::End(EndOrder::NoCapacity)))
        }
        Stage::Live => {
            let expires_at = row.expires_at.unwrap_or(row.created_at);
            Some((expires_at + EXPIRY_SLACK, Due::End(EndOrder::MaxDuration)))
        }
        Stage::Ended => None,
    };
    [knocks, stop, stage, claim_due(row)].into_iter().flatten().min()
}

fn claim_due(row: &Row) -> Option<(Timestamp, Due)> {
    match &row.claim {
        Claim::Wanted { since } => Some((*since + CLAIM_PATIENCE, Due::Claim)),
        Claim::Claiming { at, .. } => Some((*at + CLAIM_LEASE, Due::Claim)),
        Claim::None | Claim::Bound { .. } => None,
    }
}

impl Change {
    /// Does all that is due, in order.
    pub(super) fn run_due(&mut self) {
        for _ in 0..DUE_MAX {
            match next_due(&self.row) {
                Some((at, due)) if at <= self.now => self.fire(due),
                _ => return,
            }
        }
    }

    fn fire(&mut self, due: Due) {
        match due {
            Due::Knocks => self.give_up_knocks(),
            Due::Claim => {
                self.row.claim = Claim::Wanted { since: self.now };
                self.effects.push(Effect::Claim);
            }
            Due::End(EndOrder::Stopped) => self.end(EndReason::Stopped),
            Due::End(EndOrder::PinExpired) => self.end(EndReason::PinExpired),
            Due::End(EndOrder::NoCapacity) => self.end(EndReason::NoCapacity),
            Due::End(EndOrder::MaxDuration) => self.end(EndReason::MaxDuration),
        }
    }

    fn give_up_knocks(&mut self) {
        let now = self.now;
        let late =
            |person: &&mut super::row::Person| person.consent == Consent::Asked && person.since + KNOCK_LIFE <= now;
        for person in self.row.people.iter_mut().filter(late) {
            person.consent = Consent::Unanswered;
            person.since = now;
        }
        self.end_if_locked();
    }
}
