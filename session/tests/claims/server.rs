//! A small API server, and the pods' own processes. It holds objects with versions and tests what it is asked to test;
//! it knows nothing of the protocol.

use std::time::Duration;

use cobrowse_session::claim::{Guard, Outcome, Session, WhenPoolEmpty};
use cobrowse_session::pool::{Life, Slot};
use cobrowse_session::{PodUid, SessionUid, Timestamp};

/// Names under which sessions are made.
pub(crate) const NAMES: usize = 3;
/// Pods in one history, at most; the pool's budget counts those at once.
pub(crate) const PODS_MAX: usize = 24;

#[derive(Clone, Copy, Debug)]
pub(crate) struct PodObject {
    pub(crate) uid: PodUid,
    pub(crate) version: u32,
    pub(crate) exists: bool,
    pub(crate) slot: Slot,
    /// The label that names the session.
    pub(crate) session: Option<SessionUid>,
    /// Its name is made of this session's UID.
    pub(crate) cold_for: Option<SessionUid>,
    pub(crate) created_at: Timestamp,
    pub(crate) life: Life,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionObject {
    pub(crate) uid: SessionUid,
    pub(crate) name: usize,
    pub(crate) exists: bool,
    pub(crate) version: u32,
    pub(crate) state: Session,
    /// How often the first picture was written down.
    pub(crate) ready_writes: u32,
}

/// What runs in a pod.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    pub(crate) bound: Option<SessionUid>,
    pub(crate) started: bool,
    /// It has exited.
    pub(crate) over: bool,
    /// Its node has no link.
    pub(crate) cut_off: bool,
    /// It cannot show a page.
    pub(crate) broken: bool,
}

#[derive(Default)]
pub(crate) struct Server {
    pub(crate) pods: Vec<PodObject>,
    pub(crate) processes: Vec<Process>,
    pub(crate) sessions: Vec<SessionObject>,
    /// Fetches of the session's start page.
    pub(crate) loads: Vec<u32>,
    pub(crate) names: [Option<SessionUid>; NAMES],
}

pub(crate) fn pod_index(uid: PodUid) -> usize {
    uid.as_u128() as usize
}

pub(crate) fn session_index(uid: SessionUid) -> usize {
    uid.as_u128() as usize
}

impl Server {
    pub(crate) fn clear(&mut self) {
        self.pods.clear();
        self.processes.clear();
        self.sessions.clear();
        self.loads.clear();
        self.names = [None; NAMES];
    }

    /// A user makes a session under a name that is free.
    pub(crate) fn create_session(&mut self, name: usize, when_pool_empty: WhenPoolEmpty, now: Timestamp) {
        let uid = SessionUid::from_u128(self.sessions.len() as u128);
        let state = Session {
            requested_at: now,
            claim_deadline: Duration::from_secs(30),
            when_pool_empty,
            ended: false,
            finished: false,
            binding: None,
            ready: false,
        };
        self.sessions.push(SessionObject { uid, name, exists: true, version: 1, state, ready_writes: 0 });
        self.loads.push(0);
        self.names[name] = Some(uid);
    }

    /// A user's patch, or a part of the operator that is not the claim.
    pub(crate) fn edit_session(&mut self, uid: SessionUid, edit: impl FnOnce(&mut Session)) {
        let object = &mut self.sessions[session_index(uid)];
        object.version += 1;
        edit(&mut object.state);
    }

    pub(crate) fn remove_session(&mut self, uid: SessionUid) {
        let object = &mut self.sessions[session_index(uid)];
        object.version += 1;
        object.exists = false;
        self.names[object.name] = None;
    }

