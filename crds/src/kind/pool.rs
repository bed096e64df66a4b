//! `CoBrowsePool`: browsers of one kind, some of them started ahead. It is no pod template: what keeps a browser isolated is
//! not a user's to write.

mod placement;
mod resources;
mod status;

pub use placement::{Effect, Operator, Scheduling, Spread, Toleration};
pub use resources::{AgentResources, BrowserResources, Resources};
pub use status::PoolStatus;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::reference::SecretRef;
use crate::rule;
use crate::value::{Count, Image, Lasting, ObjectName};

/// What browsers the pool has and how many. What is not written has the default that its field names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "cobrowse.dev",
    version = "v1alpha1",
    kind = "CoBrowsePool",
    plural = "cobrowsepools",
    shortname = "cbp",
    category = "cobrowse",
    namespaced,
    status = "PoolStatus",
    derive = "PartialEq",
    doc = "Browser pods of one kind. Some are started ahead (warm), so that a session has its browser within a blink; each \
           serves one session and is deleted after it. kubectl scale and a HorizontalPodAutoscaler set spec.minWarm. Deleting \
           a pool deletes its warm pods; sessions that are live in its pods live on to their end.",
    validation = rule::short_name(),
    validation = rule::plain_name(),
    scale(spec_replicas_path = ".spec.minWarm", status_replicas_path = ".status.warm", label_selector_path = ".status.selector"),
    printcolumn(name = "Warm", type_ = "integer", json_path = ".status.warm", description = "Pods ready for a session"),
    printcolumn(name = "Min", type_ = "integer", json_path = ".spec.minWarm", description = "Warm pods wanted"),
    printcolumn(name = "Warming", type_ = "integer", json_path = ".status.warming", description = "Pods that start"),
    printcolumn(name = "Bound", type_ = "integer", json_path = ".status.bound", description = "Pods with a session"),
    printcolumn(name = "Total", type_ = "integer", json_path = ".status.total", description = "All pods"),
    printcolumn(name = "Max", type_ = "integer", json_path = ".spec.maxTotal", description = "Most pods"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Isolation", type_ = "string", json_path = ".spec.isolation.class", priority = 1),
    printcolumn(name = "Stale", type_ = "integer", json_path = ".status.stale", priority = 1),
    printcolumn(name = "Revision", type_ = "string", json_path = ".status.revision", priority = 1),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    selectable = ".spec.isolation.class"
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rule::over(&["minWarm", "maxWarm"], "self.minWarm <= self.maxWarm", "minWarm is more than maxWarm: raise maxWarm or lower minWarm"),
    validation = rule::over(&["maxWarm", "maxTotal"], "self.maxWarm <= self.maxTotal", "maxWarm is more than maxTotal: raise maxTotal or lower maxWarm"),
)]
pub struct PoolSpec {
    /// The image of browser and agent side, with a tag or, better, a digest: name@sha256:… A tag latest is refused.
    #[schemars(with = "Image")]
    pub image: String,
    /// Secrets with which the image is pulled. At most 8.
    #[schemars(length(max = 8))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<SecretRef>,
    /// What a pod gets of its node.
    #[serde(default)]
    pub resources: Resources,
    /// How the picture is taken out of Chrome. Compositor: our own screen, with native menus and pickers. Default Compositor.
    #[serde(default)]
    pub display: Display,
    /// What stands between a browser and its node, besides Chrome's own sandbox, which is always on.
    #[serde(default)]
    pub isolation: Isolation,
    /// Which nodes the pods may run on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<Scheduling>,
    /// Warm pods to keep. This is what scaling sets. 0 to 5000, default 1.
    #[schemars(with = "Count<0, 5000>")]
    #[serde(default = "one")]
    pub min_warm: i32,
    /// Most warm pods, also while an update makes new ones beside old ones. 0 to 5000, default 10.
    #[schemars(with = "Count<0, 5000>")]
    #[serde(default = "ten")]
    pub max_warm: i32,
    /// Most pods of all, warm, starting and bound. Sessions beyond it wait or fail, as their whenPoolEmpty says. 1 to 20000,
    /// default 100.
    #[schemars(with = "Count<1, 20000>")]
    #[serde(default = "hundred")]
    pub max_total: i32,
    /// How fast used pods are replaced.
    #[serde(default)]
    pub refill: Refill,
    /// Age at which a warm pod is replaced though nobody used it. 10m to 168h, default 6h.
    #[schemars(with = "Lasting<600, 604800>")]
    #[serde(default = "six_hours")]
    pub max_warm_age: String,
    /// How long a session in this pool may last at all, extensions by people included: the ceiling of what sessions and tenants
    /// ask for as maxDuration, and what the cluster ends a pod by. Live sessions keep what they began with. 1m to 12h, default 12h.
    #[schemars(with = "Lasting<60, 43200>")]
    #[serde(default = "twelve_hours")]
    pub max_session_duration: String,
    /// How long a pod may take to be ready before it is deleted and counted as failed. 10s to 30m, default 5m.
    #[schemars(with = "Lasting<10, 1800>")]
    #[serde(default = "five_minutes")]
    pub readiness_grace: String,
    /// How warm pods of an old revision go when image, resources, display, isolation or scheduling change. Bound pods always
    /// stay until their session ends.
    #[serde(default)]
    pub update_strategy: UpdateStrategy,
}

