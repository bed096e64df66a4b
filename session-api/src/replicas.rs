//! Replicas of one installation notice each other: each counts in the store, and what one that stood still for too long was driving
//! is taken over by another. Whoever goes in order says so, and is not waited for. On a cluster alone: there a pod outlives a replica.

use crate::drive::Browsers;
use crate::refusal::Refusal;
use crate::sessions::Sessions;
use crate::sessions::change::Actor;
use crate::store::{self, SystemScope};
use crate::traces;
use cobrowse_session::id::ReplicaId;
use cobrowse_session::waiting::{Claim, Event, Row};
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How often a replica counts, and looks at the others.
const BEAT: Duration = Duration::from_secs(2);
/// How long another one's count may stand still. Some beats, so that a store that is slow for a moment ends nobody; what was driven
/// is in other hands within ten seconds.
const SILENCE: Duration = Duration::from_secs(7);

/// What this replica saw of the others: their counts, and since when they stand there by its own clock.
#[derive(Default)]
struct Others(HashMap<ReplicaId, (u64, Instant)>);

impl Others {
    /// Notes counts, and tells whose has stood still for too long.
    fn note(&mut self, counts: Vec<(ReplicaId, u64)>, own: &ReplicaId, now: Instant) -> Vec<(ReplicaId, u64)> {
        let before = std::mem::take(&mut self.0);
        for (id, count) in counts.into_iter().filter(|(id, _)| id != own) {
            let since = before.get(&id).filter(|(known, _)| *known == count).map_or(now, |(_, since)| *since);
            self.0.insert(id, (count, since));
        }
        let silent = self.0.iter().filter(|(_, (_, since))| now.duration_since(*since) >= SILENCE);
        silent.map(|(id, (count, _))| (id.clone(), *count)).collect()
    }
}

/// Counts, watches the others and takes over what they left, until `stop`.
pub async fn watch(sessions: Sessions, stop: CancellationToken) {
    let (mut others, mut beats, mut failing) = (Others::default(), 0u64, false);
    loop {
        beats += 1;
        match round(&sessions, beats, &mut others).await {
            Ok(()) => failing = false,
            Err(refusal) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(reason = refusal.reason(), "this replica could not say that it lives");
                }
            }
        }
        if stop.run_until_cancelled(tokio::time::sleep(BEAT)).await.is_none() {
            return;
        }
    }
}

/// Says that this replica goes. What it was driving is the others' at once.
pub async fn leave(sessions: &Sessions) {
    if !matches!(sessions.parts().browsers, Browsers::Cluster(_)) {
        return;
    }
    if let Err(error) = try_leave(sessions).await {
        tracing::warn!(error = %crate::chain(&error), "this replica could not say that it goes; it is waited for");
    }
}

async fn try_leave(sessions: &Sessions) -> Result<(), store::Error> {
    let parts = sessions.parts();
    let mut write = parts.store.write().await?;
    write.leave(SystemScope::to_sweep(), &parts.replica).await?;
    write.commit().await
}

async fn round(sessions: &Sessions, beats: u64, others: &mut Others) -> Result<(), Refusal> {
    let (parts, all) = (sessions.parts(), SystemScope::to_sweep());
    let mut write = parts.store.write().await?;
    write.beat(all, &parts.replica, beats).await?;
    write.commit().await?;
    for (id, count) in others.note(parts.store.replicas(all).await?, &parts.replica, Instant::now()) {
        let mut write = parts.store.write().await?;
        if write.give_up(all, &id, count).await? {
            tracing::warn!(replica = %id, "a replica is silent; what it was driving is taken over");
        }
        write.commit().await?;
    }
    for row in parts.store.orphans(all).await? {
        take_over(sessions, &row).await?;
    }
    Ok(())
}

/// Takes one session over, unless another replica was faster.
async fn take_over(sessions: &Sessions, row: &Row) -> Result<(), Refusal> {
    let (Claim::Claiming { by: from, .. } | Claim::Bound { by: from, .. }) = &row.claim else { return Ok(()) };
    // A tenant that is gone is suspended; its sessions end by their deadlines.
    let Some(scope) = sessions.own_scope(row) else { return Ok(()) };
    let parts = sessions.parts();
    let event = Event::TakenOver { from: from.clone(), by: parts.replica.clone() };
    match sessions.change(&scope, &row.id, event, &Actor::system()).await {
        Ok(_) => {
            tracing::info!(session_id = %row.id, "a session was taken over");
            // Only at the end of the program does nobody listen.
            let _ = parts.wanted.send((scope, row.id.clone(), traces::here()));
            Ok(())
        }
        Err(Refusal::SessionEnded | Refusal::WrongPhase(_) | Refusal::Conflict) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stands_still_is_silent_and_who_counts_is_not() {
        let id = |n: u8| ReplicaId::from_random([n; 8]);
        let (own, start) = (id(0), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let counts = |second, third| vec![(own.clone(), 1), (id(2), second), (id(3), third)];
        let mut others = Others::default();
        assert!(others.note(counts(5, 5), &own, at(0)).is_empty(), "whoever comes new waits for it");
        assert!(others.note(counts(5, 6), &own, at(6)).is_empty());
        assert_eq!(others.note(counts(5, 7), &own, at(7)), [(id(2), 5)]);
        // It was slow, not dead.
        assert!(others.note(counts(6, 7), &own, at(8)).is_empty());
        // One that left is forgotten, and is new when it comes again.
        assert!(others.note(vec![(id(3), 8)], &own, at(30)).is_empty());
        assert!(others.note(counts(6, 9), &own, at(40)).is_empty());
    }
}
