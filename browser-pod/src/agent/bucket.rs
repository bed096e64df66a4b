//! Tokens that come back with time: how much of something one person may still do. Pure; time is in milliseconds.

/// A rate with a burst.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: u64,
    most: u64,
    thousandths: u64,
    at: u64,
}

impl Bucket {
    /// A full one: `most` at once, `per_second` in the long run.
    pub(super) const fn new(per_second: u64, most: u64) -> Self {
        Self { per_second, most, thousandths: most * 1_000, at: 0 }
    }

    /// Takes one. False when there is none.
    pub(super) fn take(&mut self, now: u64) -> bool {
        self.take_many(now, 1)
    }

    /// Takes so many, or none of them.
    pub(super) fn take_many(&mut self, now: u64, count: u64) -> bool {
        let back = now.saturating_sub(self.at).saturating_mul(self.per_second);
        self.thousandths = self.thousandths.saturating_add(back).min(self.most * 1_000);
        self.at = now;
        let wanted = count.saturating_mul(1_000);
        let enough = self.thousandths >= wanted;
        if enough {
            self.thousandths -= wanted;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let mut bucket = Bucket::new(2, 10);
        let burst = (0..20).filter(|_| bucket.take(1_000)).count();
        let later = (0..20).filter(|_| bucket.take(2_000)).count();
        assert_eq!((burst, later), (10, 2));
        assert!(!bucket.take_many(10_000, 11) && bucket.take_many(10_000, 10));
    }
}
