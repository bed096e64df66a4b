//! Who may do what at this moment. The one place where role, permission, control, pause and absence meet.

use super::{Act, Live, Refusal};
use crate::id::ParticipantId;
use crate::participant::{Participant, Role};

impl Live {
    /// Whether this participant may do this now. Ask before carrying anything out that is not a [`super::Command`].
    pub fn may(&self, participant: &ParticipantId, act: Act) -> Result<(), Refusal> {
        let person = self.people.get(participant).ok_or(Refusal::NotParticipant)?;
        if self.ended.is_some() {
            return Err(Refusal::Ended);
        }
        // Pictures and input go through a stream, so there must be one.
        if matches!(act, Act::See | Act::Input) && !person.connected {
            return Err(Refusal::NotParticipant);
        }
        match person.role {
            Role::EndUser => Ok(()),
            Role::Agent => self.agent_may(person, act),
            Role::Observer if act == Act::See => self.agent_may(person, act),
            Role::Recorder if act == Act::See => self.unless_paused(),
            Role::Observer | Role::Recorder => Err(Refusal::NotAllowed),
        }
    }

    /// Whether this participant's pointer, keys and touch go to the page now.
    pub fn may_input(&self, participant: &ParticipantId) -> bool {
        self.may(participant, Act::Input).is_ok()
    }

    /// Whether this participant gets pictures now.
    pub fn sees(&self, participant: &ParticipantId) -> bool {
        self.may(participant, Act::See).is_ok()
    }

    /// Whether anybody but the end user would get pictures now, if permitted. What is recorded is that, and no more.
    pub fn shows(&self) -> bool {
        self.ended.is_none() && self.shown().is_ok()
    }

    fn agent_may(&self, agent: &Participant, act: Act) -> Result<(), Refusal> {
        let permissions = agent.permissions;
        let permitted = match act {
            Act::Upload | Act::Download | Act::TypeProtected | Act::Resize | Act::Permit | Act::Pause => {
                return Err(Refusal::NotAllowed);
            }
            // Leaving for good is never forbidden.
            Act::End => return Ok(()),
            Act::See | Act::Extend => permissions.view,
            Act::Point => permissions.point,
            Act::Input | Act::Navigate | Act::AnswerDialog | Act::AskControl => permissions.act,
            Act::Clipboard => permissions.clipboard,
        };
        if !permitted {
            return Err(Refusal::NotPermitted);
        }
        self.shown()?;
        let acts = matches!(act, Act::Input | Act::Navigate | Act::AnswerDialog);
        if acts && !self.control.leaves_room_for(&agent.id) {
            return Err(Refusal::ControlHeld);
        }
        Ok(())
    }

    fn shown(&self) -> Result<(), Refusal> {
        self.unless_paused()?;
        if self.people.end_user_is_here() { Ok(()) } else { Err(Refusal::EndUserAway) }
    }

    fn unless_paused(&self) -> Result<(), Refusal> {
        if self.paused() { Err(Refusal::Paused) } else { Ok(()) }
    }
}
