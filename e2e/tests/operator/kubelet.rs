//! A node that is not there: it takes the pods that the scheduler gives it, gives each an address of this machine, tells that they run,
//! and ends them as a kubelet does. What runs in them is `pod`'s.

use crate::pod::{Inside, Loads};
use anyhow::Context as _;
use futures::StreamExt as _;
use k8s_openapi::api::authentication::v1::{BoundObjectReference, TokenRequest, TokenRequestSpec};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, Pod, ServiceAccount};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, watcher};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Where pods listen.
pub(crate) const POD_PORT: u16 = 8700;
/// How often a kubelet tries again what an API server that is away did not take.
const AGAIN: Duration = Duration::from_millis(250);
/// An answer that takes longer comes from one that died meanwhile.
const ANSWER: Duration = Duration::from_secs(5);
/// Addresses are given once for all tests of this process, from 127.16.0.1 on.
static ADDRESSES: AtomicU32 = AtomicU32::new(1);

/// The node of one test.
pub(crate) struct Kubelet {
    client: Client,
    namespace: String,
    pub(crate) node: String,
    pub(crate) loads: Loads,
    pods: Mutex<HashMap<String, Running>>,
    /// UIDs of those that are being taken away.
    leaving: Mutex<HashSet<String>>,
    /// Pods are taken on but never told as running.
    pub(crate) stuck: AtomicBool,
    /// What new pods show in the place of their own token.
    pub(crate) forged: Mutex<Option<String>>,
    /// Pods end before they serve anybody, with these last words.
    pub(crate) first_words: Mutex<Option<&'static str>>,
    /// What a pod says when it is told to go.
    pub(crate) last_words: Mutex<Option<&'static str>>,
    stop: CancellationToken,
}

#[derive(Clone)]
struct Running {
    inside: Option<Arc<Inside>>,
    name: String,
    stop: CancellationToken,
}

