//! The pod's side of a session: who sees, who acts, control, pause, and the limits of time.
//! One owner calls [`Live::handle`] with every input and does what the outputs say; nothing here waits or reads a clock.

mod command;
mod control;
mod deadline;
mod message;
mod people;
mod rights;

use std::time::Duration;

use thiserror::Error;

pub use message::{Act, Command, ControlAction, Input, Output, Refusal, Warning, Why};

use crate::id::ParticipantId;
use crate::participant::{EndReason, Participant};
use crate::policy::LivePolicy;
use crate::time::Timestamp;
use control::Control;
use deadline::Limits;
use people::People;

/// Why there is no live session with these participants.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// Several end users, or others without one.
    #[error("failed to set up the live session: it needs exactly one end user, or nobody yet")]
    EndUser,
    /// The same id twice.
    #[error("failed to set up the live session: two participants have the same id")]
    SameId,
    /// More than the policy allows.
    #[error("failed to set up the live session: it has too many participants")]
    TooMany,
}

/// The live session. All that changes it is [`Live::handle`].
#[derive(Clone, Debug)]
pub struct Live {
    policy: LivePolicy,
    now: Timestamp,
    people: People,
    control: Control,
    limits: Limits,
    /// Since when the end user's Stop holds.
    paused_at: Option<Timestamp>,
    /// An administrator's pause, which is nobody else's to undo.
    held: bool,
    pause_epoch: u32,
    ended: Option<EndReason>,
}

/// The state of the whole session, for `LiveState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Others than the end user see nothing: from Stop until Continue, and while an administrator holds the session.
    pub paused: bool,
    /// An administrator holds it.
    pub held: bool,
    /// How often the end user stopped it.
    pub pause_epoch: u32,
    /// When it ends by its maximum duration.
    pub expires_at: Timestamp,
    /// Time until then.
    pub remaining: Duration,
    /// The limit that is near, and the time until it. Stop before idle before the maximum duration.
    pub warning: Option<(Warning, Duration)>,
    /// Set when it is over.
    pub ended: Option<EndReason>,
}

impl Live {
    /// A session that begins now, with the end user and all that were allowed so far, or with nobody: then its end user must be
    /// let in first, within the grace. Nobody is connected yet, so nobody sees, and the grace of each link runs.
    pub fn new(now: Timestamp, policy: LivePolicy, participants: Vec<Participant>) -> Result<Self, Error> {
        Ok(Self {
            policy,
            now,
            people: People::new(now, &policy, participants)?,
            control: Control::default(),
            limits: Limits::new(now, &policy),
            paused_at: None,
            held: false,
            pause_epoch: 0,
            ended: None,
        })
    }

    /// Takes one input, after everything that was due by `now`. Time that runs backwards counts as standing still.
    pub fn handle(&mut self, now: Timestamp, input: Input) -> Vec<Output> {
        self.now = self.now.max(now);
        let mut out = Vec::new();
        self.run_due(&mut out);
        match input {
            Input::Admit(participant) => self.admit(participant, &mut out),
            Input::Attached(id) => self.attach(&id, &mut out),
            Input::Detached(id) => self.detach(&id, &mut out),
            Input::Active(id) => self.note_activity(&id, &mut out),
            Input::Command { by, id, command } => self.command(&by, id, command, &mut out),
            Input::Administered { paused, max_duration } => self.administer(paused, max_duration, &mut out),
            Input::Ended(reason) => self.end(reason, &mut out),
            Input::Tick => {}
        }
        self.with_changed_rights(out)
    }

    fn admit(&mut self, participant: Participant, out: &mut Vec<Output>) {
        if self.people.get(&participant.id).is_some() && self.ended.is_none() {
            return;
        }
        let id = participant.id.clone();
        let admitted = match self.ended {
            Some(_) => Err(Refusal::Ended),
            None => self.people.admit(self.now, &self.policy, participant),
        };
        match admitted {
            Ok(()) => out.push(Output::RosterChanged),
            Err(reason) => out.push(Output::NotAdmitted { participant: id, reason }),
        }
    }

