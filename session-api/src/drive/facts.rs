//! What the pod says, written to the row.

use super::Drive;
use crate::clock;
use crate::refusal::Refusal;
use cobrowse_session::waiting::{Event, Stage};
use cobrowse_session::{EndReason, Participant, Timestamp};
use cobrowse_wire::v1::{Phase, WatchResponse};
use std::time::Duration;

/// What the row has been told, so that only changes are written.
#[derive(Default)]
pub(super) struct Told {
    roster: Option<Vec<Participant>>,
    live: bool,
    /// The newest epoch that the pod named.
    pub(super) epoch: u32,
    /// The newest one that the row was told.
    written: u32,
    paused: bool,
    expires_at: Option<Timestamp>,
    /// The store did not take something; the same fact is told again.
    pub(super) behind: bool,
}

impl Drive {
    /// Writes one fact. True when it was the last.
    pub(super) async fn fact(&self, fact: WatchResponse, max_duration: Duration, told: &mut Told) -> bool {
        told.behind = false;
        let phase = fact.phase();
        if phase == Phase::Ended {
            let reason = EndReason::try_from(fact.end_reason()).unwrap_or(EndReason::PodLost);
            self.ended(reason, (!fact.last_url.is_empty()).then_some(fact.last_url.as_str())).await;
            return true;
        }
        let said = fact.expires_at.as_ref().map(cobrowse_wire::moment);
        if !told.live && matches!(phase, Phase::Live | Phase::Paused) {
            let expires_at = said.unwrap_or_else(|| clock::now() + max_duration);
            told.live = self.tell(Event::WentLive { expires_at }, told).await;
            told.expires_at = told.live.then_some(expires_at);
        } else if let Some(expires_at) = said.filter(|at| told.expires_at != Some(*at)) {
            told.expires_at = self.tell(Event::Extended { expires_at }, told).await.then_some(expires_at);
        }
        let newer = fact.pause_epoch > told.written;
        let change = match phase {
            Phase::Paused if !told.paused || newer => Some((true, Event::Paused { epoch: Some(fact.pause_epoch) })),
            Phase::Live if told.paused || newer => Some((false, Event::Resumed { epoch: fact.pause_epoch })),
            _ => None,
        };
        if let Some((paused, event)) = change
            && self.tell(event, told).await
        {
            (told.paused, told.written) = (paused, fact.pause_epoch);
        }
        told.epoch = told.epoch.max(fact.pause_epoch);
        self.roster(fact, told).await;
        false
    }

    async fn roster(&self, fact: WatchResponse, told: &mut Told) {
        let participants: Result<Vec<_>, _> = fact.participants.into_iter().map(Participant::try_from).collect();
        match participants {
            Ok(participants) if told.roster.as_ref() != Some(&participants) => {
                if self.tell(Event::Roster { participants: participants.clone() }, told).await {
                    told.roster = Some(participants);
                }
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(session_id = %self.id, %error, "a pod's roster cannot be read"),
        }
    }

    async fn tell(&self, event: Event, told: &mut Told) -> bool {
        match self.change(event).await {
            Ok(stored) => stored.row.stage != Stage::Ended,
            Err(Refusal::SessionEnded) => false,
            Err(refusal) => {
                tracing::error!(session_id = %self.id, reason = refusal.reason(), "a fact could not be written");
                told.behind = true;
                false
            }
        }
    }
}
