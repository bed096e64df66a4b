//! One operator: what it has seen of the cluster, which may be old, what it remembers, and what it is about to do.

use cobrowse_session::claim::{Progress, Step};
use cobrowse_session::pool::{Life, Memory, Slot};
use cobrowse_session::{PodUid, SessionUid};

use crate::server::{PodObject, Server, SessionObject, pod_index, session_index};

#[derive(Default)]
pub(crate) struct Leader {
    pub(crate) alive: bool,
    /// Counts starts of operators over all.
    pub(crate) incarnation: u32,
    /// By index; none for what was not seen yet or is gone.
    pub(crate) pods: Vec<Option<PodObject>>,
    pub(crate) sessions: Vec<Option<SessionObject>>,
    /// By session.
    pub(crate) progress: Vec<Progress>,
    /// By session: decided and not done yet.
    pub(crate) steps: Vec<Option<Step>>,
    /// By session: the pod of the last claim, at which a reading looks too.
    pub(crate) claimed: Vec<Option<PodUid>>,
    /// Deletions that the pool's plan decided, with the versions that it saw.
    pub(crate) deletions: Vec<(PodUid, u32)>,
    pub(crate) memory: Memory,
}

/// Makes room for `index` and gives the place.
fn place<T: Clone + Default>(list: &mut Vec<T>, index: usize) -> &mut T {
    if list.len() <= index {
        list.resize(index + 1, T::default());
    }
    &mut list[index]
}

impl Leader {
    pub(crate) fn clear(&mut self) {
        self.alive = false;
        self.pods.clear();
        self.sessions.clear();
        self.forget();
    }

    /// Loses what it remembers.
    pub(crate) fn forget(&mut self) {
        self.progress.clear();
        self.steps.clear();
        self.claimed.clear();
        self.deletions.clear();
        self.memory = Memory::new();
    }

    pub(crate) fn see_pod(&mut self, object: &PodObject) {
        *place(&mut self.pods, pod_index(object.uid)) = object.exists.then_some(*object);
    }

    pub(crate) fn see_session(&mut self, object: &SessionObject) {
        *place(&mut self.sessions, session_index(object.uid)) = object.exists.then_some(*object);
    }

    pub(crate) fn see_all(&mut self, server: &Server) {
        server.pods.iter().for_each(|pod| self.see_pod(pod));
        server.sessions.iter().for_each(|session| self.see_session(session));
    }

    /// Asks the server for a session and all pods that name it.
    pub(crate) fn read(&mut self, server: &Server, uid: SessionUid) {
        let claimed = *self.claimed(uid);
        for pod in &server.pods {
            let seen = self.pods.get(pod_index(pod.uid)).copied().flatten();
            let named = pod.session == Some(uid) || seen.is_some_and(|seen| seen.session == Some(uid));
            if named || Some(pod.uid) == claimed {
                self.see_pod(pod);
            }
        }
        self.see_session(&server.sessions[session_index(uid)]);
    }

    pub(crate) fn progress(&mut self, uid: SessionUid) -> &mut Progress {
        place(&mut self.progress, session_index(uid))
    }

    pub(crate) fn step(&mut self, uid: SessionUid) -> &mut Option<Step> {
        place(&mut self.steps, session_index(uid))
    }

    pub(crate) fn claimed(&mut self, uid: SessionUid) -> &mut Option<PodUid> {
        place(&mut self.claimed, session_index(uid))
    }

    pub(crate) fn session(&self, uid: SessionUid) -> Option<&SessionObject> {
        self.sessions.get(session_index(uid))?.as_ref()
    }

    /// Whether the warm pod is offered to another session or about to be deleted.
    fn is_taken(&self, uid: PodUid) -> bool {
        self.steps.contains(&Some(Step::ClaimPod(uid))) || self.deletions.iter().any(|(deleted, _)| *deleted == uid)
    }

    /// Warm pods that it could offer, as far as it has seen.
    pub(crate) fn free(&self) -> impl DoubleEndedIterator<Item = PodUid> {
        let warm = |pod: &&PodObject| pod.slot == Slot::Warm && matches!(pod.life, Life::Ready { .. });
        let pods = self.pods.iter().flatten().filter(warm).map(|pod| pod.uid);
        pods.filter(|uid| !self.is_taken(*uid))
    }

    pub(crate) fn total(&self) -> u32 {
        let pods = self.pods.iter().flatten().filter(|pod| !matches!(pod.life, Life::Exited { .. }));
        pods.count() as u32
    }
}