impl Kubelet {
    /// Makes the node and begins to run pods of this namespace on it.
    pub(crate) async fn begin(client: Client, namespace: &str, stop: CancellationToken) -> anyhow::Result<Arc<Self>> {
        let kubelet = Arc::new(Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            node: format!("node-{namespace}"),
            loads: Loads::default(),
            pods: Mutex::default(),
            leaving: Mutex::default(),
            stuck: AtomicBool::new(false),
            forged: Mutex::default(),
            first_words: Mutex::default(),
            last_words: Mutex::default(),
            stop,
        });
        kubelet.register().await?;
        tokio::spawn(kubelet.clone().beat());
        tokio::spawn(kubelet.clone().watch());
        Ok(kubelet)
    }

    async fn register(&self) -> anyhow::Result<()> {
        let nodes: Api<Node> = Api::all(self.client.clone());
        let node = json!({"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": self.node, "labels": {"cobrowse.test/stand": self.namespace, "kubernetes.io/hostname": self.node}}});
        let parameters = PatchParams::apply("cobrowse-test").force();
        nodes.patch(&self.node, &parameters, &Patch::Apply(&node)).await.context("a node")?;
        self.says_ready(&nodes).await.context("a node's status")
    }

    /// Says that the node is ready.
    async fn says_ready(&self, nodes: &Api<Node>) -> kube::Result<()> {
        let amounts = json!({"cpu": "10000", "memory": "100Ti", "ephemeral-storage": "100Ti", "pods": "20000"});
        let now = Timestamp::now().to_string();
        let status = json!({"status": {"capacity": amounts, "allocatable": amounts, "conditions": [
            {"type": "Ready", "status": "True", "reason": "Test", "lastHeartbeatTime": now, "lastTransitionTime": now}]}});
        nodes.patch_status(&self.node, &PatchParams::default(), &Patch::Merge(&status)).await.map(drop)
    }

    /// Renews the node's lease, or its pods would be taken for lost; and its status, since it is taken for lost all the same by a
    /// controller that saw nothing for a minute, and no pod comes until the node says otherwise.
    async fn beat(self: Arc<Self>) {
        let nodes: Api<Node> = Api::all(self.client.clone());
        let leases: Api<Lease> = Api::namespaced(self.client.clone(), "kube-node-lease");
        let mut beats = tokio::time::interval(Duration::from_secs(5));
        loop {
            tokio::select! {
                _ = beats.tick() => {}
                () = self.stop.cancelled() => break,
            }
            let now = format!("{:.6}", Timestamp::now());
            let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": self.node},
                "spec": {"holderIdentity": self.node, "leaseDurationSeconds": 40, "renewTime": now}});
            let parameters = PatchParams::apply("cobrowse-test").force();
            let _ = leases.patch(&self.node, &parameters, &Patch::Apply(&lease)).await;
            let _ = self.says_ready(&nodes).await;
        }
        let _ = nodes.delete(&self.node, &DeleteParams::default()).await;
    }

    async fn watch(self: Arc<Self>) {
        let mut events = watcher(self.api(), watcher::Config::default()).default_backoff().boxed();
        let mut listed = HashSet::new();
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                () = self.stop.cancelled() => None,
            };
            match event {
                Some(Ok(watcher::Event::Init)) => listed.clear(),
                Some(Ok(watcher::Event::InitApply(pod))) => {
                    listed.insert(pod.uid().unwrap_or_default());
                    self.see(pod);
                }
                Some(Ok(watcher::Event::InitDone)) => self.end_all_but(&listed),
                Some(Ok(watcher::Event::Apply(pod))) => self.see(pod),
                Some(Ok(watcher::Event::Delete(pod))) => self.end(&pod.uid().unwrap_or_default()),
                Some(Err(_)) => {}
                None => return,
            }
        }
    }

    fn api(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    fn see(self: &Arc<Self>, pod: Pod) {
        let uid = pod.uid().unwrap_or_default();
        let placed = pod.spec.as_ref().is_some_and(|spec| spec.node_name.as_deref() == Some(&self.node));
        if !placed {
            return;
        }
        if pod.metadata.deletion_timestamp.is_some() {
            let running = self.pods.lock().expect("no panic holds it").remove(&uid);
            if let Some(running) = &running {
                running.stop.cancel();
            } else if self.stuck.load(Ordering::Relaxed) {
                return;
            }
            // One that was deleted before it was started here has to go, too.
            if self.leaving.lock().expect("no panic holds it").insert(uid.clone()) {
                tokio::spawn(self.clone().finish(uid, pod.name_any()));
            }
            return;
        }
        let over =
            pod.status.as_ref().and_then(|status| status.phase.as_deref()).is_some_and(|phase| phase == "Failed");
        let running = Running { inside: None, name: pod.name_any(), stop: self.stop.child_token() };
        let mut pods = self.pods.lock().expect("no panic holds it");
        if over || pods.contains_key(&uid) || self.stuck.load(Ordering::Relaxed) {
            return;
        }
        pods.insert(uid.clone(), running.clone());
        drop(pods);
        let kubelet = self.clone();
        tokio::spawn(async move {
            if let Err(error) = kubelet.start(&uid, running).await {
                eprintln!("a pod could not be started: {error:#}");
            }
        });
    }

    async fn start(&self, uid: &str, running: Running) -> anyhow::Result<()> {
        let first_words = *self.first_words.lock().expect("no panic holds it");
        if let Some(words) = first_words {
            running.stop.cancel();
            return self.tell(uid, &running.name, over(words, 1)).await;
        }
        let number = ADDRESSES.fetch_add(1, Ordering::Relaxed);
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 16, 0, 0)) + number);
        let asked = self.again(|| token(&self.client, &self.namespace, uid, &running.name)).await.context("a token")?;
        let own = asked.status.context("no token")?.token;
        let token = self.forged.lock().expect("no panic holds it").clone().unwrap_or(own);
        let socket = SocketAddr::from((address, POD_PORT));
        let inside = Inside::begin(socket, token, self.loads.clone(), running.stop.clone()).context("a listener")?;
        if let Some(running) = self.pods.lock().expect("no panic holds it").get_mut(uid) {
            running.inside = Some(inside);
        }
        let now = Timestamp::now().to_string();
        let started = json!({"running": {"startedAt": now}});
        let conditions =
            ["Initialized", "Ready", "ContainersReady"].map(|kind| json!({"type": kind, "status": "True"}));
        let status = json!({"phase": "Running", "podIP": address.to_string(), "podIPs": [{"ip": address.to_string()}],
            "startTime": now, "conditions": conditions, "containerStatuses": containers(&started, true)});
        self.tell(uid, &running.name, status).await
    }

    async fn tell(&self, uid: &str, name: &str, status: Value) -> anyhow::Result<()> {
        let patch = json!({"metadata": {"uid": uid}, "status": status});
        let (pods, parameters, patch) = (self.api(), PatchParams::default(), Patch::Strategic(&patch));
        self.again(|| pods.patch_status(name, &parameters, &patch)).await?;
        Ok(())
    }

    /// Tries until the API server takes it or refuses it. One that is away does neither.
    async fn again<T, F>(&self, act: impl Fn() -> F) -> kube::Result<T>
    where
        F: Future<Output = kube::Result<T>>,
    {
        let mut tries = tokio::time::interval(AGAIN);
        loop {
            tries.tick().await;
            match tokio::time::timeout(ANSWER, act()).await {
                Ok(Err(kube::Error::Api(status))) if status.code < 500 && status.code != 429 => {
                    return Err(kube::Error::Api(status));
                }
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) if self.stop.is_cancelled() => return Err(error),
                _ => {}
            }
        }
    }

    /// Its containers have ended; then the pod goes.
    async fn finish(self: Arc<Self>, uid: String, name: String) {
        let words = *self.last_words.lock().expect("no panic holds it");
        let _ = self.tell(&uid, &name, over(words.unwrap_or_default(), 0)).await;
        let preconditions = Preconditions { uid: Some(uid.clone()), resource_version: None };
        let (pods, parameters) = (self.api(), DeleteParams::default().grace_period(0).preconditions(preconditions));
        let _ = self.again(|| pods.delete(&name, &parameters)).await;
        self.leaving.lock().expect("no panic holds it").remove(&uid);
    }

    /// Ends what runs here of pods that went while nobody watched.
    fn end_all_but(&self, listed: &HashSet<String>) {
        for (uid, _) in self.running() {
            if !listed.contains(&uid) {
                self.end(&uid);
            }
        }
    }

    /// UID and name of each pod that runs here.
    pub(crate) fn running(&self) -> Vec<(String, String)> {
        let pods = self.pods.lock().expect("no panic holds it");
        pods.iter().map(|(uid, running)| (uid.clone(), running.name.clone())).collect()
    }

    fn end(&self, uid: &str) {
        if let Some(running) = self.pods.lock().expect("no panic holds it").remove(uid) {
            running.stop.cancel();
        }
    }

    /// The pod of this UID exits with these last words.
    pub(crate) async fn exit(&self, uid: &str, words: &str, more: Value) -> anyhow::Result<()> {
        let running = self.pods.lock().expect("no panic holds it").get(uid).cloned().context("such a pod runs")?;
        running.stop.cancel();
        let mut status = over(words, 1);
        for (key, value) in more.as_object().into_iter().flatten() {
            status[key] = value.clone();
        }
        self.tell(uid, &running.name, status).await
    }

    /// What is in the pod of this UID.
    pub(crate) fn inside(&self, uid: &str) -> Option<Arc<Inside>> {
        self.pods.lock().expect("no panic holds it").get(uid).and_then(|running| running.inside.clone())
    }
}

