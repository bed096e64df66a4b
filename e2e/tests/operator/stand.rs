//! One test's part of the cluster: a namespace, a tenant, a node that is not there, and what was seen.

use crate::history::{History, resource};
use crate::kubelet::Kubelet;
use crate::pod::Loads;
use crate::program::{Place, Program, until};
use crate::proxy::Proxy;
use cobrowse_e2e::{kubectl, must};
use cobrowse_identity::authority::Authority;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What takes longer is broken.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// One test's part of the cluster, with what runs its pods.
pub(crate) struct Stand<N = Arc<Kubelet>> {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) folder: TempDir,
    pub(crate) kubelet: N,
    loads: Loads,
    pub(crate) history: Arc<History>,
    pub(crate) stop: CancellationToken,
    _end: DropGuard,
}

impl Stand {
    /// Makes it with a node of its own, and with a tenant `shop` that owns `www.NAME.example`.
    pub(crate) async fn new(name: &str) -> Self {
        Self::on(name, async |client, namespace, stop| {
            let kubelet = Kubelet::begin(client, namespace, stop).await.expect("a node");
            let loads = kubelet.loads.clone();
            (kubelet, loads)
        })
        .await
    }
}

impl<N> Stand<N> {
    /// The same on other nodes. What makes them says what their pods loaded.
    pub(crate) async fn on(name: &str, nodes: impl AsyncFnOnce(Client, &str, CancellationToken) -> (N, Loads)) -> Self {
        cobrowse_e2e::define_kinds().expect("the kinds are served");
        let namespace = format!("op-{name}");
        let _ =
            kubectl(&["delete", "namespace", &namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
        must(&["create", "namespace", &namespace], "").expect("a namespace");
        let restricted = "pod-security.kubernetes.io/enforce=restricted";
        must(&["label", "namespace", &namespace, restricted], "").expect("a label");
        must(&["create", "serviceaccount", "cobrowse-browser-pod", "-n", &namespace], "").expect("a service account");
        let client = Client::try_default().await.expect("a cluster");
        let stop = CancellationToken::new();
        let (kubelet, loads) = nodes(client.clone(), &namespace, stop.clone()).await;
        let of = resource("CoBrowseSession");
        let sessions = Api::namespaced_with(client.clone(), &namespace, &of);
        let pods = Api::namespaced(client.clone(), &namespace);
        let history = History::begin(sessions, pods, stop.clone());
        let folder = TempDir::new().expect("a folder");
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        let (certificate, key) = authority.to_pem();
        std::fs::write(folder.path().join("tls.crt"), certificate).expect("a certificate");
        std::fs::write(folder.path().join("tls.key"), key.as_bytes()).expect("a key");
        let stand = Self { client, namespace, folder, kubelet, loads, history, _end: stop.clone().drop_guard(), stop };
        stand.tenant("shop", json!({})).await;
        stand
    }

    /// Where operators work, with the API server of the tests or another one.
    pub(crate) fn place<'a>(&'a self, kubeconfig: Option<&'a std::path::Path>) -> Place<'a> {
        Place { namespace: &self.namespace, folder: self.folder.path(), kubeconfig, traces: None, gateway: false }
    }

    /// An operator at work.
    pub(crate) fn operator(&self, identity: &str) -> Program {
        Program::start(&self.place(None), identity).expect("the operator starts")
    }

    /// An operator whose pods go out by an egress gateway.
    pub(crate) fn gated_operator(&self, identity: &str) -> Program {
        Program::start(&Place { gateway: true, ..self.place(None) }, identity).expect("the operator starts")
    }

    /// An operator at work, with further arguments.
    #[allow(dead_code, reason = "tests with another operator ask for none")]
    pub(crate) fn operator_told(&self, identity: &str, more: &[&str]) -> Program {
        Program::start_with(&self.place(None), identity, &self.namespace, more).expect("the operator starts")
    }

    /// An operator behind a proxy.
    pub(crate) fn operator_behind(&self, proxy: &Proxy, identity: &str) -> Program {
        Program::start(&self.place(Some(&proxy.kubeconfig)), identity).expect("the operator starts")
    }

    /// Where an operator has its lease that leads beside another one.
    pub(crate) fn elsewhere(&self) -> String {
        format!("{}-leases", self.namespace)
    }

    /// A proxy for an operator.
    pub(crate) async fn proxy(&self) -> Arc<Proxy> {
        Proxy::begin(self.client.clone(), self.folder.path(), self.stop.clone()).await.expect("a proxy")
    }

    pub(crate) fn api(&self, kind: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource(kind))
    }

    pub(crate) fn sessions(&self) -> Api<DynamicObject> {
        self.api("CoBrowseSession")
    }

    pub(crate) fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn apply(&self, kind: &str, name: &str, spec: Value) {
        let object =
            json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec});
        let parameters = PatchParams::apply("cobrowse-test").force();
        self.api(kind).patch(name, &parameters, &Patch::Apply(&object)).await.expect("it is accepted");
    }

    /// The site of a tenant of this stand.
    pub(crate) fn site(&self, tenant: &str) -> String {
        format!("www.{tenant}-{}.example", self.namespace)
    }

    /// A tenant, new or changed.
    pub(crate) async fn tenant(&self, name: &str, more: Value) {
        let spec = json!({"displayName": name, "sites": [{"pattern": self.site(name)}]});
        self.apply("CoBrowseTenant", name, merged(spec, more)).await;
    }

    /// The pool `pool`, new or changed.
    pub(crate) async fn pool(&self, more: Value) {
        let spec = json!({"image": "registry.example/browser-pod:1", "minWarm": 2, "maxWarm": 4, "maxTotal": 50,
            "scheduling": {"nodeSelector": {"cobrowse.test/stand": self.namespace}}});
        self.apply("CoBrowsePool", "pool", merged(spec, more)).await;
    }

    /// A session of the tenant `shop`.
    pub(crate) async fn session(&self, name: &str, more: Value) {
        self.session_of("shop", name, more).await;
    }

    /// A session of this tenant.
    pub(crate) async fn session_of(&self, tenant: &str, name: &str, more: Value) {
        let spec = json!({"tenantRef": {"name": tenant}, "poolRef": {"name": "pool"}, "site": self.site(tenant)});
        let mut object = DynamicObject::new(name, &resource("CoBrowseSession"));
        object.data = json!({"spec": merged(spec, more)});
        self.sessions().create(&PostParams::default(), &object).await.expect("it is accepted");
    }

    /// Changes a session's lifecycle.
    pub(crate) async fn lifecycle(&self, name: &str, change: Value) {
        let patch = json!({"spec": {"lifecycle": change}});
        self.sessions().patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await.expect("it is accepted");
    }

    /// The status of a session; null when there is no such object.
    pub(crate) async fn status(&self, name: &str) -> Value {
        let found = self.sessions().get_opt(name).await.expect("an answer");
        found.map(|object| object.data["status"].clone()).unwrap_or_default()
    }

    /// Waits until a session is in this phase, and gives its status.
    pub(crate) async fn phase(&self, name: &str, phase: &str) -> Value {
        until(&format!("{name} is {phase}"), SOON, || async {
            let status = self.status(name).await;
            (status["phase"] == phase).then_some(status)
        })
        .await
    }

    /// Waits until the pool has so many warm pods that are enrolled.
    pub(crate) async fn warm(&self, count: usize) {
        until(&format!("{count} warm pods"), SOON, || async {
            let pool = self.api("CoBrowsePool").get("pool").await.ok()?;
            (pool.data["status"]["warm"] == count).then_some(())
        })
        .await;
    }

    /// Waits until the pool has warm pods that are enrolled, so many or more.
    pub(crate) async fn warm_at_least(&self, count: u64) {
        until(&format!("{count} warm pods or more"), SOON, || async {
            self.pool_status().await["warm"].as_u64().is_some_and(|warm| warm >= count).then_some(())
        })
        .await;
    }

    /// The pool's status.
    pub(crate) async fn pool_status(&self) -> Value {
        self.api("CoBrowsePool").get("pool").await.expect("a pool").data["status"].clone()
    }

    /// Waits until the pool says this of a condition, and gives the condition.
    #[allow(dead_code, reason = "not all tests look at a pool's conditions")]
    pub(crate) async fn pool_says(&self, kind: &str, status: &str, most: Duration) -> Value {
        until(&format!("the pool's {kind} is {status}"), most, || async {
            let conditions = self.pool_status().await["conditions"].clone();
            let told = conditions.as_array()?.iter().find(|one| one["type"] == kind)?.clone();
            (told["status"] == status).then_some(told)
        })
        .await
    }

    /// Pods that are there, with this slot.
    pub(crate) async fn pods_that_are(&self, slot: &str) -> Vec<Pod> {
        let labels = ListParams::default().labels(&format!("cobrowse.dev/slot={slot}"));
        self.pods().list(&labels).await.expect("pods").items
    }

    /// The pod of this UID, as long as it is there.
    pub(crate) async fn pod(&self, uid: &str) -> Option<Pod> {
        let pods = self.pods().list(&ListParams::default()).await.expect("pods").items;
        pods.into_iter().find(|pod| pod.uid().as_deref() == Some(uid))
    }

    /// Waits until the pod of this UID is gone.
    pub(crate) async fn pod_goes(&self, uid: &str) {
        until("the pod goes", SOON, || async { self.pod(uid).await.is_none().then_some(()) }).await;
    }

    /// I3, and all that must hold of what was seen.
    pub(crate) async fn check(&self) {
        let rest = Duration::from_secs(60);
        until("I3: no bound pod is loose", rest, || async { self.history.loose().is_empty().then_some(()) }).await;
        self.history.check(&self.loads);
    }
}

impl<N> Drop for Stand<N> {
    fn drop(&mut self) {
        for namespace in [&self.namespace, &self.elsewhere()] {
            let _ = kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"], "");
        }
    }
}

/// One object over another.
fn merged(mut base: Value, more: Value) -> Value {
    for (key, value) in more.as_object().into_iter().flatten() {
        base[key] = value.clone();
    }
    base
}
