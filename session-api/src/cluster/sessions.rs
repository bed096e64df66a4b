//! What this replica sees of sessions' objects: the pod that each is bound to, and why it finished. A cache; the cluster is right.

use super::watch::Seen;
use crate::sessions::links::Place;
use cobrowse_crds::kind::CoBrowseSession;
use cobrowse_crds::kind::session::{Binding, FinishReason, SessionSpec};
use cobrowse_identity::name::PodUid;
use cobrowse_session::{EndReason, SessionId};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What is seen of one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Its pod.
    pub binding: Option<Binding>,
    /// Why it finished.
    pub finish: Option<EndReason>,
    /// What it says of itself, where somebody made it by hand.
    pub by_hand: Option<Arc<SessionSpec>>,
}

impl Look {
    fn of(object: &CoBrowseSession) -> Self {
        let status = object.status.as_ref();
        let finish = status.and_then(|status| status.finish_reason).map(end_reason);
        let binding = status.and_then(|status| status.binding.clone());
        let by_hand = (!object.spec.query_follows).then(|| Arc::new(object.spec.clone()));
        Self { binding, finish, by_hand }
    }

    /// Where the pod is, once there is one.
    pub fn place(&self, port: u16) -> Option<Place> {
        let binding = self.binding.as_ref()?;
        let address = SocketAddr::new(binding.pod_ip.parse().ok()?, port);
        Some(Place { address, uid: PodUid::parse(&binding.pod_uid).ok()? })
    }
}

/// Sessions' objects as they were last seen. Cheap to clone.
#[derive(Clone, Default)]
pub struct Objects {
    seen: Arc<Mutex<HashMap<String, watch::Sender<Option<Look>>>>>,
}

impl Objects {
    /// Watches one. `None` is one that is not there: not yet, or not any more.
    pub fn watch(&self, id: &SessionId) -> watch::Receiver<Option<Look>> {
        let mut seen = self.lock();
        seen.entry(id.to_string()).or_insert_with(|| watch::channel(None).0).subscribe()
    }

    /// Sessions that somebody made by hand and that have a pod and no end yet, by name.
    pub fn by_hand(&self) -> Vec<(String, Arc<SessionSpec>)> {
        let open = |look: &Look| look.by_hand.clone().filter(|_| look.binding.is_some() && look.finish.is_none());
        let seen = self.lock();
        let all = seen.iter().filter_map(|(name, sender)| Some((name.clone(), open(sender.borrow().as_ref()?)?)));
        all.collect()
    }

    /// Takes what the watch tells.
    pub(super) fn seer(self) -> impl FnMut(Seen<CoBrowseSession>) + Send {
        move |seen| match seen {
            Seen::All(objects) => self.all(&objects),
            Seen::Now(object) => self.now(&object),
            Seen::Gone(name) => self.gone(&name),
        }
    }

    fn all(&self, objects: &[CoBrowseSession]) {
        let there: HashMap<&str, ()> = objects.iter().filter_map(|object| Some((name(object)?, ()))).collect();
        let missing: Vec<String> =
            self.lock().keys().filter(|name| !there.contains_key(name.as_str())).cloned().collect();
        missing.iter().for_each(|name| self.gone(name));
        objects.iter().for_each(|object| self.now(object));
    }

    fn now(&self, object: &CoBrowseSession) {
        let (Some(name), look) = (name(object), Look::of(object)) else { return };
        let mut seen = self.lock();
        let sender = seen.entry(name.to_owned()).or_insert_with(|| watch::channel(None).0);
        sender.send_if_modified(|known| known.replace(look.clone()) != Some(look));
    }

