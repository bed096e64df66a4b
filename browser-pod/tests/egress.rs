//! The pod's proxy against the real gateway: its program as a process, real certificates and grants, websites on loopback that the
//! gateway's own settings open.

#[path = "egress/gateway.rs"]
mod gateway;
#[path = "egress/page.rs"]
mod page;
#[path = "egress/pod.rs"]
mod pod;
#[allow(dead_code, reason = "the website serves other tests too, which use more of it")]
#[path = "chrome/site.rs"]
mod site;

use gateway::{Gateway, grant};
use page::{REFUSED_HOST, ask, connect, get};
use pod::Pod;
use site::{Page, Site};
use std::time::{Duration, SystemTime};

const LIFE: Duration = Duration::from_secs(120);

fn shop() -> Site {
    Site::start(&[("/", Page::Html("<title>Shop</title>shop")), ("/more", Page::Html("more"))])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_website_is_reached_both_ways() {
    let site = shop();
    let gateway = Gateway::start(&site.host("shop")).await;
    let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE)));
    let plain = get(pod.proxy, &site.url("shop", "/?q=1")).await;
    assert!(plain.status == 200 && plain.body.contains("Shop"), "{plain:?}");
    assert_eq!(plain.reason, None);
    let mut tunnel = connect(pod.proxy, &site.host("shop")).await.expect("a tunnel");
    let inner = ask(&mut tunnel, &format!("GET /more HTTP/1.1\r\nHost: {}\r\n\r\n", site.host("shop"))).await;
    assert!(inner.status == 200 && inner.body.contains("more"), "{inner:?}");
    assert_eq!(site.asked("shop"), ["/?q=1", "/more"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_refuses_becomes_a_page_with_the_reason() {
    let site = shop();
    let gateway = Gateway::start(&site.host("shop")).await;
    let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
    let early = get(pod.proxy, &site.url("shop", "/")).await;
    assert_eq!((early.status, early.reason.as_deref()), (503, Some("GrantMissing")), "{early:?}");

    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE)));
    for (url, status, reason, words) in [
        (format!("http://{REFUSED_HOST}/secret-path?q"), 403, "HostNotAllowed", "not open in this session"),
        ("http://127.0.0.1:9/".to_owned(), 403, "AddressLiteral", "This address is closed"),
        ("http://[::1]/".to_owned(), 403, "AddressLiteral", "This address is closed"),
        ("http://metadata.internal/".to_owned(), 403, "LocalName", "This address is closed"),
        ("https://shop.example/".to_owned(), 400, "UnknownRequest", "cannot be opened"),
        ("ftp://shop.example/".to_owned(), 400, "UnknownRequest", "cannot be opened"),
    ] {
        let page = get(pod.proxy, &url).await;
        assert_eq!((page.status, page.reason.as_deref()), (status, Some(reason)), "{url}: {page:?}");
        assert!(page.body.contains(words) && page.body.contains(reason), "{url}: {page:?}");
        assert!(!page.body.contains("<script") && !page.body.contains("secret-path"), "{url}: {page:?}");
    }
    let refused = connect(pod.proxy, &format!("{REFUSED_HOST}:443")).await.expect_err("refused");
    assert_eq!((refused.status, refused.reason.as_deref()), (403, Some("HostNotAllowed")), "{refused:?}");
    assert!(site.asked("shop").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_was_away_is_used_again_without_a_new_grant() {
    let site = shop();
    let mut gateway = Gateway::start(&site.host("shop")).await;
    let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE)));
    assert_eq!(get(pod.proxy, &site.url("shop", "/")).await.status, 200);
    gateway.kill().await;
    let away = get(pod.proxy, &site.url("shop", "/")).await;
    assert_eq!((away.status, away.reason.as_deref()), (502, Some("GatewayAway")), "{away:?}");
    assert!(away.body.contains("interrupted"), "{away:?}");
    gateway.start_again().await;
    let back = get(pod.proxy, &site.url("shop", "/")).await;
    assert_eq!(back.status, 200, "{back:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_replica_takes_over_while_the_first_drains_what_is_open() {
    let site = shop();
    let first = Gateway::start(&site.host("shop")).await;
    let second = first.replica(&site.host("shop")).await;
    let pod = Pod::start(&[first.address(), second.address()], &first.authority).await;
    pod.grant(&first.sign(&grant(&[&site.host("shop")], LIFE)));
    let mut open = connect(pod.proxy, &site.host("shop")).await.expect("a tunnel");
    first.terminate();
    first.until_it_drains().await;
    // Meets the first replica's word Draining, and goes on to the second.
    assert_eq!(get(pod.proxy, &site.url("shop", "/")).await.status, 200);
    let inner = ask(&mut open, &format!("GET /more HTTP/1.1\r\nHost: {}\r\n\r\n", site.host("shop"))).await;
    assert_eq!(inner.status, 200, "{inner:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_opens_until_it_expires_and_again_when_it_was_renewed() {
    let site = shop();
    let gateway = Gateway::start(&site.host("shop")).await;
    let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], Duration::from_secs(3))));
    let url = site.url("shop", "/");
    assert_eq!(get(pod.proxy, &url).await.status, 200);
    let expired = page::until(pod.proxy, &url, 503).await;
    assert_eq!(expired.reason.as_deref(), Some("GrantExpired"), "{expired:?}");
    assert!(expired.body.contains("may not open websites at the moment"), "{expired:?}");

    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE)));
    page::until(pod.proxy, &url, 200).await;
    // In time: no request meets a gap.
    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE * 2)));
    assert_eq!(get(pod.proxy, &url).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_that_are_over_of_another_pod_or_forged_open_nothing() {
    let site = shop();
    let gateway = Gateway::start(&site.host("shop")).await;
    let mut over = grant(&[&site.host("shop")], LIFE);
    over.issued_at = SystemTime::now() - Duration::from_secs(240);
    over.expires_at = SystemTime::now() - Duration::from_secs(1);
    let mut foreign = grant(&[&site.host("shop")], LIFE);
    foreign.pod = cobrowse_identity::name::PodUid::parse("pod-2").expect("a uid");
    let forged = cobrowse_identity::grant::GrantKey::generate().expect("a key");
    let forged = forged.sign(&grant(&[&site.host("shop")], LIFE)).expect("signed");
    for grant in [gateway.sign(&over), gateway.sign(&foreign), forged, b"no grant".to_vec()] {
        let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
        pod.grant(&grant);
        let page = get(pod.proxy, &site.url("shop", "/")).await;
        assert_eq!((page.status, page.reason.as_deref()), (503, Some("GrantMissing")), "{page:?}");
    }
    assert!(site.asked("shop").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_website_that_answers_and_closes_at_once_is_heard() {
    let site = shop();
    let gateway = Gateway::start(&site.host("shop")).await;
    let pod = Pod::start(&[gateway.address()], &gateway.authority).await;
    pod.grant(&gateway.sign(&grant(&[&site.host("shop")], LIFE)));
    for _ in 0..2_000 {
        let answer = get(pod.proxy, &site.url("shop", "/")).await;
        assert!(answer.status == 200 && answer.body.contains("Shop"), "{answer:?}");
    }
}
