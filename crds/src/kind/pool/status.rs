//! What the operator tells about a pool.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::KubeSchema;
use serde::{Deserialize, Serialize};

/// What the operator found and did. It alone writes here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct PoolStatus {
    /// The metadata.generation that this status speaks of. Less than the object's: the operator has not looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Ready: there are minWarm warm pods of the current revision. Refilling: pods are being made. QuotaExceeded: the
    /// namespace's quota or maxTotal forbids more. NetworkEnforced: pods were seen to fail at reaching what is forbidden; while
    /// it is False no pod becomes warm. Each with the generation that it speaks of and a reason.
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Pods that are ready for a session. This is what scaling reads.
    #[serde(default)]
    pub warm: i32,
    /// Pods that start.
    #[serde(default)]
    pub warming: i32,
    /// Pods with a session.
    #[serde(default)]
    pub bound: i32,
    /// Warm pods of an older revision than the current one. They are counted in warm, too.
    #[serde(default)]
    pub stale: i32,
    /// All pods: warm, starting, bound and ending.
    #[serde(default)]
    pub total: i32,
    /// Hash of all that makes pods of this pool: image, resources, display, isolation, scheduling.
    #[schemars(length(max = 63))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Label selector of the pool's warm pods, for scaling.
    #[schemars(length(max = 1024))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}
