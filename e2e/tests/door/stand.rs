//! An installation of one test: a namespace with tenants, a database, the pods' authority, the stand-in for the operator, and
//! replicas of the real session-api.

use crate::operator::{self, FakeOperator};
use crate::pod::PORT;
use crate::postgres::Postgres;
use cobrowse_e2e::{kubectl, must};
use cobrowse_identity::authority::Authority;
use cobrowse_identity::door;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;
use tempfile::TempDir;

pub(crate) const SHOP: &str = "http://shop.localhost:8300";
pub(crate) const BANK: &str = "http://bank.localhost:8301";
const POOL: &str = "standard";

/// The installation.
pub(crate) struct Stand {
    pub(crate) namespace: String,
    pub(crate) operator: FakeOperator,
    pub(crate) certificate: String,
    pub(crate) database: String,
    folder: TempDir,
    sign_ins: Mutex<Vec<(String, String)>>,
}

/// A running session-api.
pub(crate) struct Replica {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Stand {
    /// A new one. The shop is Northwind's, the bank Contoso's.
    pub(crate) async fn open(name: &str) -> Self {
        let namespace = format!("door-{name}");
        let authority = Arc::new(Authority::generate(SystemTime::now()).expect("an authority"));
        let (folder, (certificate, database)) =
            tokio::task::spawn_blocking({
                let (namespace, authority) = (namespace.clone(), authority.clone());
                move || {
                    defined();
                    prepare(&namespace);
                    let folder = tempfile::tempdir().expect("a folder");
                    let given = secrets(folder.path(), &authority);
                    (folder, given)
                }
            })
            .await
            .expect("prepared");
        let operator = FakeOperator::start(&namespace, authority);
        Self { namespace, operator, certificate, database, folder, sign_ins: Mutex::default() }
    }

    /// Starts a replica, and waits until people can come.
    pub(crate) async fn replica(&self) -> Replica {
        let file = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = Command::new(program("session-api"));
        command.args(["serve", "--backend", "kubernetes", "--namespace", &self.namespace, "--pool", POOL]);
        command.args(["--pod-port", &PORT.to_string(), "--secrets", &file("secrets"), "--demo"]);
        command.args(["--database-url-file", &file("database"), "--log", "info,sqlx=warn"]);
        command.args(["--certificate", &file("door.crt"), "--certificate-key", &file("door.key")]);
        command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--starts-per-address", "1000"]);
        let started = tokio::task::spawn_blocking(move || start(command)).await.expect("started");
        let (replica, said) = started;
        self.sign_ins.lock().expect("not poisoned").extend(said);
        replica
    }

    /// Address and password of a tenant's agent.
    pub(crate) fn agent(&self, tenant: &str) -> (String, String) {
        let sign_ins = self.sign_ins.lock().expect("not poisoned");
        let of_tenant = sign_ins.iter().find(|(email, _)| email.ends_with(&format!("@{tenant}.example")));
        of_tenant.expect("a demo account").clone()
    }

    /// A session's object.
    pub(crate) fn object(&self, session: &str) -> Option<Value> {
        let said = kubectl(&["get", "cobrowsesession", session, "-n", &self.namespace, "-o", "json"], "");
        let said = said.expect("kubectl runs");
        said.ok.then(|| serde_json::from_str(&said.out).expect("JSON"))
    }

    /// What kubectl does in the namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        must(&[&["-n", &self.namespace][..], arguments].concat(), "").expect("kubectl does it")
    }
}

impl Replica {
    /// It dies at once.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }

    /// It ends in order.
    pub(crate) async fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        tokio::task::spawn_blocking(move || self.child.wait().expect("it ends")).await.expect("waited");
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The kinds, once per run.
fn defined() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crds/yaml");
        must(&["apply", "--server-side", "--force-conflicts", "-f", folder], "").expect("the definitions are accepted");
        for name in ["cobrowsesessions", "cobrowsetenants"] {
            let definition = format!("crd/{name}.cobrowse.dev");
            must(&["wait", "--for=condition=Established", "--timeout=30s", &definition], "").expect("the kind is served");
        }
    });
}

fn prepare(namespace: &str) {
    let _ = kubectl(&["delete", "namespace", namespace, "--ignore-not-found", "--wait"], "").expect("kubectl runs");
    must(&["create", "namespace", namespace], "").expect("a namespace");
    for (name, site) in [("northwind", SHOP), ("contoso", BANK)] {
        let tenant = json!({
            "apiVersion": "cobrowse.dev/v1alpha1", "kind": "CoBrowseTenant",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"displayName": name, "sites": [{"pattern": site}], "demo": true},
        });
        must(&["create", "-f", "-"], &tenant.to_string()).expect("the tenant is taken");
        operator::owns(namespace, name, &[site]);
    }
}

/// What an installation gives every replica. The certificate of the door, and the address of the database.
fn secrets(folder: &Path, authority: &Authority) -> (String, String) {
    let (certificate, key) = door::self_signed(&["localhost"], SystemTime::now()).expect("a certificate");
    let (authority, authority_key) = authority.to_pem();
    let database = Postgres::fresh();
    let random = |n: u8| [n; 32];
    std::fs::create_dir(folder.join("secrets")).expect("a folder");
    let files: [(&str, &[u8]); 7] = [
        ("secrets/pin.key", &random(1)),
        ("secrets/seal.key", &random(2)),
        ("secrets/pods.crt", authority.as_bytes()),
        ("secrets/pods.key", authority_key.as_bytes()),
        ("door.crt", certificate.as_bytes()),
        ("door.key", key.as_bytes()),
        ("database", database.as_bytes()),
    ];
    for (name, content) in files {
        std::fs::write(folder.join(name), content).expect("written");
    }
    (certificate, database)
}

/// A program of the same build.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test has a file");
    own.parent().and_then(Path::parent).expect("target/debug/deps").join(name)
}

/// Starts it and reads what it tells people: where it is, and sign-ins.
fn start(mut command: Command) -> (Replica, Vec<(String, String)>) {
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().expect("session-api is built");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let (mut address, mut sign_ins) = (None, Vec::new());
    for line in lines.by_ref().map_while(Result::ok) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some(port) = line.split_once("end users:  https://localhost:").map(|(_, rest)| rest.trim_end_matches('/')) {
            address = Some(SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port"))));
        }
        if words.first() == Some(&"agent") {
            sign_ins.push((words[1].to_owned(), words[2].to_owned()));
        }
        if line == "Ctrl-C ends it." {
            break;
        }
    }
    let Some(address) = address else {
        let _ = child.kill();
        panic!("session-api did not start; its log says why");
    };
    (Replica { address, child }, sign_ins)
}
