//! How long to leave something alone that failed, longer each time it fails again.

use std::time::Duration;

use crate::time::Timestamp;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// More doublings than any longest wait needs.
const DOUBLINGS_MAX: u32 = 16;

/// Failures in a row, and the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    last: Timestamp,
}

impl Backoff {
    /// Nothing failed.
    pub const fn new() -> Self {
        Self { failures: 0, last: Timestamp::from_millis(0) }
    }

    /// It failed then. One failure that is told again changes nothing.
    pub fn note_failure(&mut self, at: Timestamp) {
        if at > self.last {
            self.failures = self.failures.saturating_add(1);
            self.last = at;
        }
    }

    /// It went well then. What failed later still counts.
    pub fn note_success(&mut self, at: Timestamp) {
        if at >= self.last {
            self.failures = 0;
        }
    }

    /// Until when to leave it alone, at most `longest` after the last failure; none when nothing failed or that is
    /// past.
    pub fn until(self, longest: Duration, now: Timestamp) -> Option<Timestamp> {
        let doublings = self.failures.checked_sub(1)?.min(DOUBLINGS_MAX);
        let until = self.last + (FIRST * (1 << doublings)).min(longest);
        (until > now).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest() {
        let longest = Duration::from_secs(10);
        let mut backoff = Backoff::new();
        assert_eq!(backoff.until(longest, Timestamp::from_millis(5)), None);
        for (at, wait) in [(50, 1), (100, 2), (200, 4), (300, 8), (400, 10), (500, 10)] {
            let at = Timestamp::from_millis(at * 1000);
            backoff.note_failure(at);
            backoff.note_failure(at);
            assert_eq!(backoff.until(longest, at), Some(at + Duration::from_secs(wait)));
            assert_eq!(backoff.until(longest, at + Duration::from_secs(wait)), None);
        }
        backoff.note_success(Timestamp::from_millis(499_999));
        assert!(backoff.until(longest, Timestamp::from_millis(500_000)).is_some());
        backoff.note_success(Timestamp::from_millis(500_001));
        assert_eq!(backoff.until(longest, Timestamp::from_millis(500_001)), None);
    }
}
