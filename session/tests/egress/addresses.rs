//! Addresses in all forms, the installation's own network, and names with several addresses.

use std::net::IpAddr;

use cobrowse_session::egress::Reason::*;
use cobrowse_session::egress::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn target(text: &str) -> Target {
    Target::parse(text).expect(text)
}

#[test]
fn public_addresses_pass() {
    let public = [
        "1.0.0.1",
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "151.101.1.69",
        "161.25.255.255",
        "161.27.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "185.199.108.153",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2400:cb00::1",
        "2600:1f18::1",
        "2606:4700:4700::1111",
        "2620:fe::fe",
        "2800:3f0::1",
        "2a00:1450:4001::200e",
        "2a10::1",
        "2c0f:f248::1",
    ];
    for address in public {
        assert_eq!(forbidden(ip(address)), None, "{address}");
    }
}

#[test]
fn closed_ipv4_addresses() {
    let closed = [
        ("0.0.0.0", Unspecified),
        ("0.0.0.1", Unspecified),
        ("0.255.255.255", Unspecified),
        ("10.0.0.0", Private),
        ("10.96.0.1", Private),
        ("10.255.255.255", Private),
        ("100.64.0.0", SharedAddress),
        ("100.100.100.199", SharedAddress),
        ("100.127.255.255", SharedAddress),
        ("100.100.100.200", Metadata),
        ("127.0.0.0", Loopback),
        ("127.0.0.1", Loopback),
        ("127.1.2.3", Loopback),
        ("127.255.255.255", Loopback),
        ("161.26.0.10", Metadata),
        ("166.8.0.1", Metadata),
        ("166.11.255.255", Metadata),
        ("168.63.129.16", Metadata),
        ("169.254.0.0", LinkLocal),
        ("169.254.20.10", LinkLocal),
        ("169.254.42.42", LinkLocal),
        ("169.254.255.255", LinkLocal),
        ("169.254.169.254", Metadata),
        ("169.254.170.2", Metadata),
        ("169.254.170.23", Metadata),
        ("172.16.0.0", Private),
        ("172.17.0.1", Private),
        ("172.31.255.255", Private),
        ("192.0.0.0", Reserved),
        ("192.0.0.170", Reserved),
        ("192.0.0.192", Metadata),
        ("192.0.0.255", Reserved),
        ("192.0.2.1", Documentation),
        ("198.51.100.10", Documentation),
        ("203.0.113.255", Documentation),
        ("192.88.99.1", Translated),
        ("192.168.0.0", Private),
        ("192.168.255.255", Private),
        ("198.18.0.0", Benchmarking),
        ("198.19.255.255", Benchmarking),
        ("224.0.0.0", Multicast),
        ("224.0.0.251", Multicast),
        ("233.252.0.1", Multicast),
        ("239.255.255.255", Multicast),
        ("240.0.0.0", Reserved),
        ("255.255.255.254", Reserved),
        ("255.255.255.255", Broadcast),
    ];
    for (address, reason) in closed {
        assert_eq!(forbidden(ip(address)), Some(reason), "{address}");
    }
}

#[test]
fn closed_ipv6_addresses() {
    let closed = [
        ("::", Unspecified),
        ("::1", Loopback),
        ("100::", Reserved),
        ("100::1", Reserved),
        ("100:0:0:1::1", Reserved),
        ("200::1", Reserved),
        ("1::1", Reserved),
        ("1fff:ffff::1", Reserved),
        ("2001:1::1", Reserved),
        ("2001:2::1", Benchmarking),
        ("2001:4:112::1", Reserved),
        ("2001:10::1", Reserved),
        ("2001:20::1", Reserved),
        ("2001:1ff::1", Reserved),
        ("2001:db8::1", Documentation),
        ("2001:db8:ffff::1", Documentation),
        ("3fff::1", Documentation),
        ("3ffe::1", Reserved),
        ("3000::1", Reserved),
        ("3fff:1000::1", Reserved),
        ("4000::1", Reserved),
        ("5f00::1", Reserved),
        ("8000::1", Reserved),
        ("e000::1", Reserved),
        ("fc00::1", UniqueLocal),
        ("fd00::1", UniqueLocal),
        ("fdff:ffff::1", UniqueLocal),
        ("fd00:ec2::254", Metadata),
        ("fd20:ce::254", Metadata),
        ("fd00:c1::a9fe:a9fe", Metadata),
        ("fe80::1", LinkLocal),
        ("fe80::a9fe:a9fe", Metadata),
        ("febf:ffff::1", LinkLocal),
        ("fec0::1", Private),
        ("feff::1", Private),
        ("ff00::", Multicast),
        ("ff02::1", Multicast),
        ("ff0e::1", Multicast),
        ("fe00::1", Reserved),
    ];
    for (address, reason) in closed {
        assert_eq!(forbidden(ip(address)), Some(reason), "{address}");
    }
}

