//! What a session's status tells, as JSON patches. Each is tested by the API server together with what it writes, as the rules of
//! the claim say; what was written once is never written again.

use super::adjust::Adjusted;
use crate::names::pointer;
use crate::seen;
use cobrowse_crds::kind::session::{FinishReason, Phase};
use cobrowse_session::claim::Guard;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, MicroTime, Time};
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// One condition to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub kind: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// A stable word.
    pub reason: String,
    /// What people read.
    pub message: String,
}

impl Told {
    /// It holds.
    pub fn yes(kind: &'static str, reason: &str, message: &str) -> Self {
        Self { kind, holds: true, reason: reason.to_owned(), message: message.to_owned() }
    }

    /// It does not.
    pub fn no(kind: &'static str, reason: &str, message: String) -> Self {
        Self { kind, holds: false, reason: reason.to_owned(), message }
    }
}

/// The longest message that Kubernetes keeps is 32 KiB; nobody reads that much.
const MESSAGE_MAX: usize = 1024;

/// Conditions with one more, or with that one changed. Its time moves only when it begins or ceases to hold.
pub fn with_condition(mut conditions: Vec<Condition>, told: &Told, generation: i64) -> Vec<Condition> {
    let status = if told.holds { "True" } else { "False" };
    let before = conditions.iter().position(|condition| condition.type_ == told.kind);
    let since = before.map(|at| &conditions[at]).filter(|condition| condition.status == status);
    let message: String = told.message.chars().take(MESSAGE_MAX).collect();
    let condition = Condition {
        type_: told.kind.to_owned(),
        status: status.to_owned(),
        reason: told.reason.clone(),
        message,
        observed_generation: Some(generation),
        last_transition_time: since
            .map_or_else(|| Time(Timestamp::now()), |condition| condition.last_transition_time.clone()),
    };
    match before {
        Some(at) => conditions[at] = condition,
        None => conditions.push(condition),
    }
    conditions
}

/// A patch under construction.
struct Patch<'a> {
    session: &'a seen::Session,
    /// The generation that the status speaks of from now on.
    observed: i64,
    operations: Vec<Value>,
}

impl<'a> Patch<'a> {
    fn new(session: &'a seen::Session, guards: impl Iterator<Item = Guard>) -> Self {
        let mut patch = Self { session, observed: session.generation, operations: Vec::new() };
        for guard in guards {
            patch.guard(guard);
        }
        if !session.has_status {
            // What was never written has no parts to test.
            patch.operations.retain(|operation| operation["path"] == "/metadata/uid");
            patch.test("/status", Value::Null);
            patch.add("/status", json!({}));
        }
        patch
    }

    fn guard(&mut self, guard: Guard) {
        match guard {
            Guard::SessionUid => self.test("/metadata/uid", json!(self.session.uid.to_string())),
            Guard::NoBinding => self.test("/status/binding", Value::Null),
            Guard::BindingIs(pod) => self.test("/status/binding/podUID", json!(pod.to_string())),
            Guard::NotFinished => self.test("/status/finishReason", Value::Null),
            Guard::NotReady => self.test("/status/timings/ready", Value::Null),
            // Of pods.
            Guard::PodUid | Guard::SlotWarm => {}
        }
    }

    fn test(&mut self, path: &str, value: Value) {
        self.operations.push(json!({"op": "test", "path": path, "value": value}));
    }

    fn add(&mut self, path: &str, value: Value) {
        self.operations.push(json!({"op": "add", "path": path, "value": value}));
    }

    fn tell(&mut self, phase: Phase, told: &[Told]) {
        let generation = self.session.generation;
        let conditions = told
            .iter()
            .fold(self.session.conditions.clone(), |conditions, told| with_condition(conditions, told, generation));
        self.add("/status/observedGeneration", json!(self.observed));
        self.add("/status/phase", json!(phase));
        self.add("/status/conditions", json!(conditions));
    }

    fn done(self) -> Value {
        Value::Array(self.operations)
    }
}

fn now() -> MicroTime {
    MicroTime(Timestamp::now())
}

/// This is its pod.
pub fn binding(
    session: &seen::Session,
    pod: &seen::Pod,
    guards: impl Iterator<Item = Guard>,
    requested: cobrowse_session::Timestamp,
) -> Value {
    let mut patch = Patch::new(session, guards);
    let launch = crate::names::launch(session.uid, &pod.name);
    let address = pod.address.map(|address| address.to_string()).unwrap_or_default();
    patch.add(
        "/status/binding",
        json!({"podName": pod.name, "podUID": pod.uid.to_string(), "podIP": address, "nodeName": pod.node,
            "revision": pod.revision_text(), "launch": launch}),
    );
    let requested = session.requested.clone().unwrap_or_else(|| micro(requested));
    patch.add("/status/timings", json!({"requested": requested, "bound": now()}));
    patch.tell(Phase::Binding, &[Told::yes("Bound", launch, ""), Told::no("Ready", "Starting", String::new())]);
    patch.done()
}

