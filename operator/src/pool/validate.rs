//! A pool as `session::pool` plans it, or why its object cannot be gone by.

use cobrowse_crds::kind::CoBrowsePool;
use cobrowse_crds::kind::pool::IsolationClass;
use cobrowse_crds::{Pool, spec};
use cobrowse_session::policy::LONGEST_LIFE;
use cobrowse_session::pool::{PoolSpec, Refill, Update};
use std::time::Duration;

/// How long no node may be found for a pod before no further ones are started.
const UNSCHEDULABLE_RECHECK: Duration = Duration::from_secs(60);
/// Beyond its last session's longest life a pod only serves what was not fetched yet.
pub const AFTERLIFE: Duration = Duration::from_secs(120);

/// Why there is no pool.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A field.
    #[error("failed to read the pool")]
    Spec(#[source] spec::Error),
    /// GVisor or Kata without the name of the cluster's class.
    #[error("failed to read spec.isolation: GVisor and Kata need runtimeClassName, Node has none")]
    Isolation,
}

/// Reads the numbers of a pool.
pub fn validate(object: &CoBrowsePool) -> Result<PoolSpec, Error> {
    let pool = Pool::parse(object).map_err(Error::Spec)?;
    let isolation = &object.spec.isolation;
    if (isolation.class == IsolationClass::Node) == isolation.runtime_class_name.is_some() {
        return Err(Error::Isolation);
    }
    Ok(PoolSpec {
        min_warm: pool.min_warm,
        max_warm: pool.max_warm,
        max_total: pool.max_total,
        refill: Refill {
            per_second: pool.refill_per_second,
            burst: pool.refill_per_second,
            max_pending: pool.max_pending,
        },
        max_warm_age: pool.max_warm_age,
        max_session: pool.max_session.min(LONGEST_LIFE),
        update: match pool.recreate_percent {
            Some(max_unavailable_percent) => Update::Recreate { max_unavailable_percent },
            None => Update::OnReplenish,
        },
        readiness_grace: pool.readiness_grace,
        unschedulable_recheck: UNSCHEDULABLE_RECHECK,
    })
}

/// How long a pod of this pool can live: as a warm one, then with the longest session.
pub fn longest_life(spec: &PoolSpec) -> Duration {
    spec.max_warm_age + spec.max_session + AFTERLIFE
}
