//! Whose turn it is when there are fewer pods than sessions that wait: tenants in turn, within a tenant whoever came
//! first, and no tenant beyond its limit.

use std::collections::{BTreeMap, VecDeque};

use crate::id::TenantId;
use crate::time::Timestamp;
use crate::uid::SessionUid;

/// One session that waits for a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// Which.
    pub session: SessionUid,
    /// Whose.
    pub tenant: &'a TenantId,
    /// Since when.
    pub since: Timestamp,
}

/// How many sessions of a tenant have a pod, and may have one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TenantLoad {
    /// Have one.
    pub held: u32,
    /// May have one at once (`limits.maxConcurrentSessions`); none for no limit.
    pub limit: Option<u32>,
}

impl TenantLoad {
    fn has_room(self) -> bool {
        self.limit.is_none_or(|limit| self.held < limit)
    }
}

/// Who is served now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Get a pod, in this order.
    pub sessions: Vec<SessionUid>,
    /// Get none before another session of their tenant ends, however many pods there are.
    pub over_limit: Vec<SessionUid>,
}

/// When each tenant had its last turn. A new leader begins with none, which costs nobody more than a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    last: BTreeMap<TenantId, u64>,
    turn: u64,
}

/// One tenant's sessions that wait, first come first.
type Queues<'a> = BTreeMap<&'a TenantId, VecDeque<(Timestamp, SessionUid)>>;

impl Turns {
    /// No tenant had a turn.
    pub const fn new() -> Self {
        Self { last: BTreeMap::new(), turn: 0 }
    }

    /// Gives `free` pods to those who wait. A tenant without an entry in `loads` has no pod and no limit.
    pub fn serve(&mut self, waiting: &[Waiting<'_>], loads: &BTreeMap<TenantId, TenantLoad>, free: usize) -> Served {
        let mut queues = queues(waiting);
        let mut loads: BTreeMap<&TenantId, TenantLoad> = loads.iter().map(|(id, load)| (id, *load)).collect();
        let mut served = Served::default();
        while served.sessions.len() < free {
            let Some(tenant) = self.whose_turn(&queues, &loads) else { break };
            let first = queues.get_mut(tenant).and_then(VecDeque::pop_front);
            served.sessions.extend(first.map(|(_, session)| session));
            loads.entry(tenant).or_default().held += 1;
            self.turn += 1;
            self.last.insert(tenant.clone(), self.turn);
        }
        let full = |tenant: &TenantId| !loads.get(tenant).copied().unwrap_or_default().has_room();
        let beyond = queues.into_iter().filter(|(tenant, _)| full(tenant));
        served.over_limit = beyond.flat_map(|(_, queue)| queue).map(|(_, session)| session).collect();
        served
    }

    /// The tenant whose last turn is longest ago; of those who had none, whose session waits longest.
    fn whose_turn<'a>(&self, queues: &Queues<'a>, loads: &BTreeMap<&TenantId, TenantLoad>) -> Option<&'a TenantId> {
        let open = |tenant: &TenantId| loads.get(tenant).copied().unwrap_or_default().has_room();
        let fronts = queues.iter().filter_map(|(tenant, queue)| Some((*tenant, *queue.front()?)));
        let next =
            fronts.filter(|(tenant, _)| open(tenant)).min_by_key(|(tenant, front)| (self.last.get(*tenant), *front));
        next.map(|(tenant, _)| tenant)
    }
}

fn queues<'a>(waiting: &[Waiting<'a>]) -> Queues<'a> {
    let mut queues: Queues<'a> = BTreeMap::new();
    for one in waiting {
        queues.entry(one.tenant).or_default().push_back((one.since, one.session));
    }
    queues.values_mut().for_each(|queue| queue.make_contiguous().sort_unstable());
    queues
}
