//! What this replica's streams wait for: the newest row of each session that somebody here watches. A cache; the store is
//! right. Changes made here arrive at once, those of other replicas by the store's notice.

use crate::store::{Error, Store, SystemScope};
use cobrowse_session::waiting::Row;
use cobrowse_session::{SessionId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the store is asked for changes of other replicas. A Stop reaches their viewers within this and one query.
const NOTICE: Duration = Duration::from_millis(80);
/// Other replicas' clocks may be behind ours by this much.
const SKEW: Duration = Duration::from_secs(5);

/// What is known of a session.
#[derive(Clone, Debug)]
pub struct Known {
    /// The newest row seen.
    pub row: Arc<Row>,
    /// Pictures of earlier epochs are for the end user alone. Set by a Stop at once, before the store has it.
    pub stop_epoch: u32,
}

impl Known {
    /// The least epoch whose pictures others may see; `None` while paused.
    pub fn shown_from(&self) -> Option<u32> {
        let epoch = self.row.pause_epoch.max(self.stop_epoch);
        let paused = self.row.paused || self.stop_epoch > self.row.pause_epoch;
        (!paused).then_some(epoch)
    }

    /// Pauses so far.
    pub fn epoch(&self) -> u32 {
        self.row.pause_epoch.max(self.stop_epoch)
    }
}

/// The sessions that this replica watches. Cheap to clone.
#[derive(Clone, Default)]
pub struct Hub {
    watched: Arc<Mutex<HashMap<SessionId, watch::Sender<Known>>>>,
}

impl Hub {
    /// Watches a session from this row on.
    pub fn watch(&self, row: Row) -> watch::Receiver<Known> {
        let mut watched = self.lock();
        watched.retain(|_, sender| sender.receiver_count() > 0);
        let id = row.id.clone();
        let known = Known { row: Arc::new(row), stop_epoch: 0 };
        let sender = watched.entry(id).or_insert_with(|| watch::channel(known.clone()).0);
        let receiver = sender.subscribe();
        newer(sender, &known.row);
        receiver
    }

    /// A row was written here.
    pub fn publish(&self, row: &Row) {
        if let Some(sender) = self.lock().get(&row.id) {
            newer(sender, &Arc::new(row.clone()));
        }
    }

    /// A Stop was pressed here: nobody but the end user gets a picture of before.
    pub fn stop(&self, id: &SessionId) {
        if let Some(sender) = self.lock().get(id) {
            sender.send_if_modified(|known| {
                let shown = known.shown_from().is_some();
                if shown {
                    known.stop_epoch = known.epoch() + 1;
                }
                shown
            });
        }
    }

    /// A Stop was refused or is over here: what the row says counts again.
    pub fn lift(&self, id: &SessionId) {
        if let Some(sender) = self.lock().get(id) {
            sender.send_if_modified(|known| {
                let ahead = known.stop_epoch > known.row.pause_epoch;
                if ahead {
                    known.stop_epoch = known.row.pause_epoch;
                }
                ahead
            });
        }
    }

    /// Follows the store's notices until `stop`.
    pub async fn follow(self, store: Store, stop: CancellationToken) {
        let mut failing = false;
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(NOTICE) => {}
                () = stop.cancelled() => return,
            }
            if self.lock().is_empty() {
                continue;
            }
            match self.look(&store, crate::clock::now().minus(SKEW)).await {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(error = %crate::chain(&error), "the store's notices cannot be read");
                }
                Err(_) => {}
            }
        }
    }

    async fn look(&self, store: &Store, since: Timestamp) -> Result<(), Error> {
        let all = SystemScope::to_sweep();
        for (id, version) in store.changed_since(all, since).await? {
            let Ok(id) = SessionId::parse(&id) else { continue };
            let behind = self.lock().get(&id).is_some_and(|sender| sender.borrow().row.version < version);
            if behind && let Some(row) = store.row_for_proof(all, &id).await? {
                self.publish(&row);
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, watch::Sender<Known>>> {
        // Nothing can panic half-way through a change of the map; a poisoned one is still right.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn newer(sender: &watch::Sender<Known>, row: &Arc<Row>) {
    sender.send_if_modified(|known| {
        let newer = row.version > known.row.version;
        if newer {
            known.row = row.clone();
        }
        newer
    });
}
