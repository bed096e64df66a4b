//! etcd, API server, controller manager, scheduler, and kwok: what makes a cluster without a node.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::layout::{Layout, NODE_ADDRESS, POD_RANGE, SERVICE_RANGE};
use crate::pki::secret;
use crate::process::{apply, kubectl, start, succeeds};
use crate::wait::until;

const READY_LIMIT: Duration = Duration::from_secs(60);

/// Starts etcd and the API server and waits until it is ready; then the rest, which would end without its first roles.
pub(crate) fn begin(layout: &Layout) -> Result<()> {
    encryption(layout)?;
    start(layout, "etcd", &mut etcd(layout))?;
    start(layout, "apiserver", &mut api_server(layout))?;
    let logs = [layout.log("apiserver"), layout.log("etcd")];
    until("the API server ready", READY_LIMIT, &logs, || succeeds(kubectl(layout).args(["get", "--raw", "/readyz"])))?;
    start(layout, "controller-manager", &mut controller_manager(layout))?;
    start(layout, "scheduler", &mut scheduler(layout))?;
    // The API server's own certificate for kubelets: logs, exec, port-forward.
    apply(layout, include_str!("../manifests/kubelet-access.yaml"))?;
    let account = || succeeds(kubectl(layout).args(["get", "serviceaccount", "default"]));
    until("the first service account", READY_LIMIT, &[layout.log("controller-manager")], account)
}

/// Secrets and our own kinds are encrypted in etcd, as an administrator would have it.
fn encryption(layout: &Layout) -> Result<()> {
    let mut key = [0; 32];
    aws_lc_rs::rand::fill(&mut key)?;
    let config = serde_json::json!({
        "apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets", "*.cobrowse.dev"], "providers": [
            {"aesgcm": {"keys": [{"name": "first", "secret": STANDARD.encode(key)}]}}, {"identity": {}}]}],
    });
    secret(&layout.run.join("encryption.json"), &serde_json::to_vec(&config)?)?;
    // Who gets into a pod is told whatever the verb: by WebSocket it is a get.
    let ways =
        ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy", "pods/ephemeralcontainers"];
    let audit = serde_json::json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata", "resources": [{"group": "", "resources": ways}]},
            {"level": "None", "verbs": ["get", "list", "watch"]}, {"level": "Metadata"}],
    });
    Ok(fs::write(layout.run.join("audit.json"), serde_json::to_vec(&audit)?)?)
}

