//! What is to be looked at again at a certain time.

use cobrowse_session::{PodUid, SessionUid, Timestamp};
use std::collections::BTreeSet;

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Session(SessionUid),
    Pool(String),
    Pod(PodUid),
    Tenants,
    Policies,
}

/// Times, of which the same one twice is one.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeSet<(Timestamp, Key)>);

impl Timers {
    pub(super) fn set(&mut self, at: Timestamp, key: Key) {
        self.0.insert((at, key));
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes what is due.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Key> {
        let mut due = Vec::new();
        while self.next().is_some_and(|at| at <= now) {
            due.extend(self.0.pop_first().map(|(_, key)| key));
        }
        due
    }
}
