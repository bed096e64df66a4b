//! A pod's network, entered from its node: what is done there comes from the pod's own interface, and policies see it as the pod's.

use cobrowse_e2e::must;
use cobrowse_e2e::node::processes;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// How long an answer may take. A packet that was dropped is sent once more within it.
const LIMIT: &str = "2500ms";

/// A pod that runs on this node.
#[derive(Debug)]
pub(crate) struct Pod {
    pub(crate) name: String,
    pub(crate) address: String,
    /// A process in its network.
    pid: u32,
}

/// What goes on in a pod's network until it is dropped.
pub(crate) struct Going(Child);

impl Drop for Going {
    fn drop(&mut self) {
        // One that ended by itself is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The objects that `kubectl get` gives.
pub(crate) fn get(arguments: &[&str]) -> Vec<Value> {
    let said = must(&[&["get", "-o", "json"], arguments].concat(), "").expect("objects");
    let mut list: Value = serde_json::from_str(&said).expect("JSON");
    match list["items"].take() {
        Value::Array(items) => items,
        _ => vec![serde_json::from_str(&said).expect("JSON")],
    }
}

/// A text in an object.
pub(crate) fn text(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {object}")).to_owned()
}

impl Pod {
    /// Those that run, by their labels.
    pub(crate) fn find(namespace: &str, labels: &str) -> Vec<Self> {
        let all = get(&["pods", "--namespace", namespace, "--selector", labels]);
        let runs = |pod: &Value| pod["status"]["phase"] == "Running" && pod["metadata"]["deletionTimestamp"].is_null();
        let entered = |pod: &Value| {
            // The one that was started first holds the pod's network. Chrome gives later ones networks of their own.
            let pid = *processes(&text(pod, "/metadata/uid")).first().expect("its first process");
            Self { name: text(pod, "/metadata/name"), address: text(pod, "/status/podIP"), pid }
        };
        all.iter().filter(|pod| runs(pod)).map(entered).collect()
    }

    /// The one, or the first of them.
    pub(crate) fn one(namespace: &str, labels: &str) -> Self {
        Self::find(namespace, labels).into_iter().next().unwrap_or_else(|| panic!("no {labels} runs in {namespace}"))
    }

    fn probe(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid.to_string(), "--net", "probe"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    /// What becomes of one connection to each: open, refused, which is let through as well, or silent.
    pub(crate) fn dial(&self, addresses: &[&str]) -> Vec<String> {
        let output = self.probe(&[&["dial", LIMIT], addresses].concat()).output().expect("the probe runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let became: Vec<_> =
            said.lines().filter_map(|line| line.rsplit_once(' ').map(|(_, word)| word.to_owned())).collect();
        assert_eq!(became.len(), addresses.len(), "{addresses:?}: {said}");
        became
    }

    /// Whether the cluster's DNS service tells it the address of a name.
    pub(crate) fn resolves(&self, name: &str) -> bool {
        let service = get(&["service", "kube-dns", "--namespace", "kube-system"]);
        let server = text(&service[0], "/spec/clusterIP");
        self.probe(&["resolve", &server, name]).output().expect("the probe runs").status.success()
    }

    /// Listens at a port.
    pub(crate) fn listen(&self, port: u16) -> Going {
        let going = Going(self.probe(&["serve", &format!(":{port}")]).spawn().expect("the probe runs"));
        let own = format!("{}:{port}", self.address);
        while self.dial(&[&own]) != ["open"] {}
        going
    }

    /// Dials a port of all addresses of a range, again and again, and tells each that answers.
    pub(crate) fn scan(&self, port: u16, range: &str) -> (Going, Receiver<String>) {
        let mut child = self.probe(&["scan", &port.to_string(), range]).spawn().expect("the probe runs");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (tell, told) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let address = line.split_whitespace().next().unwrap_or_default().to_owned();
                if tell.send(address).is_err() {
                    break;
                }
            }
        });
        (Going(child), told)
    }
}
