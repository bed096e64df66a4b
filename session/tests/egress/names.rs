//! Targets by their spelling, and policies by host, port and mode.

use cobrowse_session::egress::Reason::*;
use cobrowse_session::egress::*;
use cobrowse_session::site::HostPattern;

fn policy(mode: Mode) -> Policy {
    let patterns = |texts: &[&str]| texts.iter().map(|text| HostPattern::parse(text).expect(text)).collect();
    Policy {
        mode,
        sites: patterns(&[
            "shop.example.com",
            "*.shop.example.com",
            "shop.example.com:8443",
            "http://shop.localhost:8300",
        ]),
        listed: patterns(&["*.cdn.example.net"]),
        ports: vec![80, 443],
    }
}

fn admit(mode: Mode, target: &str) -> Result<(Protocol, Option<Reason>), Reason> {
    let network = Network {
        cluster: Vec::new(),
        private: vec![PrivateTarget::parse("shop.localhost@127.0.0.0/8:8300").expect("one")],
    };
    let target = Target::parse(target)?;
    policy(mode).admit(&target, &network).map(|admission| (admission.protocol, admission.noted))
}

#[test]
fn spellings_of_targets() {
    let good = [
        "a.b:1",
        "shop.example.com:443",
        "xn--bcher-kva.example:65535",
        "a_b.example.com:80",
        "1.example.com:443",
        "0x7f.example.com:443",
    ];
    for text in good {
        assert_eq!(Target::parse(text).map(|target| target.to_string()), Ok(text.to_owned()));
    }
    let refused = [
        ("127.0.0.1:443", AddressLiteral),
        ("127.1:443", AddressLiteral),
        ("2130706433:443", AddressLiteral),
        ("0x7f000001:443", AddressLiteral),
        ("0x7f.0.0.1:443", AddressLiteral),
        ("0177.0.0.1:443", AddressLiteral),
        ("017700000001:443", AddressLiteral),
        ("127.0.0.0x1:443", AddressLiteral),
        ("0:443", AddressLiteral),
        ("0x:443", AddressLiteral),
        ("1.1.1.1:443", AddressLiteral),
        ("169.254.169.254:80", AddressLiteral),
        ("2852039166:80", AddressLiteral),
        ("[::1]:443", AddressLiteral),
        ("[::ffff:127.0.0.1]:443", AddressLiteral),
        ("[fe80::1%25eth0]:443", AddressLiteral),
        ("[::]:80", AddressLiteral),
        ("::1:443", InvalidTarget),
        ("127.0.0.1.:443", InvalidTarget),
        ("example.com.:443", InvalidTarget),
        ("Example.com:443", InvalidTarget),
        ("example.com", InvalidTarget),
        ("example.com:", InvalidTarget),
        (":443", InvalidTarget),
        ("", InvalidTarget),
        ("example.com:0", InvalidTarget),
        ("example.com:00443", InvalidTarget),
        ("example.com:+443", InvalidTarget),
        ("example.com:65536", InvalidTarget),
        ("example.com:443:443", InvalidTarget),
        ("a@example.com:443", InvalidTarget),
        ("https://example.com:443", InvalidTarget),
        ("example.com/:443", InvalidTarget),
        ("exa mple.com:443", InvalidTarget),
        ("example.com\\:443", InvalidTarget),
        ("example。com:443", InvalidTarget),
        ("１２７.0.0.1:443", InvalidTarget),
        ("ⓛocalhost:80", InvalidTarget),
        ("%6cocalhost:80", InvalidTarget),
        ("example.com%00:443", InvalidTarget),
        ("example.com\0:443", InvalidTarget),
        ("-example.com:443", InvalidTarget),
        ("a..b:443", InvalidTarget),
        ("*.example.com:443", InvalidTarget),
    ];
    for (text, reason) in refused {
        assert_eq!(Target::parse(text), Err(reason), "{text}");
    }
}

