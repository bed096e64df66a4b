//! What a pool's status tells.

use crate::cluster::{Failure, answer};
use crate::decide::{Network, network_told};
use crate::names;
use crate::session::update_status::{Told, with_condition};
use cobrowse_crds::kind::CoBrowsePool;
use cobrowse_crds::kind::pool::PoolStatus;
use cobrowse_session::pool::{Facts, HeldBack, PoolSpec, Trouble};
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

/// The condition that tells what pods found of the network.
const NETWORK: &str = "NetworkEnforced";
/// Why a pool is not ready whose pods reached what they must not.
const NETWORK_OPEN: (&str, &str) =
    ("NetworkNotEnforced", "pods reached what the pool's network policy closes: see NetworkEnforced");

/// What is known of a pool.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// Its numbers, or why it has none: a reason and a message.
    pub spec: Result<&'a PoolSpec, (&'static str, String)>,
    /// What the plan counted.
    pub facts: Option<Facts>,
    /// Its revision.
    pub revision: String,
    /// Why no pod can be made: a reason and a message.
    pub refused: Option<(&'static str, String)>,
    /// What kept a pod from starting, since the last one that did.
    pub trouble: Option<Trouble>,
    /// What its pods found of the network; none where they do not try.
    pub(crate) network: Option<Network>,
}

/// The status that a pool should have.
pub fn status(object: &CoBrowsePool, known: &Known<'_>) -> PoolStatus {
    let before = object.status.clone().unwrap_or_default();
    let generation = object.metadata.generation.unwrap_or_default();
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let count = |value: Option<u32>| value.map_or(0, |value| i32::try_from(value).unwrap_or(i32::MAX));
    let facts = known.facts;
    let mut kept = before.conditions;
    // Nobody looks any more.
    kept.retain(|told| known.network.is_some() || told.type_ != NETWORK);
    let conditions = conditions(known)
        .into_iter()
        .chain(enforced(known.network))
        .fold(kept, |conditions, told| with_condition(conditions, &told, generation));
    PoolStatus {
        observed_generation: Some(generation),
        conditions,
        warm: count(facts.map(|facts| facts.warm)),
        warming: count(facts.map(|facts| facts.warming)),
        bound: count(facts.map(|facts| facts.bound)),
        stale: count(facts.map(|facts| facts.stale)),
        total: count(facts.map(|facts| facts.total)),
        revision: Some(known.revision.clone()),
        selector: Some(format!("{}={name},{}={}", names::POOL, names::SLOT, names::WARM)),
    }
}

/// What another leader told stays as it is.
fn enforced(network: Option<Network>) -> Option<Told> {
    match network? {
        Network::Unknown | Network::Open { reached: None, .. } => None,
        Network::Held => Some(Told::yes(NETWORK, "Held", "")),
        Network::Open { reached, .. } => Some(Told::no(NETWORK, "Reached", network_told(reached))),
    }
}

fn conditions(known: &Known<'_>) -> Vec<Told> {
    let (spec, facts) = match (&known.spec, known.facts) {
        (Err((reason, message)), _) => return vec![Told::no("Ready", reason, message.clone())],
        (Ok(spec), facts) => (spec, facts),
    };
    if let Some((reason, message)) = &known.refused {
        return vec![Told::no("Ready", reason, message.clone())];
    }
    let Some(facts) = facts else { return Vec::new() };
    let enough = facts.warm.saturating_sub(facts.stale) >= spec.min_warm || facts.warm >= spec.min_warm;
    let open = matches!(known.network, Some(Network::Open { .. }));
    let ready = enough && !open;
    let (reason, message) = facts.held_back.map_or(("Refilling", "warm pods are being made"), held_back);
    let refilling = facts.warming > 0;
    let quota = matches!(facts.held_back, Some(HeldBack::Quota | HeldBack::Total));
    let missing = || match known.trouble {
        _ if open => Told::no("Ready", NETWORK_OPEN.0, NETWORK_OPEN.1.to_owned()),
        Some(trouble) => Told::no("Ready", trouble.word(), trouble.to_string()),
        None => Told::no("Ready", reason, message.to_owned()),
    };
    vec![
        if ready { Told::yes("Ready", "WarmPods", "") } else { missing() },
        if refilling {
            Told::yes("Refilling", "PodsStart", "")
        } else {
            Told::no("Refilling", "Steady", String::new())
        },
        if quota {
            Told::yes("QuotaExceeded", reason, message)
        } else {
            Told::no("QuotaExceeded", "Enough", String::new())
        },
    ]
}

fn held_back(why: HeldBack) -> (&'static str, &'static str) {
    match why {
        HeldBack::Total => ("MaxTotal", "maxTotal is reached: raise it, or end sessions"),
        HeldBack::Pending => ("MaxPending", "as many pods start as may at once"),
        HeldBack::Rate => ("RefillRate", "pods are made as fast as refill.ratePerSecond allows"),
        HeldBack::Quota => ("QuotaExceeded", "a ResourceQuota of the namespace is used up: raise it"),
        HeldBack::Unschedulable => {
            ("Unschedulable", "no node has room for more pods: add nodes, or change spec.scheduling")
        }
        HeldBack::Crashing => ("PodsCrash", "pods exit before they are ready: look at the image and at their logs"),
    }
}

/// Writes it.
pub async fn write(pools: &Api<CoBrowsePool>, name: &str, status: &PoolStatus) -> Result<CoBrowsePool, Failure> {
    let patch = Patch::Merge(json!({ "status": status }));
    answer(pools.patch_status(name, &PatchParams::default(), &patch)).await
}
