//! What one viewer asks of the pod, from the command up to the result down, for the audit.

use super::admission::Admission;
use crate::sessions::Sessions;
use crate::sessions::acts::Asked;
use crate::sessions::change::Actor;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::{ParticipantId, SessionId};
use cobrowse_wire::v1::client_message::Body as Up;
use cobrowse_wire::v1::server_message::Body as Down;
use cobrowse_wire::v1::{ClientMessage, ServerMessage};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Commands without an answer yet. A pod answers each at once; whoever sends more has the first noted as it is.
const OPEN: usize = 64;

/// One viewer's acts.
pub(super) struct Acts {
    sessions: Sessions,
    scope: TenantScope,
    session: SessionId,
    actor: Actor,
    participant: ParticipantId,
    open: Mutex<VecDeque<(u32, Asked)>>,
}

impl Acts {
    /// Of a viewer who was let in.
    pub(super) fn of(sessions: &Sessions, admission: &Admission) -> Self {
        Self {
            sessions: sessions.clone(),
            scope: admission.scope.clone(),
            session: admission.known.borrow().row.id.clone(),
            actor: admission.actor.clone(),
            participant: admission.participant.id.clone(),
            open: Mutex::default(),
        }
    }

    /// The viewer says this. Whether it is an act of which each time is kept.
    pub(super) fn up(&self, message: &ClientMessage) -> bool {
        let Some(Up::Command(command)) = &message.body else {
            if matches!(message.body, Some(Up::Guidance(_))) {
                self.note(Asked::guidance());
            }
            return false;
        };
        let Some(asked) = command.body.as_ref().and_then(Asked::command) else { return false };
        let each = !asked.once;
        let mut open = self.open();
        open.push_back((command.id, asked));
        let oldest = (open.len() > OPEN).then(|| open.pop_front()).flatten();
        drop(open);
        if let Some((_, asked)) = oldest {
            self.note(asked.refused("Unanswered"));
        }
        each
    }

    /// The pod says this.
    pub(super) fn down(&self, message: &ServerMessage) {
        let Some(Down::Result(result)) = &message.body else { return };
        let mut open = self.open();
        let place = open.iter().position(|(id, _)| *id == result.id);
        let asked = place.and_then(|place| open.remove(place));
        drop(open);
        if let Some((_, asked)) = asked {
            self.note(asked.answered(result));
        }
    }

    fn note(&self, asked: Asked) {
        self.sessions.note(&self.scope, &self.session, (&self.actor, &self.participant), asked);
    }

    fn open(&self) -> MutexGuard<'_, VecDeque<(u32, Asked)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Acts {
    /// The stream is over; what has no answer yet was asked for all the same.
    fn drop(&mut self) {
        let open = std::mem::take(&mut *self.open());
        open.into_iter().for_each(|(_, asked)| self.note(asked.refused("Unanswered")));
    }
}
