//! Every side way that a page has to the network, in a pod behind the gateway, where none leads anywhere, and the same page in a pod
//! without one and in a Chrome without our flags, which show that those who listen would have heard. Each way has a listener of its own,
//! names that are looked up too. By ftp nothing is tried: Chrome knows nothing of it any more.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use cobrowse_identity::authority::Authority;
use cobrowse_wire::v1;
use tempfile::TempDir;
use tokio::net::{TcpListener, UdpSocket};
use tokio::process::Command;
use tokio::sync::Notify;

use crate::gateway::{Gateway, grant};
use crate::pod::{END_USER, PATIENCE, PROGRAM, Pod, Started};
use crate::site::{Page, Site};
use crate::viewer::GREEN;
use crate::way_out::{LIFE, granted};

/// Green once every way came to its end. `@name@` is where the listener of that name is, `@name-port@` its port alone.
const PAGE: &str = include_str!("side_ways.html");
/// The ways by UDP; the others begin by TCP.
const UDP: [&str; 3] = ["stun", "turn", "transport"];

/// What no pod opens, gateway or not: it is off.
const OFF: [&str; 4] = ["ping", "preconnect", "prerendered", "speculated"];

/// Names of the page, and whose listener they are. Only root can say who answers for names.
const NAMES: [(&str, &str); 2] = [("looked-up", "looked-up.example"), (PREFETCHED, "prefetched.example")];
/// Off in every pod as well.
const PREFETCHED: &str = "dns-prefetch";

/// What leads to its listener where there is no gateway.
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

/// The browser that pods have.
const CHROMIUM: &str = "/usr/lib/chromium/chromium";
/// Says who answers for names.
const NAMES_FILE: &str = "resolv.conf";
/// The next listener for names.
static AT: AtomicU8 = AtomicU8::new(1);

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

    /// Listens for names that are looked up: a folder with the file that says where, for [`with_names`].
    async fn listen_for_names(&self) -> std::io::Result<TempDir> {
        // Any address of loopback will do, and tests that run at the same time have another one.
        let at = TempDir::new()?;
        let number = AT.fetch_add(1, Ordering::Relaxed);
        let address = Ipv4Addr::new(127, 83, std::process::id().to_le_bytes()[0], number);
        let file = at.path().join(NAMES_FILE);
        std::fs::write(&file, format!("nameserver {address}\n"))?;
        // It is read by who has no rights.
        std::fs::set_permissions(at.path(), std::fs::Permissions::from_mode(0o755))?;
        let (socket, heard) = (UdpSocket::bind((address, 53)).await?, self.clone());
        tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok(length) = socket.recv(&mut question).await {
                let asked = |name: &str| question[..length].windows(name.len()).any(|part| part == name.as_bytes());
                // Before each part of a name stands its length, in place of the dots.
                let found = NAMES.iter().find(|(_, name)| name.split('.').all(asked));
                found.iter().for_each(|(name, _)| heard.note(name));
            }
        });
        Ok(at)
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

/// Those who listen for names, where this user can have any.
async fn names(heard: &Heard) -> Option<TempDir> {
    let root = rustix::process::getuid().is_root();
    if root { Some(heard.listen_for_names().await.expect("a port for names")) } else { None }
}

/// A program that asks those for names.
fn with_names(names: Option<&TempDir>, program: &str) -> Command {
    let Some(names) = names else { return Command::new(program) };
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\""]);
    command.arg(names.path().join(NAMES_FILE)).arg(program);
    command
}

/// A Chrome with this page and none of our flags, as an ordinary user.
fn plain_chrome(names: Option<&TempDir>, profile: &Path, url: &str) -> Command {
    std::fs::set_permissions(profile, std::fs::Permissions::from_mode(0o777)).expect("open to all");
    let mut command = match names {
        Some(_) => {
            let mut command = with_names(names, "setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", CHROMIUM]);
            command
        }
        None => Command::new(CHROMIUM),
    };
    let mut folder = std::ffi::OsString::from("--user-data-dir=");
    folder.push(profile.join("profile"));
    command.args(["--headless=new", "--no-first-run", "--disable-gpu", "--no-proxy-server"]).arg(folder).arg(url);
    command.env("HOME", profile).env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
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
    let names = names(&heard).await;
    let program = with_names(names.as_ref(), PROGRAM);
    let way_out = gateway.address().to_string();
    let started = Started::spawn_by(program, Stdio::inherit(), &["--gateway", &way_out]).await;
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
    let names = names(&heard).await;
    let mut pod = Pod::of(Started::spawn_by(with_names(names.as_ref(), PROGRAM), Stdio::inherit(), &[]).await).await;
    pod.bind(&[site.host("shop")]).await;
    try_all(&mut pod, &site).await;
    heard.wait_for(&OPEN).await;
    if names.is_some() {
        heard.wait_for(&["looked-up"]).await;
    }
    let off = heard.all().into_iter().find(|name| OFF.contains(name) || *name == PREFETCHED);
    assert_eq!(off, None, "is off in every pod");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_chrome_without_our_flags_the_same_page_is_heard_of_by_every_way() {
    let (site, heard) = shop().await;
    let (names, profile) = (names(&heard).await, TempDir::new().expect("a folder"));
    let mut chrome = plain_chrome(names.as_ref(), profile.path(), &site.url("shop", "/"));
    let _chrome = chrome.spawn().expect("a Chrome");
    heard.wait_for(&OPEN).await;
    heard.wait_for(&OFF).await;
    if names.is_some() {
        heard.wait_for(&NAMES.map(|(name, _)| name)).await;
    }
}
