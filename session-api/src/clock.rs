//! The one place that reads the wall clock and draws randomness, for rules that do neither.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use cobrowse_session::Timestamp;
use cobrowse_session::random::{RandomBytes, RandomFailed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The moment.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The operating system's cryptographic source.
pub fn source() -> impl RandomBytes + Clone + Send {
    |out: &mut [u8]| SystemRandom::new().fill(out).map_err(|_| RandomFailed)
}

/// Bytes of that source.
pub fn random<const N: usize>() -> [u8; N] {
    cobrowse_session::random::draw(&mut source()).expect("the operating system's random source answers")
}
