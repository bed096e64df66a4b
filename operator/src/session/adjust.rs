//! What an administrator changes of a session that has its pod: a pause, and how long it lasts. The pod is told, and then the status. It
//! is due while the status speaks of an older generation than the object's; so nobody remembers it, and the next leader goes on.

use crate::seen;
use cobrowse_session::Timestamp;
use cobrowse_wire::v1::{AdjustRequest, AdjustResponse};
use std::time::Duration;

/// What a pod was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjusted {
    /// The generation of the session's object.
    pub generation: i64,
    /// Whether the pod takes it; one of an older image does not.
    pub taken: bool,
    /// When the session ends by that, as the pod says.
    pub expires_at: Option<Timestamp>,
}

impl Adjusted {
    /// From the pod's answer; none when it has no such call.
    pub fn of(generation: i64, answer: Option<&AdjustResponse>) -> Self {
        let expires_at = answer.and_then(|answer| answer.expires_at.as_ref()).map(cobrowse_wire::moment);
        Self { generation, taken: answer.is_some(), expires_at }
    }
}

/// Whether the pod and the status are behind what the object says.
pub fn is_due(session: &seen::Session) -> bool {
    session.observed.is_some_and(|observed| observed < session.generation) && !session.ended
}

/// What the pod is told. Without a tenant there is no ceiling, and the session lasts as long as it was to.
pub fn request(session: &seen::Session, max_duration: Option<Duration>) -> Option<AdjustRequest> {
    let wish = session.wish.as_ref().as_ref().ok()?;
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Some(AdjustRequest {
        session_id: wish.id.to_string(),
        paused: session.paused,
        max_duration_ms: max_duration.map(millis).unwrap_or_default(),
    })
}
