//! How many browsers a pool keeps and for how long, as the operator goes by it. Parsed from `kind::CoBrowsePool`; what the
//! definitions let through, this reads. Of what pods are made of, the operator reads the object itself.

use std::time::Duration;

use crate::kind::CoBrowsePool;
use crate::kind::pool::UpdateKind;
use crate::spec::{self, Error};

/// The numbers of one pool, right in themselves and together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The object's name.
    pub name: String,
    /// Warm pods to keep.
    pub min_warm: u32,
    /// Most warm pods, at least `min_warm`.
    pub max_warm: u32,
    /// Most pods, at least `max_warm`.
    pub max_total: u32,
    /// New pods in a second at most.
    pub refill_per_second: u32,
    /// Pods at most that start at once.
    pub max_pending: u32,
    /// Age at which a warm pod goes.
    pub max_warm_age: Duration,
    /// How long a session in one of its pods may last at all.
    pub max_session: Duration,
    /// How long a pod may take to be ready.
    pub readiness_grace: Duration,
    /// Percent of `min_warm` that an update may leave without a ready pod; none: old pods go as they are used.
    pub recreate_percent: Option<u32>,
}

impl Pool {
    /// Reads an object.
    pub fn parse(object: &CoBrowsePool) -> Result<Self, Error> {
        let spec = &object.spec;
        let percent =
            spec::count("spec.updateStrategy.maxUnavailablePercent", spec.update_strategy.max_unavailable_percent)?;
        let pool = Self {
            name: object.metadata.name.clone().unwrap_or_default(),
            min_warm: spec::count("spec.minWarm", spec.min_warm)?,
            max_warm: spec::count("spec.maxWarm", spec.max_warm)?,
            max_total: spec::count("spec.maxTotal", spec.max_total)?,
            refill_per_second: spec::count("spec.refill.ratePerSecond", spec.refill.rate_per_second)?,
            max_pending: spec::count("spec.refill.maxPending", spec.refill.max_pending)?,
            max_warm_age: spec::lasting("spec.maxWarmAge", &spec.max_warm_age)?,
            max_session: spec::lasting("spec.maxSessionDuration", &spec.max_session_duration)?,
            readiness_grace: spec::lasting("spec.readinessGrace", &spec.readiness_grace)?,
            recreate_percent: (spec.update_strategy.kind == UpdateKind::Recreate).then_some(percent),
        };
        match pool.min_warm <= pool.max_warm && pool.max_warm <= pool.max_total {
            true => Ok(pool),
            false => Err(Error::Order),
        }
    }
}
