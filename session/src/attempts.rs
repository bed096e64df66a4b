//! Counting wrong PINs per agent, address and tenant: a sliding window that never lets more tries through than it says.

use std::time::Duration;

use thiserror::Error;

use crate::time::Timestamp;

/// At most so many wrong tries in any window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Wrong tries allowed in one window.
    pub tries: u32,
    /// The window's length.
    pub window: Duration,
}

/// The limits of one tenant's joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Per agent's account.
    pub agent: Limit,
    /// Per network address.
    pub address: Limit,
    /// Per tenant. The PIN's length follows from it.
    pub tenant: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let window = Duration::from_secs(600);
        Self {
            agent: Limit { tries: 5, window },
            address: Limit { tries: 20, window },
            tenant: Limit { tries: 100, window },
        }
    }
}

impl Limit {
    /// The most wrong tries that fit into `life`, whenever it begins.
    pub fn tries_within(&self, life: Duration) -> u64 {
        let window = self.window.as_millis().max(1);
        let windows = u64::try_from(life.as_millis().div_ceil(window)).unwrap_or(u64::MAX).max(1);
        windows.saturating_mul(u64::from(self.tries))
    }
}

/// Too many wrong tries.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("failed to admit another try: too many wrong ones, wait {} s", .retry_after.as_secs_f64().ceil())]
pub struct Locked {
    /// When the next try is let through.
    pub retry_after: Duration,
}

impl Locked {
    /// The stable CamelCase reason.
    pub const fn reason(&self) -> &'static str {
        "TooManyAttempts"
    }
}

/// The wrong tries of one agent, address or tenant. Keep the moments in the store, one row per key.
///
/// In the transaction that looks a PIN up: [`Attempts::check`] all three first; when the PIN admits nobody, [`Attempts::record`]
/// on all three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    moments: Vec<Timestamp>,
}

impl Attempts {
    /// From the moments in the store, in any order.
    pub fn from_moments(mut moments: Vec<Timestamp>) -> Self {
        moments.sort_unstable();
        Self { moments }
    }

    /// The moments to keep, oldest first; never more than the limit's tries.
    pub fn moments(&self) -> &[Timestamp] {
        &self.moments
    }

    /// Whether another try is let through now. A limit of no tries lets none through.
    pub fn check(&self, limit: &Limit, now: Timestamp) -> Result<(), Locked> {
        let recent = self.recent(limit, now);
        let tries = usize::try_from(limit.tries).unwrap_or(usize::MAX);
        if recent.len() < tries {
            return Ok(());
        }
        // The try that has to grow old before there is room for one more.
        let blocking = recent.len().checked_sub(tries).and_then(|i| recent.get(i)).copied().unwrap_or(now);
        Err(Locked { retry_after: (blocking + limit.window).since(now) })
    }

    /// Counts one wrong try.
    pub fn record(&mut self, limit: &Limit, now: Timestamp) {
        self.moments = self.recent(limit, now).to_vec();
        self.moments.push(now);
        let tries = usize::try_from(limit.tries).unwrap_or(usize::MAX);
        let surplus = self.moments.len().saturating_sub(tries);
        self.moments.drain(..surplus);
    }

    /// When this counter is empty again and its row can go.
    pub fn forget_at(&self, limit: &Limit) -> Option<Timestamp> {
        self.moments.last().map(|last| *last + limit.window)
    }

    fn recent(&self, limit: &Limit, now: Timestamp) -> &[Timestamp] {
        let old = self.moments.partition_point(|moment| *moment + limit.window <= now);
        &self.moments[old..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { tries: 3, window: Duration::from_secs(100) };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// Wrong tries at these seconds, then whether a try is let through at `now`: none, or the seconds to wait.
    fn check(tries: &[u64], now: u64, wait: Option<u64>) {
        let mut attempts = Attempts::default();
        for second in tries {
            attempts.record(&LIMIT, at(*second));
        }
        let expected = wait.map_or(Ok(()), |wait| Err(Locked { retry_after: Duration::from_secs(wait) }));
        assert_eq!(attempts.check(&LIMIT, at(now)), expected, "{tries:?} at {now}");
        assert!(attempts.moments().len() <= 3);
        let read = Attempts::from_moments(attempts.moments().iter().rev().copied().collect());
        assert_eq!(read, attempts);
    }

    #[test]
    fn a_window_lets_no_more_through() {
        check(&[], 0, None);
        check(&[0, 1], 2, None);
        check(&[0, 1, 2], 2, Some(98));
        check(&[0, 1, 2], 99, Some(1));
        check(&[0, 1, 2], 100, None);
        check(&[0, 1, 2, 100], 100, Some(1));
        check(&[0, 1, 2, 3, 4], 4, Some(98));
    }

    #[test]
    fn no_window_ever_has_more_tries_than_allowed() {
        let mut attempts = Attempts::default();
        let mut let_through = Vec::new();
        for second in 0..1000 {
            if attempts.check(&LIMIT, at(second)).is_ok() {
                attempts.record(&LIMIT, at(second));
                let_through.push(second);
            }
        }
        for start in 0..1000 {
            assert!(let_through.iter().filter(|second| (start..start + 100).contains(*second)).count() <= 3);
        }
        assert_eq!(let_through.len(), 30);
    }

    #[test]
    fn no_tries_at_all() {
        let none = Limit { tries: 0, ..LIMIT };
        assert_eq!(Attempts::default().check(&none, at(5)), Err(Locked { retry_after: none.window }));
    }

    #[test]
    fn tries_within_a_life() {
        for (life, tries) in [(1, 3), (100, 3), (101, 6), (600, 18)] {
            assert_eq!(LIMIT.tries_within(Duration::from_secs(life)), tries, "{life}");
        }
    }

    #[test]
    fn counters_are_forgotten() {
        let mut attempts = Attempts::default();
        assert_eq!(attempts.forget_at(&LIMIT), None);
        attempts.record(&LIMIT, at(7));
        assert_eq!(attempts.forget_at(&LIMIT), Some(at(107)));
    }

    #[test]
    fn the_message_says_how_long() {
        let locked = Locked { retry_after: Duration::from_millis(1200) };
        assert_eq!(locked.to_string(), "failed to admit another try: too many wrong ones, wait 2 s");
    }
}
