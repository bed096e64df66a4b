//! Many real Chromes on one node: the operator's real program, a pool of our own image on a real kubelet, and the sample shop. Sessions come
//! one at a time and all at once; each has a pod of its own, and a person who looks sees the shop in it. Afterwards nothing stays.
//!
//! `CHROMES=30` has so many at once, `CHROMES_TABLE` names the file that the figures are written to; `make soak` does both. What is not
//! there: session-api, and people who do anything.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and the logs of what failed, are what this test tells"
)]

#[path = "chromes/crowd.rs"]
mod crowd;
#[allow(dead_code, reason = "the history serves the operator's tests too, which ask more of it")]
#[path = "operator/history.rs"]
mod history;
#[allow(dead_code, reason = "the node that is not there serves the operator's tests")]
#[path = "operator/kubelet.rs"]
mod kubelet;
#[allow(dead_code, reason = "the link serves the tests of one pod too, which enroll and bind it")]
#[path = "browser_pod/link.rs"]
mod link;
#[allow(dead_code, reason = "the pod without a browser serves the operator's tests")]
#[path = "operator/pod.rs"]
mod pod;
#[allow(dead_code, reason = "the program serves the operator's tests too, which use more of it")]
#[path = "operator/program.rs"]
mod program;
#[allow(dead_code, reason = "the proxy serves the operator's tests")]
#[path = "operator/proxy.rs"]
mod proxy;
#[path = "chromes/size.rs"]
mod size;
#[allow(dead_code, reason = "the stand serves the operator's tests too, which use more of it")]
#[path = "operator/stand.rs"]
mod stand;
#[path = "chromes/table.rs"]
mod table;
#[path = "chromes/usage.rs"]
mod usage;

use crowd::Crowd;
use serde_json::json;
use size::Size;
use std::time::Instant;
use table::Figures;
use usage::{Still, available};

#[tokio::test(flavor = "multi_thread")]
async fn each_session_has_a_chrome_of_its_own_and_nothing_stays() {
    let size = Size::of_environment();
    let crowd = Crowd::gather(&size).await;
    let free = available();

    crowd.pool(0).await;
    let cold = crowd.one_at_a_time("cold", size.cold, &json!({"whenPoolEmpty": "Cold"})).await;
    crowd.all_end().await;

    let begun = Instant::now();
    let pods = crowd.pool(size.count).await;
    let warm_after = begun.elapsed();
    // A Chrome that has just started still has this and that to do.
    crowd.nobody_looks(size.idle).await;
    let warm = Still::of(&pods, free, crowd.nobody_looks(size.idle)).await.0;

    let one = crowd.one_at_a_time("one", size.count, &json!({})).await;
    crowd.all_end().await;

    crowd.pool(size.count).await;
    let all = crowd.all_at_once("all", size.count).await;
    let mut people = crowd.people_come().await;
    let pods = crowd.bound().await;
    let (watched, bytes) = Still::of(&pods, free, crowd.people_look(&mut people, size.idle)).await;
    drop(people);
    let gone_after = crowd.all_end().await;

    crowd.nothing_stays().await;
    let figures = Figures { cold, one, all, warm, watched, bytes, warm_after, gone_after };
    table::tell(&size, &figures);
}
