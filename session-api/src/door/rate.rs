//! Rate limits in this replica's memory. They slow attackers down; limits that must hold exactly are counted in the store.

use super::connections::Prefix;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Keys kept at most. When full, those that are back at their burst are forgotten, and if none is, new keys are refused.
const KEYS: usize = 100_000;

/// Token buckets by key.
pub struct Rate<K = Prefix> {
    buckets: Mutex<HashMap<K, Bucket>>,
    burst: f64,
    per_second: f64,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Eq + Hash> Rate<K> {
    /// Allows `burst` at once and `burst` more per `period`, evenly.
    pub fn new(burst: u32, period: Duration) -> Self {
        let burst = f64::from(burst.max(1));
        Self { buckets: Mutex::default(), burst, per_second: burst / period.as_secs_f64().max(0.001) }
    }

    /// Takes one token, or says how long to wait for it.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
            if buckets.len() >= KEYS {
                return Err(Duration::from_secs(60));
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.burst, at: now });
        bucket.tokens = self.filled(bucket, now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.tokens + passed * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let rate: Rate<u8> = Rate::new(3, Duration::from_secs(3));
        let start = Instant::now();
        for _ in 0..3 {
            assert!(rate.take(1, start).is_ok());
        }
        let wait = rate.take(1, start).expect_err("the burst is spent");
        assert!(wait <= Duration::from_secs(1) && wait > Duration::from_millis(900), "{wait:?}");
        assert!(rate.take(2, start).is_ok(), "another key has its own bucket");
        assert!(rate.take(1, start + Duration::from_millis(1001)).is_ok());
    }
}
