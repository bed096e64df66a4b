//! The whole run: rates, then as many live sessions as are asked for, and a restart among them.

use crate::fleet::Fleet;
use crate::program::until;
use crate::rates::{self, Figures};
use crate::size::Size;
use crate::stand::{SOON, Stand};
use crate::{table, usage};
use futures::stream::{self, StreamExt as _};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// The operator's memory at any number of sessions, in MiB.
const MEMORY_MAX: u64 = 150;
/// From the word to end until the next one has bound a session.
const RESTART_MAX: Duration = Duration::from_secs(10);
/// Sessions that are made at once on the way to many.
const BATCH: usize = 100;
/// Create calls at once, there.
const AT_ONCE: usize = 8;

/// What was measured with many sessions.
pub(crate) struct Live {
    pub(crate) sessions: usize,
    pub(crate) memory: u64,
    pub(crate) restart: Duration,
}

/// The pool, with so many new pods a second at most.
async fn pool(stand: &Stand<()>, size: &Size, refill: usize) {
    let most = size.sessions + 2 * size.warm + 100;
    let spec = json!({"minWarm": size.warm, "maxWarm": size.warm + 50, "maxTotal": most,
        "refill": {"ratePerSecond": refill, "maxPending": 500}});
    stand.pool(spec).await;
}

async fn warm(stand: &Stand<()>, count: usize) {
    let most = Duration::from_secs(30 + count as u64 / 5);
    let enough = || async { (stand.pool_status().await["warm"].as_u64()? >= count as u64).then_some(()) };
    until(&format!("{count} warm pods"), most, enough).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions() {
    let size = Size::of_environment();
    let bare = Stand::on("scale-bare", async |_, _, _| ((), crate::pod::Loads::default())).await;
    let mut figures = Vec::new();
    // An API server keeps the first object of a kind that was just defined waiting for two seconds.
    bare.session("first", json!({})).await;
    for rate in &size.rates {
        figures.push(rates::bare(&bare, *rate).await);
    }
    drop(bare);
    let gone = ["wait", "--for=delete", "namespace/op-scale-bare", "--timeout=120s"];
    cobrowse_e2e::kubectl(&gone, "").expect("kubectl runs");
    let nodes = size.nodes;
    let stand = Stand::on("scale", async |client, namespace, stop| {
        ((), Fleet::begin(client, namespace, nodes, stop).await.expect("nodes of kwok"))
    })
    .await;
    let operator = stand.operator("one");
    for rate in &size.rates {
        pool(&stand, &size, 100).await;
        warm(&stand, size.warm).await;
        pool(&stand, &size, 20).await;
        figures.push(rates::rate(&stand, *rate).await);
    }
    pool(&stand, &size, 100).await;
    fill(&stand, size.sessions).await;
    warm(&stand, size.warm).await;
    let memory = usage::resident(operator.id());
    let begun = Instant::now();
    operator.terminate().expect("it runs");
    let next = stand.operator("two");
    stand.session("after-the-restart", json!({})).await;
    let all = size.sessions + 1;
    until("the next operator binds", SOON, || async { (stand.history.bound() == all).then_some(()) }).await;
    let restart = begun.elapsed();
    let memory = memory.max(usage::resident(next.id()));
    stand.check().await;
    finish(&size, &figures, &Live { sessions: size.sessions, memory, restart });
}

/// Makes sessions until so many live.
async fn fill(stand: &Stand<()>, sessions: usize) {
    let mut there = stand.history.bound();
    while there < sessions {
        let more = BATCH.min(sessions - there);
        let calls = (there..there + more).map(|number| async move {
            stand.session(&format!("live-{number}"), json!({"claimDeadline": "5m"})).await;
        });
        stream::iter(calls).buffer_unordered(AT_ONCE).collect::<()>().await;
        there += more;
        until("a batch is bound", 2 * SOON, || async { (stand.history.bound() == there).then_some(()) }).await;
    }
}

fn finish(size: &Size, figures: &[Figures], live: &Live) {
    let text = table::table(size.nodes, size.warm, figures, live);
    println!("{text}");
    if let Some(path) = &size.table {
        std::fs::write(path, &text).expect("SCALE_TABLE can be written");
    }
    assert!(live.memory <= MEMORY_MAX, "the operator has {} MiB in memory", live.memory);
    assert!(live.restart <= RESTART_MAX, "a session was bound {:?} after the word to end", live.restart);
    let missed = table::missed(figures);
    assert!(!size.bars || missed.is_empty(), "{missed:?}");
}
