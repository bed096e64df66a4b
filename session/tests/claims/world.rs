//! One history: a cluster, two operators of which none, one or both are at work, users, pods that die, time. Chance
//! moves.

use std::time::Duration;

use cobrowse_session::claim::{Pod, WhenPoolEmpty};
use cobrowse_session::pool::{self, Life, PoolSpec, Refill};
use cobrowse_session::{SessionUid, Timestamp};

use crate::broken::Broken;
use crate::chance::Chance;
use crate::claiming::{Fate, Sent};
use crate::leader::Leader;
use crate::ledger::Ledger;
use crate::reached::Reached;
use crate::server::{NAMES, Process, Server};

/// Moves before everything comes to rest.
const MOVES: usize = 64;
/// Sessions in one history, at most.
const SESSIONS_MAX: usize = 6;
const START: Timestamp = Timestamp::from_millis(1_000_000_000);

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) ledger: Ledger,
    pub(crate) leaders: [Leader; 2],
    pub(crate) now: Timestamp,
    pub(crate) spec: PoolSpec,
    pub(crate) chance: Chance,
    pub(crate) broken: Broken,
    pub(crate) reached: Reached,
    /// By pod: which start of an operator claimed it, and which last bound it.
    pub(crate) claimed_by: Vec<u32>,
    pub(crate) bound_by: Vec<u32>,
    /// Requests that nobody waits for.
    pub(crate) network: Vec<Sent>,
    /// Reused, for speed.
    pub(crate) scratch: Vec<Pod>,
    pub(crate) pool_scratch: Vec<pool::Pod>,
    incarnations: u32,
    /// Who moved last, and for which session: mostly the same again.
    last: (usize, usize),
    trace: Option<Vec<String>>,
}

impl World {
    pub(crate) fn new(broken: Broken, traced: bool) -> Self {
        Self {
            server: Server::default(),
            ledger: Ledger::default(),
            leaders: [Leader::default(), Leader::default()],
            now: START,
            spec: PoolSpec::default(),
            chance: Chance::new(0),
            broken,
            reached: Reached::default(),
            claimed_by: Vec::new(),
            bound_by: Vec::new(),
            network: Vec::new(),
            scratch: Vec::new(),
            pool_scratch: Vec::new(),
            incarnations: 0,
            last: (0, 0),
            trace: traced.then(Vec::new),
        }
    }

