//! The queue: sessions that found no place get the next ones that come free, in the order in which they came.

use super::Sessions;
use crate::caller::Caller;
use crate::clock;
use crate::refusal::Refusal;
use crate::store::{self, Act, Stored, SystemScope};
use cobrowse_session::permission::TenantScope;
use cobrowse_session::waiting::{self, Decision, Event, Row, Stage};
use cobrowse_wire::v1::Session;

/// A session that got its place: whose, as it was, and what it became.
type Moved = (TenantScope, Row, Decision);

impl Sessions {
    /// Gives free places to those who queue. Every replica does it; the turn in the store lets one at a time.
    pub(super) async fn move_up(&self) -> Result<(), Refusal> {
        if self.parts.capacity.free(self.parts.store.load(SystemScope::to_place()).await?) == 0 {
            return Ok(());
        }
        match self.give_places().await {
            Ok(moved) => moved.iter().for_each(|(scope, before, decision)| self.after(scope, before, decision)),
            // Somebody left the queue meanwhile; the next look counts anew.
            Err(store::Error::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn give_places(&self) -> Result<Vec<Moved>, store::Error> {
        let mut write = self.parts.store.write().await?;
        let all = SystemScope::to_place();
        write.next_turn(all).await?;
        let free = self.parts.capacity.free(write.load(all).await?);
        let mut moved = Vec::new();
        for (row, origin) in write.next_queued(all, free).await? {
            let now = clock::now();
            let Some(scope) = TenantScope::of_queued_session(&row) else { continue };
            // One whose time in the queue is over is ended by its deadline.
            let Ok(decision) = waiting::decide(&row, now, Event::PlaceFreed) else { continue };
            write.change_session(&scope, row.version, &decision.row, now).await?;
            let act = Event::PlaceFreed.name();
            let act = Act { at: now, who: "system", act, session: Some(&row.id), detail: "", address: "" };
            write.audit(&scope, &act).await?;
            write.report(&scope, &decision.row, &origin).await?;
            moved.push((scope, row, decision));
        }
        write.commit().await?;
        Ok(moved)
    }

    /// The session as this caller may see it, with its place in the queue.
    pub(super) async fn seen(&self, caller: &Caller, stored: &Stored) -> Result<Session, Refusal> {
        let session = self.view(caller, stored)?;
        self.placed(caller.scope()?, &stored.row, session).await
    }

    /// Adds the place in the queue.
    pub(super) async fn placed(
        &self,
        scope: &TenantScope,
        row: &Row,
        mut session: Session,
    ) -> Result<Session, Refusal> {
        if row.stage == Stage::Queued {
            let place = self.parts.store.queue_place(scope, &row.id).await?;
            session.queue_place = u32::try_from(place).unwrap_or(u32::MAX);
        }
        Ok(session)
    }
}
