//! Attacks by what is said on a connection that was opened: another name in TLS, none, two or a hidden one, no TLS at all; in plain http
//! another Host, requests behind requests, a proxy beyond the proxy, and web sockets to elsewhere.

use crate::case::{Ask, Case};
use crate::hello::{encrypted, extension, hello, message, named, named_twice, record};
use crate::outside::EVIL;

const SHOP: &str = "www.shop.example.com";
const FOREIGN: &[u8] = b"evil.example.org";

pub(crate) fn all() -> Vec<Case> {
    tls().into_iter().chain(plain()).chain(redirects()).collect()
}

fn tls() -> Vec<Case> {
    let with = |extensions: &[Vec<u8>]| record(&message(extensions));
    let shop = || named(SHOP.as_bytes());
    let (first, second) = (&hello("evil.example.org")[..60], &hello("evil.example.org")[60..]);
    let whole = message(&[named(FOREIGN)]);
    let cut = |at: usize| [record(&whole[..at]), record(&whole[at..])].concat();
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("the name of somebody else's website", hello("evil.example.org")),
        ("the name of another of the tenant's hosts", hello("shop.example.com")),
        ("a name below the host", hello("a.www.shop.example.com")),
        ("the host with a dot at its end", hello("www.shop.example.com.")),
        ("an address as the name", hello("127.0.0.1")),
        ("a name that goes on after a zero", with(&[named(b"www.shop.example.com\0.evil.example.org")])),
        ("a name with a letter that is none", with(&[named("www.shöp.example.com".as_bytes())])),
        ("no name", with(&[extension(43, &[2, 3, 4])])),
        ("no extension at all", record(&message(&[]))),
        ("two names in one list", with(&[named_twice(SHOP.as_bytes(), FOREIGN)])),
        ("the name twice, the good one first", with(&[shop(), named(FOREIGN)])),
        ("the name twice, the good one last", with(&[named(FOREIGN), shop()])),
        ("a second message inside, encrypted", with(&[shop(), encrypted()])),
        ("a foreign name in two records", cut(9)),
        ("a foreign name in pieces", [first, second].concat()),
        ("a message that is longer than it says", [record(&message(&[shop()])[..50]), b"EVIL".to_vec()].concat()),
        ("half a message", hello(SHOP)[..40].to_vec()),
        ("nothing", Vec::new()),
        ("http", format!("GET /{EVIL} HTTP/1.1\r\nHost: {SHOP}\r\n\r\n").into_bytes()),
        ("secure shell", format!("SSH-2.0-{EVIL}\r\n").into_bytes()),
        ("mail", format!("EHLO {EVIL}\r\n").into_bytes()),
        ("an old TLS first message", [&[0x80, 0x2e, 1, 3, 1], EVIL.as_bytes()].concat()),
        ("an alert first", [&[21, 3, 3, 0, 2, 1, 0], hello(SHOP).as_slice()].concat()),
        ("data first", [&[23, 3, 3, 0, 4], EVIL.as_bytes()].concat()),
    ];
    let target = format!("{SHOP}:443");
    let case = |(what, speaks): (&str, Vec<u8>)| Case {
        what: format!("TLS: {what}"),
        ask: Ask::Tunnel { target: target.clone(), speaks },
        wanted: "Ended",
    };
    rows.into_iter().map(case).collect()
}

fn plain() -> Vec<Case> {
    let get = |path: &str, host: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let good = get("/", "plain.example.com");
    let evil = get(&format!("/{EVIL}"), "evil.example.org");
    let posted = |head: &str, body: &str| format!("POST / HTTP/1.1\r\nHost: plain.example.com\r\n{head}\r\n\r\n{body}");
    let first: Vec<(&str, String, &'static str)> = vec![
        ("somebody else's Host", get("/", "evil.example.org"), "HostMismatch"),
        ("this machine as Host", get("/", "localhost"), "HostMismatch"),
        ("the Host with another port", get("/", "plain.example.com:8080"), "HostMismatch"),
        ("the Host with a dot at its end", get("/", "plain.example.com."), "HostMismatch"),
        ("the Host behind a name", get("/", "evil@plain.example.com"), "HostMismatch"),
        ("no Host", "GET / HTTP/1.1\r\n\r\n".to_owned(), "HostMismatch"),
        (
            "two Hosts",
            "GET / HTTP/1.1\r\nHost: plain.example.com\r\nHost: evil.example.org\r\n\r\n".to_owned(),
            "HostMismatch",
        ),
        ("an absolute address inside", get("http://evil.example.org/", "plain.example.com"), "HostMismatch"),
        (
            "a proxy inside",
            "CONNECT evil.example.org:443 HTTP/1.1\r\nHost: plain.example.com\r\n\r\n".to_owned(),
            "HostMismatch",
        ),
        (
            "a web socket to elsewhere",
            "GET / HTTP/1.1\r\nHost: evil.example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".to_owned(),
            "HostMismatch",
        ),
        ("HTTP before it had versions", "GET /EVIL\r\n".to_owned(), "400"),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), "Ended"),
        ("a folded Host", "GET / HTTP/1.1\r\nHost: plain.example.com\r\n evil.example.org\r\n\r\n".to_owned(), "400"),
        (
            "a Host with a blank before its colon",
            "GET / HTTP/1.1\r\nHost : plain.example.com\r\n\r\n".to_owned(),
            "400",
        ),
        ("two lengths", posted("Content-Length: 3\r\nContent-Length: 40", "abcEVIL"), "400"),
        ("a length that is none", posted("Content-Length: 3x", "abcEVIL"), "400"),
        ("a coding that nobody knows", posted("Transfer-Encoding: chunked, EVIL", "0\r\n\r\n"), "400"),
        ("TLS", "\x16\x03\x01\x00\x04EVIL".to_owned(), "400"),
    ];
    let behind: Vec<(&str, String)> = vec![
        ("behind a good one", format!("{good}{evil}")),
        ("behind a body of a known length", posted("Content-Length: 3", &format!("abc{evil}"))),
        ("behind a body in chunks", posted("Transfer-Encoding: chunked", &format!("0\r\n\r\n{evil}"))),
        ("behind ten good ones", format!("{}{evil}", good.repeat(10))),
    ];
    let case = |what: &str, speaks: String, begins_well: bool, wanted| Case {
        what: format!("plain http: {what}"),
        ask: Ask::Plain { target: "plain.example.com:80".to_owned(), speaks: speaks.into_bytes(), begins_well },
        wanted,
    };
    let mut all: Vec<Case> =
        first.into_iter().map(|(what, speaks, wanted)| case(what, speaks, false, wanted)).collect();
    all.extend(behind.into_iter().map(|(what, speaks)| case(what, speaks, true, "HostMismatch")));
    all
}

/// A website that sends the browser elsewhere: what the browser asks then is refused as if a page had asked.
fn redirects() -> Vec<Case> {
    let rows = [
        ("http://127.0.0.1/", "AddressLiteral"),
        ("http://169.254.169.254/latest/", "AddressLiteral"),
        ("http://localhost:9222/json", "LocalName"),
        ("http://evil.example.org/", "HostNotAllowed"),
        ("http://plain.example.com:8080/", "PortNotAllowed"),
    ];
    let case = |(url, wanted): (&str, &'static str)| {
        let first = format!("GET http://plain.example.com/to?{url} HTTP/1.1\r\nHost: plain.example.com\r\n\r\n");
        let then = format!("GET {url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Case { what: format!("sent on to {url}"), ask: Ask::Sent { first, then }, wanted }
    };
    rows.into_iter().map(case).collect()
}
