//! A browser pod as the cluster tells of it. Whether it is enrolled, the cluster does not know.

use super::{Error, moment, uid, version};
use crate::names;
use cobrowse_session::canary::Reached;
use cobrowse_session::pool::{Revision, Slot, Trouble};
use cobrowse_session::{EndReason, PodUid, SessionUid, Timestamp};
use k8s_openapi::api::core::v1 as core;
use std::net::IpAddr;

/// One pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Its UID.
    pub uid: PodUid,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Its pool.
    pub pool: String,
    /// Whether it is a session's.
    pub slot: Slot,
    /// The session that it names.
    pub session: Option<SessionUid>,
    /// That session's name.
    pub session_name: Option<String>,
    /// What it was made of.
    pub revision: Revision,
    /// Whether its browser goes out by the egress gateway.
    pub by_gateway: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its node took it on; its deadline counts from there.
    pub started_at: Option<Timestamp>,
    /// How many seconds it may be active.
    pub deadline: Option<i64>,
    /// Where it is in its life.
    pub stage: Stage,
    /// Its address.
    pub address: Option<IpAddr>,
    /// Its node; empty before it has one.
    pub node: String,
    /// How it ended, as far as it or the cluster said.
    pub over: Over,
    /// What keeps it from starting, as far as it or its node said.
    pub trouble: Option<Trouble>,
}

/// Where a pod is in its life, by the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No node was found.
    Unschedulable(Timestamp),
    /// Its containers are not all started.
    Starting(Timestamp),
    /// Its containers run.
    Running(Timestamp),
    /// Its containers are over.
    Exited(Timestamp),
    /// It was deleted, and is gone at this time at the latest, unless its node is lost.
    Leaving(Timestamp),
}

/// What is known of an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Over {
    /// What the pod said itself.
    pub said: Option<EndReason>,
    /// What it reached that it must not.
    pub reached: Reached,
    /// The cluster took it away: eviction, drain, preemption, a node that was lost or shut down.
    pub disrupted: bool,
    /// It was active for too long.
    pub too_long: bool,
    /// All its containers are over.
    pub exited: bool,
    /// It had been started before.
    pub was_started: bool,
}

/// What a pod writes as its termination message. Anything else says nothing.
#[derive(serde::Deserialize)]
struct LastWords {
    reason: String,
    #[serde(default)]
    trouble: Option<String>,
    #[serde(default)]
    reached: Vec<String>,
}

/// Reasons in a pod's status by which the cluster says that it took the pod away.
const TAKEN: [&str; 5] = ["Evicted", "NodeLost", "NodeShutdown", "Shutdown", "Preempting"];
/// The condition that says it ahead of the end.
const DISRUPTION: &str = "DisruptionTarget";
/// The reason of a pod that was active for too long.
const TOO_LONG: &str = "DeadlineExceeded";
/// The longest termination message that Kubernetes keeps.
const LAST_WORDS_MAX: usize = 4096;

impl Pod {
    /// Reads an object.
    pub fn read(object: &core::Pod) -> Result<Self, Error> {
        let metadata = &object.metadata;
        let label = |key| metadata.labels.as_ref().and_then(|labels| labels.get(key));
        let annotation = |key| metadata.annotations.as_ref().and_then(|all| all.get(key));
        let created_at = moment(metadata.creation_timestamp.as_ref()).ok_or(Error::Metadata("creationTimestamp"))?;
        let status = object.status.clone().unwrap_or_default();
        let spec = object.spec.as_ref();
        Ok(Self {
            uid: PodUid::from_u128(uid(metadata)?),
            name: metadata.name.clone().unwrap_or_default(),
            version: version(metadata)?,
            pool: label(names::POOL).cloned().unwrap_or_default(),
            slot: if label(names::SLOT).is_some_and(|slot| slot == names::WARM) { Slot::Warm } else { Slot::Bound },
            session: annotation(names::SESSION_UID).and_then(|text| SessionUid::parse(text).ok()),
            session_name: label(names::SESSION).cloned(),
            revision: Revision(label(names::REVISION).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0)),
            by_gateway: label(names::EGRESS).is_some_and(|way| way == names::BY_GATEWAY),
            created_at,
            started_at: moment(status.start_time.as_ref()),
            deadline: spec.and_then(|spec| spec.active_deadline_seconds),
            stage: stage(metadata, &status, created_at),
            address: status.pod_ip.as_deref().and_then(|text| text.parse().ok()),
            node: spec.and_then(|spec| spec.node_name.clone()).unwrap_or_default(),
            over: over(&status),
            trouble: trouble(&status),
        })
    }

    /// The revision as labels and bindings have it.
    pub fn revision_text(&self) -> String {
        format!("{:016x}", self.revision.0)
    }
}

