//! Nodes of kwok: it beats for them, gives their pods addresses and tells that they run. Nothing runs.

use crate::program::until;
use crate::stand::SOON;
use anyhow::{Context as _, ensure};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::Node;
use kube::Client;
use kube::api::{Api, ListParams, Patch, PatchParams};
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Nodes are made so many at once.
const AT_ONCE: usize = 8;

/// Makes so many nodes with this label, waits until they are ready, and routes their pods' addresses to this machine.
pub(crate) async fn make(client: &Client, label: (&str, &str), count: usize) -> anyhow::Result<()> {
    let api: Api<Node> = Api::all(client.clone());
    let makes = (0..count).map(|number| {
        let (api, name) = (api.clone(), format!("kwok-{number}"));
        async move {
            let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name,
                "annotations": {"kwok.x-k8s.io/node": "fake"},
                "labels": {label.0: label.1, "kubernetes.io/hostname": name}}});
            api.patch(&name, &PatchParams::apply("cobrowse-test").force(), &Patch::Apply(&node)).await?;
            // kwok's own have no disk.
            let amounts = json!({"cpu": "1k", "memory": "1Ti", "ephemeral-storage": "10Ti", "pods": "10k"});
            let status = json!({"status": {"capacity": amounts, "allocatable": amounts}});
            api.patch_status(&name, &PatchParams::default(), &Patch::Merge(&status)).await.map(drop)
        }
    });
    stream::iter(makes).buffer_unordered(AT_ONCE).try_collect::<()>().await.context("nodes")?;
    let ours = ListParams::default().labels(&format!("{}={}", label.0, label.1));
    let ranges = until("the nodes are ready", SOON, || async {
        let nodes = api.list(&ours).await.ok()?.items;
        let ranges: Vec<String> = nodes.iter().filter(|node| is_ready(node)).filter_map(range).collect();
        (ranges.len() == count).then_some(ranges)
    })
    .await;
    route(&ranges)
}

fn is_ready(node: &Node) -> bool {
    let conditions = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    { conditions }.any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn range(node: &Node) -> Option<String> {
    node.spec.as_ref()?.pod_cidr.clone()
}

/// Packets to these addresses stay on this machine. It is the cluster's own network: nobody else sees it.
fn route(ranges: &[String]) -> anyhow::Result<()> {
    let mut ip =
        Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().context("failed to start ip")?;
    let mut lines = ip.stdin.take().context("ip has no input")?;
    for range in ranges {
        writeln!(lines, "route replace local {range} dev lo")?;
    }
    drop(lines);
    ensure!(ip.wait()?.success(), "failed to route the pods' addresses: this needs root, in the cluster's network");
    Ok(())
}
