//! How fast one viewer may send. Beyond it the socket is read more slowly; nothing is dropped.

use std::time::Duration;
use tokio::time::Instant;

/// Messages per second that are read on average. A mouse sends up to 1,000 moves a second, which the console merges.
const PER_SECOND: u32 = 1000;
/// Messages that are read at once after a pause.
const BURST: u32 = 2000;
/// Acts per second that go into the audit, and at once after a pause. Nobody presses that fast; a program that does waits.
const ACTS_PER_SECOND: u32 = 20;
const ACTS_BURST: u32 = 200;

/// One viewer's pace.
pub(super) struct Pace {
    /// When the messages read so far would have been sent at the allowed rate.
    paid_until: Instant,
    step: Duration,
    burst: u32,
}

impl Pace {
    /// Of all messages.
    pub(super) fn new() -> Self {
        Self::of(PER_SECOND, BURST)
    }

    /// Of those that the audit keeps.
    pub(super) fn of_acts() -> Self {
        Self::of(ACTS_PER_SECOND, ACTS_BURST)
    }

    fn of(per_second: u32, burst: u32) -> Self {
        Self { paid_until: Instant::now(), step: Duration::from_secs(1) / per_second, burst }
    }

    /// Counts one message, and waits when there were too many.
    pub(super) async fn wait(&mut self) {
        let now = Instant::now();
        self.paid_until = self.paid_until.max(now) + self.step;
        let ahead = self.paid_until - now;
        if let Some(wait) = ahead.checked_sub(self.step * self.burst) {
            tokio::time::sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_burst_passes_at_once_and_more_of_it_waits() {
        let mut pace = Pace::new();
        let start = Instant::now();
        for _ in 0..BURST {
            pace.wait().await;
        }
        assert!(start.elapsed() < Duration::from_millis(500));
        for _ in 0..200 {
            pace.wait().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(150), "{:?}", start.elapsed());
    }

    #[tokio::test]
    async fn acts_wait_long_before_other_messages_do() {
        let mut pace = Pace::of_acts();
        let start = Instant::now();
        for _ in 0..ACTS_BURST + 4 {
            pace.wait().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(150), "{:?}", start.elapsed());
    }
}
