//! All objects that were seen, and who belongs to whom.

use crate::mirror::Mirror;
use crate::seen;
use cobrowse_session::pool::Slot;
use cobrowse_session::{PodUid, SessionUid};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The objects, and indexes over them.
#[derive(Debug, Default)]
pub struct Known {
    pub(super) sessions: Mirror<SessionUid, seen::Session>,
    pub(super) pods: Mirror<PodUid, seen::Pod>,
    pub(super) pools: Mirror<u128, seen::Pool>,
    pub(super) tenants: Mirror<u128, seen::Tenant>,
    /// Pods that name a session.
    pub(super) by_session: HashMap<SessionUid, BTreeSet<PodUid>>,
    /// Pods of a pool.
    pub(super) by_pool: BTreeMap<String, BTreeSet<PodUid>>,
    /// Those of them that are no session's.
    pub(super) warm: BTreeMap<String, BTreeSet<PodUid>>,
    /// Sessions of a pool that have neither a pod nor an end.
    pub(super) open: BTreeMap<String, BTreeSet<SessionUid>>,
}

impl Known {
    /// Whether everything was listed once.
    pub fn is_complete(&self) -> bool {
        let sessions = self.sessions.is_complete() && self.tenants.is_complete();
        sessions && self.pods.is_complete() && self.pools.is_complete()
    }

    /// The pool of this name.
    pub(super) fn pool(&self, name: &str) -> Option<&seen::Pool> {
        self.pools.iter().map(|(_, pool)| pool).find(|pool| pool.name() == name)
    }

    /// The pods that name a session.
    pub(super) fn pods_of(&self, session: SessionUid) -> impl Iterator<Item = &seen::Pod> {
        let pods = self.by_session.get(&session).into_iter().flatten();
        pods.filter_map(|uid| self.pods.get(uid))
    }

    /// Takes in a pod. True when it is news.
    pub(super) fn see_pod(&mut self, pod: seen::Pod) -> bool {
        let (uid, pool, slot, session) = (pod.uid, pod.pool.clone(), pod.slot, pod.session);
        if !self.pods.see(uid, pod.version, pod) {
            return false;
        }
        if let Some(session) = session {
            self.by_session.entry(session).or_default().insert(uid);
        }
        if slot == Slot::Warm {
            self.warm.entry(pool.clone()).or_default().insert(uid);
        } else {
            remove(&mut self.warm, &pool, &uid);
        }
        self.by_pool.entry(pool).or_default().insert(uid);
        true
    }

    /// A pod is gone. Gives what it was.
    pub(super) fn lose_pod(&mut self, uid: PodUid) -> Option<seen::Pod> {
        let pod = self.pods.lose(uid)?;
        remove(&mut self.by_pool, &pod.pool, &uid);
        remove(&mut self.warm, &pod.pool, &uid);
        if let Some(session) = pod.session
            && let Some(pods) = self.by_session.get_mut(&session)
        {
            pods.remove(&uid);
            if pods.is_empty() {
                self.by_session.remove(&session);
            }
        }
        Some(pod)
    }

    /// Takes in a session. True when it is news.
    pub(super) fn see_session(&mut self, session: seen::Session) -> bool {
        let (uid, pool) = (session.uid, session.pool.clone());
        let open = session.binding.is_none() && session.finished.is_none();
        if !self.sessions.see(uid, session.version, session) {
            return false;
        }
        if open {
            self.open.entry(pool).or_default().insert(uid);
        } else {
            remove(&mut self.open, &pool, &uid);
        }
        true
    }

    /// A session is gone. Gives what it was.
    pub(super) fn lose_session(&mut self, uid: SessionUid) -> Option<seen::Session> {
        let session = self.sessions.lose(uid)?;
        remove(&mut self.open, &session.pool, &uid);
        Some(session)
    }
}

fn remove<T: Ord>(index: &mut BTreeMap<String, BTreeSet<T>>, key: &str, value: &T) {
    if let Some(values) = index.get_mut(key) {
        values.remove(value);
        if values.is_empty() {
            index.remove(key);
        }
    }
}
