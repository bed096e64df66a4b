//! A network of its own: the test's program runs once more inside of one, which bubblewrap makes, with addresses of all kinds on its
//! loopback device, a resolver that is ours, and the gateway's program.

use crate::gateway::{Gateway, grant as plain_grant};
use crate::names;
use crate::outside::Outside;
use crate::pod::Pod;
use cobrowse_identity::grant::Grant;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Says that this is the run inside.
const INSIDE: &str = "EGRESS_STAGE";
pub(crate) const LIFE: Duration = Duration::from_secs(300);

/// The tenant's website, its content network, and a website of somebody else.
pub(crate) const SHOP: &str = "93.184.216.34";
pub(crate) const SHOP_V6: &str = "2606:2800:21f::1";
pub(crate) const CDN: &str = "93.184.216.35";
pub(crate) const FOREIGN: &str = "93.184.216.66";
/// The one private address that the installation opens, under one name and at one port, and its neighbour.
pub(crate) const WIKI: &str = "10.1.2.7";
/// What nobody may reach: others of the machine, its networks and its cloud.
pub(crate) const CLOSED: [&str; 26] = [
    "10.0.0.1",
    "10.1.2.8",
    "10.96.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "161.26.0.10",
    "166.8.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.1.1",
    "172.16.0.1",
    "185.10.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd12:3456::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "64:ff9b::a00:1",
];

pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    pub(crate) outside: Outside,
}

impl Stage {
    /// Inside: the stage. Outside: nothing, after the run inside has gone well.
    pub(crate) async fn enter(test: &str) -> Option<Self> {
        if std::env::var_os(INSIDE).is_none() {
            let test = test.to_owned();
            tokio::task::spawn_blocking(move || run_inside(&test)).await.expect("the run inside");
            return None;
        }
        let all = [SHOP, SHOP_V6, CDN, FOREIGN, WIKI];
        all.iter().chain(&CLOSED).for_each(|address| own(address));
        names::serve().await;
        let outside = Outside::listen().await;
        let settings = ["--cluster-ranges", "185.10.0.0/16"];
        let gateway = Gateway::start_with("wiki.example.com@10.1.2.7/32:443", &settings).await;
        Some(Self { gateway, outside })
    }

    /// A pod that shows this grant.
    pub(crate) async fn pod(&self, grant: &Grant) -> Pod {
        self.pod_with(&self.gateway.sign(grant)).await
    }

    /// A pod that shows these bytes.
    pub(crate) async fn pod_with(&self, grant: &[u8]) -> Pod {
        let pod = Pod::start(&[self.gateway.address()], &self.gateway.authority).await;
        pod.grant(grant);
        pod
    }

    /// That nothing gets through means nothing where nothing can.
    pub(crate) async fn check_alive(&self, pod: &Pod) {
        let answer = crate::case::Ask::tls("www.shop.example.com:443", "www.shop.example.com").play(pod.proxy).await;
        assert_eq!(answer.word, "Through", "{answer:?}");
        self.outside.heard().await;
    }
}

/// What the tenant of all tests here opens.
pub(crate) fn grant() -> Grant {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    Grant {
        sites: texts(&[
            "https://shop.example.com",
            "https://*.shop.example.com",
            "https://shop.example.com:8443",
            "https://plain.example.com",
            "https://wiki.example.com",
        ]),
        listed: texts(&["https://*.cdn.example.net"]),
        ..plain_grant(&[], LIFE)
    }
}

fn own(address: &str) {
    let length = if address.contains(':') { "128" } else { "32" };
    let place = format!("{address}/{length}");
    let mut command = Command::new("ip");
    command.args(["address", "add", &place, "dev", "lo"]);
    if length == "128" {
        command.arg("nodad");
    }
    assert!(command.status().expect("ip").success(), "{address}");
}

fn run_inside(test: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let files = [
        (
            "/etc/resolv.conf",
            file("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\nsearch search.example\n"),
        ),
        ("/etc/nsswitch.conf", file("nsswitch.conf", "hosts: files dns\n")),
        ("/etc/hosts", file("hosts", "127.0.0.1 localhost\n::1 localhost\n169.254.169.254 metadata\n")),
    ];
    let mut command = Command::new("bwrap");
    command.args(["--unshare-net", "--unshare-user", "--uid", "0", "--gid", "0", "--die-with-parent"]);
    command.args(["--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_NET_BIND_SERVICE", "--dev-bind", "/", "/"]);
    for (place, file) in files {
        // A link points to what is seen in its place.
        let place = std::path::Path::new(place).canonicalize().unwrap_or_else(|_| place.into());
        command.arg("--ro-bind").arg(file).arg(place);
    }
    command.arg("--").arg(std::env::current_exe().expect("a program")).args(["--exact", test, "--nocapture"]);
    let status = command.env(INSIDE, "1").stdin(Stdio::null()).status().expect("bubblewrap");
    assert!(status.success(), "the run inside: {status}");
}