#[test]
fn names_from_inside_are_not_even_resolved() {
    let local = [
        "localhost:80",
        "a.localhost:443",
        "shop.localhost:8301",
        "kubernetes:443",
        "kubernetes.default.svc:443",
        "kubernetes.default.svc.cluster.local:443",
        "printer.local:443",
        "metadata.google.internal:80",
        "metadata:80",
        "nas.lan:443",
        "router.home.arpa:443",
        "host.docker.internal:443",
        "intranet:443",
        "wiki.corp:443",
        "a.onion:443",
        "a.invalid:443",
        "com:443",
    ];
    for mode in [Mode::Strict, Mode::Listed, Mode::Open, Mode::ReportOnly] {
        for target in local {
            assert_eq!(admit(mode, target), Err(LocalName), "{target}");
        }
        assert_eq!(admit(mode, "shop.localhost:8300"), Ok((Protocol::Plain, None)));
    }
}

#[test]
fn modes_ports_and_protocols() {
    use Mode::{Listed, Open, ReportOnly, Strict};
    const TLS: Result<(Protocol, Option<Reason>), Reason> = Ok((Protocol::Tls, None));
    const PLAIN: Result<(Protocol, Option<Reason>), Reason> = Ok((Protocol::Plain, None));
    let cases = [
        ("shop.example.com:443", [TLS; 4]),
        ("a.b.shop.example.com:443", [TLS; 4]),
        ("shop.example.com:8443", [TLS; 4]),
        ("shop.example.com:80", [PLAIN; 4]),
        ("a.shop.example.com:80", [PLAIN; 4]),
        ("img.cdn.example.net:443", [Err(HostNotAllowed), TLS, TLS, TLS]),
        ("img.cdn.example.net:80", [Err(HostNotAllowed), PLAIN, PLAIN, PLAIN]),
        (
            "cdn.example.net:443",
            [Err(HostNotAllowed), Err(HostNotAllowed), TLS, Ok((Protocol::Tls, Some(HostNotAllowed)))],
        ),
        (
            "other.example.org:80",
            [Err(HostNotAllowed), Err(HostNotAllowed), PLAIN, Ok((Protocol::Plain, Some(HostNotAllowed)))],
        ),
        ("other.example.org:22", [Err(HostNotAllowed), Err(HostNotAllowed), Err(PortNotAllowed), Err(PortNotAllowed)]),
        (
            "other.example.org:8443",
            [Err(HostNotAllowed), Err(HostNotAllowed), Err(PortNotAllowed), Err(PortNotAllowed)],
        ),
        ("shop.example.com:22", [Err(PortNotAllowed); 4]),
        ("a.shop.example.com:8443", [Err(PortNotAllowed); 4]),
        (
            "evilshop.example.com:443",
            [Err(HostNotAllowed), Err(HostNotAllowed), TLS, Ok((Protocol::Tls, Some(HostNotAllowed)))],
        ),
        (
            "shop.example.com.evil.org:443",
            [Err(HostNotAllowed), Err(HostNotAllowed), TLS, Ok((Protocol::Tls, Some(HostNotAllowed)))],
        ),
    ];
    for (target, expected) in cases {
        for (mode, expected) in [Strict, Listed, Open, ReportOnly].into_iter().zip(expected) {
            assert_eq!(admit(mode, target), expected, "{mode:?} {target}");
        }
    }
}

#[test]
fn plain_http_is_open_only_where_port_80_is() {
    let tls_only = Policy { ports: vec![443], ..policy(Mode::Open) };
    let admit = |text: &str| tls_only.admit(&Target::parse(text).expect(text), &Network::default());
    assert_eq!(admit("shop.example.com:80").err(), Some(PortNotAllowed));
    assert_eq!(admit("other.example.org:80").err(), Some(PortNotAllowed));
    assert!(admit("shop.example.com:443").is_ok());
}

#[test]
fn words_are_camel_case_and_differ() {
    let all = [
        InvalidTarget,
        AddressLiteral,
        LocalName,
        HostNotAllowed,
        PortNotAllowed,
        NoAddress,
        Unspecified,
        Loopback,
        Private,
        SharedAddress,
        LinkLocal,
        Metadata,
        Multicast,
        Broadcast,
        Documentation,
        Benchmarking,
        Reserved,
        Translated,
        UniqueLocal,
        Cluster,
    ];
    let words: std::collections::BTreeSet<&str> = all.into_iter().map(Reason::as_str).collect();
    assert_eq!(words.len(), all.len());
    assert!(words.iter().all(
        |word| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(|c| c.is_ascii_alphabetic())
    ));
}
