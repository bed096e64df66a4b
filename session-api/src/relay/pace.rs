//! How fast one viewer may send. Beyond it the socket is read more slowly; nothing is dropped.

use std::time::Duration;
use tokio::time::Instant;

/// Messages per second that are read on average. A mouse sends up to 1,000 moves a second, which the console merges.
const PER_SECOND: u32 = 1000;
/// Messages that are read at once after a pause.
const BURST: u32 = 2000;

/// One viewer's pace.
pub(super) struct Pace {
    /// When the messages read so far would have been sent at the allowed rate.
    paid_until: Instant,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { paid_until: Instant::now() }
    }

    /// Counts one message, and waits when there were too many.
    pub(super) async fn wait(&mut self) {
        let now = Instant::now();
        let step = Duration::from_secs(1) / PER_SECOND;
        self.paid_until = self.paid_until.max(now) + step;
        let ahead = self.paid_until - now;
        if let Some(wait) = ahead.checked_sub(step * BURST) {
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
}