/// Its page is there, or the pod waits for its whole address.
pub fn ready(
    session: &seen::Session,
    guards: impl Iterator<Item = Guard>,
    first_picture: Option<Duration>,
    (max_duration, limited): (Option<Duration>, &str),
    (told, tried): (Option<i64>, bool),
) -> Value {
    let mut patch = Patch::new(session, guards);
    // The pod goes by what it was bound with. What changed meanwhile, or is not known, it is told next.
    patch.observed = told.unwrap_or_default();
    let at = Timestamp::now();
    patch.add("/status/timings/ready", json!(MicroTime(at)));
    if first_picture.is_some() {
        patch.add("/status/timings/firstPicture", json!(MicroTime(at)));
    }
    let ends = max_duration.and_then(|duration| at.checked_add(duration).ok());
    if let Some(ends) = ends {
        patch.add("/status/expiresAt", json!(Time(ends)));
    }
    let reason = if first_picture.is_some() { "FirstPicture" } else { "AddressFollows" };
    let mut conditions = vec![Told::yes("Ready", reason, limited)];
    if tried {
        // A pod that reaches what it must not serves nobody.
        conditions.push(Told::yes("NetworkEnforced", "Held", ""));
    }
    patch.tell(Phase::Active, &conditions);
    patch.done()
}

/// Its pod was told what an administrator changed.
pub fn adjusted(
    session: &seen::Session,
    guards: impl Iterator<Item = Guard>,
    adjusted: &Adjusted,
    limited: &str,
) -> Value {
    let mut patch = Patch::new(session, guards);
    let seconds = adjusted.expires_at.and_then(|at| i64::try_from(at.as_millis() / 1000).ok());
    if let Some(ends) = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        patch.add("/status/expiresAt", json!(Time(ends)));
    }
    let reason = session.conditions.iter().find(|condition| condition.type_ == "Ready");
    let reason = reason.map_or("FirstPicture", |condition| condition.reason.as_str()).to_owned();
    let paused = match (session.paused, adjusted.taken) {
        (true, true) => Told::yes("Paused", "Administrator", "agents see nothing while spec.lifecycle.paused is true"),
        (true, false) => {
            let why = "its pod is of an image that knows no pause by an administrator: end the session instead";
            Told::no("Paused", "NotSupported", why.to_owned())
        }
        (false, _) => Told::no("Paused", "NotAsked", String::new()),
    };
    patch.tell(Phase::Active, &[Told::yes("Ready", &reason, limited), paused]);
    patch.done()
}

/// It ended.
pub fn finished(
    session: &seen::Session,
    guards: impl Iterator<Item = Guard>,
    reason: FinishReason,
    message: &str,
) -> Value {
    let mut patch = Patch::new(session, guards);
    let word = serde_json::to_value(reason).unwrap_or_default();
    let word = word.as_str().unwrap_or("Ended").to_owned();
    patch.add("/status/finishReason", json!(reason));
    let phase = if session.ready || reason == FinishReason::Requested { Phase::Finished } else { Phase::Failed };
    let mut conditions = vec![Told::yes("Finished", &word, message), Told::no("Ready", &word, message.to_owned())];
    if reason == FinishReason::NetworkNotEnforced {
        conditions.push(Told::no("NetworkEnforced", "Reached", message.to_owned()));
    }
    patch.tell(phase, &conditions);
    patch.done()
}

/// It waits.
pub fn waiting(session: &seen::Session, reason: &str, message: &str) -> Value {
    let guards = [Guard::SessionUid, Guard::NoBinding, Guard::NotFinished];
    let mut patch = Patch::new(session, guards.into_iter());
    let (bound, ready) = (Told::no("Bound", reason, message.to_owned()), Told::no("Ready", reason, message.to_owned()));
    patch.tell(Phase::Pending, &[bound, ready]);
    patch.done()
}

fn micro(at: cobrowse_session::Timestamp) -> MicroTime {
    let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
    MicroTime(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// The patch of a pod that makes it a session's. Its deadline is lowered to the longest session from now on.
pub fn claimed_pod(session: &seen::Session, pod: &seen::Pod, deadline: Option<i64>) -> Value {
    let label = |key: &str| format!("/metadata/labels/{}", pointer(key));
    let annotation = |key: &str| format!("/metadata/annotations/{}", pointer(key));
    let uid = session.uid.to_string();
    let owner = crate::pool::build::pod::owned_by("CoBrowseSession", &session.name, &uid);
    let mut operations = vec![
        json!({"op": "test", "path": "/metadata/uid", "value": pod.uid.to_string()}),
        json!({"op": "test", "path": label(crate::names::SLOT), "value": crate::names::WARM}),
        json!({"op": "replace", "path": label(crate::names::SLOT), "value": crate::names::BOUND}),
        json!({"op": "add", "path": label(crate::names::SESSION), "value": session.name}),
        json!({"op": "add", "path": annotation(crate::names::SESSION_UID), "value": uid}),
        json!({"op": "add", "path": "/metadata/ownerReferences", "value": [owner]}),
        // Who wrote which field of a pod nobody asks: it is nobody's to apply. The API server keeps no account of it from here on,
        // which is a good part of what each later write would cost, and of what each watcher is sent.
        json!({"op": "add", "path": "/metadata/managedFields", "value": [{}]}),
    ];
    if let Some(deadline) = deadline {
        operations.push(json!({"op": "replace", "path": "/spec/activeDeadlineSeconds", "value": deadline}));
    }
    Value::Array(operations)
}
