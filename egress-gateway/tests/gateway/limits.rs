//! What a session may use.

use crate::pod::{Pod, refused};
use crate::website::{browse, echoes, rest, shop};
use crate::world::{POD, SOON, World, grant};
use cobrowse_egress_gateway::gateway::Times;
use cobrowse_egress_gateway::metered::BACK;
use cobrowse_identity::grant::{Grant, GrantLimits};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

const TARGET: &str = "shop.example.com:443";

fn limited(change: impl FnOnce(&mut GrantLimits)) -> Grant {
    let mut grant = grant();
    change(&mut grant.limits);
    grant
}

#[tokio::test]
async fn connections_at_once_over_all_of_a_pod_s_links() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let grant = limited(|limits| limits.connections = 2);
    let (one, other) = (world.granted(grant.clone()).await, world.granted(grant).await);
    let first = one.connect(TARGET).await.expect("the first");
    let second = other.connect(TARGET).await.expect("the second");
    for pod in [&one, &other] {
        assert_eq!(pod.connect(TARGET).await.map(|_| ()), Err(refused(429, "TooManyConnections")));
    }
    drop(second);
    let again = async {
        loop {
            if let Ok(tunnel) = one.connect(TARGET).await {
                break tunnel;
            }
        }
    };
    let again = timeout(SOON, again).await.expect("room again");
    for tunnel in [first, again] {
        assert!(browse(&website, tunnel, "shop.example.com").await.is_ok());
    }
    assert_eq!(world.gateway.sessions.len(), 1);
}

#[tokio::test]
async fn what_was_refused_or_failed_takes_no_connection() {
    let world = World::new().await;
    let _website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(limited(|limits| limits.connections = 1)).await;
    for _ in 0..5 {
        assert!(pod.connect("other.example.org:443").await.is_err());
        assert!(pod.connect("nobody.shop.example.com:443").await.is_err());
    }
    assert!(pod.connect(TARGET).await.is_ok());
}

#[tokio::test]
async fn bytes_in_all() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(limited(|limits| limits.bytes = 300_000)).await;
    let tunnel = pod.connect(TARGET).await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    echoes(&mut page, &vec![1; 100_000]).await.expect("within");
    assert!(echoes(&mut page, &vec![1; 100_000]).await.is_err());
    assert_eq!(pod.connect(TARGET).await.map(|_| ()), Err(refused(429, "TooManyBytes")));
    assert!(world.metrics().contains("reason=\"TooManyBytes\"} 1"), "{}", world.metrics());
    // Neither does another connection of the pod help.
    let other = world.granted(limited(|limits| limits.bytes = 300_000)).await;
    assert_eq!(other.connect(TARGET).await.map(|_| ()), Err(refused(429, "TooManyBytes")));
}

#[tokio::test]
async fn bytes_per_second_over_all_connections() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(limited(|limits| limits.bytes_per_second = 200_000)).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let tunnel = pod.connect(TARGET).await.expect("a tunnel");
        pages.push(browse(&website, tunnel, "shop.example.com").await.expect("a page"));
    }
    let began = Instant::now();
    // Out and back by both: 380,000 bytes, of which a second's worth may go at once, and what each reads last, which is not waited for.
    let content = vec![1; 95_000 + BACK / 2];
    let echoed = pages.iter_mut().map(|page| echoes(page, &content));
    for done in futures::future::join_all(echoed).await {
        done.expect("an echo");
    }
    assert!(began.elapsed() >= Duration::from_millis(900), "{:?}", began.elapsed());
}

#[tokio::test]
async fn time() {
    let times = Times { idle: Duration::from_millis(300), ..Times::default() };
    let world = World::with(times, SOON).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    let tunnel = pod.connect(TARGET).await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    rest(&mut page).await;
    assert!(world.metrics().contains("reason=\"Idle\"} 1"), "{}", world.metrics());

    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(limited(|limits| limits.connection_seconds = 1)).await;
    let tunnel = pod.connect(TARGET).await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    while echoes(&mut page, b"busy").await.is_ok() {}
    assert!(world.metrics().contains("reason=\"TooLong\"} 1"), "{}", world.metrics());
}

#[tokio::test]
async fn links_of_one_pod() {
    let world = World::new().await;
    let mut links = Vec::new();
    for _ in 0..8 {
        links.push(world.granted(grant()).await);
    }
    let ninth = Pod::dial(&world, POD).await;
    let served = match ninth {
        Ok(pod) => pod.show(b"").await != Err(refused(0, "the connection ended")),
        Err(_) => false,
    };
    assert!(!served, "a ninth");
    let other = Pod::dial(&world, "00000000-0000-0000-0000-000000000007").await.expect("a connection");
    assert_eq!(other.show(b"").await, Err(refused(407, "GrantCut")), "another pod has its own");
}

#[tokio::test]
async fn a_website_that_closes_closes_the_tunnel_and_half_an_end_is_no_end() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    let tunnel = pod.connect(TARGET).await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    page.write_all(b"the last words").await.expect("written");
    page.shutdown().await.expect("half an end");
    assert_eq!(rest(&mut page).await, b"the last words");
}
