//! Where a pod listens, and what it speaks there, before it is enrolled and after: one port, by the crypto policy, and besides it
//! Chrome's proxy on loopback where the pod has a gateway.

use crate::pod::{Pod, Started};
use crate::scan;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Stdio;

/// All that these processes listen at. Only root may look into those of other users.
fn listening(processes: &[u32]) -> Option<BTreeSet<SocketAddr>> {
    let root = rustix::process::getuid().is_root();
    root.then(|| processes.iter().flat_map(|pid| scan::listening(*pid)).collect())
}

async fn scanned(address: SocketAddr) {
    let looked = tokio::task::spawn_blocking(move || (scan::scan(address), scan::in_clear(address, "/")));
    let (found, clear) = looked.await.expect("scanned");
    assert_eq!(found, scan::inside());
    assert!(!clear.contains("HTTP"), "{clear}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_listens_at_one_port_by_the_policy_before_and_after_its_enrollment() {
    let mut started = Started::spawn(Stdio::piped(), &[]).await;
    started.until_chrome_is_taken_over().await;
    let address: SocketAddr = started.address().parse().expect("an address");
    scanned(address).await;
    let only = |found: Option<BTreeSet<SocketAddr>>| assert!(found.is_none_or(|found| found == [address].into()));
    only(listening(&started.processes()));
    let pod = Pod::of(started).await;
    scanned(address).await;
    only(listening(&pod.processes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_with_a_gateway_has_a_proxy_on_loopback_besides() {
    let mut started = Started::spawn(Stdio::piped(), &["--gateway", "192.0.2.1:8710"]).await;
    started.until_chrome_is_taken_over().await;
    let address: SocketAddr = started.address().parse().expect("an address");
    let Some(mut found) = listening(&started.processes()) else { return };
    assert!(found.remove(&address), "{found:?}");
    assert!(found.len() == 1 && found.iter().all(|other| other.ip().is_loopback()), "{found:?}");
}
