//! Keeps the deadlines of waiting sessions: expiry of PINs, leases of claims, unanswered Stops. Every replica does it; the
//! version check lets one of them win.

use super::Sessions;
use super::change::Actor;
use crate::clock;
use crate::refusal::Refusal;
use crate::store::SystemScope;
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::Event;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How late a deadline may be kept.
const LATE: Duration = Duration::from_millis(250);
/// How often old counters and ended sessions are swept, in ticks of the above.
const SWEEP: u32 = 240;
/// How long after its end a session can still be asked for: where to go on, why it ended. Its report stays.
const KEPT: Duration = Duration::from_secs(3600);

impl Sessions {
    /// Keeps deadlines until `stop`.
    pub async fn keep_deadlines(self, stop: CancellationToken) {
        let mut ticks = 0u32;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LATE) => {}
                () = stop.cancelled() => return,
            }
            ticks = ticks.wrapping_add(1);
            if let Err(refusal) = self.keep_due(ticks.is_multiple_of(SWEEP)).await {
                tracing::warn!(reason = refusal.reason(), "deadlines could not be kept this time");
            }
        }
    }

    async fn keep_due(&self, sweep: bool) -> Result<(), Refusal> {
        let (now, all) = (clock::now(), SystemScope::to_sweep());
        if sweep {
            let mut write = self.parts.store.write().await?;
            write.forget_attempts(all, now).await?;
            write.wipe_ended(all, now.minus(KEPT)).await?;
            write.commit().await?;
        }
        self.move_up().await?;
        for row in self.parts.store.sessions_due(all, now).await? {
            let Some(scope) = TenantScope::of_due_session(&row, now) else { continue };
            match self.change(&scope, &row.id, Event::Deadline, &Actor::system()).await {
                Ok(_) | Err(Refusal::SessionEnded | Refusal::Conflict) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }
}
