//! The steps of a claim.

use crate::time::Timestamp;
use crate::uid::PodUid;

/// What to do next for one session. Each write is tested by the API server as [`super::guards`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read the session and all pods that name it from the API server, not from a cache.
    Read(Doubt),
    /// Patch this warm pod: bound, to this session, owned by it.
    ClaimPod(PodUid),
    /// Create a pod for this session alone, bound from its creation, under a name made of the session's UID, so that a
    /// second attempt finds the first.
    Cold,
    /// Call the pod: it is this session's for ever. Loads nothing.
    Bind(PodUid),
    /// Patch the session's status: this is its pod. Here, and only here, a tie is decided.
    WriteBinding(PodUid),
    /// Call the pod: load the start page, once.
    Start(PodUid),
    /// Patch the session's status: first picture, timings.
    WriteReady(PodUid),
    /// Delete this pod, which names the session and is of no use to it.
    DeletePod {
        /// Which.
        uid: PodUid,
        /// Why, for the event and the metric.
        useless: Useless,
    },
    /// Patch the session's status: it ended.
    Finish(Finish),
    /// Nothing before this time, or before something is seen to change.
    Wait(Option<Timestamp>),
    /// The claim is over, well or not.
    Over,
}

/// What must be known for certain before going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A write did not go as expected.
    Answer,
    /// Pods name a session that was not seen: it is gone, or not seen yet.
    Session,
    /// The session's pod was not seen, or a pod died that may by now be the session's.
    Pod(PodUid),
}

/// Why a pod that names a session is of no use to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// The session has another pod.
    LostTie,
    /// The session's end is written down.
    SessionFinished,
    /// The session's object is gone.
    SessionGone,
    /// It died before it was the session's.
    Died,
    /// It belongs to another session, by its own account.
    Refused,
}

/// How a session ended without having lived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Somebody wanted it to.
    Ended,
    /// The pool was empty and it would not wait.
    PoolEmpty,
    /// It had no pod in time.
    ClaimDeadline,
    /// Its pod died before the first picture.
    PodLost(PodUid),
    /// Its pod could not show a first picture.
    StartFailed(PodUid),
}