fn stage(
    metadata: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta,
    status: &core::PodStatus,
    created_at: Timestamp,
) -> Stage {
    if let Some(at) = moment(metadata.deletion_timestamp.as_ref()) {
        // The grace is in the time already.
        return Stage::Leaving(at);
    }
    if is_over(status) {
        return Stage::Exited(exit_time(status).unwrap_or(created_at));
    }
    let scheduled = condition(status, "PodScheduled");
    let since = scheduled.and_then(|condition| moment(condition.last_transition_time.as_ref())).unwrap_or(created_at);
    if scheduled
        .is_some_and(|condition| condition.status == "False" && condition.reason.as_deref() == Some("Unschedulable"))
    {
        return Stage::Unschedulable(since);
    }
    match status.phase.as_deref() {
        Some("Running") => Stage::Running(since),
        _ => Stage::Starting(since),
    }
}

/// One container over is the pod over: neither side goes on without the other.
fn is_over(status: &core::PodStatus) -> bool {
    let ended = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    ended || agent(status).and_then(|agent| agent.state.as_ref()).is_some_and(|state| state.terminated.is_some())
}

fn agent(status: &core::PodStatus) -> Option<&core::ContainerStatus> {
    status.container_statuses.iter().flatten().find(|container| container.name == names::AGENT)
}

fn exit_time(status: &core::PodStatus) -> Option<Timestamp> {
    let terminated =
        |container: &core::ContainerStatus| container.state.as_ref().and_then(|state| state.terminated.clone());
    let ends = status.container_statuses.iter().flatten().filter_map(terminated);
    ends.filter_map(|end| moment(end.finished_at.as_ref())).max()
}

fn condition<'a>(status: &'a core::PodStatus, kind: &str) -> Option<&'a core::PodCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_ == kind)
}

fn over(status: &core::PodStatus) -> Over {
    let reason = status.reason.as_deref().unwrap_or_default();
    let target = condition(status, DISRUPTION).is_some_and(|condition| condition.status == "True");
    let words = last_words(status);
    let names = words.iter().flat_map(|words| words.reached.iter().map(String::as_str));
    Over {
        said: words.as_ref().and_then(|words| EndReason::from_reason(&words.reason)),
        reached: Reached::of_names(names),
        disrupted: target || TAKEN.contains(&reason),
        too_long: reason == TOO_LONG,
        exited: is_over(status),
        was_started: agent(status).and_then(|agent| agent.started).unwrap_or(false),
    }
}

/// What the pod said. It is the pod's to write, and a pod is not believed more than words of closed lists.
fn last_words(status: &core::PodStatus) -> Option<LastWords> {
    let text = agent(status)?.state.as_ref()?.terminated.as_ref()?.message.as_deref()?;
    let text = text.get(..LAST_WORDS_MAX).unwrap_or(text);
    serde_json::from_str(text.trim()).ok()
}

/// What keeps a pod from starting: what its own last words say, or what its node says of a container that waits.
fn trouble(status: &core::PodStatus) -> Option<Trouble> {
    let told = last_words(status).and_then(|words| Trouble::parse(&words.trouble?));
    let waiting = |container: &core::ContainerStatus| container.state.as_ref()?.waiting.clone();
    told.or_else(|| status.container_statuses.iter().flatten().filter_map(waiting).find_map(|state| of_node(&state)))
}

