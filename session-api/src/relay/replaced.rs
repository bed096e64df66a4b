//! One stream per participant: a second one in this replica ends the first. Across replicas the pod does it.

use cobrowse_session::{ParticipantId, SessionId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

type Streams = HashMap<(SessionId, ParticipantId), (u64, CancellationToken)>;

/// The streams of this replica. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Replaced(Arc<Mutex<(u64, Streams)>>);

/// One stream's place. Dropping it gives the place back.
pub(super) struct Place {
    all: Replaced,
    key: (SessionId, ParticipantId),
    number: u64,
    /// Cancelled when the same participant attached again.
    pub(super) replaced: CancellationToken,
}

impl Replaced {
    /// Takes the participant's place, and ends whoever has it.
    pub(super) fn take(&self, session: &SessionId, participant: &ParticipantId) -> Place {
        let key = (session.clone(), participant.clone());
        let replaced = CancellationToken::new();
        let mut all = self.lock();
        all.0 += 1;
        let number = all.0;
        if let Some((_, before)) = all.1.insert(key.clone(), (number, replaced.clone())) {
            before.cancel();
        }
        drop(all);
        Place { all: self.clone(), key, number, replaced }
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Streams)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if all.1.get(&self.key).is_some_and(|(number, _)| *number == self.number) {
            all.1.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_ends_the_first_and_keeps_the_place() {
        let all = Replaced::default();
        let (session, person) = (SessionId::from_random([1; 16]), ParticipantId::from_random([1; 8]));
        let first = all.take(&session, &person);
        let second = all.take(&session, &person);
        assert!(first.replaced.is_cancelled() && !second.replaced.is_cancelled());
        drop(first);
        let third = all.take(&session, &person);
        assert!(second.replaced.is_cancelled() && !third.replaced.is_cancelled());
    }
}
