//! A session as its object says, and what its status has that decides.

use super::{Error, moment, uid, version};
use cobrowse_crds::kind::CoBrowseSession;
use cobrowse_crds::kind::session::{DesiredState, FinishReason, Phase, WhenPoolEmpty};
use cobrowse_crds::spec;
use cobrowse_crds::trace::{TRACE_CONTEXT, TraceParent};
use cobrowse_session::{PodUid, SessionUid, TenantId, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, MicroTime};
use std::sync::Arc;
use std::time::Duration;

/// One session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its UID.
    pub uid: SessionUid,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Its generation.
    pub generation: i64,
    /// The generation that the status speaks of.
    pub observed: Option<i64>,
    /// When it was made; whole seconds.
    pub created_at: Timestamp,
    /// What it asks for, or why that cannot be understood.
    pub wish: Arc<Result<cobrowse_crds::Session, spec::Error>>,
    /// Whose it is, as far as that can be understood.
    pub tenant: Option<TenantId>,
    /// Its pool.
    pub pool: String,
    /// Somebody wants it to end, or deletes it.
    pub ended: bool,
    /// It is being deleted.
    pub leaving: bool,
    /// An administrator holds it.
    pub paused: bool,
    /// Whether there is a status at all, which decides how it can be patched.
    pub has_status: bool,
    /// The phase written.
    pub phase: Option<Phase>,
    /// The conditions written.
    pub conditions: Vec<Condition>,
    /// Its pod.
    pub binding: Option<Binding>,
    /// When it was first seen, as written.
    pub requested: Option<MicroTime>,
    /// When its pod was written.
    pub bound: Option<MicroTime>,
    /// Its first picture, or its first answer, is written down.
    pub ready: bool,
    /// Its end.
    pub finished: Option<Finished>,
    /// Where its maker was in a trace.
    pub trace: Option<TraceParent>,
}

/// The pod of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Which.
    pub pod: PodUid,
    /// Its name.
    pub name: String,
}

/// An end that is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Why.
    pub reason: FinishReason,
    /// When.
    pub at: Timestamp,
}

impl Session {
    /// Reads an object.
    pub fn read(object: &CoBrowseSession) -> Result<Self, Error> {
        let (metadata, status) = (&object.metadata, object.status.clone().unwrap_or_default());
        let created_at = moment(metadata.creation_timestamp.as_ref()).ok_or(Error::Metadata("creationTimestamp"))?;
        let (leaving, notes) = (metadata.deletion_timestamp.is_some(), metadata.annotations.as_ref());
        let binding = status
            .binding
            .as_ref()
            .map(|binding| PodUid::parse(&binding.pod_uid).map(|pod| Binding { pod, name: binding.pod_name.clone() }));
        let binding = binding.transpose().map_err(|_| Error::Status("binding.podUID"))?;
        let timings = status.timings.clone().unwrap_or_default();
        let at = status.conditions.iter().find(|condition| condition.type_ == "Finished");
        let at = at.and_then(|condition| moment(Some(&condition.last_transition_time))).unwrap_or(created_at);
        Ok(Self {
            uid: SessionUid::from_u128(uid(metadata)?),
            name: metadata.name.clone().unwrap_or_default(),
            version: version(metadata)?,
            generation: metadata.generation.unwrap_or_default(),
            observed: status.observed_generation,
            created_at,
            wish: Arc::new(cobrowse_crds::Session::parse(object)),
            tenant: TenantId::parse(&object.spec.tenant_ref.name).ok(),
            pool: object.spec.pool_ref.name.clone(),
            ended: leaving || object.spec.lifecycle.desired_state == DesiredState::Ended,
            leaving,
            paused: object.spec.lifecycle.paused,
            has_status: object.status.is_some(),
            phase: status.phase,
            conditions: status.conditions,
            binding,
            requested: timings.requested,
            bound: timings.bound,
            ready: timings.ready.is_some(),
            finished: status.finish_reason.map(|reason| Finished { reason, at }),
            trace: notes.and_then(|notes| notes.get(TRACE_CONTEXT)).and_then(|text| TraceParent::parse(text)),
        })
    }

    /// How long it waits for a pod, and what it does meanwhile.
    pub fn patience(&self) -> (Duration, WhenPoolEmpty) {
        match self.wish.as_ref() {
            Ok(wish) => (wish.claim_deadline, wish.when_pool_empty),
            Err(_) => (Duration::from_secs(30), WhenPoolEmpty::Wait),
        }
    }

    /// How long its object stays after the end.
    pub fn time_to_live(&self) -> Duration {
        self.wish.as_ref().as_ref().map_or(Duration::from_secs(600), |wish| wish.ttl_after_finished)
    }
}