    fn attach(&mut self, id: &ParticipantId, out: &mut Vec<Output>) {
        if self.people.get(id).is_none() {
            return out.push(Output::Remove(id.clone()));
        }
        if self.ended.is_some() {
            return;
        }
        if self.people.attach(id) {
            out.push(Output::ReleaseHeld(id.clone()));
        }
        out.push(Output::RosterChanged);
    }

    fn detach(&mut self, id: &ParticipantId, out: &mut Vec<Output>) {
        if !self.people.detach(id, self.now) || self.ended.is_some() {
            return;
        }
        out.push(Output::RosterChanged);
        if !self.people.is_end_user(id) && self.control.drop_person(id) {
            out.push(Output::ControlChanged);
        }
    }

    fn note_activity(&mut self, id: &ParticipantId, out: &mut Vec<Output>) {
        if self.ended.is_none() && self.people.get(id).is_some() && self.limits.note_activity(self.now) {
            out.push(Output::StateChanged);
        }
    }

    /// Takes an administrator's wishes, whole. The pause is OR-ed with the end user's own: neither undoes the other.
    fn administer(&mut self, paused: bool, max_duration: Option<Duration>, out: &mut Vec<Output>) {
        if self.ended.is_some() {
            return;
        }
        let max_duration = max_duration.unwrap_or(self.policy.max_duration);
        let moved = self.limits.set_max(max_duration);
        let changed = std::mem::replace(&mut self.held, paused) != paused;
        self.policy.max_duration = max_duration;
        if changed && paused {
            // No epoch of its own: those count the end user's Stops, and the store tells one from another by them. What comes
            // late is from before, and nothing more is made.
            out.push(Output::Blank { epoch: self.pause_epoch });
        }
        if changed || moved {
            out.push(Output::StateChanged);
        }
        // It may be over already.
        self.run_due(out);
    }

    fn end(&mut self, reason: EndReason, out: &mut Vec<Output>) {
        if self.ended.is_none() {
            self.ended = Some(reason);
            out.push(Output::End(reason));
        }
    }

    /// Puts what people lose before the other outputs, and what they gain behind them, so that no word of a change comes
    /// before its protection.
    fn with_changed_rights(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        let rights: Vec<_> = self.roster().map(|p| (p.id.clone(), self.sees(&p.id), self.may_input(&p.id))).collect();
        let (mut lost, mut gained) = (Vec::new(), Vec::new());
        for (id, sees, acts) in rights {
            let before = self.people.replace_rights(&id, sees, acts);
            match (before.sees, sees) {
                (true, false) => lost.push(Output::PicturesFor(id.clone(), false)),
                (false, true) => gained.push(Output::PicturesFor(id.clone(), true)),
                _ => {}
            }
            if before.acts && !acts {
                lost.push(Output::ReleaseHeld(id));
            }
        }
        lost.into_iter().chain(outputs).chain(gained).collect()
    }

    /// Everybody in the session, in the order of arrival.
    pub fn roster(&self) -> impl Iterator<Item = &Participant> {
        self.people.iter()
    }

    /// The participant with this id.
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.people.get(id)
    }

    /// Who holds control alone; none: all with `act` may act.
    pub fn holder(&self) -> Option<&ParticipantId> {
        self.control.holder()
    }

    /// Who asked for control, in order.
    pub fn requests(&self) -> &[ParticipantId] {
        self.control.requests()
    }

    /// How often the session was paused.
    pub fn pause_epoch(&self) -> u32 {
        self.pause_epoch
    }

    /// Whether others than the end user see nothing, whoever paused it.
    pub fn paused(&self) -> bool {
        self.stopped() || self.held
    }

    /// Whether it is between the end user's Stop and Continue.
    pub fn stopped(&self) -> bool {
        self.paused_at.is_some()
    }

    /// Whether an administrator holds it.
    pub fn held(&self) -> bool {
        self.held
    }

    /// Why it ended, once it has.
    pub fn ended(&self) -> Option<EndReason> {
        self.ended
    }

    /// The limits it was set up with.
    pub fn policy(&self) -> &LivePolicy {
        &self.policy
    }
}

#[cfg(test)]
mod tests;
