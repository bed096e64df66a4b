//! The pod's one clock: it never runs backwards. Milliseconds and microseconds count from the start of the process.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cobrowse_session::Timestamp;

/// A steady clock that knows what time it was when it started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
    start_millis: u64,
}

impl Clock {
    pub(super) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: Instant::now(), start_millis: millis(since) }
    }

    pub(super) fn millis(&self) -> u64 {
        millis(self.start.elapsed())
    }

    pub(super) fn micros(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The moment as the rules see it.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.start_millis + self.millis())
    }

    /// A moment of the rules, in milliseconds of this clock.
    pub(super) fn millis_of(&self, at: Timestamp) -> u64 {
        at.as_millis().saturating_sub(self.start_millis)
    }

    pub(super) fn instant(&self, millis: u64) -> tokio::time::Instant {
        (self.start + Duration::from_millis(millis)).into()
    }

    pub(super) fn std_instant(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
