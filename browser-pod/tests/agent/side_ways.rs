//! Every side way that a page has to the network, in a pod behind the gateway, where none leads anywhere, and the same page in a pod
//! without one, which shows that those who listen would have heard. Each way has a listener of its own.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use cobrowse_identity::authority::Authority;
use cobrowse_wire::v1;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::Notify;

use crate::gateway::{Gateway, grant};
use crate::pod::{END_USER, PATIENCE, Pod, Started};
use crate::site::{Page, Site};
use crate::viewer::GREEN;
use crate::way_out::{LIFE, granted};

/// Green once every way came to its end. `@name@` is where the listener of that name is, `@name-port@` its port alone.
const PAGE: &str = include_str!("side_ways.html");
/// The ways by UDP; the others begin by TCP.
const UDP: [&str; 3] = ["stun", "turn", "transport"];

/// What leads to its listener where there is no gateway. The rest no pod opens: preconnect, speculation and pings are off, and of ftp
/// Chrome knows nothing any more.
const OPEN: [&str; 32] = [
    "any-port",
    "beacon",
    "embed",
    "events",
    "fetch",
    "font",
    "form",
    "frame",
    "icon",
    "image",
    "ipv6-port",
    "keepalive",
    "manifest",
    "module",
    "modulepreload",
    "name-port",
    "object",
    "plain",
    "prefetch",
    "preload",
    "script",
    "secure-socket",
    "shared-worker",
    "socket",
    "stun",
    "stylesheet",
    "transport",
    "turn",
    "turn-tcp",
    "turn-tls",
    "video",
    "worker",
];

/// Who listens, and who of them heard something.
#[derive(Clone, Default)]
struct Heard {
    names: Arc<Mutex<BTreeSet<&'static str>>>,
    news: Arc<Notify>,
}

impl Heard {
    fn note(&self, name: &'static str) {
        self.names.lock().expect("no panic while held").insert(name);
        self.news.notify_waiters();
    }

    fn all(&self) -> BTreeSet<&'static str> {
        self.names.lock().expect("no panic while held").clone()
    }

    /// Waits until all of these heard something.
    async fn wait_for(&self, wanted: &[&'static str]) {
        let missing = || wanted.iter().filter(|name| !self.all().contains(*name)).collect::<Vec<_>>();
        let heard = async {
            loop {
                let news = self.news.notified();
                if missing().is_empty() {
                    return;
                }
                news.await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, heard).await;
        assert!(in_time.is_ok(), "not heard of: {:?}, but of {:?}", missing(), self.all());
    }

    /// A listener of this name.
    async fn listen(&self, name: &'static str) -> std::io::Result<SocketAddr> {
        let at = if name == "ipv6-port" { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
        let (at, heard) = (SocketAddr::new(at, 0), self.clone());
        if UDP.contains(&name) {
            let socket = UdpSocket::bind(at).await?;
            let at = socket.local_addr();
            tokio::spawn(async move {
                while socket.recv(&mut [0; 64]).await.is_ok() {
                    heard.note(name);
                }
            });
            return at;
        }
        let listener = TcpListener::bind(at).await?;
        let at = listener.local_addr();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                heard.note(name);
            }
        });
        at
    }
}

/// The website with the page, and those who listen.
async fn shop() -> (Site, Heard) {
    let heard = Heard::default();
    let mut page = String::new();
    for (at, part) in PAGE.split('@').enumerate() {
        // Every other part is a name.
        if at % 2 == 0 {
            page.push_str(part);
            continue;
        }
        let listens = heard.listen(part).await.expect("a port");
        let text = if part.ends_with("-port") { listens.port().to_string() } else { listens.to_string() };
        page.push_str(&text);
    }
    let worker = Page::Kind("text/javascript", b"onfetch = () => {}".to_vec());
    let done = Page::Kind("text/plain", b"done".to_vec());
    let pages = [("/", Page::Html(Box::leak(page.into_boxed_str()))), ("/worker.js", worker), ("/tried", done)];
    (Site::start(&pages), heard)
}

/// Loads the page, and waits until it came to its end.
async fn try_all(pod: &mut Pod, site: &Site) {
    let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
    pod.open(&site.url("shop", "/")).await.expect("a first picture");
    end_user.wait_for_colour((640, 360), GREEN).await;
    assert!(site.asked("shop").contains(&"/tried".to_owned()), "{:?}", site.asked("shop"));
    assert!(!site.asked("shop").contains(&"/worker.js".to_owned()), "a service worker");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_side_way_of_a_page_leads_past_the_gateway() {
    let (site, heard) = shop().await;
    let gateway = Gateway::start(&site.host("shop")).await;
    let started = Started::spawn(Stdio::inherit(), &["--gateway", &gateway.address().to_string()]).await;
    let (certificate, key) = gateway.authority.to_pem();
    let mut pod = Pod::certified(started, Authority::from_pem(&certificate, &key).expect("the same")).await;
    pod.bind(&[site.host("shop")]).await;
    let signed = gateway.sign(&grant(&[&site.host("shop")], LIFE));
    assert_eq!(granted(&mut pod, "s-test", signed).await, Ok(()));
    try_all(&mut pod, &site).await;
    assert_eq!(heard.all(), BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_the_same_page_is_heard_of() {
    let (site, heard) = shop().await;
    let mut pod = Pod::start().await;
    pod.bind(&[site.host("shop")]).await;
    try_all(&mut pod, &site).await;
    heard.wait_for(&OPEN).await;
}
