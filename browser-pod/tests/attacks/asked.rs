//! Attacks by what is asked for: addresses in every spelling, names that are no public host's, names that only look like the tenant's,
//! ports, and absolute addresses by plain http.

use crate::case::{Ask, Case};

fn tunnel(target: &str, wanted: &'static str) -> Case {
    let name = target.rsplit_once(':').map_or(target, |(name, _)| name);
    Case { what: format!("CONNECT {target:?}"), ask: Ask::tls(target, name), wanted }
}

fn table(rows: &[(&str, &'static str)]) -> Vec<Case> {
    rows.iter().map(|(target, wanted)| tunnel(target, wanted)).collect()
}

/// This machine, its networks and its cloud, by address.
pub(crate) fn literals() -> Vec<Case> {
    table(&[
        ("127.0.0.1:443", "AddressLiteral"),
        ("127.0.0.1:80", "AddressLiteral"),
        ("127.1:443", "AddressLiteral"),
        ("2130706433:443", "AddressLiteral"),
        ("0x7f000001:443", "AddressLiteral"),
        ("0x7f.0.0.1:443", "AddressLiteral"),
        ("127.0.0.0x1:443", "AddressLiteral"),
        ("0177.0.0.01:443", "AddressLiteral"),
        ("127.0.0.1.:443", "InvalidTarget"),
        ("0:443", "AddressLiteral"),
        ("0.0.0.0:443", "AddressLiteral"),
        ("[::1]:443", "AddressLiteral"),
        ("[::]:443", "AddressLiteral"),
        ("[::ffff:127.0.0.1]:443", "AddressLiteral"),
        ("[::ffff:7f00:1]:443", "AddressLiteral"),
        ("[::127.0.0.1]:443", "AddressLiteral"),
        ("[64:ff9b::7f00:1]:443", "AddressLiteral"),
        ("[2002:7f00:1::]:443", "AddressLiteral"),
        ("[fd00:ec2::254]:80", "AddressLiteral"),
        ("[fe80::a9fe:a9fe]:80", "AddressLiteral"),
        ("169.254.169.254:80", "AddressLiteral"),
        ("0xa9fea9fe:80", "AddressLiteral"),
        ("2852039166:80", "AddressLiteral"),
        ("0251.0376.0251.0376:80", "AddressLiteral"),
        ("100.100.100.200:80", "AddressLiteral"),
        ("168.63.129.16:80", "AddressLiteral"),
        ("10.0.0.1:443", "AddressLiteral"),
        ("192.168.1.1:80", "AddressLiteral"),
        ("93.184.216.34:443", "AddressLiteral"),
        ("[2606:2800:21f::1]:443", "AddressLiteral"),
    ])
}

/// By name: of a machine, a cluster or a local network, and names that only look as if they were open.
pub(crate) fn names() -> Vec<Case> {
    table(&[
        ("localhost:443", "LocalName"),
        ("shop.localhost:8080", "LocalName"),
        ("metadata:80", "LocalName"),
        ("metadata.google.internal:80", "LocalName"),
        ("kubernetes.default.svc:443", "LocalName"),
        ("kubernetes.default.svc.cluster.local:443", "LocalName"),
        ("egress-gateway.cobrowse.internal:443", "LocalName"),
        ("instance-data.ec2.internal:80", "LocalName"),
        ("host.docker.internal:443", "LocalName"),
        ("router.lan:80", "LocalName"),
        ("nas.home.arpa:443", "LocalName"),
        ("printer.local:80", "LocalName"),
        ("hidden.onion:443", "LocalName"),
        ("evil.example.org:443", "HostNotAllowed"),
        ("shop.example.com.evil.example.org:443", "HostNotAllowed"),
        ("evilshop.example.com:443", "HostNotAllowed"),
        ("example.com:443", "HostNotAllowed"),
        ("cdn.example.net:443", "HostNotAllowed"),
        // Where browsers ask for names by https.
        ("dns.google:443", "HostNotAllowed"),
        ("cloudflare-dns.com:443", "HostNotAllowed"),
        ("chrome.cloudflare-dns.com:443", "HostNotAllowed"),
        ("SHOP.EXAMPLE.COM:443", "InvalidTarget"),
        ("shop.example.com.:443", "InvalidTarget"),
        ("shop..example.com:443", "InvalidTarget"),
        ("-shop.example.com:443", "InvalidTarget"),
        ("user@shop.example.com:443", "InvalidTarget"),
        ("shop.example.com%00.evil.example.org:443", "400"),
        ("*.shop.example.com:443", "InvalidTarget"),
    ])
}

/// At ports that nobody opened.
pub(crate) fn ports() -> Vec<Case> {
    table(&[
        ("shop.example.com:22", "PortNotAllowed"),
        ("shop.example.com:25", "PortNotAllowed"),
        ("shop.example.com:53", "PortNotAllowed"),
        ("shop.example.com:2379", "PortNotAllowed"),
        ("shop.example.com:6443", "PortNotAllowed"),
        ("shop.example.com:8080", "PortNotAllowed"),
        ("shop.example.com:10250", "PortNotAllowed"),
        ("www.shop.example.com:8443", "PortNotAllowed"),
        ("plain.example.com:8443", "PortNotAllowed"),
        ("wiki.example.com:22", "PortNotAllowed"),
        ("shop.example.com:0", "InvalidTarget"),
        ("shop.example.com:0443", "InvalidTarget"),
        ("shop.example.com:65979", "InvalidTarget"),
        ("shop.example.com:", "InvalidTarget"),
        ("shop.example.com", "InvalidTarget"),
        ("shop.example.com:443:80", "400"),
    ])
}

/// Absolute addresses, as a page's plain http comes to the proxy, and what is no address of a website.
pub(crate) fn addresses() -> Vec<Case> {
    let rows = [
        ("http://127.0.0.1/", "AddressLiteral"),
        ("http://127.0.0.1:9222/json/version", "AddressLiteral"),
        ("http://[::1]/", "AddressLiteral"),
        ("http://2130706433/", "AddressLiteral"),
        ("http://0x7f.1/", "AddressLiteral"),
        ("http://169.254.169.254/latest/meta-data/", "AddressLiteral"),
        ("http://169.254.170.2/v2/credentials", "AddressLiteral"),
        ("http://localhost/", "LocalName"),
        ("http://metadata.google.internal/computeMetadata/v1/", "LocalName"),
        ("http://evil.example.org/", "HostNotAllowed"),
        ("http://plain.example.com:8080/", "PortNotAllowed"),
        ("http://plain.example.com:22/", "PortNotAllowed"),
        ("http://name:word@plain.example.com/", "UnknownRequest"),
        ("https://shop.example.com/", "UnknownRequest"),
        ("ftp://plain.example.com/", "UnknownRequest"),
        ("/etc/passwd", "UnknownRequest"),
    ];
    let get = |(url, wanted): (&str, &'static str)| Case { what: format!("GET {url}"), ask: Ask::get(url), wanted };
    let mut all: Vec<Case> = rows.into_iter().map(get).collect();
    let whole = [
        (
            "a request for the proxy's own port",
            "OPTIONS * HTTP/1.1\r\nHost: plain.example.com\r\nConnection: close\r\n\r\n",
            "UnknownRequest",
        ),
        ("HTTP/2 to the proxy", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "Ended"),
        (
            "the gateway's own path",
            "PUT /v1/grant HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            "UnknownRequest",
        ),
        ("SOCKS to the proxy", "\x05\x01\x00\x05\x01\x00\x03\x09localhost\x00\x50", "400"),
    ];
    let proxy = |(what, bytes, wanted): (&str, &str, &'static str)| Case {
        what: what.to_owned(),
        ask: Ask::Proxy(bytes.as_bytes().to_vec()),
        wanted,
    };
    all.extend(whole.map(proxy));
    all
}
