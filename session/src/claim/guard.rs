//! What the API server tests together with each write, so that an old view or a second leader does no harm.

use super::step::{Finish, Step};
use crate::uid::PodUid;

/// One test of a JSON patch, or a precondition of a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// `test /metadata/uid` of a pod; of a deletion the precondition.
    PodUid,
    /// `test` of the pod's slot label: warm.
    SlotWarm,
    /// `test /metadata/uid` of the session: one made again under the same name is another.
    SessionUid,
    /// `test /status/binding`: null.
    NoBinding,
    /// `test /status/binding/podUID`: this pod.
    BindingIs(PodUid),
    /// `test /status/finishReason`: null. Without it a session that was told it got no pod could get one after all.
    NotFinished,
    /// `test /status/timings/ready`: null. What was written stays.
    NotReady,
}

/// The guards of a step; none for a step that writes nothing to the API server.
pub const fn guards(step: &Step) -> [Option<Guard>; 4] {
    use Guard::{BindingIs, NoBinding, NotFinished, NotReady, SessionUid};
    match *step {
        Step::ClaimPod(_) => [Some(Guard::PodUid), Some(Guard::SlotWarm), None, None],
        Step::WriteBinding(_) => [Some(SessionUid), Some(NoBinding), Some(NotFinished), None],
        Step::WriteReady(pod) => [Some(SessionUid), Some(BindingIs(pod)), Some(NotFinished), Some(NotReady)],
        Step::DeletePod { .. } => [Some(Guard::PodUid), None, None, None],
        Step::Finish(Finish::Ended | Finish::PoolEmpty | Finish::ClaimDeadline) => {
            [Some(SessionUid), Some(NoBinding), Some(NotFinished), None]
        }
        Step::Finish(Finish::PodLost(pod) | Finish::StartFailed(pod)) => {
            [Some(SessionUid), Some(BindingIs(pod)), Some(NotFinished), Some(NotReady)]
        }
        Step::Read(_) | Step::Cold | Step::Bind(_) | Step::Start(_) | Step::Wait(_) | Step::Over => [None; 4],
    }
}
