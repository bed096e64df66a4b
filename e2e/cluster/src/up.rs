//! The way up: first outside, where namespaces are made, then inside, where the components start.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Profile;
use crate::layout::{CLUSTER, Layout};
use crate::process::{apply, kubectl, succeeds};
use crate::wait::{Step, say, until};
use crate::{binaries, control_plane, down, images, network, node, pki, spaces, world};

const POD_LIMIT: Duration = Duration::from_secs(60);

/// kwok's stages: nodes that beat, pods that become ready, end and go.
const STAGES: [&str; 5] = [
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
];

/// Ends what is left of an earlier cluster, and starts one.
pub(crate) fn up(layout: &Layout, profile: Profile) -> Result<()> {
    down::down(layout)?;
    let began = Instant::now();
    for folder in ["log", "pid"] {
        fs::create_dir_all(layout.run.join(folder)).context("failed to make the cluster's folder")?;
    }
    down::note_loaded(layout)?;
    let up = make(layout, profile);
    if up.is_err() {
        // What is half there helps nobody; the error has the logs.
        down::down(layout)?;
    }
    up?;
    say(&format!("the cluster {CLUSTER} is up after {:.1} s", began.elapsed().as_secs_f32()));
    say("    target/debug/cluster inside kubectl get pods --all-namespaces");
    Ok(())
}

fn make(layout: &Layout, profile: Profile) -> Result<()> {
    binaries::link(layout, profile)?;
    let step = Step::begin("keys and certificates");
    pki::write(layout)?;
    pki::write_world(layout)?;
    step.done();
    let step = Step::begin("namespaces");
    spaces::make(layout)?;
    step.done();
    if profile >= Profile::Node {
        world::begin(layout)?;
    }
    let mut command = spaces::inside_command(layout)?;
    command.arg(std::env::current_exe()?).arg("bring-up").arg("--profile");
    let status = command.arg(format!("{profile:?}").to_lowercase()).status().context("failed to go inside")?;
    ensure!(status.success(), "failed to bring the cluster up: the reason stands above");
    Ok(())
}

/// Starts the components. Runs inside, and ends when the cluster is ready.
pub(crate) fn bring_up(layout: &Layout, profile: Profile) -> Result<()> {
    let step = Step::begin("control plane");
    if profile >= Profile::Node {
        node::containerd(layout)?;
    }
    control_plane::begin(layout)?;
    let stages = binaries::kept(layout, "kwok", "stage")?;
    control_plane::kwok(layout, &STAGES.map(|stage| stages.join(stage)))?;
    step.done();
    if profile == Profile::Api {
        return Ok(());
    }
    let step = Step::begin("node");
    images::load(layout)?;
    node::kubelet(layout)?;
    step.done();
    let step = Step::begin("network");
    match profile {
        Profile::Policy => network::cilium(layout)?,
        Profile::Api | Profile::Node => network::bridge(layout)?,
    }
    node::ready(layout)?;
    step.done();
    let step = Step::begin("DNS");
    apply(layout, include_str!("../manifests/dns.yaml"))?;
    dns_answers(layout)?;
    step.done();
    Ok(())
}

fn dns_answers(layout: &Layout) -> Result<()> {
    let logs = [layout.log("kubelet")];
    let rolled = ["--namespace", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=1s"];
    until("the DNS pod ready", POD_LIMIT, &logs, || succeeds(kubectl(layout).args(rolled)))?;
    let asks = || succeeds(Command::new(layout.program("probe")).args(["resolve", "10.96.0.10", "shop.example.test"]));
    until("an answer of the DNS service", POD_LIMIT, &logs, asks)
}
