//! What the operator tells about a session. What is written once here decides ties between operators.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, MicroTime, Time};
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rule;

/// What the operator found and did. It alone writes here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rule::written_once("binding"),
    validation = rule::written_once("finishReason"),
)]
pub struct SessionStatus {
    /// The metadata.generation that this status speaks of. Less than the object's: the operator has not looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// A summary for people, see [`Phase`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Bound: a pod is this session's. Ready: the first picture is there. Paused: an administrator paused it. NetworkEnforced: the pod was seen to fail at reaching
    /// what is forbidden. RecordingSealed: the recording is complete, or there is none. Finished: it ended, the reason is
    /// finishReason. Each with the generation that it speaks of.
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The pod of this session. Written once, and only where nothing stood: that decides which of two pods is the session's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
    /// When what happened. Each is written once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timings: Option<Timings>,
    /// When the session ends unless somebody in it extends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    /// The session's recording, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingStatus>,
    /// Why the session ended, see [`FinishReason`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
}

/// A summary for people: Pending (waits for a pod), Binding (has one), Active (can be used), Draining (ends), Finished,
/// Failed (never became usable). Programs read conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Phase {
    /// Waits for a pod.
    Pending,
    /// Has a pod that is not usable yet.
    Binding,
    /// Can be used.
    Active,
    /// Ends.
    Draining,
    /// Ended.
    Finished,
    /// Never became usable.
    Failed,
}

/// Why the session ended. Written once. EndUser, Agent, Administrator: that person ended it. Stopped: Stop without a choice
/// in time. Disconnected, Idle, MaxDuration: a limit was reached. PinExpired, PinLocked: nobody was allowed in time.
/// BrowserCrashed, PodLost, Evicted: its browser, pod or node went. NoCapacity: no pod in time. TenantSuspended: the tenant
/// went. NetworkNotEnforced: pods reached what the network policies forbid. Requested: desiredState Ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FinishReason {
    /// The end user ended it.
    EndUser,
    /// An agent ended it.
    Agent,
    /// An administrator ended it.
    Administrator,
    /// Stop without a choice in time.
    Stopped,
    /// The end user's link was down too long.
    Disconnected,
    /// Nobody did anything for too long.
    Idle,
    /// The maximum duration was reached.
    MaxDuration,
    /// The PIN's life ran out.
    PinExpired,
    /// The PINs were used up.
    PinLocked,
    /// Chrome died.
    BrowserCrashed,
    /// The pod died or could not be reached.
    PodLost,
    /// No pod in time.
    NoCapacity,
    /// The tenant was suspended.
    TenantSuspended,
    /// The network holds no policies.
    NetworkNotEnforced,
    /// `desiredState` is Ended.
    Requested,
    /// The cluster took the pod away.
    Evicted,
}

/// The pod of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// Name of the pod, in the session's namespace.
    #[schemars(length(max = 253))]
    pub pod_name: String,
    /// UID of the pod. Its certificate is for this UID alone.
    #[serde(rename = "podUID")]
    #[schemars(length(max = 36))]
    pub pod_uid: String,
    /// Address of the pod in the cluster. session-api dials it; people never do.
    #[serde(rename = "podIP")]
    #[schemars(length(max = 45))]
    pub pod_ip: String,
    /// Name of the node.
    #[schemars(length(max = 253))]
    pub node_name: String,
    /// Revision of the pool that made the pod.
    #[schemars(length(max = 63))]
    pub revision: String,
    /// Warm: the pod was ready before. Cold: it was started for this session.
    pub launch: Launch,
}

/// How a pod came to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Launch {
    /// It was ready before.
    Warm,
    /// It was started for it.
    Cold,
}

/// When what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = rule::written_once("requested"),
    validation = rule::written_once("bound"),
    validation = rule::written_once("ready"),
    validation = rule::written_once("firstPicture"),
)]
pub struct Timings {
    /// The operator saw the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<MicroTime>,
    /// The binding was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<MicroTime>,
    /// The pod said that the page is being loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<MicroTime>,
    /// The pod had the first picture of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_picture: Option<MicroTime>,
}

/// The recording of a session, as far as a cluster needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordingStatus {
    /// None: nothing was recorded. Open: parts of it may still come. Sealed: it is complete and cannot change. Failed: it has a
    /// gap or could not be stored.
    pub state: RecordingState,
    /// Id of the recording in the console.
    #[schemars(length(max = 64))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Bytes stored, encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    /// When it was sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Time>,
}

/// Where a recording stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RecordingState {
    /// Nothing was recorded.
    None,
    /// Parts may still come.
    Open,
    /// Complete.
    Sealed,
    /// Has a gap, or was not stored.
    Failed,
}