    /// A patch of the status of the session that now has the name of the one that is meant.
    pub(crate) fn patch_session(
        &mut self,
        meant: SessionUid,
        guards: impl Iterator<Item = Guard>,
        change: impl FnOnce(&mut SessionObject),
    ) -> Result<SessionObject, Outcome> {
        let name = self.sessions[session_index(meant)].name;
        let found = self.names[name].ok_or(Outcome::NotFound)?;
        let object = &mut self.sessions[session_index(found)];
        let state = &object.state;
        let passes = |guard| match guard {
            Guard::SessionUid => found == meant,
            Guard::NoBinding => state.binding.is_none(),
            Guard::BindingIs(pod) => state.binding == Some(pod),
            Guard::NotFinished => !state.finished,
            Guard::NotReady => !state.ready,
            Guard::PodUid | Guard::SlotWarm => panic!("a session has no {guard:?}"),
        };
        if !{ guards }.all(passes) {
            return Err(Outcome::LostRace);
        }
        object.version += 1;
        change(object);
        Ok(*object)
    }

    pub(crate) fn create_pod(
        &mut self,
        cold_for: Option<SessionUid>,
        life: Life,
        process: Process,
        now: Timestamp,
    ) -> Result<PodObject, Outcome> {
        let taken = |pod: &PodObject| pod.exists && pod.cold_for == cold_for;
        if cold_for.is_some() && self.pods.iter().any(taken) {
            return Err(Outcome::Conflict);
        }
        if self.pods.len() >= PODS_MAX {
            return Err(Outcome::Unavailable);
        }
        let slot = if cold_for.is_some() { Slot::Bound } else { Slot::Warm };
        let uid = PodUid::from_u128(self.pods.len() as u128);
        let object =
            PodObject { uid, version: 1, exists: true, slot, session: cold_for, cold_for, created_at: now, life };
        self.pods.push(object);
        self.processes.push(process);
        Ok(object)
    }

    pub(crate) fn patch_pod(
        &mut self,
        uid: PodUid,
        guards: impl Iterator<Item = Guard>,
        change: impl FnOnce(&mut PodObject),
    ) -> Result<PodObject, Outcome> {
        let object = &mut self.pods[pod_index(uid)];
        if !object.exists {
            return Err(Outcome::NotFound);
        }
        let passes = |guard| match guard {
            Guard::PodUid => true,
            Guard::SlotWarm => object.slot == Slot::Warm,
            _ => panic!("a pod has no {guard:?}"),
        };
        if !{ guards }.all(passes) {
            return Err(Outcome::LostRace);
        }
        object.version += 1;
        change(object);
        Ok(*object)
    }

    /// Deletes a pod, if it still has that version. It leaves first and goes later, and its process lives until then.
    pub(crate) fn delete_pod(&mut self, uid: PodUid, version: Option<u32>) -> Result<PodObject, Outcome> {
        let object = &mut self.pods[pod_index(uid)];
        if !object.exists {
            return Err(Outcome::NotFound);
        }
        if version.is_some_and(|version| version != object.version) {
            return Err(Outcome::Conflict);
        }
        object.version += 1;
        object.life = Life::Leaving;
        Ok(*object)
    }

    fn process(&mut self, uid: PodUid) -> Option<&mut Process> {
        let exists = self.pods[pod_index(uid)].exists;
        let process = &mut self.processes[pod_index(uid)];
        (exists && !process.over && !process.cut_off).then_some(process)
    }

    /// A pod's process exits.
    pub(crate) fn exit(&mut self, index: usize, now: Timestamp) {
        let was_ready = matches!(self.pods[index].life, Life::Ready { .. });
        self.pods[index].life = Life::Exited { at: now, was_ready };
        self.processes[index].over = true;
    }

    pub(crate) fn bind(&mut self, uid: PodUid, session: SessionUid) -> Outcome {
        let Some(process) = self.process(uid) else { return Outcome::Unavailable };
        if *process.bound.get_or_insert(session) == session { Outcome::Done } else { Outcome::Refused }
    }

    pub(crate) fn start(&mut self, uid: PodUid, session: SessionUid, loads_again: bool) -> Outcome {
        let Some(process) = self.process(uid) else { return Outcome::Unavailable };
        if process.bound != Some(session) || process.broken {
            return Outcome::Refused;
        }
        if !std::mem::replace(&mut process.started, true) || loads_again {
            self.loads[session_index(session)] += 1;
        }
        Outcome::Done
    }
}
