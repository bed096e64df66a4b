//! What names resolve to: private, mixed, changing.

use crate::pod::refused;
use crate::website::{browse, echoes, shop};
use crate::world::{SOON, World, grant};
use cobrowse_egress_gateway::gateway::Times;
use std::time::Duration;

#[tokio::test]
async fn no_private_answer_is_dialled() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let cases: [(&[&str], &str); 24] = [
        (&["127.0.0.1"], "Loopback"),
        (&["127.8.8.8"], "Loopback"),
        (&["0.0.0.0"], "Unspecified"),
        (&["10.0.0.1"], "Private"),
        (&["172.16.0.1"], "Private"),
        (&["192.168.0.1"], "Private"),
        (&["100.64.0.1"], "SharedAddress"),
        (&["169.254.1.1"], "LinkLocal"),
        (&["169.254.169.254"], "Metadata"),
        (&["168.63.129.16"], "Metadata"),
        (&["100.100.100.200"], "Metadata"),
        (&["fd00:ec2::254"], "Metadata"),
        (&["185.10.3.4"], "Cluster"),
        (&["224.0.0.1"], "Multicast"),
        (&["255.255.255.255"], "Broadcast"),
        (&["::1"], "Loopback"),
        (&["::ffff:10.0.0.1"], "Private"),
        (&["64:ff9b::a00:1"], "Private"),
        (&["2002:7f00:1::"], "Loopback"),
        (&["fe80::1"], "LinkLocal"),
        (&["fc00::1"], "UniqueLocal"),
        // One of many is enough, wherever it stands.
        (&["93.184.216.34", "10.0.0.1"], "Private"),
        (&["10.0.0.1", "93.184.216.34"], "Private"),
        (&["93.184.216.34", "2606:4700::1", "::ffff:127.0.0.1"], "Loopback"),
    ];
    for (answer, word) in cases {
        world.internet.name("shop.example.com", &[answer]);
        let found = pod.connect("shop.example.com:443").await.map(|_| ());
        assert_eq!(found, Err(refused(403, word)), "{answer:?}");
    }
    assert!(world.internet.dialled().is_empty());
}

#[tokio::test]
async fn a_name_that_changes_is_checked_each_time_and_dialled_as_it_was_checked() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let answers: &[&[&str]] =
        &[&["93.184.216.34"], &["127.0.0.1"], &["93.184.216.34", "169.254.169.254"], &["93.184.216.34"]];
    world.internet.name("shop.example.com", answers);
    let tunnel = pod.connect("shop.example.com:443").await.expect("public at first");
    assert_eq!(pod.connect("shop.example.com:443").await.map(|_| ()), Err(refused(403, "Loopback")));
    assert_eq!(pod.connect("shop.example.com:443").await.map(|_| ()), Err(refused(403, "Metadata")));
    let mut page = browse(&website, tunnel, "shop.example.com").await.expect("the connection that is open stays");
    echoes(&mut page, b"still here").await.expect("an echo");
    assert!(pod.connect("shop.example.com:443").await.is_ok());
    assert_eq!(world.internet.asked().len(), 4, "a name is asked for once for each connection");
    assert_eq!(world.internet.dialled(), ["93.184.216.34:443"; 2]);
}

#[tokio::test]
async fn names_without_an_answer() {
    let times = Times { lookup: Duration::from_millis(100), ..Times::default() };
    let world = World::with(times, SOON).await;
    let pod = world.granted(grant()).await;
    world.internet.name("a.shop.example.com", &[&[]]);
    let many: Vec<String> = (0..65).map(|n| format!("93.184.1.{n}")).collect();
    world.internet.name("b.shop.example.com", &[&many.iter().map(String::as_str).collect::<Vec<_>>()]);
    for (target, status, word) in [
        ("shop.example.com:443", 502, "NameNotFound"),
        ("a.shop.example.com:443", 502, "NoAddress"),
        ("b.shop.example.com:443", 502, "NameNotFound"),
        ("never.example.com:443", 504, "NameTimeout"),
    ] {
        assert_eq!(pod.connect(target).await.map(|_| ()), Err(refused(status, word)), "{target}");
    }
    assert!(world.internet.dialled().is_empty());
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    world.internet.name("shop.example.com", &[&["2606:4700::1", "93.184.216.33", "93.184.216.34"], &["2606:4700::1"]]);
    let tunnel = pod.connect("shop.example.com:443").await.expect("the third");
    assert!(browse(&website, tunnel, "shop.example.com").await.is_ok());
    assert_eq!(pod.connect("shop.example.com:443").await.map(|_| ()), Err(refused(502, "NotReached")));
}

#[tokio::test]
async fn what_the_platform_s_owner_opened_is_open_and_nothing_beside_it() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let website = shop(&world, &["wiki.example.com"], "10.1.2.7:443").await;
    let tunnel = pod.connect("wiki.example.com:443").await.expect("a tunnel");
    assert!(browse(&website, tunnel, "wiki.example.com").await.is_ok());
    world.internet.name("wiki.example.com", &[&["10.1.3.7"], &["10.1.2.7", "10.1.3.7"]]);
    for _ in 0..2 {
        assert_eq!(pod.connect("wiki.example.com:443").await.map(|_| ()), Err(refused(403, "Private")));
    }
    world.internet.name("shop.example.com", &[&["10.1.2.7"]]);
    assert_eq!(pod.connect("shop.example.com:443").await.map(|_| ()), Err(refused(403, "Private")));
}
