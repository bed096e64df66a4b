//! One rate: sessions come for ten seconds, and each is timed from its create call to the sight of its binding by a watch.

use crate::arrivals::arrivals;
use crate::program::until;
use crate::stand::{SOON, Stand};
use crate::usage;
use cobrowse_e2e::figures::Spread;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Programs whose processor time is told apart.
pub(crate) const PROGRAMS: [&str; 6] =
    ["operator", "kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager", "kwok"];

/// What was measured at one rate.
pub(crate) struct Figures {
    pub(crate) rate: f64,
    pub(crate) sessions: usize,
    pub(crate) create: Spread,
    /// None where no operator was at work.
    pub(crate) bound: Option<Spread>,
    /// Cores that each of [`PROGRAMS`] used.
    pub(crate) cores: [f64; 6],
    pub(crate) load: String,
}

/// One session's create call: when it began, and how long it took.
struct Call {
    name: String,
    begun: Instant,
    took: Duration,
}

/// Create calls alone, in a namespace that no operator looks at.
pub(crate) async fn bare(stand: &Stand<()>, rate: f64) -> Figures {
    let (begun, before, load) = (Instant::now(), used(), usage::load());
    let calls = create(stand, rate).await;
    let cores = cores(before, begun.elapsed());
    let create = Spread::of(calls.iter().map(|call| call.took));
    Figures { rate, sessions: calls.len(), create, bound: None, cores, load }
}

/// Sessions at a rate, and their bindings. None may be lost.
pub(crate) async fn rate(stand: &Stand<()>, rate: f64) -> Figures {
    let earlier = stand.history.bound();
    let (begun, before, load) = (Instant::now(), used(), usage::load());
    let calls = create(stand, rate).await;
    let all = earlier + calls.len();
    until("all are bound", 2 * SOON, || async { (stand.history.bound() == all).then_some(()) }).await;
    let cores = cores(before, begun.elapsed());
    let bound_at = stand.history.bound_at();
    let bound = Spread::of(calls.iter().map(|call| bound_at[&call.name] - call.begun));
    let create = Spread::of(calls.iter().map(|call| call.took));
    Figures { rate, sessions: calls.len(), create, bound: Some(bound), cores, load }
}

async fn create(stand: &Stand<()>, rate: f64) -> Vec<Call> {
    let begun = Instant::now();
    let calls = arrivals(rate).into_iter().enumerate().map(|(number, at)| async move {
        timeout_at(begun + at, std::future::pending::<()>()).await.expect_err("it never ends");
        let (name, begun) = (format!("rate-{rate}-{number}"), Instant::now());
        stand.session(&name, json!({})).await;
        Call { name, begun, took: begun.elapsed() }
    });
    futures::future::join_all(calls).await
}

fn used() -> [Duration; 6] {
    PROGRAMS.map(usage::processor)
}

fn cores(before: [Duration; 6], during: Duration) -> [f64; 6] {
    let after = used();
    std::array::from_fn(|at| (after[at].saturating_sub(before[at])).as_secs_f64() / during.as_secs_f64())
}
