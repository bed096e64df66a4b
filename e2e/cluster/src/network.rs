//! The network of pods: a plain bridge, or Cilium, whose policies hold from a pod's first packet on. Cilium 1.15 is old and for
//! tests alone.

use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::binaries::{copy, kept};
use crate::layout::{Layout, NODE, NODE_ADDRESS, NODE_POD_RANGE, POD_RANGE};
use crate::process::{apply, kubectl, run, start};
use crate::wait::until;

const AGENT_LIMIT: Duration = Duration::from_secs(90);
/// Where the agent says how it is, and how long it may think about that.
const HEALTH: &str = "127.0.0.1:9879";
const HEALTH_LIMIT: Duration = Duration::from_secs(5);

/// Newer compilers warn of what the old source does, and its build takes a warning for a fault.
const COMPILER: &str = "#!/bin/sh\nexec clang-19 \"$@\" -Wno-shorten-64-to-32\n";

/// A bridge, and kube-proxy for services.
pub(crate) fn bridge(layout: &Layout) -> Result<()> {
    let plugins = json!([
        {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true, "ipam": {
            "type": "host-local", "dataDir": layout.run.join("addresses"), "ranges": [[{"subnet": NODE_POD_RANGE}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
        {"type": "portmap", "capabilities": {"portMappings": true}},
    ]);
    plugged(layout, &json!({"cniVersion": "1.0.0", "name": "bridge", "plugins": plugins}))?;
    let config = layout.run.join("proxy.json");
    let proxy = json!({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration", "mode": "nftables",
        "clusterCIDR": POD_RANGE, "hostnameOverride": NODE, "conntrack": {"maxPerCore": 0},
        "clientConnection": {"kubeconfig": layout.kubeconfig("proxy")},
        "metricsBindAddress": "127.0.0.1:10249", "healthzBindAddress": "127.0.0.1:10256",
    });
    fs::write(&config, serde_json::to_vec(&proxy)?)?;
    start(layout, "proxy", Command::new(layout.program("kube-proxy")).arg("--config").arg(config)).map(drop)
}

/// Cilium's agent as a process of the node. Only the settings and roles of its chart are used. Its operator, which cleans up after
/// nodes and pods that are gone, has nothing to do in a cluster of one node that lives for minutes.
pub(crate) fn cilium(layout: &Layout) -> Result<()> {
    let folder = layout.run.join("cilium");
    fs::create_dir_all(folder.join("lib"))?;
    copy(&kept(layout, "cilium", "bpf")?, &folder.join("lib/bpf"))?;
    compiler(layout)?;
    let objects = chart(layout)?;
    settings(&objects, &folder.join("config"))?;
    apply(layout, &serde_json::to_string(&roles(objects))?)?;
    let kinds = kept(layout, "cilium", "crds")?;
    run(kubectl(layout).args(["apply", "--server-side", "--recursive", "-f"]).arg(kinds))?;
    let mut agent = Command::new(layout.program("cilium-agent"));
    agent.arg("--config-dir").arg(folder.join("config")).arg("--k8s-kubeconfig-path").arg(layout.kubeconfig("cilium"));
    agent.arg("--lib-dir").arg(folder.join("lib")).args(["--procfs", "/proc", "--cgroup-root", cgroup_root()]);
    start(layout, "cilium-agent", agent.envs([("K8S_NODE_NAME", NODE), ("CILIUM_K8S_NAMESPACE", "kube-system")]))?;
    until("Cilium's agent ready", AGENT_LIMIT, &[layout.log("cilium-agent")], || is_well().unwrap_or(false))?;
    // The node takes pods from here on: not before policies hold.
    let plugins = json!([{"type": "cilium-cni", "log-file": layout.log("cilium-cni")}]);
    plugged(layout, &json!({"cniVersion": "0.3.1", "name": "cilium", "plugins": plugins}))
}

/// Whether the agent says that it is ready.
fn is_well() -> std::io::Result<bool> {
    let mut agent = TcpStream::connect(HEALTH)?;
    agent.set_read_timeout(Some(HEALTH_LIMIT))?;
    agent.write_all(b"GET /healthz HTTP/1.0\r\n\r\n")?;
    let mut answer = [0; 12];
    agent.read_exact(&mut answer)?;
    Ok(answer.ends_with(b" 200"))
}

fn plugged(layout: &Layout, config: &serde_json::Value) -> Result<()> {
    let folder = layout.run.join("cni");
    fs::create_dir_all(&folder)?;
    // containerd reads the folder when a file of it changes; half a file must not be seen.
    fs::write(folder.join("partial"), serde_json::to_vec(config)?)?;
    fs::rename(folder.join("partial"), folder.join("10-pods.conflist")).context("failed to give the node a network")
}

fn compiler(layout: &Layout) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = layout.program("clang");
    fs::write(&path, COMPILER)?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

/// Where the second version's cgroups are mounted.
fn cgroup_root() -> &'static str {
    if std::path::Path::new("/sys/fs/cgroup/unified").is_dir() { "/sys/fs/cgroup/unified" } else { "/sys/fs/cgroup" }
}

/// The chart's objects.
fn chart(layout: &Layout) -> Result<Vec<serde_json::Value>> {
    let mut helm = Command::new(layout.program("helm"));
    helm.args(["template", "cilium"]).arg(kept(layout, "cilium", "cilium")?).args(["--namespace", "kube-system"]);
    helm.arg("--values").arg(layout.source.join("manifests/cilium-values.yaml"));
    helm.args([
        "--set",
        &format!("k8sServiceHost={NODE_ADDRESS},k8sServicePort=6443,ipv4NativeRoutingCIDR={POD_RANGE}"),
    ]);
    let text = run(&mut helm).context("failed to render Cilium's chart")?;
    let file = layout.run.join("cilium/chart.yaml");
    fs::write(&file, text)?;
    // kubectl reads what Helm wrote, and gives it as JSON without asking a server.
    let mut kubectl = Command::new(layout.program("kubectl"));
    kubectl.args(["create", "--dry-run=client", "--validate=false", "-o", "json", "-f"]).arg(file);
    kubectl.arg("--kubeconfig").arg(layout.kubeconfig("admin"));
    let lines = run(&mut kubectl)?;
    let objects =
        serde_json::Deserializer::from_str(&lines).into_iter::<serde_json::Value>().collect::<Result<Vec<_>, _>>()?;
    Ok(objects.into_iter().flat_map(items).collect())
}

/// The objects of a list, or the one object.
fn items(object: serde_json::Value) -> Vec<serde_json::Value> {
    match object.get("items").and_then(serde_json::Value::as_array) {
        Some(items) => items.clone(),
        None => vec![object],
    }
}

/// Writes each setting of the chart into a file of its own, as the agent wants them.
fn settings(objects: &[serde_json::Value], folder: &std::path::Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let config = objects.iter().find(|one| one["kind"] == "ConfigMap" && one["metadata"]["name"] == "cilium-config");
    let data = config.and_then(|config| config["data"].as_object()).context("Cilium's chart has no settings")?;
    for (name, value) in data {
        fs::write(folder.join(name), value.as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// The chart's roles, bound to the client certificates with which the processes come.
fn roles(objects: Vec<serde_json::Value>) -> serde_json::Value {
    let wanted = ["ClusterRole", "Role", "ServiceAccount", "ClusterRoleBinding", "RoleBinding"];
    let kept = objects.into_iter().filter(|one| one["kind"].as_str().is_some_and(|kind| wanted.contains(&kind)));
    let bound = kept.map(|mut object| {
        if let Some(subjects) = object.get_mut("subjects").and_then(serde_json::Value::as_array_mut) {
            for subject in subjects {
                *subject = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": subject["name"]});
            }
        }
        object
    });
    json!({"apiVersion": "v1", "kind": "List", "items": bound.collect::<Vec<_>>()})
}
