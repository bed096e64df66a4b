//! Whether the network holds a pool's policy, as its pods found out. One that reached what it must not has ended and says so; until a pod
//! that was made later reached nothing, the pool serves nobody.

use super::Decider;
use super::timers::Key;
use crate::metrics;
use crate::seen::{self, Stage};
use cobrowse_crds::kind::session::FinishReason;
use cobrowse_session::canary::Reached;
use cobrowse_session::{SessionUid, Timestamp};
use std::time::Duration;

/// How long a pool without warm pods makes none for a session either. Then the session's own pod is the next to try; it is not served in
/// it unless nothing is reached.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// Pods of a pool whose ends are told apart. While its network is open it makes them one at a time.
const REMEMBERED: usize = 256;
/// The condition that tells it, of pools and of sessions.
pub(super) const CONDITION: &str = "NetworkEnforced";

/// What is known of a pool's network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Network {
    /// No pod has tried yet.
    #[default]
    Unknown,
    /// Pods tried, and reached nothing.
    Held,
    /// One reached something.
    Open {
        /// When the last one ended that did.
        since: Timestamp,
        /// What it was. Unknown where another leader saw it.
        reached: Option<Reached>,
    },
}

impl Decider {
    /// Whether pods of this installation try at all.
    pub(super) fn has_canary(&self) -> bool {
        !self.installation.forbidden.is_empty()
    }

    /// What a session is told that may have no pod of this pool.
    pub(super) fn network_refusal(&self, pool: &str) -> Option<String> {
        match self.pools.get(pool)?.network {
            Network::Open { reached, .. } => Some(told(reached)),
            Network::Unknown | Network::Held => None,
        }
    }

    /// Why a session ends that got no pod.
    pub(super) fn no_pod(&self, session: SessionUid, otherwise: &str) -> (FinishReason, String) {
        let pool = self.known.sessions.get(&session).map(|session| session.pool.as_str());
        match pool.and_then(|pool| self.network_refusal(pool)) {
            Some(why) => (FinishReason::NetworkNotEnforced, why),
            None => (FinishReason::NoCapacity, otherwise.to_owned()),
        }
    }

    /// Whether a session may have a pod of its own made, which then tries the network again.
    pub(super) fn may_try_network(&self, pool: &str, now: Timestamp) -> bool {
        match self.pools.get(pool).map(|state| state.network) {
            Some(Network::Open { since, .. }) => since + TRY_AGAIN <= now,
            _ => true,
        }
    }

    /// A pod was seen, maybe for the last time.
    pub(super) fn note_reached(&mut self, pod: &seen::Pod, over: &seen::Over, now: Timestamp) {
        if over.reached.is_nothing() || !self.has_canary() {
            return;
        }
        let at = match pod.stage {
            Stage::Exited(at) => at,
            _ => now,
        };
        let state = self.pool_state(&pod.pool);
        // Its end is seen more than once, the last time maybe after a later pod reached nothing.
        if state.reached_by.contains(&pod.uid) {
            return;
        }
        state.reached_by.truncate(REMEMBERED - 1);
        state.reached_by.push_front(pod.uid);
        // What pods from before an end say is known: only one made later says more.
        if matches!(state.network, Network::Open { since, reached: Some(_) } if since >= at || pod.created_at <= since)
        {
            return;
        }
        state.network = Network::Open { since: at, reached: Some(over.reached) };
        // Somebody may have taken the policy away: it is applied again before another pod is made.
        state.policy_at = None;
        for what in over.reached.iter() {
            let label = metrics::PoolReached { pool: pod.pool.clone(), what: what.name() };
            self.metrics.network_reached.get_or_create(&label).inc();
        }
        tracing::error!(pool = pod.pool, pod = pod.name, reached = %over.reached, "the network does not hold a pool's policy");
        self.timers.set(at + TRY_AGAIN, Key::Pool(pod.pool.clone()));
        self.dirty.pools.insert(pod.pool.clone());
        self.dirty.sessions.extend(self.known.open.get(&pod.pool).into_iter().flatten());
    }

    /// A pod was enrolled, which it is only when it reached nothing.
    pub(super) fn note_held(&mut self, pod: &seen::Pod) {
        if !self.has_canary() {
            return;
        }
        self.restore_network(&pod.pool);
        let state = self.pool_state(&pod.pool);
        if matches!(state.network, Network::Open { since, .. } if pod.created_at < since) {
            return;
        }
        if matches!(state.network, Network::Open { .. }) {
            tracing::info!(pool = pod.pool, "the network holds the pool's policy again");
        }
        state.network = Network::Held;
    }

    /// What another leader told of a pool counts until a pod says otherwise.
    pub(super) fn restore_network(&mut self, pool: &str) {
        if !self.has_canary() {
            self.pool_state(pool).network = Network::Unknown;
            return;
        }
        if self.pools.get(pool).is_some_and(|state| state.network != Network::Unknown) {
            return;
        }
        let status = self.known.pool(pool).and_then(|seen| seen.object.status.as_ref());
        let conditions = status.map(|status| status.conditions.as_slice()).unwrap_or_default();
        let open = conditions.iter().find(|told| told.type_ == CONDITION && told.status == "False");
        if let Some(since) = open.and_then(|told| seen::moment(Some(&told.last_transition_time))) {
            self.pool_state(pool).network = Network::Open { since, reached: None };
        }
    }

    /// What the pods tell that are there already, when this replica begins to lead.
    pub(super) fn look_at_networks(&mut self, now: Timestamp) {
        let told: Vec<seen::Pod> =
            self.known.pods.iter().map(|(_, pod)| pod).filter(|pod| !pod.over.reached.is_nothing()).cloned().collect();
        for pod in told {
            let over = pod.over;
            self.note_reached(&pod, &over, now);
        }
    }

    /// What the metrics say of a pool's network.
    pub(super) fn count_network(&self, pool: &str, network: Network) {
        let held = match network {
            Network::Unknown => return,
            Network::Held => 1,
            Network::Open { .. } => 0,
        };
        self.metrics.network_enforced.get_or_create(&metrics::Pool { pool: pool.to_owned() }).set(held);
    }
}

/// For people.
pub(crate) fn told(reached: Option<Reached>) -> String {
    let what = reached.map_or_else(|| "what they must not".to_owned(), |reached| reached.to_string());
    format!("pods reached {what}: the network plugin does not hold the pool's network policy, so no session gets a pod")
}