/// Nothing of it outlives the cluster, so nothing waits for the disk.
pub(crate) fn etcd(layout: &Layout) -> Command {
    let (pki, client, peer) = (layout.pki(), "https://127.0.0.1:2379", "https://127.0.0.1:2380");
    let mut command = Command::new(layout.program("etcd"));
    command.arg("--unsafe-no-fsync").arg("--client-cert-auth").arg("--peer-client-cert-auth");
    command.args(["--name", "first", "--initial-cluster", &format!("first={peer}")]);
    command.args(["--listen-client-urls", client, "--advertise-client-urls", client]);
    command.args(["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]);
    command.arg("--data-dir").arg(layout.run.join("etcd"));
    for (flag, file) in [("trusted-ca-file", "etcd-ca.crt"), ("cert-file", "etcd.crt"), ("key-file", "etcd.key")] {
        command.arg(format!("--{flag}")).arg(pki.join(file));
        command.arg(format!("--peer-{flag}")).arg(pki.join(file));
    }
    command
}

/// The one API server.
pub(crate) fn api_server(layout: &Layout) -> Command {
    let mut command = Command::new(layout.program("kube-apiserver"));
    command.args(["--advertise-address", NODE_ADDRESS, "--bind-address", NODE_ADDRESS, "--secure-port", "6443"]);
    command.args(["--anonymous-auth=false", "--authorization-mode", "Node,RBAC"]);
    command.args(["--enable-admission-plugins", "NodeRestriction", "--service-cluster-ip-range", SERVICE_RANGE]);
    command.args(["--etcd-servers", "https://127.0.0.1:2379", "--kubelet-preferred-address-types", "InternalIP"]);
    command.args(["--service-account-issuer", "https://kubernetes.default.svc.cluster.local"]);
    command.args([
        "--requestheader-allowed-names",
        "front-proxy-client",
        "--requestheader-username-headers",
        "X-Remote-User",
    ]);
    command.args([
        "--requestheader-group-headers",
        "X-Remote-Group",
        "--requestheader-extra-headers-prefix",
        "X-Remote-Extra-",
    ]);
    command.arg("--encryption-provider-config").arg(layout.run.join("encryption.json"));
    command.arg("--audit-policy-file").arg(layout.run.join("audit.json"));
    command.arg("--audit-log-path").arg(layout.run.join("log/audit.log"));
    let files = [
        ("etcd-cafile", "etcd-ca.crt"),
        ("etcd-certfile", "etcd-client.crt"),
        ("etcd-keyfile", "etcd-client.key"),
        ("tls-cert-file", "apiserver.crt"),
        ("tls-private-key-file", "apiserver.key"),
        ("client-ca-file", "ca.crt"),
        ("service-account-key-file", "sa.pub"),
        ("service-account-signing-key-file", "sa.key"),
        ("kubelet-client-certificate", "apiserver-kubelet.crt"),
        ("kubelet-client-key", "apiserver-kubelet.key"),
        ("kubelet-certificate-authority", "ca.crt"),
        ("requestheader-client-ca-file", "front-ca.crt"),
        ("proxy-client-cert-file", "front-client.crt"),
        ("proxy-client-key-file", "front-client.key"),
    ];
    with_files(layout, command, &files)
}

fn controller_manager(layout: &Layout) -> Command {
    let mut command = component(layout, "kube-controller-manager", "controller-manager");
    command.args(["--use-service-account-credentials", "--allocate-node-cidrs", "--node-cidr-mask-size", "24"]);
    command.args(["--cluster-cidr", POD_RANGE, "--service-cluster-ip-range", SERVICE_RANGE]);
    let files = [
        ("service-account-private-key-file", "sa.key"),
        ("root-ca-file", "ca.crt"),
        ("cluster-signing-cert-file", "ca.crt"),
        ("cluster-signing-key-file", "ca.key"),
    ];
    with_files(layout, command, &files)
}

fn scheduler(layout: &Layout) -> Command {
    component(layout, "kube-scheduler", "scheduler")
}

/// A part that is a client of the API server, alone and in a hurry.
fn component(layout: &Layout, program: &str, user: &str) -> Command {
    let mut command = Command::new(layout.program(program));
    command.args([
        "--bind-address",
        "127.0.0.1",
        "--leader-elect=false",
        "--kube-api-qps",
        "300",
        "--kube-api-burst",
        "600",
    ]);
    for flag in ["--kubeconfig", "--authentication-kubeconfig", "--authorization-kubeconfig"] {
        command.arg(flag).arg(layout.kubeconfig(user));
    }
    command
}

fn with_files(layout: &Layout, mut command: Command, files: &[(&str, &str)]) -> Command {
    for (flag, file) in files {
        command.arg(format!("--{flag}")).arg(layout.pki().join(file));
    }
    command
}

/// Starts kwok for nodes that carry its annotation. They and their pods are told as ready, and nothing runs.
pub(crate) fn kwok(layout: &Layout, stages: &[PathBuf]) -> Result<()> {
    let config = layout.run.join("kwok.yaml");
    let texts = stages.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    fs::write(&config, texts.join("\n---\n"))?;
    let mut command = Command::new(layout.program("kwok"));
    command.arg("--config").arg(config).arg("--kubeconfig").arg(layout.kubeconfig("admin"));
    command.args([
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        "--server-address",
        "127.0.0.1:10247",
    ]);
    start(layout, "kwok", &mut command).map(drop)
}
