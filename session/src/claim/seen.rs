//! What the operator sees of one session and the pods that name it.

use std::time::Duration;

use super::progress::Progress;
use crate::pool::Life;
use crate::time::Timestamp;
use crate::uid::PodUid;

/// What a session does while the pool has no pod for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenPoolEmpty {
    /// It waits, until its deadline.
    #[default]
    Wait,
    /// A pod is started for it alone.
    Cold,
    /// It ends at once.
    Fail,
}

/// A session as its object says. No field ever goes back to what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// How long it may be without a pod that is ready.
    pub claim_deadline: Duration,
    /// What it does while the pool is empty.
    pub when_pool_empty: WhenPoolEmpty,
    /// Somebody wants it to end, or deletes it.
    pub ended: bool,
    /// Its end is written down.
    pub finished: bool,
    /// Its pod.
    pub binding: Option<PodUid>,
    /// Its first picture is written down.
    pub ready: bool,
}

/// A pod that names the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Which.
    pub uid: PodUid,
    /// Where it is in its life.
    pub life: Life,
}

impl Pod {
    /// Whether a session may still come to live in it.
    pub(super) const fn is_alive(&self) -> bool {
        !matches!(self.life, Life::Exited { .. } | Life::Leaving)
    }

    pub(super) const fn is_ready(&self) -> bool {
        matches!(self.life, Life::Ready { .. })
    }
}

/// What the pool has for this session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// This warm pod, which no other session is offered meanwhile.
    Pod(PodUid),
    /// Nothing.
    Empty {
        /// Whether the pool may have one more pod.
        room: bool,
    },
    /// It is not this session's turn: its tenant has as many as it may, or the operator has not seen all pods yet.
    NotYet,
}

/// What the operator sees. It never shows less than it showed before, and each answer of the API server is in it at
/// once.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The session; none when there is no such object in what was seen so far.
    pub session: Option<Session>,
    /// Every pod that names the session, in any order.
    pub pods: &'a [Pod],
    /// What the pool has for it.
    pub offer: Offer,
    /// What this operator did for it so far.
    pub progress: &'a Progress,
}
