//! What this replica's streams wait for: the newest row of each session that somebody here watches. A cache; the store is
//! right. Changes made here arrive at once, those of other replicas by the store's notice.

use crate::store::{Error, Listener, Store, SystemScope};
use cobrowse_session::SessionId;
use cobrowse_session::waiting::Row;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often a store without notices is asked for changes of other replicas. A Stop reaches their viewers within this and one
/// query.
const LOOK: Duration = Duration::from_millis(80);
/// How often one with notices is asked all the same: a connection may be dead without anybody saying so.
const DOUBT: Duration = Duration::from_secs(1);
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

    /// Follows what other replicas change until `stop`.
    pub async fn follow(self, store: Store, stop: CancellationToken) {
        let mut failing = false;
        while let Some(followed) = stop.run_until_cancelled(self.follow_once(&store)).await {
            match followed {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::error!(error = %crate::chain(&error), "the store's notices cannot be read");
                }
                Err(_) => {}
            }
            // A store that cannot be asked is not asked at once again.
            let pause = tokio::time::sleep(if failing { DOUBT } else { LOOK });
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Looks once; where there are notices, listens until they cannot be heard.
    async fn follow_once(&self, store: &Store) -> Result<(), Error> {
        let listener = store.listen(SystemScope::to_sweep()).await?;
        self.look(store).await?;
        match listener {
            Some(listener) => self.hear(store, listener).await,
            None => Ok(()),
        }
    }

    async fn hear(&self, store: &Store, mut listener: Listener) -> Result<(), Error> {
        loop {
            match tokio::time::timeout(DOUBT, listener.next()).await {
                Ok(notice) => {
                    let notice = notice?;
                    self.heard(store, &notice.id, notice.version).await?;
                }
                Err(_) => self.look(store).await?,
            }
        }
    }

    /// What changed lately, of what somebody here watches.
    async fn look(&self, store: &Store) -> Result<(), Error> {
        if self.lock().is_empty() {
            return Ok(());
        }
        for (id, version) in store.changed_since(SystemScope::to_sweep(), crate::clock::now().minus(SKEW)).await? {
            let Ok(id) = SessionId::parse(&id) else { continue };
            self.heard(store, &id, version).await?;
        }
        Ok(())
    }

    async fn heard(&self, store: &Store, id: &SessionId, version: u64) -> Result<(), Error> {
        let behind = self.lock().get(id).is_some_and(|sender| sender.borrow().row.version < version);
        if behind && let Some(row) = store.row_for_proof(SystemScope::to_sweep(), id).await? {
            self.publish(&row);
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
