//! Which session gets which warm pod, where several want one: tenants in turn, and none beyond its limit.

use super::Decider;
use crate::metrics::Pool;
use crate::seen;
use cobrowse_session::claim::{Offer, Seen, Step, TenantLoad, Waiting, WhenPoolEmpty, next};
use cobrowse_session::pool::Life;
use cobrowse_session::{PodUid, SessionUid, TenantId, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};

/// No pod has this UID. It stands for whichever one is offered.
const ANY: PodUid = PodUid::from_u128(0);

impl Decider {
    /// What this pool has for each of the sessions that wait for it.
    pub(super) fn offer(&mut self, pool: &str, now: Timestamp, offers: &mut HashMap<SessionUid, Offer>) {
        let wanting = self.wanting(pool, now);
        self.restore_network(pool);
        // Where the network is open, its warm pods are nobody's.
        let open = self.network_refusal(pool).is_some();
        let free = self.free(pool, if open { 0 } else { wanting.len() });
        let waiting: Vec<Waiting<'_>> = wanting
            .iter()
            .map(|(session, tenant, since)| Waiting { session: *session, tenant, since: *since })
            .collect();
        let loads = self.loads(&wanting);
        let served = self.turns.serve(&waiting, &loads, free.len());
        let over_limit: HashSet<SessionUid> = served.over_limit.iter().copied().collect();
        let mut free = free.into_iter();
        for session in served.sessions {
            offers.insert(session, free.next().map_or(Offer::NotYet, Offer::Pod));
        }
        let probing = self.is_probing(pool);
        let (mut room, mut empty) = (None, false);
        for (session, ..) in &wanting {
            if offers.contains_key(session) {
                continue;
            }
            let none = over_limit.contains(session) || probing;
            let offer = if none {
                Offer::NotYet
            } else {
                Offer::Empty { room: *room.get_or_insert_with(|| self.has_room(pool, now)) }
            };
            empty |= matches!(offer, Offer::Empty { .. });
            // One more pod for this session alone is one less for the next.
            if offer == (Offer::Empty { room: true }) && self.patience(*session).1 == WhenPoolEmpty::Cold {
                room = None;
                self.pool_state(pool).promised += 1;
            }
            offers.insert(*session, offer);
        }
        let waits = |(session, ..): &&(SessionUid, TenantId, Timestamp)| {
            !over_limit.contains(session) && self.patience(*session).1 == WhenPoolEmpty::Wait
        };
        let waiting = wanting.iter().filter(waits).count();
        self.metrics.over_limit.set(i64::try_from(over_limit.len()).unwrap_or(i64::MAX));
        if empty && !self.pool_state(pool).empty {
            self.metrics.pool_empty.get_or_create(&Pool { pool: pool.to_owned() }).inc();
        }
        let state = self.pool_state(pool);
        state.empty = empty;
        (state.waiting, state.promised) = (u32::try_from(waiting).unwrap_or(u32::MAX), 0);
        state.over_limit = over_limit;
    }

    /// Sessions that would take a pod now.
    fn wanting(&self, pool: &str, now: Timestamp) -> Vec<(SessionUid, TenantId, Timestamp)> {
        let open = self.known.open.get(pool).into_iter().flatten();
        open.filter_map(|uid| {
            let (session, claim) = (self.known.sessions.get(uid)?, self.claims.get(uid)?);
            if claim.busy || session.paused || self.page(session).is_err() {
                return None;
            }
            let pods = self.claim_pods(*uid);
            let view = Some(self.view(session));
            let seen = Seen { session: view, pods: &pods, offer: Offer::Pod(ANY), progress: &claim.progress };
            let wants = next(&seen, now) == Step::ClaimPod(ANY);
            wants.then(|| Some((*uid, session.tenant.clone()?, claim.first_seen)))?
        })
        .collect()
    }

    /// Warm pods that sessions may claim, so many at most: those of the present revision first, then those that wait longest. Most
    /// of what happens in a pool is no session that comes, and there may be thousands of pods.
    fn free(&self, pool: &str, most: usize) -> Vec<PodUid> {
        if most == 0 {
            return Vec::new();
        }
        let present = self.pools.get(pool).map(|state| state.revision);
        let warm = self.known.warm.get(pool).into_iter().flatten().filter_map(|uid| self.known.pods.get(uid));
        let ready = |pod: &&seen::Pod| matches!(self.life(pod), Life::Ready { .. }) && !self.taken.contains(&pod.uid);
        let mut free: Vec<&seen::Pod> = warm.filter(ready).collect();
        let order = |pod: &&seen::Pod| (Some(pod.revision) != present, pod.created_at, pod.uid);
        if most < free.len() {
            free.select_nth_unstable_by_key(most, order);
            free.truncate(most);
        }
        free.sort_unstable_by_key(order);
        free.into_iter().map(|pod| pod.uid).collect()
    }

    /// How many pods the tenants have whose sessions wait, where that is limited.
    fn loads(&self, wanting: &[(SessionUid, TenantId, Timestamp)]) -> BTreeMap<TenantId, TenantLoad> {
        let limit = |tenant: &TenantId| self.tenants.get(tenant)?.parsed.as_ref().ok()?.max_concurrent_sessions;
        let limited = wanting.iter().filter_map(|(_, tenant, _)| Some((tenant.clone(), limit(tenant)?)));
        let mut loads: BTreeMap<TenantId, TenantLoad> =
            limited.map(|(tenant, limit)| (tenant, TenantLoad { held: 0, limit: Some(limit) })).collect();
        if loads.is_empty() {
            return loads;
        }
        for (uid, session) in self.known.sessions.iter().filter(|(_, session)| session.finished.is_none()) {
            let taking = || self.claims.get(uid).is_some_and(|claim| claim.taking);
            let has = session.binding.is_some() || self.known.by_session.contains_key(uid) || taking();
            if let Some(load) = session.tenant.as_ref().filter(|_| has).and_then(|tenant| loads.get_mut(tenant)) {
                load.held += 1;
            }
        }
        loads
    }

    /// Whether warm pods are there of which it is not known yet whether they are enrolled, since another replica led until now.
    fn is_probing(&self, pool: &str) -> bool {
        let warm = self.known.warm.get(pool).into_iter().flatten();
        !self.unprobed.is_empty() && { warm }.any(|uid| self.unprobed.contains(uid))
    }

    /// A pod of a session's own is on its way, or no more.
    pub(super) fn count_cold(&mut self, uid: SessionUid, change: i32) {
        if let Some(pool) = self.known.sessions.get(&uid).map(|session| session.pool.clone()) {
            let state = self.pool_state(&pool);
            state.cold = state.cold.saturating_add_signed(change);
        }
    }

    /// Whether the pool may have one more pod.
    fn has_room(&self, pool: &str, now: Timestamp) -> bool {
        let Some(state) = self.pools.get(pool) else { return false };
        let Ok(spec) = &state.spec else { return false };
        let pods = self.known.by_pool.get(pool).into_iter().flatten().filter_map(|uid| self.known.pods.get(uid));
        let total = pods.filter(|pod| !matches!(pod.stage, seen::Stage::Exited(_))).count();
        let total = u32::try_from(total).unwrap_or(u32::MAX);
        let coming = state.in_flight.saturating_add(state.promised).saturating_add(state.cold);
        state.may_create(now) && self.may_try_network(pool, now) && total.saturating_add(coming) < spec.max_total
    }
}