/// What a kubelet means by the reason of a container that waits. Most such reasons are no trouble.
fn of_node(state: &core::ContainerStateWaiting) -> Option<Trouble> {
    match state.reason.as_deref()? {
        "ErrImagePull" | "ImagePullBackOff" | "ErrImageNeverPull" | "InvalidImageName" | "RegistryUnavailable" => {
            Some(Trouble::ImageUnavailable)
        }
        "CreateContainerError" if state.message.as_deref().is_some_and(|message| message.contains("seccomp")) => {
            Some(Trouble::ProfileMissing)
        }
        "CreateContainerError" | "CreateContainerConfigError" | "RunContainerError" => Some(Trouble::ContainerRefused),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_session::pool::Lack;
    use serde_json::{Value, json};

    fn read(status: Value, more: Value) -> Pod {
        let mut metadata = json!({
            "name": "shop-x", "uid": "00000000-0000-0000-0000-000000000001", "resourceVersion": "7",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"cobrowse.dev/pool": "shop", "cobrowse.dev/slot": "warm", "cobrowse.dev/revision": "00000000000000ff"}});
        for (key, value) in more.as_object().into_iter().flatten() {
            metadata[key] = value.clone();
        }
        let object = json!({"metadata": metadata, "status": status});
        Pod::read(&serde_json::from_value(object).expect("a pod")).expect("readable")
    }

    fn exited(status: Value) -> Value {
        json!({"name": "agent", "ready": false, "image": "i", "imageID": "", "restartCount": 0, "state": {"terminated": status}})
    }

    #[test]
    fn stages() {
        let at = |second: u64| Timestamp::from_millis((1_767_225_600 + second) * 1000);
        let scheduled = |status: &str, reason: &str| {
            json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": status, "reason": reason,
                "lastTransitionTime": "2026-01-01T00:00:05Z"}]})
        };
        let none = json!({});
        assert_eq!(read(json!({}), none.clone()).stage, Stage::Starting(at(0)));
        assert_eq!(read(scheduled("False", "Unschedulable"), none.clone()).stage, Stage::Unschedulable(at(5)));
        assert_eq!(read(scheduled("True", ""), none.clone()).stage, Stage::Starting(at(5)));
        assert_eq!(read(json!({"phase": "Running"}), none.clone()).stage, Stage::Running(at(0)));
        let status = json!({"phase": "Running", "containerStatuses": [exited(json!({"exitCode": 0, "finishedAt": "2026-01-01T00:00:09Z"}))]});
        assert_eq!(read(status, none).stage, Stage::Exited(at(9)));
        let leaving = json!({"deletionTimestamp": "2026-01-01T00:01:30Z"});
        assert_eq!(read(json!({"phase": "Running"}), leaving).stage, Stage::Leaving(at(90)));
    }

    #[test]
    fn a_pod_says_no_more_than_its_reason() {
        let said = |message: &str| {
            let status =
                json!({"phase": "Failed", "containerStatuses": [exited(json!({"exitCode": 1, "message": message}))]});
            read(status, json!({})).over.said
        };
        assert_eq!(said(r#"{"reason":"Idle","lastSeq":12}"#), Some(EndReason::Idle));
        assert_eq!(said("{\"reason\":\"Nonsense\"}"), None);
        assert_eq!(said("panicked at the disco"), None);
        assert_eq!(said(""), None);
        assert_eq!(said(&"x".repeat(9000)), None);
    }

    #[test]
    fn what_keeps_a_pod_from_starting_is_told_by_the_pod_or_its_node() {
        let said = |message: &str| {
            let status =
                json!({"phase": "Failed", "containerStatuses": [exited(json!({"exitCode": 1, "message": message}))]});
            read(status, json!({})).trouble
        };
        let words = |trouble: &str| json!({"reason": "BrowserCrashed", "lastSeq": 0, "trouble": trouble}).to_string();
        assert_eq!(said(&words("SandboxUnavailable")), Some(Trouble::SandboxUnavailable));
        assert_eq!(said(&words("NotSandboxed:Network")), Some(Trouble::NotSandboxed(Lack::Network)));
        assert_eq!(said(&words("see https://example.com")), None);
        assert_eq!(said(r#"{"reason":"BrowserCrashed","lastSeq":0}"#), None);
        let waits = |reason: &str, message: &str| {
            let waiting = json!({"waiting": {"reason": reason, "message": message}});
            let browser = json!({"name": "browser", "ready": false, "image": "i", "imageID": "", "restartCount": 0, "state": waiting});
            read(json!({"phase": "Pending", "containerStatuses": [browser]}), json!({})).trouble
        };
        let missing =
            r#"failed to generate spec: cannot load seccomp profile "/var/lib/kubelet/seccomp/cobrowse/chrome.json""#;
        assert_eq!(waits("CreateContainerError", missing), Some(Trouble::ProfileMissing));
        assert_eq!(waits("CreateContainerError", "no space left"), Some(Trouble::ContainerRefused));
        assert_eq!(waits("ImagePullBackOff", "Back-off pulling image"), Some(Trouble::ImageUnavailable));
        assert_eq!(waits("ContainerCreating", ""), None);
    }

    #[test]
    fn a_pod_says_what_it_reached_by_known_names() {
        let reached = |message: &str| {
            let status =
                json!({"phase": "Failed", "containerStatuses": [exited(json!({"exitCode": 0, "message": message}))]});
            let over = read(status, json!({})).over;
            (over.said, over.reached.to_string())
        };
        let open = r#"{"reason":"NetworkNotEnforced","lastSeq":0,"reached":["Metadata","<b>","ApiServer"]}"#;
        assert_eq!(reached(open), (Some(EndReason::NetworkNotEnforced), "ApiServer, Metadata".to_owned()));
        assert_eq!(reached(r#"{"reason":"Idle"}"#), (Some(EndReason::Idle), String::new()));
        assert_eq!(reached(r#"{"reason":"Idle","reached":"all"}"#), (None, String::new()));
    }

    #[test]
    fn what_takes_a_pod_away() {
        let target = json!({"phase": "Running", "conditions": [{"type": "DisruptionTarget", "status": "True"}]});
        assert!(read(target, json!({})).over.disrupted);
        assert!(read(json!({"phase": "Failed", "reason": "Evicted"}), json!({})).over.disrupted);
        let late = read(json!({"phase": "Failed", "reason": "DeadlineExceeded"}), json!({})).over;
        assert_eq!((late.disrupted, late.too_long), (false, true));
    }

    #[test]
    fn labels_tell_slot_pool_and_revision() {
        let pod = read(json!({}), json!({}));
        assert_eq!((pod.slot, pod.pool.as_str(), pod.revision), (Slot::Warm, "shop", Revision(255)));
        assert_eq!(pod.revision_text(), "00000000000000ff");
    }
}
