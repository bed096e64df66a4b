//! What the rules say about the state of a session, as messages.

use std::time::Duration;

use cobrowse_session::Timestamp;
use cobrowse_session::live::{Live, State};
use cobrowse_session::waiting::{Phase, Row};

use crate::v1;

impl From<Phase> for v1::Phase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Queued => v1::Phase::Queued,
            Phase::Waiting => v1::Phase::Waiting,
            Phase::Knocking => v1::Phase::Knocking,
            Phase::Starting => v1::Phase::Starting,
            Phase::Live => v1::Phase::Live,
            Phase::Paused => v1::Phase::Paused,
            Phase::Ended => v1::Phase::Ended,
        }
    }
}

impl From<&Live> for v1::Roster {
    fn from(live: &Live) -> Self {
        Self { participants: live.roster().map(v1::Participant::from).collect() }
    }
}

impl From<&Live> for v1::ControlState {
    fn from(live: &Live) -> Self {
        Self {
            holder_id: live.holder().map(ToString::to_string).unwrap_or_default(),
            request_ids: live.requests().iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&State> for v1::LiveState {
    /// The viewport is not the rules' matter: the pod sets it.
    fn from(state: &State) -> Self {
        let (warning, left) = match state.warning {
            Some((warning, left)) => (warning.reason().to_owned(), millis(left)),
            None => (String::new(), 0),
        };
        let (paused, held, remaining_ms) = (state.paused, state.held, millis(state.remaining));
        Self { paused, viewport: None, remaining_ms, warning, warning_ms: left, held }
    }
}

/// A moment as the contract has it.
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    let millis = at.as_millis();
    let seconds = i64::try_from(millis / 1000).unwrap_or(i64::MAX);
    let nanos = i32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    prost_types::Timestamp { seconds, nanos }
}

/// A moment of the contract; before 1970 counts as 1970.
pub fn moment(at: &prost_types::Timestamp) -> Timestamp {
    let seconds = u64::try_from(at.seconds).unwrap_or(0);
    let millis = u64::try_from(at.nanos / 1_000_000).unwrap_or(0);
    Timestamp::from_millis(seconds.saturating_mul(1000).saturating_add(millis))
}

/// Ids of those that wait for Allow, for `Session.waiting_ids`.
pub fn waiting_ids(row: &Row) -> Vec<String> {
    row.asked().map(|person| person.participant.id.to_string()).collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
