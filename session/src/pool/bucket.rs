//! A token bucket: how many pods may be started now, and when the next. It is data; the caller says what time it is.

use std::time::Duration;

use super::spec::Refill;
use crate::time::Timestamp;

/// Thousandths of a token in a token: a rate a second times milliseconds gives whole thousandths.
const TOKEN: u64 = 1000;

/// A token bucket's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Thousandths of a token, and since when; none before first use, when it is full.
    content: Option<(u64, Timestamp)>,
}

impl Bucket {
    /// A full bucket.
    pub const fn new() -> Self {
        Self { content: None }
    }

    fn thousandths(self, refill: &Refill, now: Timestamp) -> u64 {
        let full = u64::from(refill.burst) * TOKEN;
        let Some((held, at)) = self.content else { return full };
        let elapsed = u64::try_from(now.since(at).as_millis()).unwrap_or(u64::MAX);
        held.saturating_add(elapsed.saturating_mul(u64::from(refill.per_second))).min(full)
    }

    /// Whole tokens in it.
    pub fn tokens(self, refill: &Refill, now: Timestamp) -> u32 {
        u32::try_from(self.thousandths(refill, now) / TOKEN).unwrap_or(u32::MAX)
    }

    /// The bucket after so many tokens were taken, or all that there were.
    #[must_use]
    pub fn take(self, tokens: u32, refill: &Refill, now: Timestamp) -> Self {
        let left = self.thousandths(refill, now).saturating_sub(u64::from(tokens) * TOKEN);
        Self { content: Some((left, now)) }
    }

    /// When there is a whole token in it; never, with a rate or a burst of 0.
    pub fn next_at(self, refill: &Refill, now: Timestamp) -> Option<Timestamp> {
        if refill.per_second == 0 || refill.burst == 0 {
            return None;
        }
        let missing = TOKEN.saturating_sub(self.thousandths(refill, now));
        Some(now + Duration::from_millis(missing.div_ceil(u64::from(refill.per_second))))
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFILL: Refill = Refill { per_second: 2, burst: 3, max_pending: 9 };

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    #[test]
    fn fills_at_its_rate_up_to_its_burst() {
        let bucket = Bucket::new();
        assert_eq!(bucket.tokens(&REFILL, at(0)), 3);
        let bucket = bucket.take(3, &REFILL, at(0));
        for (millis, tokens) in [(0, 0), (499, 0), (500, 1), (999, 1), (1000, 2), (1500, 3), (90_000, 3)] {
            assert_eq!(bucket.tokens(&REFILL, at(millis)), tokens, "{millis}");
        }
        assert_eq!(bucket.next_at(&REFILL, at(100)), Some(at(500)));
        assert_eq!(bucket.take(1, &REFILL, at(700)).next_at(&REFILL, at(700)), Some(at(1000)));
    }

    #[test]
    fn odd_numbers_break_nothing() {
        let never = Refill { per_second: 0, burst: 1, max_pending: 1 };
        let bucket = Bucket::new().take(9, &never, at(0));
        assert_eq!((bucket.tokens(&never, at(u64::MAX / 2)), bucket.next_at(&never, at(0))), (0, None));
        // A clock that goes back gives nothing and takes nothing.
        let bucket = Bucket::new().take(2, &REFILL, at(1000));
        assert_eq!(bucket.tokens(&REFILL, at(0)), 1);
        let wide = Refill { per_second: u32::MAX, burst: u32::MAX, max_pending: 1 };
        assert_eq!(Bucket::new().take(7, &wide, at(0)).tokens(&wide, Timestamp::from_millis(u64::MAX)), u32::MAX);
    }
}
