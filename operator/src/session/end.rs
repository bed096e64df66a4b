//! Why a session ended, by what its pod said and what the cluster says of the pod. And when an end is due.

use crate::seen::{Over, Pod, Session, Stage};
use cobrowse_crds::kind::session::FinishReason;
use cobrowse_session::{EndReason, Timestamp};
use std::time::Duration;

/// A pod that is told to go may be late by this before it is taken for lost.
const LATE: Duration = Duration::from_secs(5);

/// What is due for a session that has a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing, or not before this time.
    Nothing(Option<Timestamp>),
    /// Its pod is not seen: the API server must say that it is gone.
    Doubt,
    /// Its end is written.
    Finish(FinishReason),
}

/// What is due. `pod` is none when it is not seen; `gone` when the API server said so. What was last seen of a pod that is
/// gone still tells why.
pub fn due(session: &Session, pod: Option<&Pod>, gone: Option<&Over>, now: Timestamp) -> Due {
    match (pod, gone) {
        (Some(pod), _) => match pod.stage {
            Stage::Exited(_) => Due::Finish(reason(&pod.over)),
            Stage::Leaving(_) if pod.over.exited => Due::Finish(reason(&pod.over)),
            _ if session.ended => Due::Finish(FinishReason::Requested),
            Stage::Leaving(at) if at + LATE <= now => Due::Finish(reason(&pod.over)),
            Stage::Leaving(at) => Due::Nothing(Some(at + LATE)),
            _ => Due::Nothing(None),
        },
        (None, Some(over)) if over.said.is_some() => Due::Finish(reason(over)),
        (None, _) if session.ended => Due::Finish(FinishReason::Requested),
        (None, Some(over)) => Due::Finish(reason(over)),
        (None, None) => Due::Doubt,
    }
}

/// The pod's own word counts first, but for "lost": of that the cluster knows more.
pub fn reason(over: &Over) -> FinishReason {
    match over.said {
        Some(said) if said != EndReason::PodLost => by_word(said),
        _ if over.disrupted => FinishReason::Evicted,
        _ if over.too_long => FinishReason::MaxDuration,
        _ => FinishReason::PodLost,
    }
}

fn by_word(said: EndReason) -> FinishReason {
    match said {
        EndReason::EndUser => FinishReason::EndUser,
        EndReason::Agent => FinishReason::Agent,
        EndReason::Administrator => FinishReason::Administrator,
        EndReason::Stopped => FinishReason::Stopped,
        EndReason::Disconnected => FinishReason::Disconnected,
        EndReason::Idle => FinishReason::Idle,
        EndReason::MaxDuration => FinishReason::MaxDuration,
        EndReason::PinExpired => FinishReason::PinExpired,
        EndReason::PinLocked => FinishReason::PinLocked,
        EndReason::BrowserCrashed => FinishReason::BrowserCrashed,
        EndReason::PodLost => FinishReason::PodLost,
        EndReason::NoCapacity => FinishReason::NoCapacity,
        EndReason::TenantSuspended => FinishReason::TenantSuspended,
        EndReason::NetworkNotEnforced => FinishReason::NetworkNotEnforced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pod_s_word_counts_unless_it_only_knows_that_it_was_lost() {
        let over = Over { exited: true, ..Over::default() };
        let said = |said, over| reason(&Over { said: Some(said), ..over });
        let drained = Over { disrupted: true, ..over };
        assert_eq!(reason(&over), FinishReason::PodLost);
        assert_eq!(reason(&drained), FinishReason::Evicted);
        assert_eq!(said(EndReason::PodLost, drained), FinishReason::Evicted);
        assert_eq!(said(EndReason::PodLost, over), FinishReason::PodLost);
        assert_eq!(said(EndReason::EndUser, drained), FinishReason::EndUser);
        assert_eq!(reason(&Over { too_long: true, ..over }), FinishReason::MaxDuration);
    }

    #[test]
    fn every_word_has_its_reason() {
        for said in EndReason::ALL {
            let reason = serde_json::to_value(by_word(said)).expect("a word");
            assert_eq!(reason, said.reason());
        }
    }
}