    /// Whoever waits for it hears so; without anybody it is forgotten.
    fn gone(&self, name: &str) {
        let mut seen = self.lock();
        if let Some(sender) = seen.get(name) {
            sender.send_if_modified(|known| known.take().is_some());
            if sender.receiver_count() == 0 {
                seen.remove(name);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Option<Look>>>> {
        // Nothing can panic half-way through a change of the map; a poisoned one is still right.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(object: &CoBrowseSession) -> Option<&str> {
    object.metadata.name.as_deref()
}

/// The operator's word, as people are told.
fn end_reason(reason: FinishReason) -> EndReason {
    match reason {
        FinishReason::EndUser => EndReason::EndUser,
        FinishReason::Agent => EndReason::Agent,
        FinishReason::Administrator | FinishReason::Requested => EndReason::Administrator,
        FinishReason::Stopped => EndReason::Stopped,
        FinishReason::Disconnected => EndReason::Disconnected,
        FinishReason::Idle => EndReason::Idle,
        FinishReason::MaxDuration => EndReason::MaxDuration,
        FinishReason::PinExpired => EndReason::PinExpired,
        FinishReason::PinLocked => EndReason::PinLocked,
        FinishReason::BrowserCrashed => EndReason::BrowserCrashed,
        FinishReason::PodLost | FinishReason::Evicted => EndReason::PodLost,
        FinishReason::NoCapacity => EndReason::NoCapacity,
        FinishReason::TenantSuspended => EndReason::TenantSuspended,
        FinishReason::NetworkNotEnforced => EndReason::NetworkNotEnforced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(name: &str, status: &serde_json::Value) -> CoBrowseSession {
        serde_json::from_value(json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession", "metadata": {"name": name},
            "spec": {"tenantRef": {"name": "a"}, "poolRef": {"name": "p"}, "site": "a.example"}, "status": status,
        }))
        .expect("a session")
    }

    fn bound() -> serde_json::Value {
        json!({"binding": {
            "podName": "p-1", "podUID": "6b1f0f3e-0d6a", "podIP": "2001:db8::17", "nodeName": "n", "revision": "r",
            "launch": "Warm",
        }})
    }

    #[test]
    fn a_binding_names_the_pod_and_its_address() {
        let look = Look::of(&session("s-1", &bound()));
        let place = look.place(8700).expect("is bound");
        assert_eq!(place.to_text(), "[2001:db8::17]:8700 6b1f0f3e-0d6a");
        assert_eq!(Look::of(&session("s-1", &json!({"finishReason": "Evicted"}))).finish, Some(EndReason::PodLost));
        assert_eq!(Look::of(&session("s-1", &json!({}))).place(8700), None);
    }

    #[test]
    fn what_somebody_made_by_hand_is_told_apart_once_it_has_a_pod() {
        let objects = Objects::default();
        let mut see = objects.clone().seer();
        let mut ours = session("s-1", &bound());
        ours.spec.query_follows = true;
        let mut over = bound();
        over["finishReason"] = json!("Idle");
        see(Seen::All(vec![ours, session("bare", &json!({})), session("over", &over), session("made", &bound())]));
        assert_eq!(objects.by_hand().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["made"]);
    }

    #[test]
    fn who_waits_hears_of_what_comes_changes_and_goes() {
        let objects = Objects::default();
        let mut see = objects.clone().seer();
        let mut waits = objects.watch(&SessionId::parse("s-1").expect("an id"));
        see(Seen::All(vec![session("s-2", &json!({}))]));
        assert!(!waits.has_changed().expect("open"));
        see(Seen::Now(Box::new(session("s-1", &bound()))));
        assert!(waits.borrow_and_update().as_ref().is_some_and(|look| look.binding.is_some()));
        see(Seen::Now(Box::new(session("s-1", &bound()))));
        assert!(!waits.has_changed().expect("open"), "nothing is new");
        // A list without it, as after a watch that was cut.
        see(Seen::All(Vec::new()));
        assert_eq!(*waits.borrow_and_update(), None);
        drop(waits);
        see(Seen::Gone("s-1".to_owned()));
        assert!(objects.lock().is_empty(), "nothing is kept for nobody");
    }
}