#[test]
fn addresses_that_stand_for_others_are_named_for_what_they_hide() {
    let closed = [
        // Mapped, in every way to write one.
        ("::ffff:127.0.0.1", Loopback),
        ("::ffff:7f00:1", Loopback),
        ("0:0:0:0:0:ffff:7f00:0001", Loopback),
        ("::FFFF:10.0.0.1", Private),
        ("::ffff:a9fe:a9fe", Metadata),
        ("::ffff:100.64.0.1", SharedAddress),
        ("::ffff:1.1.1.1", Translated),
        ("::ffff:0.0.0.0", Unspecified),
        ("::ffff:255.255.255.255", Broadcast),
        // Compatible.
        ("::127.0.0.1", Loopback),
        ("::a9fe:a9fe", Metadata),
        ("::10.0.0.1", Private),
        ("::8.8.8.8", Translated),
        ("::2", Unspecified),
        // SIIT.
        ("::ffff:0:127.0.0.1", Loopback),
        ("::ffff:0:8.8.8.8", Translated),
        // NAT64.
        ("64:ff9b::10.0.0.1", Private),
        ("64:ff9b::a9fe:a9fe", Metadata),
        ("64:ff9b::8.8.8.8", Translated),
        ("64:ff9b:1::10.0.0.1", Private),
        ("64:ff9b:1:a00:0:100::", Translated),
        ("64:ff9b:1:ffff::1", Translated),
        ("64:ff9b:2::1", Reserved),
        // 6to4.
        ("2002:7f00:1::", Loopback),
        ("2002:a00:1::1", Private),
        ("2002:a9fe:a9fe::1", Metadata),
        ("2002:808:808::1", Translated),
        ("2002:c0a8:101::1", Private),
        // Teredo: the client's address is turned over. The second one is of 10.0.0.1.
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", Documentation),
        ("2001::f5ff:fffe", Private),
        ("2001::f7f7:f7f7", Translated),
        // ISATAP.
        ("2606:4700::5efe:127.0.0.1", Loopback),
        ("2606:4700::200:5efe:10.0.0.1", Private),
        ("2606:4700::5efe:8.8.8.8", Translated),
        ("fe80::5efe:192.168.1.1", Private),
    ];
    for (address, reason) in closed {
        assert_eq!(forbidden(ip(address)), Some(reason), "{address}");
    }
}

#[test]
fn one_closed_address_closes_the_name() {
    let network = Network::default();
    let target = target("shop.example.com:443");
    let check = |answers: &[&str]| {
        let answers: Vec<IpAddr> = answers.iter().map(|text| ip(text)).collect();
        network
            .check(&target, &answers)
            .map(|all| all.into_iter().map(|one| one.address().to_string()).collect::<Vec<_>>())
    };
    assert_eq!(
        check(&["1.1.1.1", "2606:4700::1"]),
        Ok(vec!["1.1.1.1:443".to_owned(), "[2606:4700::1]:443".to_owned()])
    );
    assert_eq!(check(&["1.1.1.1", "10.0.0.1"]), Err((Some(ip("10.0.0.1")), Private)));
    assert_eq!(check(&["::1", "1.1.1.1"]), Err((Some(ip("::1")), Loopback)));
    assert_eq!(check(&[]), Err((None, NoAddress)));
}

#[test]
fn a_cluster_s_own_ranges_are_closed() {
    let ranges = ["185.10.0.0/16", "2a00:1::/32"].map(|text| Range::parse(text).expect(text));
    let network = Network { cluster: ranges.to_vec(), private: Vec::new() };
    let target = target("shop.example.com:443");
    for (address, reason) in [
        ("185.10.0.1", Some(Cluster)),
        ("185.11.0.1", None),
        ("2a00:1::1", Some(Cluster)),
        ("2a00:2::1", None),
        ("10.0.0.1", Some(Private)),
    ] {
        let found = network.check(&target, &[ip(address)]).err().map(|(_, reason)| reason);
        assert_eq!(found, reason, "{address}");
    }
}

#[test]
fn the_platform_s_owner_opens_one_host_at_one_port_in_one_range() {
    let private =
        ["wiki.example.com@10.1.2.0/24:443", "shop.localhost@127.0.0.0/8:8300", "bad.example.com@169.254.0.0/16:443"];
    let private = private.map(|text| PrivateTarget::parse(text).expect(text)).to_vec();
    let network = Network { cluster: vec![Range::parse("10.1.0.0/16").expect("a range")], private };
    let cases = [
        ("wiki.example.com:443", "10.1.2.7", None),
        ("wiki.example.com:443", "10.1.3.7", Some(Private)),
        ("wiki.example.com:444", "10.1.2.7", Some(Private)),
        ("a.wiki.example.com:443", "10.1.2.7", Some(Private)),
        ("wiki.example.com:443", "::ffff:10.1.2.7", Some(Private)),
        ("shop.localhost:8300", "127.0.0.1", None),
        ("shop.localhost:8301", "127.0.0.1", Some(Loopback)),
        ("bad.example.com:443", "169.254.169.254", Some(Metadata)),
        ("bad.example.com:443", "169.254.1.1", Some(LinkLocal)),
    ];
    for (name, address, reason) in cases {
        let found = network.check(&target(name), &[ip(address)]).err().map(|(_, reason)| reason);
        assert_eq!(found, reason, "{name} {address}");
    }
}

#[test]
fn ranges_and_private_targets_are_read_strictly() {
    for text in ["10.0.0.0/8", "203.0.113.7/32", "2a00:1::/32", "::1/128", "128.0.0.0/1"] {
        assert_eq!(Range::parse(text).map(|range| range.to_string()), Ok(text.to_owned()));
    }
    let wrong = [
        "",
        "/",
        "10.0.0.0",
        "10.0.0.1/8",
        "0.0.0.0/0",
        "::/0",
        "10.0.0.0/33",
        "::/129",
        "a/8",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "2a00::1/64",
        "10.0.0.0/8/8",
    ];
    for text in wrong {
        assert!(Range::parse(text).is_err(), "{text}");
    }
    for text in [
        "",
        "a@10.0.0.0/8",
        "a:443",
        "a@10.0.0.0/8:0",
        "a@10.0.0.1/8:1",
        "*.a@10.0.0.0/8:1",
        "A@10.0.0.0/8:1",
        "10.0.0.1@10.0.0.0/8:1",
    ] {
        assert!(PrivateTarget::parse(text).is_err(), "{text}");
    }
}
