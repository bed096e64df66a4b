//! What may be asked for, by name and port, and what passes.

use crate::pod::refused;
use crate::website::{browse, echoes, shop};
use crate::world::{SOON, World, grant};
use cobrowse_identity::grant::{Grant, GrantMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

#[tokio::test]
async fn sites_and_listed_hosts_pass() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let hosts = ["shop.example.com", "a.b.shop.example.com", "img.cdn.example.net"];
    let website = shop(&world, &hosts, "93.184.216.34:443").await;
    world.internet.put("93.184.216.34:8443", website.address);
    for (target, host) in hosts
        .map(|host| (format!("{host}:443"), host))
        .into_iter()
        .chain([("shop.example.com:8443".to_owned(), hosts[0])])
    {
        let tunnel = pod.connect(&target).await.expect(&target);
        let mut page = browse(&website, tunnel, host).await.expect(host);
        echoes(&mut page, b"GET / HTTP/1.1\r\n\r\n").await.expect(host);
    }
    assert_eq!(website.heard(), 4);
    assert!(world.metrics().contains("decision=\"Allowed\",reason=\"Allowed\"} 4"));
}

#[tokio::test]
async fn much_passes_unchanged_both_ways() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    let tunnel = pod.connect("shop.example.com:443").await.expect("a tunnel");
    let page = browse(&website, tunnel, "shop.example.com").await.expect("a page");
    let sent: Vec<u8> = (0..4_000_000_u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    let (mut from, mut to) = tokio::io::split(page);
    let (copy, mut back) = (sent.clone(), vec![0; sent.len()]);
    let writer = tokio::spawn(async move {
        to.write_all(&copy).await?;
        to.flush().await
    });
    timeout(SOON, from.read_exact(&mut back)).await.expect("all in time").expect("all");
    writer.await.expect("a task").expect("all");
    assert!(back == sent);
}

#[tokio::test]
async fn all_else_is_refused_before_a_name_is_asked_for() {
    let world = World::new().await;
    let pod = world.granted(grant()).await;
    let cases = [
        ("other.example.org:443", 403, "HostNotAllowed"),
        ("evilshop.example.com:443", 403, "HostNotAllowed"),
        ("shop.example.com.evil.org:443", 403, "HostNotAllowed"),
        ("cdn.example.net:443", 403, "HostNotAllowed"),
        ("shop.example.com:22", 403, "PortNotAllowed"),
        ("shop.example.com:25", 403, "PortNotAllowed"),
        ("a.shop.example.com:8443", 403, "PortNotAllowed"),
        ("127.0.0.1:443", 403, "AddressLiteral"),
        ("127.1:443", 403, "AddressLiteral"),
        ("2130706433:443", 403, "AddressLiteral"),
        ("0x7f.1:443", 403, "AddressLiteral"),
        ("0177.0.0.1:443", 403, "AddressLiteral"),
        ("1.1.1.1:443", 403, "AddressLiteral"),
        ("169.254.169.254:80", 403, "AddressLiteral"),
        ("[::1]:443", 403, "AddressLiteral"),
        ("[::ffff:169.254.169.254]:80", 403, "AddressLiteral"),
        ("localhost:443", 403, "LocalName"),
        ("a.localhost:80", 403, "LocalName"),
        ("kubernetes.default.svc:443", 403, "LocalName"),
        ("kubernetes.default.svc.cluster.local:443", 403, "LocalName"),
        ("metadata.google.internal:80", 403, "LocalName"),
        ("shop.example.com.:443", 400, "InvalidTarget"),
        ("Shop.example.com:443", 400, "InvalidTarget"),
        ("user@shop.example.com:443", 400, "InvalidTarget"),
        ("shop.example.com:0", 400, "InvalidTarget"),
    ];
    for (target, status, word) in cases {
        assert_eq!(pod.connect(target).await.map(|_| ()), Err(refused(status, word)), "{target}");
    }
    assert!(world.internet.asked().is_empty() && world.internet.dialled().is_empty());
}

#[tokio::test]
async fn modes_open_more_or_less() {
    let hosts = ["shop.example.com", "img.cdn.example.net", "other.example.org"];
    let not = || Err(refused(403, "HostNotAllowed"));
    let expected = [
        (GrantMode::Strict, [Ok(()), not(), not()]),
        (GrantMode::Listed, [Ok(()), Ok(()), not()]),
        (GrantMode::Open, [Ok(()), Ok(()), Ok(())]),
        (GrantMode::ReportOnly, [Ok(()), Ok(()), Ok(())]),
    ];
    let world = World::new().await;
    let _website = shop(&world, &hosts, "93.184.216.34:443").await;
    world.internet.name("inside.example.org", &[&["10.0.0.1"]]);
    for (mode, results) in expected {
        let pod = world.granted(Grant { mode, ..grant() }).await;
        for (host, result) in hosts.iter().zip(results) {
            assert_eq!(pod.connect(&format!("{host}:443")).await.map(|_| ()), result, "{mode:?} {host}");
        }
        let word = if matches!(mode, GrantMode::Open | GrantMode::ReportOnly) { "Private" } else { "HostNotAllowed" };
        assert_eq!(pod.connect("inside.example.org:443").await.map(|_| ()), Err(refused(403, word)), "{mode:?}");
    }
    assert!(world.metrics().contains("decision=\"Noted\",reason=\"HostNotAllowed\"} 1"));
}

#[tokio::test]
async fn source_addresses_are_the_tenant_s() {
    let world = World::new().await;
    let _website = shop(&world, &["shop.example.com"], "93.184.216.34:443").await;
    world.internet.name("shop.example.com", &[&["2606:4700::1", "93.184.216.34"]]);
    let pod = world.granted(Grant { address_class: Some("europe".to_owned()), ..grant() }).await;
    assert!(pod.connect("shop.example.com:443").await.is_ok());
    assert_eq!(world.internet.dialled(), ["93.184.216.34:443"], "no source of the other family");
    assert_eq!(world.internet.sources(), [Some("192.0.2.7".parse().expect("an address"))]);
    let pod = world.granted(Grant { address_class: Some("asia".to_owned()), ..grant() }).await;
    let answer = pod.connect("shop.example.com:443").await.map(|_| ());
    assert_eq!(answer, Err(refused(403, "AddressClassUnknown")));
}
