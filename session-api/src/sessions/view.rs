//! A session as one caller may see it.

use super::Sessions;
use crate::caller::Caller;
use crate::refusal::Refusal;
use crate::store::Stored;
use cobrowse_session::Role;
use cobrowse_session::waiting::{Person, Row, Stage};
use cobrowse_wire::timestamp;
use cobrowse_wire::v1;

impl Sessions {
    /// The session as this caller may see it.
    pub(super) fn view(&self, caller: &Caller, stored: &Stored) -> Result<v1::Session, Refusal> {
        let row = &stored.row;
        let own = caller.person(row);
        let mut session = self.shape(row, own)?;
        if own.is_some_and(|person| person.participant.role == Role::EndUser) && row.stage == Stage::Ended {
            session.return_url = self.return_url(stored);
        }
        Ok(session)
    }

    /// A session just started, as its end user sees it.
    pub(super) fn view_of_end_user(&self, row: &Row) -> Result<v1::Session, Refusal> {
        self.shape(row, row.end_user())
    }

    fn shape(&self, row: &Row, own: Option<&Person>) -> Result<v1::Session, Refusal> {
        let is_end_user = own.is_some_and(|person| person.participant.role == Role::EndUser);
        let waits = row.stage == Stage::Waiting && !row.pin.used;
        let there = row.allowed().chain(row.asked());
        Ok(v1::Session {
            id: row.id.to_string(),
            tenant: row.tenant.to_string(),
            company: self.tenant(&row.tenant)?.display_name.to_string(),
            phase: v1::Phase::from(row.phase()).into(),
            participants: there.map(|person| v1::Participant::from(&person.participant)).collect(),
            waiting_ids: row.asked().map(|person| person.participant.id.to_string()).collect(),
            pin_expires_at: (is_end_user && waits).then(|| timestamp(row.pin.expires_at)),
            expires_at: row.expires_at.map(timestamp),
            end_reason: row.end_reason.map_or(v1::EndReason::Unspecified, v1::EndReason::from).into(),
            return_url: String::new(),
            self_id: own.map(|person| person.participant.id.to_string()).unwrap_or_default(),
            created_at: Some(timestamp(row.created_at)),
            failure: row.failure.clone().unwrap_or_default(),
            queue_place: 0,
        })
    }

    /// The page they were on, or, when the browser could not say it any more, the one they started from.
    fn return_url(&self, stored: &Stored) -> String {
        let sealed = stored.return_url.as_ref().unwrap_or(&stored.start.url);
        self.parts.sealer.open(&stored.row.id, sealed).unwrap_or_else(|error| {
            tracing::error!(%error, session_id = %stored.row.id, "an end user has nowhere to go on");
            String::new()
        })
    }
}