fn one() -> i32 {
    1
}

fn ten() -> i32 {
    10
}

fn hundred() -> i32 {
    100
}

fn six_hours() -> String {
    "6h".to_owned()
}

fn twelve_hours() -> String {
    "12h".to_owned()
}

fn five_minutes() -> String {
    "5m".to_owned()
}

/// How the picture is taken out of Chrome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Display {
    /// Our own headless compositor.
    #[default]
    Compositor,
}

/// What stands between a browser and its node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = rule::over(
    &["class", "runtimeClassName"],
    "(self.class == 'Node') != has(self.runtimeClassName)",
    "class and runtimeClassName do not go together: GVisor and Kata need runtimeClassName, Node has none",
))]
pub struct Isolation {
    /// Node: the node's kernel, with user namespaces where the node has them. GVisor: a kernel of its own in user space, about
    /// 200 MiB more for each pod. Kata: a virtual machine, about 650 MiB more. Default Node.
    #[serde(default)]
    pub class: IsolationClass,
    /// Name of the cluster's RuntimeClass for GVisor or Kata. It must exist.
    #[schemars(with = "Option<ObjectName>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_class_name: Option<String>,
}

/// Kinds of isolation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IsolationClass {
    /// The node's kernel.
    #[default]
    Node,
    /// gVisor.
    GVisor,
    /// Kata Containers.
    Kata,
}

/// How fast used pods are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refill {
    /// New pods in a second at most. 1 to 100, default 20.
    #[schemars(with = "Count<1, 100>")]
    #[serde(default = "twenty")]
    pub rate_per_second: i32,
    /// Pods at most that start at once. It spares scheduler and nodes. 1 to 500, default 50.
    #[schemars(with = "Count<1, 500>")]
    #[serde(default = "fifty")]
    pub max_pending: i32,
}

fn twenty() -> i32 {
    20
}

fn fifty() -> i32 {
    50
}

impl Default for Refill {
    fn default() -> Self {
        Self { rate_per_second: twenty(), max_pending: fifty() }
    }
}

/// How warm pods of an old revision go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStrategy {
    /// OnReplenish: old warm pods still serve, and what replaces them is new. Recreate: they are deleted at once, a part at
    /// a time; for a fault in the image. Default OnReplenish.
    #[serde(rename = "type", default)]
    pub kind: UpdateKind,
    /// Percent of minWarm that Recreate may leave without a ready pod. 1 to 100, default 25.
    #[schemars(with = "Count<1, 100>")]
    #[serde(default = "quarter")]
    pub max_unavailable_percent: i32,
}

fn quarter() -> i32 {
    25
}

impl Default for UpdateStrategy {
    fn default() -> Self {
        Self { kind: UpdateKind::default(), max_unavailable_percent: quarter() }
    }
}

/// When old warm pods go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UpdateKind {
    /// As they are used.
    #[default]
    OnReplenish,
    /// At once.
    Recreate,
}