    /// Writes one line of the history, when it is asked for.
    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now.since(START);
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9.3} {}", now.as_secs_f64(), line()));
        }
    }

    pub(crate) fn history(&self) -> String {
        self.trace.as_deref().unwrap_or_default().join("\n")
    }

    /// Plays the history of a seed to its end, or to the first broken promise.
    pub(crate) fn play(&mut self, seed: u64) -> Option<&'static str> {
        self.reset(seed);
        for _ in 0..MOVES {
            self.take_one();
            self.ledger.check(&self.server);
            if self.ledger.violation.is_some() {
                return self.ledger.violation;
            }
        }
        self.settle();
        self.reached.histories += 1;
        for object in &self.server.sessions {
            self.reached.ready += u64::from(object.state.ready);
            self.reached.finished += u64::from(object.state.finished && !object.state.ready);
        }
        self.ledger.violation
    }

    fn reset(&mut self, seed: u64) {
        self.chance = Chance::new(seed);
        self.server.clear();
        self.ledger.clear();
        self.claimed_by.clear();
        self.bound_by.clear();
        self.network.clear();
        self.leaders.iter_mut().for_each(Leader::clear);
        (self.now, self.incarnations, self.last) = (START, 0, (0, 0));
        let refill = Refill { per_second: 20, burst: 4, max_pending: 3 };
        self.spec = PoolSpec { max_total: 4 + self.chance.below(3) as u32, refill, ..PoolSpec::default() };
        self.choose_size();
        for _ in 0..self.chance.below(3) {
            let life = Life::Ready { since: START };
            let _ = self.server.create_pod(None, life, Process::default(), START);
        }
        self.claimed_by.resize(self.server.pods.len(), 0);
        self.bound_by.resize(self.server.pods.len(), 0);
        self.create_session(0);
        self.start(0);
        if self.chance.one_in(2) {
            self.start(1);
        }
    }

    fn choose_size(&mut self) {
        self.spec.min_warm = self.chance.below(3) as u32;
        self.spec.max_warm = self.spec.min_warm + self.chance.below(2) as u32;
        let (min, max) = (self.spec.min_warm, self.spec.max_warm);
        self.tell(|| format!("the pool is to have {min} to {max} warm pods"));
    }

    fn take_one(&mut self) {
        match self.chance.below(100) {
            0..56 => self.work(),
            56..72 => self.deliver_one(),
            72..74 => self.arrive(),
            74..80 => self.deliver_all(),
            80..86 => self.pool(),
            86..90 => self.user(),
            90..94 => self.pod(),
            94..97 => self.leader(),
            97..99 => self.pass_time(),
            _ => self.choose_size(),
        }
    }

    /// A leader decides for a session, or does what it decided, or both.
    fn work(&mut self) {
        if self.chance.one_in(2) {
            self.last = (self.chance.below(2), self.chance.below(self.server.sessions.len()));
        }
        let (leader, session) = self.last;
        if !self.leaders[leader].alive {
            self.last.0 = 1 - leader;
            return;
        }
        let uid = SessionUid::from_u128(session as u128);
        let decided = self.leaders[leader].step(uid).is_some();
        if decided || (self.decide(leader, uid) && self.chance.one_in(2)) {
            let fate = self.fate();
            self.act(leader, uid, fate);
        }
        self.end(leader, uid);
    }

    fn fate(&mut self) -> Fate {
        match self.chance.below(48) {
            0 => Fate::CrashBefore,
            1 => Fate::CrashAfter,
            2 => Fate::Lost,
            3 => Fate::AnswerLost,
            4 => Fate::Late,
            5 => Fate::CrashLate,
            _ => Fate::Answered,
        }
    }

    /// The part of the operator that ends sessions that had a pod. True when it did.
    pub(crate) fn end(&mut self, leader: usize, uid: SessionUid) -> bool {
        let known = &self.leaders[leader];
        let Some(object) = known.session(uid).filter(|_| known.alive) else { return false };
        let Some(pod) = object.state.binding.filter(|_| !object.state.finished) else { return false };
        let seen = known.pods.get(crate::server::pod_index(pod)).copied().flatten();
        let dead = seen.is_some_and(|pod| matches!(pod.life, Life::Exited { .. }));
        let due = object.state.ended || (object.state.ready && dead);
        if !due {
            return false;
        }
        let guards = [cobrowse_session::claim::Guard::SessionUid].into_iter();
        let ended = self.server.patch_session(uid, guards, |session| session.state.finished = true);
        match ended {
            Ok(object) => self.leaders[leader].see_session(&object),
            Err(_) => self.leaders[leader].read(&self.server, uid),
        }
        self.tell(|| format!("leader {leader} for session {}: writes its end {:?}", uid.as_u128(), ended.err()));
        true
    }

    /// A watch event arrives: of one object, whatever became of others meanwhile.
    fn deliver_one(&mut self) {
        let leader = self.chance.below(2);
        let (pods, sessions) = (self.server.pods.len(), self.server.sessions.len());
        let which = self.chance.below(pods + sessions);
        match self.server.pods.get(which) {
            Some(pod) => self.leaders[leader].see_pod(pod),
            None => self.leaders[leader].see_session(&self.server.sessions[which - pods]),
        }
        self.tell(|| match which.checked_sub(pods) {
            None => format!("leader {leader} sees pod {which}"),
            Some(session) => format!("leader {leader} sees session {session}"),
        });
    }

    fn deliver_all(&mut self) {
        let leader = self.chance.below(2);
        self.leaders[leader].see_all(&self.server);
        self.tell(|| format!("leader {leader} sees all"));
    }

    fn pool(&mut self) {
        let leader = self.chance.below(2);
        if !self.leaders[leader].alive {
            return;
        }
        if self.leaders[leader].deletions.is_empty() {
            self.plan(leader);
        } else {
            self.delete_planned(leader);
        }
    }

    fn create_session(&mut self, name: usize) {
        let choices = [WhenPoolEmpty::Wait, WhenPoolEmpty::Wait, WhenPoolEmpty::Cold, WhenPoolEmpty::Fail];
        let when_pool_empty = choices[self.chance.below(choices.len())];
        let again = self.server.sessions.iter().any(|session| session.name == name);
        self.reached.names_again += u64::from(again);
        self.server.create_session(name, when_pool_empty, self.now);
        let number = self.server.sessions.len() - 1;
        self.tell(|| format!("a user makes session {number}, name {name}, {when_pool_empty:?}"));
    }

    fn user(&mut self) {
        let name = self.chance.below(NAMES);
        let Some(uid) = self.server.names[name] else {
            if self.server.sessions.len() < SESSIONS_MAX {
                self.create_session(name);
            }
            return;
        };
        match self.chance.below(4) {
            0 | 1 => {
                self.server.edit_session(uid, |session| session.ended = true);
                self.tell(|| format!("a user ends session {}", uid.as_u128()));
            }
            2 => {
                let named = self.server.pods.iter().any(|pod| pod.exists && pod.session == Some(uid));
                self.reached.sessions_gone += u64::from(named);
                self.server.remove_session(uid);
                self.tell(|| format!("a user deletes session {}", uid.as_u128()));
            }
            _ => {}
        }
    }

    /// Something happens to a pod.
    fn pod(&mut self) {
        if self.server.pods.is_empty() {
            return;
        }
        let index = self.chance.below(self.server.pods.len());
        let bad = self.chance.below(6);
        let object = &mut self.server.pods[index];
        match object.life {
            _ if !object.exists => return,
            Life::Starting { .. } | Life::Unschedulable { .. } if bad > 0 => {
                object.life = Life::Ready { since: self.now }
            }
            Life::Starting { .. } | Life::Unschedulable { .. } => self.server.exit(index, self.now),
            Life::Ready { .. } if bad < 2 => self.server.exit(index, self.now),
            Life::Ready { .. } if bad == 2 => self.server.processes[index].cut_off = true,
            Life::Ready { .. } | Life::Exited { .. } => return,
            Life::Leaving => object.exists = false,
        }
        let object = &mut self.server.pods[index];
        object.version += 1;
        let (life, exists, cut_off) = (object.life, object.exists, self.server.processes[index].cut_off);
        self.tell(|| format!("pod {index}: {life:?}, exists {exists}, cut off {cut_off}"));
    }

    /// An operator dies or starts. It may start while the other one is still at work: nobody can stop a writer in time.
    fn leader(&mut self) {
        let leader = self.chance.below(2);
        if !self.leaders[leader].alive {
            self.start(leader);
        } else if self.chance.one_in(3) {
            self.leaders[leader].alive = false;
            self.tell(|| format!("leader {leader} dies"));
        }
    }

    /// Starts an operator with a first listing, parts of which may be as old as what the other one sees.
    pub(crate) fn start(&mut self, leader: usize) {
        self.incarnations += 1;
        self.leaders[leader].alive = true;
        self.leaders[leader].incarnation = self.incarnations;
        self.leaders[leader].forget();
        let old = self.chance.one_in(2);
        let (first, second) = self.leaders.split_at_mut(1);
        let (new, other) = if leader == 0 { (&mut first[0], &second[0]) } else { (&mut second[0], &first[0]) };
        // What it saw in an earlier life may have been younger.
        new.pods.clear();
        new.sessions.clear();
        if old {
            new.pods.clone_from(&other.pods);
            new.sessions.clone_from(&other.sessions);
        } else {
            new.see_all(&self.server);
        }
        self.tell(|| format!("leader {leader} starts{}", if old { " with an old listing" } else { "" }));
    }

    fn pass_time(&mut self) {
        let millis = if self.chance.one_in(16) { 31_000 } else { self.chance.below(3_000) as u64 };
        self.now = self.now + Duration::from_millis(millis);
    }
}
