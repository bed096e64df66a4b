//! The commands that the rules decide on.

use super::{Act, Command, ControlAction, Live, Output, Refusal, Warning};
use crate::id::ParticipantId;
use crate::participant::{EndReason, Permissions, Role};

impl Live {
    pub(super) fn command(&mut self, by: &ParticipantId, id: u32, command: Command, out: &mut Vec<Output>) {
        let participant = by.clone();
        match self.carry_out(by, command, out) {
            Ok(()) => {
                self.note_activity(by, out);
                // Before `End`, which is the last word.
                let place = out.iter().position(|output| matches!(output, Output::End(_))).unwrap_or(out.len());
                out.insert(place, Output::Accepted { participant, command: id });
            }
            Err(reason) => out.push(Output::Refused { participant, command: id, reason }),
        }
    }

    fn carry_out(&mut self, by: &ParticipantId, command: Command, out: &mut Vec<Output>) -> Result<(), Refusal> {
        match command {
            Command::Pause => self.pause(by, out),
            Command::Resume => self.resume(by, out),
            Command::End => self.end_by(by, out),
            Command::Extend => self.extend(by, out),
            Command::Permit { participant, permissions } => self.permit(by, &participant, permissions, out),
            Command::Control(action) => {
                if self.control(by, action)? {
                    out.push(Output::ControlChanged);
                }
                Ok(())
            }
        }
    }

    fn pause(&mut self, by: &ParticipantId, out: &mut Vec<Output>) -> Result<(), Refusal> {
        self.may(by, Act::Pause)?;
        if self.paused_at.is_none() {
            self.paused_at = Some(self.now);
            self.pause_epoch = self.pause_epoch.saturating_add(1);
            out.push(Output::Blank { epoch: self.pause_epoch });
            out.push(Output::Warn { warning: Warning::StopUnanswered, left: self.policy.stop_choice });
            out.push(Output::StateChanged);
        }
        Ok(())
    }

    fn resume(&mut self, by: &ParticipantId, out: &mut Vec<Output>) -> Result<(), Refusal> {
        self.may(by, Act::Pause)?;
        if self.paused_at.take().is_some() {
            out.push(Output::StateChanged);
        }
        Ok(())
    }

    fn end_by(&mut self, by: &ParticipantId, out: &mut Vec<Output>) -> Result<(), Refusal> {
        if self.ended.is_some() && self.people.get(by).is_some() {
            return Ok(());
        }
        self.may(by, Act::End)?;
        let reason = if self.people.is_end_user(by) { EndReason::EndUser } else { EndReason::Agent };
        self.end(reason, out);
        Ok(())
    }

    fn extend(&mut self, by: &ParticipantId, out: &mut Vec<Output>) -> Result<(), Refusal> {
        self.may(by, Act::Extend)?;
        if !self.limits.extend(self.policy.extend_step) {
            return Err(Refusal::LimitReached);
        }
        out.push(Output::StateChanged);
        Ok(())
    }

    fn permit(
        &mut self,
        by: &ParticipantId,
        participant: &ParticipantId,
        permissions: Permissions,
        out: &mut Vec<Output>,
    ) -> Result<(), Refusal> {
        self.may(by, Act::Permit)?;
        if !self.people.permit(participant, permissions) {
            return Err(Refusal::UnknownParticipant);
        }
        out.push(Output::RosterChanged);
        if !self.has_act(participant) && self.control.drop_person(participant) {
            out.push(Output::ControlChanged);
        }
        Ok(())
    }

    /// True when holder or requests are different afterwards.
    fn control(&mut self, by: &ParticipantId, action: ControlAction) -> Result<bool, Refusal> {
        match action {
            ControlAction::Request => {
                self.may(by, Act::AskControl)?;
                if self.people.is_end_user(by) { Err(Refusal::NotAllowed) } else { Ok(self.control.request(by)) }
            }
            ControlAction::Release => {
                self.people.get(by).ok_or(Refusal::NotParticipant)?;
                if self.ended.is_some() { Err(Refusal::Ended) } else { Ok(self.control.drop_person(by)) }
            }
            ControlAction::Grant(to) => {
                self.may(by, Act::Permit)?;
                self.check_can_hold(&to)?;
                Ok(self.control.give(&to))
            }
            ControlAction::Revoke => self.may(by, Act::Permit).map(|()| self.control.revoke()),
            ControlAction::Take => self.may(by, Act::Permit).map(|()| self.control.give(by)),
        }
    }

    fn check_can_hold(&self, id: &ParticipantId) -> Result<(), Refusal> {
        let person = self.people.get(id).filter(|person| person.role == Role::Agent && person.connected);
        let person = person.ok_or(Refusal::UnknownParticipant)?;
        if person.permissions.act { Ok(()) } else { Err(Refusal::NotPermitted) }
    }

    fn has_act(&self, id: &ParticipantId) -> bool {
        self.people.get(id).is_some_and(|person| person.permissions.act)
    }
}
