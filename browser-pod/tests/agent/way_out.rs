//! A pod that has a gateway: the real one, with the real Chrome. What the grant opens loads; nothing else is reached, not even what
//! listens on the same machine.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use cobrowse_identity::authority::Authority;
use cobrowse_wire::v1::{self, event};

use crate::gateway::{Gateway, grant};
use crate::pod::{END_USER, Pod, Started, reason};
use crate::site::{Page, Site};
use crate::to;
use crate::viewer::GREEN;

pub(crate) const LIFE: Duration = Duration::from_secs(240);

/// A site of the tenant that its grant does not open.
const SECURE: &str = "https://secure.localhost:9443";

/// Green once its own website answered, and nobody else by any way that a page has.
const PAGE: &str = "<!doctype html><title>Shop</title><body style='margin:0;height:100vh;background:#f00'><script>
    const asked = (url) => fetch(url, { mode: 'no-cors' }).then(() => 'reached', () => 'refused');
    const spoken = (url) => new Promise((done) => {
      const socket = new WebSocket(url); socket.onopen = () => done('reached'); socket.onerror = () => done('refused'); });
    const all = [fetch('/more').then((answer) => answer.text()), asked('https://LISTENER/'), spoken('ws://LISTENER/'),
      spoken('wss://LISTENER/'), asked('https://elsewhere.example/'), spoken('ws://elsewhere.localhost:PORT/')];
    // By plain http the answer is a page that says why not; who listens must not have heard of it.
    Promise.all([...all, asked('http://LISTENER/'), asked('http://elsewhere.localhost:PORT/')]).then((found) => {
      const wanted = 'more,refused,refused,refused,refused,refused';
      document.body.style.background = found.slice(0, 6).join() === wanted ? '#0f0' : '#00f'; });</script>";

/// A website whose page tries to reach this listener.
fn shop(listener: &TcpListener) -> Site {
    let listener = listener.local_addr().expect("an address").to_string();
    let page: &'static str = Box::leak(PAGE.replace("LISTENER", &listener).into_boxed_str());
    Site::start(&[("/", Page::Html(page)), ("/more", Page::Kind("text/plain", b"more".to_vec()))])
}

/// A pod that goes out by this gateway.
async fn behind(gateway: &Gateway) -> Pod {
    let started = Started::spawn(Stdio::inherit(), &["--gateway", &gateway.address().to_string()]).await;
    let (certificate, key) = gateway.authority.to_pem();
    Pod::certified(started, Authority::from_pem(&certificate, &key).expect("the same")).await
}

pub(crate) async fn granted(pod: &mut Pod, session: &str, grant: Vec<u8>) -> Result<(), String> {
    let request = v1::GrantRequest { session_id: session.into(), grant };
    pod.client.grant(request).await.map(drop).map_err(|status| reason(&status))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_reaches_what_its_grant_opens_and_nothing_beside_the_gateway() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let site = shop(&listener);
    let gateway = Gateway::start(&site.host("shop")).await;
    let mut pod = behind(&gateway).await;
    let signed = gateway.sign(&grant(&[&site.host("shop")], LIFE));
    assert_eq!(granted(&mut pod, "s-test", signed.clone()).await, Err("NotBound".to_owned()));
    pod.bind(&[site.host("shop"), site.host("elsewhere"), SECURE.to_owned()]).await;
    assert_eq!(granted(&mut pod, "s-other", signed.clone()).await, Err("OtherSession".to_owned()));
    assert_eq!(granted(&mut pod, "s-test", vec![0; 200_000]).await, Err("Malformed".to_owned()));
    assert_eq!(granted(&mut pod, "s-test", signed).await, Ok(()));

    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    end_user.wait_for_colour((640, 360), GREEN).await;
    assert!(end_user.command(to(&site.url("elsewhere", "/"))).await.ok, "the page that says why not is one");
    let closed = |at: String| {
        move |body: &event::Body| match body {
            event::Body::Navigation(now) if now.title == "This address is closed" && now.url == at => Some(()),
            _ => None,
        }
    };
    end_user.fact(closed(site.url("elsewhere", "/"))).await;
    // Of https the proxy can say nothing; the page is there all the same, at the address that was asked for.
    assert!(end_user.command(to(&format!("{SECURE}/account"))).await.ok, "and so is this one");
    end_user.fact(closed(format!("{SECURE}/account"))).await;
    assert!(site.asked("elsewhere").is_empty(), "{:?}", site.asked("elsewhere"));
    let nobody = listener.accept().map(drop).expect_err("nobody came");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_page_that_comes_before_its_grant_waits_for_it() {
    let site = Site::start(&[("/", Page::Html("<!doctype html><body style='margin:0;height:100vh;background:#0f0'>"))]);
    let gateway = Gateway::start(&site.host("shop")).await;
    let mut pod = behind(&gateway).await;
    pod.bind(&[site.host("shop")]).await;
    let mut client = pod.client.clone();
    let signed = gateway.sign(&grant(&[&site.host("shop")], LIFE));
    let page = site.url("shop", "/");
    let opens = pod.open(&page);
    tokio::pin!(opens);
    // Start is in the pod by then, and waits.
    assert!(tokio::time::timeout(Duration::from_millis(500), &mut opens).await.is_err(), "it waits");
    assert_eq!(site.asked("shop"), [""; 0]);
    let request = v1::GrantRequest { session_id: "s-test".into(), grant: signed };
    client.grant(request).await.expect("taken");
    opens.await.expect("a first picture");
    assert_eq!(site.asked("shop")[0], "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_website_is_refused_has_not_begun() {
    let site = Site::start(&[]);
    for refused in [site.url("elsewhere", "/"), format!("{SECURE}/account")] {
        let gateway = Gateway::start(&site.host("shop")).await;
        let mut pod = behind(&gateway).await;
        pod.bind(&[site.host("elsewhere"), SECURE.to_owned()]).await;
        let signed = gateway.sign(&grant(&[&site.host("shop")], LIFE));
        assert_eq!(granted(&mut pod, "s-test", signed).await, Ok(()));
        assert_eq!(pod.open(&refused).await, Err("LoadFailed".to_owned()), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_without_a_gateway_takes_no_grant() {
    let mut pod = Pod::start().await;
    pod.bind(&["https://shop.example".to_owned()]).await;
    assert_eq!(granted(&mut pod, "s-test", vec![1]).await, Err("NoGateway".to_owned()));
}
