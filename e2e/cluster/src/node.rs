//! The one node on which pods run: containerd and the kubelet.

use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::layout::{DNS_SERVICE, Layout, NODE, NODE_ADDRESS};
use crate::process::{kubectl, start, succeeds};
use crate::wait::until;

const LIMIT: Duration = Duration::from_secs(60);

/// Starts containerd and waits for it.
pub(crate) fn containerd(layout: &Layout) -> Result<()> {
    let config = layout.run.join("containerd.toml");
    fs::write(&config, containerd_config(layout))?;
    start(layout, "containerd", Command::new(layout.program("containerd")).arg("--config").arg(config))?;
    let answers = || succeeds(ctr(layout).arg("version"));
    until("containerd", LIMIT, &[layout.log("containerd")], answers)
}

/// containerd's own client, in the namespace of the kubelet.
pub(crate) fn ctr(layout: &Layout) -> Command {
    let mut command = Command::new(layout.program("ctr"));
    command.arg("--address").arg(layout.containerd_socket()).args(["--namespace", "k8s.io"]);
    command
}

/// Starts the kubelet and waits until its node is there.
pub(crate) fn kubelet(layout: &Layout) -> Result<()> {
    let folder = layout.run.join("kubelet");
    fs::create_dir_all(seccomp_profiles(layout))?;
    fs::write(layout.run.join("resolv.conf"), format!("nameserver {DNS_SERVICE}\n"))?;
    let config = layout.run.join("kubelet.json");
    fs::write(&config, serde_json::to_vec(&kubelet_config(layout))?)?;
    let mut command = Command::new(layout.program("kubelet"));
    command.arg("--config").arg(config).arg("--kubeconfig").arg(layout.kubeconfig("kubelet"));
    command.arg("--root-dir").arg(layout.state().join("kubelet")).arg("--cert-dir").arg(folder.join("pki"));
    command.args(["--hostname-override", NODE, "--node-ip", NODE_ADDRESS]);
    start(layout, "kubelet", &mut command)?;
    until("the node", LIMIT, &[layout.log("kubelet")], || succeeds(kubectl(layout).args(["get", "node", NODE])))
}

/// Where the kubelet looks for the seccomp profiles of pods.
pub(crate) fn seccomp_profiles(layout: &Layout) -> PathBuf {
    layout.run.join("kubelet/seccomp")
}

/// Waits until the node takes pods, which it does once it has a network.
pub(crate) fn ready(layout: &Layout) -> Result<()> {
    let ready = || {
        let wait = ["wait", "--for=condition=Ready", "--timeout=1s"];
        succeeds(kubectl(layout).args(wait).arg(format!("node/{NODE}")))
    };
    until("the node ready", LIMIT, &[layout.log("kubelet"), layout.log("containerd")], ready)
}

fn containerd_config(layout: &Layout) -> String {
    let (run, state, socket) = (layout.run.display(), layout.state(), layout.containerd_socket());
    let (state, socket, store, programs) = (state.display(), socket.display(), layout.images(), layout.programs());
    let (store, programs) = (store.display(), programs.display());
    format!(
        r#"version = 4
root = "{store}"
state = "{state}/containerd"
[plugins."io.containerd.server.v1.grpc"]
  address = "{socket}"
[plugins."io.containerd.server.v1.ttrpc"]
  address = "{socket}.ttrpc"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "localhost/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["{programs}/cni"]
  conf_dir = "{run}/cni"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
    BinaryName = "{programs}/runc"
    SystemdCgroup = false
"#
    )
}

/// Processes and threads of one pod. A browser at rest has 130.
const POD_PROCESSES_MAX: u32 = 2_048;

fn kubelet_config(layout: &Layout) -> serde_json::Value {
    let pki = layout.pki();
    serde_json::json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "authentication": {"anonymous": {"enabled": false}, "webhook": {"enabled": true}, "x509": {"clientCAFile": pki.join("ca.crt")}},
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": pki.join("kubelet-server.crt"), "tlsPrivateKeyFile": pki.join("kubelet-server.key"),
        "address": NODE_ADDRESS,
        "clusterDNS": [DNS_SERVICE], "clusterDomain": "cluster.local", "resolvConf": layout.run.join("resolv.conf"),
        "containerRuntimeEndpoint": format!("unix://{}", layout.containerd_socket().display()),
        "cgroupDriver": "cgroupfs", "failCgroupV1": false, "failSwapOn": false,
        "seccompDefault": true, "makeIPTablesUtilChains": false, "podPidsLimit": POD_PROCESSES_MAX,
        "podLogsDir": layout.run.join("pod-logs"), "volumePluginDir": layout.run.join("kubelet/volume-plugins"),
        // The machine's disk is not the cluster's to judge.
        "evictionHard": {"memory.available": "200Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 100,
    })
}
