//! The limits of time: what is due when, and what happens then.

use std::time::Duration;

use super::{Live, Output, State, Warning, Why};
use crate::participant::EndReason;
use crate::policy::{LONGEST_LIFE, LivePolicy};
use crate::time::Timestamp;

/// Idle time and the maximum duration, each with its warning.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    begun_at: Timestamp,
    /// What people extended it by.
    extended: Duration,
    expires_at: Timestamp,
    /// No extension goes beyond.
    latest_end: Timestamp,
    last_active: Timestamp,
    warned_idle: bool,
    warned_max: bool,
}

impl Limits {
    pub(super) fn new(now: Timestamp, policy: &LivePolicy) -> Self {
        Self {
            begun_at: now,
            extended: Duration::ZERO,
            expires_at: now + policy.max_duration.min(longest(policy)),
            latest_end: now + longest(policy),
            last_active: now,
            warned_idle: false,
            warned_max: false,
        }
    }

    /// True when that took a warning away.
    pub(super) fn note_activity(&mut self, now: Timestamp) -> bool {
        self.last_active = now;
        std::mem::take(&mut self.warned_idle)
    }

    /// False when it cannot end any later.
    pub(super) fn extend(&mut self, step: Duration) -> bool {
        let later = (self.expires_at + step).min(self.latest_end);
        if later <= self.expires_at {
            return false;
        }
        self.extended += later.since(self.expires_at);
        self.expires_at = later;
        self.warned_max = false;
        true
    }

    /// Sets how long it lasts from its begin. False when that is what it was.
    pub(super) fn set_max(&mut self, max: Duration) -> bool {
        let ends = (self.begun_at + max + self.extended).min(self.latest_end);
        if ends == self.expires_at {
            return false;
        }
        self.expires_at = ends;
        self.warned_max = false;
        true
    }

    fn next(&self, policy: &LivePolicy) -> [(Timestamp, Why); 2] {
        let idle_end = self.last_active + policy.idle_timeout;
        let idle = if self.warned_idle {
            (idle_end, Why::Idle)
        } else {
            (idle_end.minus(lead(policy.warning, policy.idle_timeout)), Why::IdleWarning)
        };
        let max = if self.warned_max {
            (self.expires_at, Why::MaxDuration)
        } else {
            (self.expires_at.minus(lead(policy.warning, policy.max_duration)), Why::MaxDurationWarning)
        };
        [idle, max]
    }
}

/// No session lives longer, extended or not.
fn longest(policy: &LivePolicy) -> Duration {
    policy.longest_life.min(LONGEST_LIFE)
}

/// How long before the limit people are warned: never so early that the warning comes at once.
fn lead(warning: Duration, limit: Duration) -> Duration {
    warning.min(limit / 2)
}

impl Live {
    /// When to call with [`super::Input::Tick`] if nothing else comes first; none once it ended.
    pub fn next_deadline(&self) -> Option<(Timestamp, Why)> {
        if self.ended.is_some() {
            return None;
        }
        let stop = self.paused_at.map(|at| (at + self.policy.stop_choice, Why::StopChoice));
        let (end_user, other) = self.people.grace_ends(self.policy.disconnect_grace);
        let graces = [end_user.map(|at| (at, Why::EndUserGrace)), other.map(|at| (at, Why::ParticipantGrace))];
        stop.into_iter().chain(graces.into_iter().flatten()).chain(self.limits.next(&self.policy)).min()
    }

    /// The state of the whole session.
    pub fn state(&self, now: Timestamp) -> State {
        State {
            paused: self.paused(),
            held: self.held,
            pause_epoch: self.pause_epoch,
            expires_at: self.limits.expires_at,
            remaining: self.limits.expires_at.since(now),
            warning: if self.ended.is_none() { self.warning(now) } else { None },
            ended: self.ended,
        }
    }

    fn warning(&self, now: Timestamp) -> Option<(Warning, Duration)> {
        if let Some(at) = self.paused_at {
            return Some((Warning::StopUnanswered, (at + self.policy.stop_choice).since(now)));
        }
        if self.limits.warned_idle {
            return Some((Warning::Idle, (self.limits.last_active + self.policy.idle_timeout).since(now)));
        }
        self.limits.warned_max.then(|| (Warning::MaxDuration, self.limits.expires_at.since(now)))
    }

    /// Does what is due, in the order it was due. Each deadline that fires moves on or goes, so the bound is never reached.
    pub(super) fn run_due(&mut self, out: &mut Vec<Output>) {
        for _ in 0..DUE_MAX {
            match self.next_deadline() {
                Some((at, why)) if at <= self.now => self.fire(why, at, out),
                _ => return,
            }
        }
    }

    fn fire(&mut self, why: Why, at: Timestamp, out: &mut Vec<Output>) {
        match why {
            Why::StopChoice => self.end(EndReason::Stopped, out),
            Why::EndUserGrace => self.end(EndReason::Disconnected, out),
            Why::Idle => self.end(EndReason::Idle, out),
            Why::MaxDuration => self.end(EndReason::MaxDuration, out),
            Why::ParticipantGrace => self.remove_away(at, out),
            Why::IdleWarning => {
                self.limits.warned_idle = true;
                let left = (self.limits.last_active + self.policy.idle_timeout).since(self.now);
                out.extend([Output::Warn { warning: Warning::Idle, left }, Output::StateChanged]);
            }
            Why::MaxDurationWarning => {
                self.limits.warned_max = true;
                let left = self.limits.expires_at.since(self.now);
                out.extend([Output::Warn { warning: Warning::MaxDuration, left }, Output::StateChanged]);
            }
        }
    }

    fn remove_away(&mut self, at: Timestamp, out: &mut Vec<Output>) {
        let gone = self.people.remove_away(at.minus(self.policy.disconnect_grace));
        for id in gone {
            if self.control.drop_person(&id) {
                out.push(Output::ControlChanged);
            }
            out.push(Output::Remove(id));
        }
        out.push(Output::RosterChanged);
    }
}

/// More than all deadlines one session can have at once: one for each participant and the others of `Why`.
const DUE_MAX: usize = 128;
