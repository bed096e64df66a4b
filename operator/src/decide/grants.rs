//! What is to be done so that a live session's browser gets out: its grant, first with `Start`, is renewed while its pod lives. A replica
//! that begins to lead knows of no grant, and renews all at once.

use super::Decider;
use super::timers::Key;
use crate::egress::Way;
use crate::pool::build::pod;
use crate::seen::{self, Stage};
use crate::session::grant::Granting;
use crate::work::Work;
use cobrowse_identity::grant::RENEW_AFTER;
use cobrowse_session::{PodUid, Timestamp};
use std::time::Duration;

/// The wait after a renewal that did not come to the pod: ten of them and more are left before the grant is over.
const AGAIN: Duration = Duration::from_secs(10);

/// When a pod's grant is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Renewal {
    busy: bool,
    due: Timestamp,
}

impl Decider {
    /// The way out is known, or another one. Pods that go by the old one are stale.
    pub(super) fn way_changed(&mut self, way: Way) {
        self.grant_key = Some(way.key);
        self.installation.gateways = Some(way.gateways);
        for (name, state) in &mut self.pools {
            if let Some(pool) = self.known.pool(name) {
                state.revision = pod::revision(&pool.object, &self.installation);
            }
            self.dirty.pools.insert(name.clone());
        }
        // Some may wait for it.
        self.dirty.sessions.extend(self.known.sessions.iter().map(|(uid, _)| *uid));
    }

    /// What a pod's grant is to say; none for one that goes out by itself, or whose tenant is not there.
    pub(super) fn granting(&self, session: &seen::Session, pod: &seen::Pod) -> Option<Granting> {
        let key = self.grant_key.clone().filter(|_| pod.by_gateway)?;
        let found = self.found(session).ok()?;
        Granting::new(key, found.wish, found.tenant.parsed.as_ref().ok()?, pod)
    }

    /// `Start` was done, and brought the first grant.
    pub(super) fn note_started(&mut self, uid: PodUid, now: Timestamp) {
        if self.known.pods.get(&uid).is_some_and(|pod| pod.by_gateway) {
            self.renew_later(uid, now + RENEW_AFTER);
        }
    }

    fn renew_later(&mut self, uid: PodUid, due: Timestamp) {
        self.grants.insert(uid, Renewal { busy: false, due });
        self.timers.set(due, Key::Pod(uid));
    }

    /// Renews the grant of a pod whose session lives.
    pub(super) fn decide_grant(&mut self, uid: PodUid, now: Timestamp) -> Option<Work> {
        let pod = self.known.pods.get(&uid)?;
        if !pod.by_gateway || !matches!(pod.stage, Stage::Running(_)) || !self.is_in_binding(pod) {
            return None;
        }
        let session = self.known.sessions.get(&pod.session?).filter(|session| session.finished.is_none())?;
        let due = match self.grants.get(&uid) {
            Some(renewal) if renewal.busy => return None,
            Some(renewal) => renewal.due,
            None if session.ready => now,
            // Its first grant goes with Start.
            None => return None,
        };
        if due > now {
            self.timers.set(due, Key::Pod(uid));
            return None;
        }
        // Without its tenant a session has no way out, until that is back.
        let Some(granting) = self.granting(session, pod).map(Box::new) else {
            self.renew_later(uid, now + AGAIN);
            return None;
        };
        let pod = Box::new(pod.clone());
        self.grants.insert(uid, Renewal { busy: true, due });
        Some(Work::Grant { pod, granting })
    }

    /// What came of a renewal.
    pub(super) fn granted(&mut self, uid: PodUid, error: Option<&str>, now: Timestamp) {
        self.metrics.granted(error.is_none());
        let Some(pod) = self.known.pods.get(&uid) else {
            self.grants.remove(&uid);
            return;
        };
        if let Some(error) = error {
            tracing::warn!(pod = pod.name, error, "a pod's grant was not renewed; it is tried again");
        }
        self.renew_later(uid, now + if error.is_some() { AGAIN } else { RENEW_AFTER });
    }
}
