//! The pool's shell: it plans by what a leader sees, and does so while sessions claim.

use cobrowse_session::claim::WhenPoolEmpty;
use cobrowse_session::pool::{self, Action, Life, Observed, Revision};

use crate::broken::Broken;
use crate::server::{PodObject, Process, SessionObject, pod_index};
use crate::world::World;

fn pool_pod(object: &PodObject) -> pool::Pod {
    let PodObject { uid, slot, created_at, life, .. } = *object;
    pool::Pod { uid, slot, revision: Revision(0), created_at, life }
}

impl World {
    /// A leader plans. True when there is something to do.
    pub(crate) fn plan(&mut self, leader: usize) -> bool {
        let known = &self.leaders[leader];
        self.pool_scratch.clear();
        self.pool_scratch.extend(known.pods.iter().flatten().map(pool_pod));
        let waits = |object: &&SessionObject| {
            let state = &object.state;
            let open = !state.ended && !state.finished && state.binding.is_none();
            let named = || known.pods.iter().flatten().any(|pod| pod.session == Some(object.uid));
            open && state.when_pool_empty == WhenPoolEmpty::Wait && !named()
        };
        let waiting = known.sessions.iter().flatten().filter(waits).count() as u32;
        let (pods, memory) = (&self.pool_scratch, known.memory);
        let observed = Observed { pods, in_flight: 0, waiting, revision: Revision(0), memory };
        let plan = pool::plan(&self.spec, &observed, self.now);
        self.leaders[leader].memory = plan.memory;
        let mut busy = false;
        for action in plan.actions {
            busy |= match action {
                Action::CreatePods(pods) => (0..pods).fold(false, |busy, _| self.create(leader) || busy),
                Action::DeletePod { uid, .. } => self.note_deletion(leader, uid),
            };
        }
        busy
    }

    fn create(&mut self, leader: usize) -> bool {
        let process = Process { broken: self.chance.one_in(40), ..Process::default() };
        let life = Life::Starting { since: self.now };
        let Ok(object) = self.server.create_pod(None, life, process, self.now) else { return false };
        self.claimed_by.resize(self.server.pods.len(), 0);
        self.bound_by.resize(self.server.pods.len(), 0);
        self.leaders[leader].see_pod(&object);
        self.tell(|| format!("leader {leader}: creates pod {}", object.uid.as_u128()));
        true
    }

    fn note_deletion(&mut self, leader: usize, uid: cobrowse_session::PodUid) -> bool {
        let known = &mut self.leaders[leader];
        let seen = known.pods[pod_index(uid)].expect("a plan deletes what was seen");
        if !known.deletions.iter().any(|(deleted, _)| *deleted == uid) {
            known.deletions.push((uid, seen.version));
        }
        true
    }

    /// Deletes one pod that was planned to be, in the version that was seen then.
    pub(crate) fn delete_planned(&mut self, leader: usize) {
        let Some((uid, version)) = self.leaders[leader].deletions.pop() else { return };
        let version = (self.broken != Broken::DeletesUnseenVersion).then_some(version);
        let deleted = self.server.delete_pod(uid, version);
        self.tell(|| format!("leader {leader}: the pool deletes pod {}: {:?}", uid.as_u128(), deleted.err()));
        match &deleted {
            Ok(_) => self.ledger.check_deletion(&self.server, uid),
            Err(_) => {
                let claimed = self.server.pods[pod_index(uid)].session.is_some();
                self.reached.deletions_refused += u64::from(claimed);
            }
        }
        // Whatever the answer, the next plan goes by what is there now.
        self.leaders[leader].see_pod(&self.server.pods[pod_index(uid)]);
    }
}
