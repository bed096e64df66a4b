//! All that a watch saw of sessions and pods, and what must hold of it whatever happened.

use crate::pod::Loads;
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::Resource;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// One of our kinds, as a client without their types asks for it.
pub(crate) fn resource(kind: &str) -> ApiResource {
    ApiResource {
        group: "cobrowse.dev".to_owned(),
        version: "v1alpha1".to_owned(),
        api_version: "cobrowse.dev/v1alpha1".to_owned(),
        kind: kind.to_owned(),
        plural: format!("{}s", kind.to_lowercase()),
    }
}

/// What was seen.
#[derive(Default)]
pub(crate) struct History {
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// By session: the pods that its binding ever named.
    bindings: BTreeMap<String, BTreeSet<String>>,
    /// When a session's binding was first seen.
    bound: BTreeMap<String, Instant>,
    ready: BTreeMap<String, Instant>,
    /// When a session's first picture was first told.
    pictured: BTreeMap<String, Instant>,
    /// Pods that were ever bound, and those that were warm afterwards.
    pods_bound: BTreeSet<String>,
    again_warm: BTreeSet<String>,
    /// Pods that are there and bound.
    present: BTreeSet<String>,
    /// Names of sessions by UID.
    names: BTreeMap<String, String>,
    /// Why each ended that has.
    ends: BTreeMap<String, String>,
}

impl Seen {
    /// Times by name instead of UID.
    fn named(&self, times: &BTreeMap<String, Instant>) -> BTreeMap<String, Instant> {
        times.iter().filter_map(|(uid, at)| Some((self.names.get(uid)?.clone(), *at))).collect()
    }
}

impl History {
    /// Watches until stopped.
    pub(crate) fn begin(sessions: Api<DynamicObject>, pods: Api<Pod>, stop: CancellationToken) -> Arc<Self> {
        let history = Arc::new(Self::default());
        let (seen, ended) = (history.clone(), stop.clone());
        tokio::spawn(async move {
            let mut events = watcher(sessions, watcher::Config::default()).default_backoff().boxed();
            while let Some(event) = tokio::select! { event = events.next() => event, () = ended.cancelled() => None } {
                if let Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) = event {
                    seen.session(&object);
                }
            }
        });
        let seen = history.clone();
        tokio::spawn(async move {
            let mut events = watcher(pods, watcher::Config::default()).default_backoff().boxed();
            while let Some(event) = tokio::select! { event = events.next() => event, () = stop.cancelled() => None } {
                match event {
                    // Those that went while nobody watched are not listed any more.
                    Ok(watcher::Event::Init) => seen.seen.lock().expect("no panic holds it").present.clear(),
                    Ok(watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) => seen.pod(&pod, true),
                    Ok(watcher::Event::Delete(pod)) => seen.pod(&pod, false),
                    _ => {}
                }
            }
        });
        history
    }

    fn session(&self, object: &DynamicObject) {
        let uid = object.metadata.uid.clone().unwrap_or_default();
        let now = Instant::now();
        let mut seen = self.seen.lock().expect("no panic holds it");
        seen.names.insert(uid.clone(), object.metadata.name.clone().unwrap_or_default());
        if let Some(pod) = object.data["status"]["binding"]["podUID"].as_str() {
            seen.bindings.entry(uid.clone()).or_default().insert(pod.to_owned());
            seen.bound.entry(uid.clone()).or_insert(now);
        }
        if object.data["status"]["timings"]["ready"].is_string() {
            seen.ready.entry(uid.clone()).or_insert(now);
        }
        if object.data["status"]["timings"]["firstPicture"].is_string() {
            seen.pictured.entry(uid.clone()).or_insert(now);
        }
        if let Some(reason) = object.data["status"]["finishReason"].as_str() {
            seen.ends.insert(uid, reason.to_owned());
        }
    }

    fn pod(&self, pod: &Pod, there: bool) {
        let uid = pod.meta().uid.clone().unwrap_or_default();
        let slot = pod.meta().labels.as_ref().and_then(|labels| labels.get("cobrowse.dev/slot")).cloned();
        let mut seen = self.seen.lock().expect("no panic holds it");
        match slot.as_deref() {
            Some("bound") => {
                seen.pods_bound.insert(uid.clone());
                if there {
                    seen.present.insert(uid)
                } else {
                    seen.present.remove(&uid)
                };
            }
            Some("warm") if seen.pods_bound.contains(&uid) => {
                seen.again_warm.insert(uid);
            }
            _ => {}
        }
    }

    /// Bound pods that are there and in no binding.
    pub(crate) fn loose(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic holds it");
        let in_binding = |pod: &String| seen.bindings.values().any(|pods| pods.contains(pod));
        seen.present.iter().filter(|pod| !in_binding(pod)).cloned().collect()
    }

    /// How many sessions were seen bound.
    #[allow(dead_code, reason = "the operator's tests at scale ask")]
    pub(crate) fn bound(&self) -> usize {
        self.seen.lock().expect("no panic holds it").bound.len()
    }

    /// When the session of each name was seen bound.
    #[allow(dead_code, reason = "the operator's tests at scale ask")]
    pub(crate) fn bound_at(&self) -> BTreeMap<String, Instant> {
        let seen = self.seen.lock().expect("no panic holds it");
        seen.named(&seen.bound)
    }

    /// When the first picture of the session of each name was seen told.
    #[allow(dead_code, reason = "the tests with many Chromes ask")]
    pub(crate) fn pictured_at(&self) -> BTreeMap<String, Instant> {
        let seen = self.seen.lock().expect("no panic holds it");
        seen.named(&seen.pictured)
    }

    /// When the session of this name was seen ready.
    pub(crate) fn ready_at(&self, name: &str) -> Option<Instant> {
        let seen = self.seen.lock().expect("no panic holds it");
        let uid = seen.names.iter().find(|(_, found)| *found == name).map(|(uid, _)| uid)?;
        seen.ready.get(uid).copied()
    }

    /// Names of sessions that were seen and have no end.
    pub(crate) fn without_end(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic holds it");
        let names = seen.names.iter().filter(|(uid, _)| !seen.ends.contains_key(*uid));
        names.map(|(_, name)| name.clone()).collect()
    }

    /// Whether a session of this name was seen to end.
    pub(crate) fn has_end(&self, name: &str) -> bool {
        let seen = self.seen.lock().expect("no panic holds it");
        seen.names.iter().any(|(uid, known)| known == name && seen.ends.contains_key(uid))
    }

    /// How many sessions ended, by reason.
    pub(crate) fn ends(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for reason in self.seen.lock().expect("no panic holds it").ends.values() {
            *counts.entry(reason.clone()).or_default() += 1;
        }
        counts
    }

    /// I1, I2, I4 and I6 over all that was seen.
    pub(crate) fn check(&self, loads: &Loads) {
        let seen = self.seen.lock().expect("no panic holds it");
        let mut owners: BTreeMap<&String, &String> = BTreeMap::new();
        for (session, pods) in &seen.bindings {
            assert_eq!(pods.len(), 1, "I2: session {session} had the pods {pods:?}");
            for pod in pods {
                let other = owners.insert(pod, session);
                assert_eq!(other, None, "I1: pod {pod} was in two bindings");
            }
        }
        assert!(seen.again_warm.is_empty(), "I4: {:?} were warm again", seen.again_warm);
        let loads = loads.lock().expect("no panic holds it");
        let twice: Vec<_> = loads.iter().filter(|(_, loads)| **loads > 1).collect();
        assert!(twice.is_empty(), "I6: loaded more than once: {twice:?}");
    }
}
