//! Rates: claims a second, as Poisson arrivals, from the sight of a session to the sight of its binding. The numbers are printed; the
//! bars are those of a bench on a quiet machine, and here only what is lost is a fault.

use crate::program::until;
use crate::stand::{SOON, Stand};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// How long sessions arrive.
const ARRIVALS: Duration = Duration::from_secs(6);

/// Times of arrival at this rate, the same in every run.
fn arrivals(rate: f64) -> Vec<Duration> {
    let (mut state, mut at, mut all) = (0x9e37_79b9_7f4a_7c15_u64, 0.0, Vec::new());
    loop {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = ((state >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
        at -= uniform.ln() / rate;
        if at > ARRIVALS.as_secs_f64() {
            return all;
        }
        all.push(Duration::from_secs_f64(at));
    }
}

/// Gives what must not be cleared away while others are measured.
async fn rate(rate: f64) -> Stand {
    let stand = Stand::new(&format!("rate-{rate}")).await;
    let _operator = stand.operator("one");
    let times = arrivals(rate);
    // A session that comes is never without a warm pod: what is measured is the claim.
    let warm = times.len();
    stand.pool(json!({"minWarm": warm, "maxWarm": warm + 10, "maxTotal": 1000})).await;
    until("the pool is warm", 3 * SOON, || async { (stand.pool_status().await["warm"] == warm).then_some(()) }).await;
    let begun = Instant::now();
    let sessions = times.iter().enumerate().map(|(number, at)| {
        let stand = &stand;
        async move {
            tokio::time::timeout_at(begun + *at, std::future::pending::<()>()).await.expect_err("it never ends");
            stand.session(&format!("s-{number}"), json!({})).await;
        }
    });
    futures::future::join_all(sessions).await;
    until("all are bound", 2 * SOON, || async { (stand.history.waits().len() == times.len()).then_some(()) }).await;
    let waits = stand.history.waits();
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize] * 1000.0;
    println!("{rate} claims/s: {} sessions, p50 {:.0} ms, p99 {:.0} ms", waits.len(), at(0.5), at(0.99));
    stand.check().await;
    stand
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_and_twenty_five_claims_a_second() {
    let _first = rate(2.0).await;
    let _second = rate(10.0).await;
    rate(25.0).await;
}
