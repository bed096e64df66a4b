//! A stand-in for the operator: watches sessions' objects, gives each a fake pod that is bound for nobody, and says in the status
//! what the real one would, in the same order.

use crate::pod::FakePod;
use cobrowse_e2e::{kubectl, must};
use cobrowse_identity::authority::Authority;
use cobrowse_wire::v1::EndReason;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::BufReader;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// The stand-in, until it is dropped.
pub(crate) struct FakeOperator {
    pods: watch::Receiver<HashMap<String, Arc<FakePod>>>,
    watching: Mutex<Child>,
}

impl FakeOperator {
    /// Begins to watch a namespace.
    pub(crate) fn start(namespace: &str, authority: Arc<Authority>) -> Self {
        let mut kubectl = Command::new("kubectl");
        kubectl.args(["get", "cobrowsesessions", "-n", namespace, "--watch", "--output-watch-events", "-o", "json"]);
        let mut watching = kubectl.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("kubectl is there");
        let said = BufReader::new(watching.stdout.take().expect("it is piped"));
        let (tell, pods) = watch::channel(HashMap::new());
        let desk = Desk { namespace: namespace.to_owned(), authority, pods: tell, runtime: Handle::current() };
        // A thread of its own: kubectl's output is read and kubectl is called, which blocks.
        std::thread::spawn(move || {
            for event in serde_json::Deserializer::from_reader(said).into_iter::<Value>() {
                let Ok(event) = event else { return };
                desk.see(event["type"].as_str().unwrap_or_default(), &event["object"]);
            }
        });
        Self { pods, watching: Mutex::new(watching) }
    }

    /// The pod of a session, once it has one.
    pub(crate) async fn pod_of(&self, session: &str) -> Arc<FakePod> {
        let mut pods = self.pods.clone();
        let there = pods.wait_for(|pods| pods.contains_key(session));
        let there = tokio::time::timeout(crate::people::PATIENCE, there).await.expect("it gets a pod in time");
        there.expect("the stand-in lives")[session].clone()
    }

    /// How many pods there ever were.
    pub(crate) fn count(&self) -> usize {
        self.pods.borrow().len()
    }
}

impl Drop for FakeOperator {
    fn drop(&mut self) {
        let _ = self.watching.lock().expect("not poisoned").kill();
        self.pods.borrow().values().for_each(|pod| pod.die());
    }
}

struct Desk {
    namespace: String,
    authority: Arc<Authority>,
    pods: watch::Sender<HashMap<String, Arc<FakePod>>>,
    runtime: Handle,
}

impl Desk {
    fn see(&self, kind: &str, object: &Value) {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let finished = object["status"]["finishReason"].is_string();
        let ends = object["spec"]["lifecycle"]["desiredState"] == "Ended";
        let known = self.pods.borrow().get(name).cloned();
        match (kind, known) {
            ("DELETED", Some(pod)) => pod.die(),
            (_, Some(pod)) if ends && !finished => {
                pod.die();
                status(&self.namespace, name, &json!({"finishReason": "Requested"}));
            }
            ("ADDED", None) if !ends && !finished => self.bind(name),
            _ => {}
        }
    }

    fn bind(&self, name: &str) {
        let pod = self.runtime.block_on(FakePod::bound(&self.authority, name));
        let binding = json!({
            "podName": pod.uid, "podUID": pod.uid, "podIP": pod.address.to_string(), "nodeName": "node", "revision": "1",
            "launch": "Warm",
        });
        self.pods.send_modify(|pods| drop(pods.insert(name.to_owned(), pod.clone())));
        status(&self.namespace, name, &json!({"binding": binding}));
        let (namespace, name) = (self.namespace.clone(), name.to_owned());
        self.runtime.spawn(async move {
            let reason = pod.ended().await;
            // What the pod's termination message says, the operator writes.
            let finish = json!({"finishReason": finish(reason)});
            let _ = tokio::task::spawn_blocking(move || status(&namespace, &name, &finish)).await;
        });
    }
}

fn finish(reason: EndReason) -> &'static str {
    match reason {
        EndReason::EndUser => "EndUser",
        EndReason::Agent => "Agent",
        EndReason::Idle => "Idle",
        EndReason::MaxDuration => "MaxDuration",
        _ => "BrowserCrashed",
    }
}

/// Says something in a session's status. It may be gone by now.
pub(crate) fn status(namespace: &str, name: &str, part: &Value) {
    let patch = json!({ "status": part }).to_string();
    let arguments = ["patch", "cobrowsesession", name, "-n", namespace, "--subresource=status", "--type=merge", "-p", &patch];
    let said = kubectl(&arguments, "").expect("kubectl runs");
    assert!(said.ok || said.err.contains("not found"), "{}", said.err);
}

/// Says which sites a tenant owns.
pub(crate) fn owns(namespace: &str, tenant: &str, sites: &[&str]) {
    let patch = json!({"status": {"owned": sites}}).to_string();
    let arguments = ["patch", "cobrowsetenant", tenant, "-n", namespace, "--subresource=status", "--type=merge", "-p", &patch];
    must(&arguments, "").expect("the status is taken");
}
