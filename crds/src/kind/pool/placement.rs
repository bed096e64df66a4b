//! Which nodes the pods of a pool may run on.

use std::collections::BTreeMap;

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Count, LabelKey, LabelValue, ObjectName};

/// Which nodes the pods may run on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scheduling {
    /// Labels that a node must have. At most 32.
    #[schemars(with = "BTreeMap<String, LabelValue>", extend("maxProperties" = 32))]
    #[x_kube(validation = Rule::new("self.all(key, key.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$'))")
        .message("a key is no label's: write for example kubernetes.io/arch"))]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<String, String>,
    /// Taints that the pods bear. At most 16.
    #[schemars(length(max = 16))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// Over what warm pods are spread, as evenly as it can be had: Nodes, Zones or None. Default Nodes.
    #[serde(default)]
    pub spread: Spread,
    /// Name of the cluster's PriorityClass for the pods. It must exist. Without it: the cluster's default.
    #[schemars(with = "Option<ObjectName>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
}

/// Over what pods are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Spread {
    /// Over nodes.
    #[default]
    Nodes,
    /// Over zones.
    Zones,
    /// As the scheduler likes.
    None,
}

/// A taint that the pods bear, as in a pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = Rule::new("self.operator == 'Exists' || has(self.key)").message("Equal needs a key: write key, or operator: Exists"),
    validation = Rule::new("self.operator == 'Equal' || !has(self.value)").message("Exists has no value: take value away, or write operator: Equal"),
    validation = Rule::new("!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')").message("tolerationSeconds is for effect: NoExecute alone: take it away"),
)]
pub struct Toleration {
    /// The taint's key. Without it, with operator Exists: every taint.
    #[schemars(with = "Option<LabelKey>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Equal: the taint has this value. Exists: it may have any. Default Equal.
    #[serde(default)]
    pub operator: Operator,
    /// The taint's value. Default empty.
    #[schemars(with = "Option<LabelValue>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the taint does, see [`Effect`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Seconds that a pod stays once the taint is there. 0 to 86400. Without it: for ever.
    #[schemars(with = "Option<Count<0, 86400>>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i32>,
}

/// How a taint is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Operator {
    /// Key and value.
    #[default]
    Equal,
    /// The key alone.
    Exists,
}

/// NoSchedule, PreferNoSchedule or NoExecute. Without it: all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Effect {
    /// No new pods.
    NoSchedule,
    /// No new pods if it can be avoided.
    PreferNoSchedule,
    /// No pods.
    NoExecute,
}