/// A token of the API server for this pod and no other, as a kubelet mounts it.
pub(crate) async fn token(client: &Client, namespace: &str, uid: &str, name: &str) -> kube::Result<TokenRequest> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
    let bound = BoundObjectReference {
        api_version: Some("v1".to_owned()),
        kind: Some("Pod".to_owned()),
        name: Some(name.to_owned()),
        uid: Some(uid.to_owned()),
    };
    let spec = TokenRequestSpec {
        audiences: vec!["cobrowse-enroll".to_owned()],
        bound_object_ref: Some(bound),
        expiration_seconds: Some(600),
    };
    let request = TokenRequest { spec, ..TokenRequest::default() };
    accounts.create_token_request("cobrowse-browser-pod", &PostParams::default(), &request).await
}

fn containers(state: &Value, ready: bool) -> Vec<Value> {
    let container = |name: &str| json!({"name": name, "image": "x", "imageID": "x", "ready": ready, "started": true, "restartCount": 0, "state": state});
    vec![container("agent"), container("browser")]
}

fn over(words: &str, code: i32) -> Value {
    let now = Timestamp::now().to_string();
    let state = json!({"terminated": {"exitCode": code, "message": words, "startedAt": now, "finishedAt": now}});
    let phase = if code == 0 { "Succeeded" } else { "Failed" };
    json!({"phase": phase, "containerStatuses": containers(&state, false)})
}
