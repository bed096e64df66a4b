//! The end of a replica: what is open goes on, what is new goes elsewhere.

use crate::pod::{Pod, refused};
use crate::website::{browse, echoes, rest, shop};
use crate::world::{POD, SOON, World, grant};
use cobrowse_egress_gateway::gateway::Times;
use std::time::Duration;
use tokio::time::timeout;

#[tokio::test]
async fn a_live_connection_outlives_the_signal() {
    let world = World::new().await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    let tunnel = pod.connect("shop.example.com:443").await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    echoes(&mut page, b"before").await.expect("an echo");
    world.stop.cancel();
    let refusing = async { while Pod::dial(&world, POD).await.is_ok() {} };
    timeout(SOON, refusing).await.expect("no new connections");
    // The pod goes elsewhere with what is new; what is open lives by renewals here.
    let told = pod.connect("shop.example.com:443").await.map(|_| ());
    assert_eq!(told, Err(refused(503, "Draining")));
    assert_eq!(pod.show(&world.key.sign(&grant()).expect("a grant")).await, Ok(()));
    assert!(!world.served.is_finished());
    for _ in 0..20 {
        echoes(&mut page, &[7; 10_000]).await.expect("the live one goes on");
    }
    drop(page);
    timeout(SOON, world.served).await.expect("an end when the last one has ended").expect("a task");
}

#[tokio::test]
async fn the_wait_has_an_end() {
    let world = World::with(Times::default(), Duration::from_millis(300)).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let pod = world.granted(grant()).await;
    let tunnel = pod.connect("shop.example.com:443").await.expect("a tunnel");
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    world.stop.cancel();
    timeout(SOON, world.served).await.expect("an end").expect("a task");
    rest(&mut page).await;
}

#[tokio::test]
async fn without_connections_it_ends_at_once() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    world.stop.cancel();
    timeout(SOON, world.served).await.expect("an end").expect("a task");
    assert_eq!(pod.show(b"").await, Err(refused(0, "the connection ended")));
}
