//! What the operator sees of a pool, and the little that it must remember from one plan to the next.

use super::backoff::Backoff;
use super::bucket::Bucket;
use crate::time::Timestamp;
use crate::uid::PodUid;

/// What a pod is made of: a hash over all that makes two pods of a pool differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// Whether a pod belongs to a session. It goes one way only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// To none yet.
    Warm,
    /// To one, for ever.
    Bound,
}

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// No node has been found for it.
    Unschedulable {
        /// When the scheduler first said so.
        since: Timestamp,
    },
    /// Not ready yet.
    Starting {
        /// When it got its node, or was created while the scheduler has not looked at it.
        since: Timestamp,
    },
    /// Enrolled and ready.
    Ready {
        /// When it became so.
        since: Timestamp,
    },
    /// Its processes are over; it only waits to be deleted.
    Exited {
        /// When.
        at: Timestamp,
        /// Whether it had been ready before.
        was_ready: bool,
    },
    /// Somebody deleted it; it is not gone yet.
    Leaving,
}

/// One pod of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Which.
    pub uid: PodUid,
    /// Whose.
    pub slot: Slot,
    /// What it was made of.
    pub revision: Revision,
    /// When it was created.
    pub created_at: Timestamp,
    /// Where it is in its life.
    pub life: Life,
}

/// What the operator sees of one pool.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// All pods of the pool, in any order. The answer to each of the operator's own writes must already be in it.
    pub pods: &'a [Pod],
    /// Creations that were sent and are not answered yet.
    pub in_flight: u32,
    /// Sessions that wait for a pod of this pool and have claimed none; not those that may have none now, nor those for
    /// which a pod of their own is started.
    pub waiting: u32,
    /// What a pod would be made of now.
    pub revision: Revision,
    /// From the last plan, with what happened since.
    pub memory: Memory,
}

/// What goes from one plan to the next. A new leader begins with [`Memory::new`]; nothing breaks by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How many pods may be started.
    pub bucket: Bucket,
    /// After the API server refused a pod because a quota is used up. The operator notes each refusal and each success.
    pub quota: Backoff,
    /// After warm pods that exited before they were ready. The plan notes them.
    pub crashes: Backoff,
}

impl Memory {
    /// Nothing has happened yet.
    pub const fn new() -> Self {
        Self { bucket: Bucket::new(), quota: Backoff::new(), crashes: Backoff::new() }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
