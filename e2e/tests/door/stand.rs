//! An installation of one test: a namespace with tenants and a pool, the real operator, a node that is not there, a database, and
//! replicas of the real session-api.

use crate::kubelet::{Kubelet, POD_PORT};
use crate::people::PATIENCE;
use crate::pod::Inside;
use crate::postgres::Postgres;
use crate::program::{Place, Program, tail, until};
use cobrowse_e2e::{kubectl, must};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::door;
use cobrowse_wire::v1::EndReason;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::SystemTime;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

const POOL: &str = "standard";

/// The installation.
pub(crate) struct Stand {
    pub(crate) namespace: String,
    pub(crate) certificate: String,
    pub(crate) kubelet: Arc<Kubelet>,
    folder: TempDir,
    /// Replicas of session-api that were started.
    replicas: AtomicUsize,
    sign_ins: watch::Sender<Vec<(String, String)>>,
    /// Where the programs' traces go, if anywhere.
    pub(crate) traces: Option<String>,
    _operator: Option<Program>,
    _end: DropGuard,
}

/// A session's pod.
pub(crate) struct Bound {
    pub(crate) uid: String,
    pub(crate) inside: Arc<Inside>,
}

/// A running session-api.
pub(crate) struct Replica {
    pub(crate) address: SocketAddr,
    log: PathBuf,
    child: Mutex<Child>,
}

impl Stand {
    /// A new one. The shop is Northwind's, the bank Contoso's.
    pub(crate) async fn open(name: &str) -> Self {
        let mut stand = Self::without_operator(name).await;
        stand._operator = Some(stand.operator("operator"));
        stand
    }

    /// The same, where a test starts operators itself.
    pub(crate) async fn without_operator(name: &str) -> Self {
        let namespace = format!("door-{name}");
        let folder = tempfile::tempdir().expect("a folder");
        let (place, path) = (namespace.clone(), folder.path().to_owned());
        let prepared = tokio::task::spawn_blocking(move || {
            cobrowse_e2e::define_kinds().expect("the kinds are served");
            prepare(&place);
            secrets(&path)
        });
        let certificate = prepared.await.expect("prepared");
        let (stop, sign_ins) = (CancellationToken::new(), watch::Sender::default());
        let client = kube::Client::try_default().await.expect("a cluster");
        let kubelet = Kubelet::begin(client, &namespace, stop.clone()).await.expect("a node");
        let replicas = AtomicUsize::new(0);
        let (traces, _operator, _end) = (None, None, stop.drop_guard());
        Self { namespace, certificate, kubelet, folder, replicas, sign_ins, traces, _operator, _end }
    }

    /// An operator at work, under this name.
    pub(crate) fn operator(&self, identity: &str) -> Program {
        let (folder, traces) = (self.folder.path(), self.traces.as_deref());
        let place = Place { namespace: &self.namespace, folder, kubeconfig: None, traces, gateway: false };
        Program::start(&place, identity).expect("the operator starts")
    }

