//! When sessions come: at random, so many a second on average.

use std::time::Duration;

/// How long sessions come.
const WINDOW: Duration = Duration::from_secs(10);

/// Times of a Poisson process at this rate, the same in every run.
pub(crate) fn arrivals(rate: f64) -> Vec<Duration> {
    let (mut state, mut at, mut all) = (0x9e37_79b9_7f4a_7c15_u64, 0.0, Vec::new());
    loop {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = ((state >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
        at -= uniform.ln() / rate;
        if at > WINDOW.as_secs_f64() {
            return all;
        }
        all.push(Duration::from_secs_f64(at));
    }
}
