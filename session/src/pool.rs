//! The planning of a warm pool: how many pods to start, which to delete, and when to look again. The operator observes,
//! asks [`plan()`], and does what it says; it decides nothing itself. Which session gets which pod is `claim`'s.

mod backoff;
mod bucket;
mod facts;
mod observed;
mod plan;
mod refill;
mod spec;
mod trim;
mod trouble;
mod warm;

pub use backoff::Backoff;
pub use bucket::Bucket;
pub use facts::{Facts, HeldBack};
pub use observed::{Life, Memory, Observed, Pod, Revision, Slot};
pub use plan::{Action, Plan, Reason, Why, plan};
pub use spec::{PoolSpec, Refill, Update};
pub use trouble::{Lack, Trouble};

#[cfg(test)]
mod tests;
