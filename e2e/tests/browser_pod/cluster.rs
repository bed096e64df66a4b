//! A browser pod in a namespace of its own, by `kubectl`.

use cobrowse_e2e::{kubectl, must};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How the image is shipped, and the same where Chrome also trusts the shop's authority.
#[derive(Clone, Copy)]
pub(crate) enum Image {
    Shipped,
    Trusting,
}

impl Image {
    fn reference(self) -> &'static str {
        match self {
            Self::Shipped => "localhost/cobrowse/browser-pod:dev",
            Self::Trusting => "localhost/cobrowse/browser-pod:test",
        }
    }
}

const NAME: &str = "browser";

/// The pod.
pub(crate) struct Pod {
    namespace: String,
    pub(crate) uid: String,
    created: Instant,
}

impl Pod {
    /// Creates it in a new namespace.
    pub(crate) fn create(namespace: &str, image: Image, host_users: bool) -> Self {
        let _ = kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
        let objects = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {
                "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest"}}},
            {"apiVersion": "v1", "kind": "ServiceAccount", "automountServiceAccountToken": false,
                "metadata": {"name": "cobrowse-browser-pod", "namespace": namespace}},
        ]});
        must(&["create", "-f", "-"], &objects.to_string()).expect("a namespace");
        let created = Instant::now();
        must(&["create", "-f", "-"], &manifest(namespace, image, host_users).to_string()).expect("a pod");
        let pod = Self { namespace: namespace.to_owned(), uid: String::new(), created };
        let uid = pod.field("{.metadata.uid}");
        Self { uid, ..pod }
    }

    fn field(&self, path: &str) -> String {
        self.get(&format!("jsonpath={path}"))
    }

    fn get(&self, format: &str) -> String {
        must(&["get", "pod", NAME, "--namespace", &self.namespace, "-o", format], "").expect("the pod")
    }

    /// Waits until the probes of both containers were content; how long that took.
    pub(crate) fn until_started(&self, limit: Duration) -> Duration {
        let timeout = format!("--timeout={}s", limit.as_secs());
        let ready = ["wait", "--for=condition=Ready", &timeout, "--namespace", &self.namespace, "pod/browser"];
        must(&ready, "").unwrap_or_else(|error| panic!("{error}: {}", self.story()));
        self.created.elapsed()
    }

    /// The pod's address.
    pub(crate) fn address(&self) -> String {
        self.field("{.status.podIP}")
    }

    /// Waits for the agent side's termination message: reason and last number.
    pub(crate) fn until_told(&self, limit: Duration) -> (String, u64) {
        let path = r#"{.status.containerStatuses[?(@.name=="agent")].state.terminated.message}"#;
        self.until(limit, || {
            let message: Value = serde_json::from_str(&self.field(path)).ok()?;
            Some((message["reason"].as_str()?.to_owned(), message["lastSeq"].as_u64()?))
        })
    }

    /// Looks until there is something; the pod's story is told when there never is.
    fn until<T>(&self, limit: Duration, look: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(began.elapsed() < limit, "not within {limit:?}: {}", self.story());
        }
    }

    fn story(&self) -> String {
        let own = ["--namespace", self.namespace.as_str()];
        let told = |arguments: &[&str]| {
            let said = kubectl(&[arguments, &own].concat(), "").expect("kubectl runs");
            format!("{}{}\n", said.out, said.err)
        };
        let logs = ["agent", "browser"].map(|side| told(&["logs", NAME, "--container", side, "--tail=40"]));
        told(&["describe", "pod", NAME]) + &logs.concat()
    }

    /// Asks for its deletion, and does not wait.
    pub(crate) fn begin_deletion(&self) {
        must(&["delete", "pod", NAME, "--namespace", &self.namespace, "--wait=false"], "").expect("the pod goes");
    }

    /// Waits until it is gone.
    pub(crate) fn until_gone(self, limit: Duration) {
        let timeout = format!("--timeout={}s", limit.as_secs());
        let gone = ["wait", "--for=delete", &timeout, "--namespace", &self.namespace, "pod/browser"];
        must(&gone, "").unwrap_or_else(|error| panic!("{error}: {}", self.story()));
        self.delete();
    }

    /// Lets the namespace go, with the pod.
    pub(crate) fn delete(self) {
        must(&["delete", "namespace", &self.namespace, "--wait=false"], "").expect("the namespace goes");
    }
}

/// The pod as an operator makes it.
pub(crate) fn manifest(namespace: &str, image: Image, host_users: bool) -> Value {
    let memory = |name: &str, size: &str| json!({"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": size}});
    let mount = |name: &str, path: &str| json!({"name": name, "mountPath": path});
    let security = |id: u32, profile: Value| {
        json!({"runAsUser": id, "runAsGroup": id, "runAsNonRoot": true, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": profile})
    };
    let probe = |arguments: &[&str]| {
        let command: Vec<&str> = ["/usr/bin/browser-pod", "probe"].iter().chain(arguments).copied().collect();
        json!({"exec": {"command": command}, "periodSeconds": 1, "timeoutSeconds": 5, "failureThreshold": 60})
    };
    let agent = json!({
        "name": "agent", "image": image.reference(), "imagePullPolicy": "Never",
        "args": ["agent", "--listen", "[::]:8700", "--socket", "/run/cobrowse/side.sock",
            "--token-file", "/run/secrets/cobrowse/token", "--termination-log", "/dev/termination-log"],
        "ports": [{"name": "pod", "containerPort": 8700}],
        "startupProbe": probe(&["--listen-port", "8700"]),
        "terminationMessagePolicy": "File",
        "securityContext": security(10_001, json!({"type": "RuntimeDefault"})),
        "volumeMounts": [mount("socket", "/run/cobrowse"), mount("token", "/run/secrets/cobrowse"), mount("tmp-agent", "/tmp")],
    });
    let browser = json!({
        "name": "browser", "image": image.reference(), "imagePullPolicy": "Never",
        "args": ["browser", "--socket", "/run/cobrowse/side.sock"],
        "startupProbe": probe(&["--chrome"]),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": security(10_002, json!({"type": "Localhost", "localhostProfile": "cobrowse/chrome.json"})),
        "volumeMounts": [mount("socket", "/run/cobrowse"), mount("home", "/run/browser"), mount("tmp-browser", "/tmp"), mount("shm", "/dev/shm")],
    });
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 90, "enableServiceLinks": false, "hostUsers": host_users,
            "serviceAccountName": "cobrowse-browser-pod", "automountServiceAccountToken": false,
            "securityContext": {"runAsNonRoot": true, "fsGroup": 10_003, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [agent, browser],
            "volumes": [
                memory("socket", "1Mi"), memory("home", "256Mi"), memory("tmp-agent", "64Mi"), memory("tmp-browser", "256Mi"), memory("shm", "512Mi"),
                {"name": "token", "projected": {"sources": [
                    {"serviceAccountToken": {"audience": "cobrowse-enroll", "expirationSeconds": 3_600, "path": "token"}}]}},
            ],
        },
    })
}
