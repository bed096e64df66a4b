//! What a pod gets of its node. Every amount has a bound, so that no pod can starve a node.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Cpu, Disk, Memory};

/// What a pod gets. Quantities as Kubernetes writes them, in quotes: "500m", "1Gi".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resources {
    /// The container with Chrome.
    #[serde(default)]
    pub browser: BrowserResources,
    /// The container that encodes, masks and holds the pod's key.
    #[serde(default)]
    pub agent: AgentResources,
}

/// What Chrome gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrowserResources {
    /// Cores requested. There is no limit of cores, as it would make pages stutter. 10m to 16, default 500m.
    #[schemars(with = "Cpu")]
    #[serde(default = "half_core")]
    pub cpu: String,
    /// Memory, requested and limit at once, shared memory and scratch included. 64Mi to 32Gi, default 1536Mi.
    #[schemars(with = "Memory")]
    #[serde(default = "browser_memory")]
    pub memory: String,
    /// Disk, requested and limit at once. 64Mi to 64Gi, default 256Mi.
    #[schemars(with = "Disk")]
    #[serde(default = "disk")]
    pub ephemeral_storage: String,
    /// Limit of the shared memory between Chrome and the display. 64Mi to 32Gi, default 512Mi.
    #[schemars(with = "Memory")]
    #[serde(default = "shared_memory")]
    pub shared_memory: String,
    /// Limit of the profile and of downloads, which are kept in memory and never on a disk. 64Mi to 32Gi, default 256Mi.
    #[schemars(with = "Memory")]
    #[serde(default = "scratch")]
    pub scratch: String,
}

impl Default for BrowserResources {
    fn default() -> Self {
        Self {
            cpu: half_core(),
            memory: browser_memory(),
            ephemeral_storage: disk(),
            shared_memory: shared_memory(),
            scratch: scratch(),
        }
    }
}

/// What the agent side gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentResources {
    /// Cores requested. 10m to 16, default 500m.
    #[schemars(with = "Cpu")]
    #[serde(default = "half_core")]
    pub cpu: String,
    /// Memory, requested and limit at once. 64Mi to 32Gi, default 256Mi.
    #[schemars(with = "Memory")]
    #[serde(default = "agent_memory")]
    pub memory: String,
    /// Disk, requested and limit at once. 64Mi to 64Gi, default 256Mi.
    #[schemars(with = "Disk")]
    #[serde(default = "disk")]
    pub ephemeral_storage: String,
}

impl Default for AgentResources {
    fn default() -> Self {
        Self { cpu: half_core(), memory: agent_memory(), ephemeral_storage: disk() }
    }
}

fn half_core() -> String {
    "500m".to_owned()
}

fn browser_memory() -> String {
    "1536Mi".to_owned()
}

fn agent_memory() -> String {
    "256Mi".to_owned()
}

fn disk() -> String {
    "256Mi".to_owned()
}

fn shared_memory() -> String {
    "512Mi".to_owned()
}

fn scratch() -> String {
    "256Mi".to_owned()
}
