//! Ends sessions whose pod is gone together with the replica that made it: nobody else would notice.

use super::Sessions;
use super::change::Actor;
use super::links::Place;
use crate::refusal::Refusal;
use crate::store::SystemScope;
use cobrowse_session::EndReason;
use cobrowse_session::waiting::{Claim, Event, Row};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often pods of other replicas are looked for.
const ROUND: Duration = Duration::from_secs(15);

impl Sessions {
    /// Looks for lost pods, at once and then again and again, until `stop`.
    pub async fn find_lost(self, stop: CancellationToken) {
        loop {
            if let Err(refusal) = self.end_lost().await {
                tracing::warn!(reason = refusal.reason(), "lost pods could not be looked for this time");
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn end_lost(&self) -> Result<(), Refusal> {
        for row in self.parts.store.sessions_open(SystemScope::to_sweep()).await? {
            if !self.is_lost(&row).await {
                continue;
            }
            // A tenant that is gone from the configuration has no scope; its sessions end by their deadlines.
            let Some(scope) = self.own_scope(&row) else { continue };
            let event = Event::Ended { reason: EndReason::PodLost };
            match self.change(&scope, &row.id, event, &Actor::system()).await {
                Ok(_) | Err(Refusal::SessionEnded) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }

    /// Our own pods are watched by whoever drives them.
    async fn is_lost(&self, row: &Row) -> bool {
        let of_another = matches!(&row.claim, Claim::Bound { by, .. } if *by != self.parts.replica);
        match Place::of(row).filter(|_| of_another) {
            Some(place) => !self.parts.links.dialer().may_be_there(place.address, &place.uid).await,
            None => false,
        }
    }
}