    /// The authority by which it was made.
    #[allow(dead_code, reason = "the test of a changed authority asks")]
    pub(crate) fn authority(&self) -> Authority {
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).expect("it was written");
        Authority::from_pem(&read("tls.crt"), &read("tls.key")).expect("an authority")
    }

    /// Gives the operator and every replica these authorities of pods, the one that signs first.
    #[allow(dead_code, reason = "the test of a changed authority does it")]
    pub(crate) fn authorities(&self, first: &Authority, second: Option<&Authority>) {
        let pairs = [("tls", Some(first)), ("second", second)];
        let secrets = [("secrets/pods", Some(first)), ("secrets/pods-second", second)];
        for (name, authority) in pairs.into_iter().chain(secrets) {
            let [certificate, key] = ["crt", "key"].map(|end| self.folder.path().join(format!("{name}.{end}")));
            match authority.map(Authority::to_pem) {
                // The certificate last: when it is there, its key is.
                Some(pem) => std::fs::write(key, pem.1.as_bytes()).and_then(|()| std::fs::write(certificate, pem.0)),
                None => std::fs::remove_file(certificate).and_then(|()| std::fs::remove_file(key)).or(Ok(())),
            }
            .expect("written");
        }
    }

    /// A site of this test: a host has one tenant in the whole cluster.
    pub(crate) fn shop(&self) -> String {
        site("shop", &self.namespace)
    }

    /// The other tenant's.
    pub(crate) fn bank(&self) -> String {
        site("bank", &self.namespace)
    }

    /// The pod of a session, once it has one. When it ends its session, it exits with that word, as a real one.
    pub(crate) async fn pod_of(&self, session: &str) -> Bound {
        let found = until("the session has a pod", PATIENCE, || async {
            let uid = self.object(session)?["status"]["binding"]["podUID"].as_str()?.to_owned();
            Some((self.kubelet.inside(&uid)?, uid))
        });
        let (inside, uid) = found.await;
        self.exits_at_its_end(&uid, &inside);
        Bound { uid, inside }
    }

    /// Sees to it that a pod exits with the word by which its session ended.
    pub(crate) fn exits_at_its_end(&self, uid: &str, inside: &Arc<Inside>) {
        let (kubelet, exits, pod) = (self.kubelet.clone(), uid.to_owned(), inside.clone());
        tokio::spawn(async move {
            let words = json!({"reason": word(pod.ended().await), "lastSeq": 7}).to_string();
            pod.drained().await;
            // One that was deleted meanwhile is gone.
            let _ = kubelet.exit(&exits, &words, json!({})).await;
        });
    }

    /// How many pods were ever bound to a session.
    pub(crate) fn loads(&self, session: &str) -> u32 {
        self.kubelet.loads.lock().expect("not poisoned").get(session).copied().unwrap_or_default()
    }

    /// Starts a replica, and waits until people can come.
    pub(crate) async fn replica(&self) -> Replica {
        self.try_replica().await.expect("session-api starts")
    }

    /// The same where it may not come up, as the API server is away.
    pub(crate) async fn try_replica(&self) -> Option<Replica> {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = Command::new(program("session-api"));
        command.args(["serve", "--backend", "kubernetes", "--namespace", &self.namespace, "--pool", POOL]);
        command.args(["--pod-port", &POD_PORT.to_string(), "--secrets", &file("secrets"), "--demo"]);
        command.args(["--database-url-file", &file("database"), "--log", "info,sqlx=warn"]);
        command.args(["--certificate", &file("door.crt"), "--certificate-key", &file("door.key")]);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--starts-per-address", "1000"]);
        command.args(self.traces.iter().map(|collector| format!("--traces={collector}")));
        let log = self.folder.path().join(format!("session-api-{}.log", self.replicas.fetch_add(1, Ordering::Relaxed)));
        command.stderr(File::create(&log).expect("a log"));
        let sign_ins = self.sign_ins.clone();
        tokio::task::spawn_blocking(move || start(command, log, sign_ins)).await.expect("started")
    }

    /// Address and password of a tenant's agent, once a replica has made and told them.
    pub(crate) async fn agent(&self, tenant: &str) -> (String, String) {
        let (mut sign_ins, at) = (self.sign_ins.subscribe(), format!("@{tenant}.example"));
        let told = sign_ins.wait_for(|all| all.iter().any(|(email, _)| email.ends_with(&at)));
        let told = tokio::time::timeout(PATIENCE, told).await.expect("demo accounts are made").expect("it is open");
        told.iter().find(|(email, _)| email.ends_with(&at)).expect("was seen").clone()
    }

    /// Makes a session as a platform team would.
    pub(crate) fn create_session(&self, name: &str, url: &str) {
        let session = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseSession",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {"tenantRef": {"name": "northwind"}, "poolRef": {"name": POOL}, "site": self.shop(), "startUrl": url},
        });
        must(&["create", "-f", "-"], &session.to_string()).expect("the session is taken");
    }

    /// A tenant that asks for no demo, with a site of its own.
    pub(crate) fn create_tenant(&self, name: &str) {
        let tenant = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {"displayName": name, "sites": [{"pattern": site(name, &self.namespace)}]},
        });
        must(&["create", "-f", "-"], &tenant.to_string()).expect("the tenant is taken");
    }

    /// A tenant's object.
    pub(crate) fn tenant(&self, name: &str) -> Value {
        serde_json::from_str(&self.kubectl(&["get", "cobrowsetenant", name, "-o", "json"])).expect("JSON")
    }

    /// Makes an object again that was deleted, as whoever has it in a file does.
    pub(crate) fn restore(&self, object: &Value) {
        let metadata = json!({"name": object["metadata"]["name"], "namespace": self.namespace});
        let again = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": metadata,
            "spec": object["spec"]});
        must(&["create", "-f", "-"], &again.to_string()).expect("it is taken again");
    }

    /// A session's object.
    pub(crate) fn object(&self, session: &str) -> Option<Value> {
        let said = kubectl(&["get", "cobrowsesession", session, "-n", &self.namespace, "-o", "json"], "");
        let said = said.expect("kubectl runs");
        said.ok.then(|| serde_json::from_str(&said.out).expect("JSON"))
    }

    /// What the programs logged.
    pub(crate) fn logs(&self) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.folder.path()).expect("a folder");
        let all = all.map(|entry| entry.expect("an entry").path());
        all.filter(|path| path.extension().is_some_and(|ending| ending == "log")).collect()
    }

    /// What kubectl does in the namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        must(&[&["-n", &self.namespace][..], arguments].concat(), "").expect("kubectl does it")
    }
}

