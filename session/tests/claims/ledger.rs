//! What must hold after every step, written down beside the server and by none of its means.

use cobrowse_session::claim::{Finish, Session, Step};
use cobrowse_session::pool::Slot;
use cobrowse_session::{PodUid, SessionUid};

use crate::server::{PodObject, Server, pod_index, session_index};

/// What was ever true of a pod.
#[derive(Clone, Copy, Debug, Default)]
struct PodPast {
    named: Option<SessionUid>,
    in_binding_of: Option<SessionUid>,
}

/// What was ever true of a session.
#[derive(Clone, Copy, Debug, Default)]
struct SessionPast {
    binding: Option<PodUid>,
    finished: bool,
    ready: bool,
}

#[derive(Default)]
pub(crate) struct Ledger {
    pods: Vec<PodPast>,
    sessions: Vec<SessionPast>,
    /// The first promise that was broken.
    pub(crate) violation: Option<&'static str>,
}

impl Ledger {
    pub(crate) fn clear(&mut self) {
        self.pods.clear();
        self.sessions.clear();
        self.violation = None;
    }

    pub(crate) fn demand(&mut self, holds: bool, promise: &'static str) {
        if !holds {
            self.violation.get_or_insert(promise);
        }
    }

    /// After every step.
    pub(crate) fn check(&mut self, server: &Server) {
        self.pods.resize(server.pods.len(), PodPast::default());
        self.sessions.resize(server.sessions.len(), SessionPast::default());
        server.pods.iter().for_each(|pod| self.check_pod(pod));
        for object in &server.sessions {
            self.check_session(server, object.uid, &object.state);
            self.demand(object.ready_writes <= 1, "I10: a first picture was written twice");
        }
        self.demand(server.loads.iter().all(|loads| *loads <= 1), "I6: a start page was fetched twice");
    }

    fn check_pod(&mut self, pod: &PodObject) {
        let named = self.pods[pod_index(pod.uid)].named;
        self.demand(named.is_none() || pod.slot == Slot::Bound, "I4: a bound pod became warm");
        self.demand(named.is_none() || pod.session == named, "I4: a pod changed its session");
        self.pods[pod_index(pod.uid)].named = named.or(pod.session);
    }

    fn check_session(&mut self, server: &Server, uid: SessionUid, state: &Session) {
        let past = self.sessions[session_index(uid)];
        self.demand(past.binding.is_none() || state.binding == past.binding, "I2: a session has two bindings");
        self.demand(state.finished || !past.finished, "an end was taken back");
        self.demand(state.ready || !past.ready, "a first picture was taken back");
        let late = past.finished && past.binding.is_none() && state.binding.is_some();
        self.demand(!late, "I8: a session that ended without a pod got one");
        self.sessions[session_index(uid)] =
            SessionPast { binding: state.binding, finished: state.finished, ready: state.ready };
        let Some(pod) = state.binding else { return };
        let holder = *self.pods[pod_index(pod)].in_binding_of.get_or_insert(uid);
        self.demand(holder == uid, "I1: a pod is in two bindings");
        self.demand(server.pods[pod_index(pod)].session == Some(uid), "I9: a binding's pod names another session");
    }

    /// When the operator patched a session.
    pub(crate) fn check_patch(&mut self, step: &Step, after: &Session) {
        if let Step::Finish(Finish::Ended | Finish::PoolEmpty | Finish::ClaimDeadline) = step {
            self.demand(after.binding.is_none(), "I11: a session with a pod ended as if it had none");
        }
    }

    /// When the operator deletes a pod: its session's end must be written, or the way it ended is lost with the pod. Of
    /// one that was dead before it loaded anything there is nothing to lose.
    pub(crate) fn check_deletion(&mut self, server: &Server, pod: PodUid) {
        let process = &server.processes[pod_index(pod)];
        if process.over && !process.started {
            return;
        }
        let mut sessions = server.sessions.iter().filter(|session| session.exists && !session.state.finished);
        let in_use = sessions.any(|session| session.state.binding == Some(pod));
        self.demand(!in_use, "I7: the operator deleted a pod that a session has");
    }
}