impl Replica {
    /// It dies at once.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().expect("not poisoned");
        child.kill().expect("it runs");
        child.wait().expect("it ended");
    }

    /// Its process.
    #[allow(dead_code, reason = "the test of listeners asks")]
    pub(crate) fn id(&self) -> u32 {
        self.child.lock().expect("not poisoned").id()
    }

    /// How often its lines say this.
    #[allow(dead_code, reason = "the test of a changed authority asks")]
    pub(crate) fn says(&self, words: &str) -> usize {
        std::fs::read_to_string(&self.log).unwrap_or_default().matches(words).count()
    }

    /// Whether it has ended.
    #[allow(dead_code, reason = "chaos asks it")]
    pub(crate) fn is_over(&self) -> bool {
        !matches!(self.child.lock().expect("not poisoned").try_wait(), Ok(None))
    }

    /// It ends in order.
    pub(crate) async fn stop(self) {
        let pid = rustix::process::Pid::from_child(&self.child.lock().expect("not poisoned"));
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let ends = move || self.child.lock().expect("not poisoned").wait().expect("it ends");
        tokio::task::spawn_blocking(ends).await.expect("waited");
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), tail(&self.log));
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        let _ = kubectl(&["delete", "namespace", &self.namespace, "--wait=false"], "");
    }
}

fn site(name: &str, namespace: &str) -> String {
    format!("https://{name}.{namespace}.example")
}

/// A pod's last word, as its termination message has it.
fn word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::EndUser => "EndUser",
        EndReason::Agent => "Agent",
        EndReason::Idle => "Idle",
        EndReason::MaxDuration => "MaxDuration",
        _ => "BrowserCrashed",
    }
}

fn prepare(namespace: &str) {
    let _ = kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    must(&["create", "namespace", namespace], "").expect("a namespace");
    must(&["label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted"], "").expect("a label");
    must(&["create", "serviceaccount", "cobrowse-browser-pod", "-n", namespace], "").expect("a service account");
    let object = |kind: &str, name: &str, spec: Value| {
        let metadata = json!({"name": name, "namespace": namespace});
        json!({"apiVersion": "cobrowse.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}).to_string()
    };
    for (name, host) in [("northwind", "shop"), ("contoso", "bank")] {
        let spec = json!({"displayName": name, "sites": [{"pattern": site(host, namespace)}], "demo": true});
        must(&["create", "-f", "-"], &object("CoBrowseTenant", name, spec)).expect("the tenant is taken");
    }
    let spec = json!({"image": "registry.example/browser-pod:1", "minWarm": 2, "maxWarm": 4, "maxTotal": 50,
        "scheduling": {"nodeSelector": {"cobrowse.test/stand": namespace}}});
    must(&["create", "-f", "-"], &object("CoBrowsePool", POOL, spec)).expect("the pool is taken");
}

/// What an installation gives the operator and every replica. The certificate of the door.
fn secrets(folder: &Path) -> String {
    let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("a certificate");
    let (authority, authority_key) = Authority::generate(SystemTime::now()).expect("an authority").to_pem();
    let database = Postgres::fresh();
    std::fs::create_dir(folder.join("secrets")).expect("a folder");
    let files: [(&str, &[u8]); 9] = [
        ("tls.crt", authority.as_bytes()),
        ("tls.key", authority_key.as_bytes()),
        ("secrets/pin.key", &[1; 32]),
        ("secrets/seal.key", &[2; 32]),
        ("secrets/pods.crt", authority.as_bytes()),
        ("secrets/pods.key", authority_key.as_bytes()),
        ("door.crt", certificate.as_bytes()),
        ("door.key", key.as_bytes()),
        ("database", database.as_bytes()),
    ];
    for (name, content) in files {
        std::fs::write(folder.join(name), content).expect("written");
    }
    certificate
}

/// A program of the same build.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test has a file");
    own.parent().and_then(Path::parent).expect("target/debug/deps").join(name)
}

/// Starts it and reads what it tells people: where it is, and sign-ins, which may come later. None when it ends before.
fn start(mut command: Command, log: PathBuf, sign_ins: watch::Sender<Vec<(String, String)>>) -> Option<Replica> {
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("session-api is built");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words.first() == Some(&"agent") {
                sign_ins.send_modify(|all| all.push((words[1].to_owned(), words[2].to_owned())));
            }
            // Only the first one is waited for.
            let port = line
                .split_once("end users:  https://localhost:")
                .map(|(_, rest)| rest.trim_end_matches('/').to_owned());
            port.map(|port| tell.send(port));
        }
    });
    // Its end closes the channel; its log says why.
    let Ok(port) = told.recv_timeout(PATIENCE) else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port")));
    Some(Replica { address, log, child: Mutex::new(child) })
}
