//! Policies by their letter: which addresses they open, and for whom.

use super::*;
use std::net::IpAddr;

fn range(text: &str) -> Range {
    Range::parse(text).expect("a range")
}

fn installation(gateways: Option<Vec<std::net::SocketAddr>>) -> Installation {
    Installation {
        namespace: "cobrowse".to_owned(),
        system: "cobrowse-system".to_owned(),
        pod_port: 8700,
        authority: "0badc0de".to_owned(),
        host_users: false,
        seccomp_profile: crate::names::CHROME_PROFILE.to_owned(),
        public_origin: None,
        public: public(&[]),
        gateways,
        browser_policy: None,
        forbidden: Vec::new(),
    }
}

/// Whether a block lets an address through, by the letter of the policy.
fn is_open(blocks: &[IPBlock], address: &str) -> bool {
    let address: IpAddr = address.parse().expect("an address");
    let within = |text: &str| match text {
        ALL_V4 => address.is_ipv4(),
        text => range(text).contains(address),
    };
    blocks.iter().any(|block| within(&block.cidr) && !block.except.iter().flatten().any(|range| within(range)))
}

#[test]
fn only_public_addresses_are_open() {
    let blocks = public(&[range("203.0.113.0/24"), range("2a00:1::/32")]);
    for open in ["198.51.100.10", "1.1.1.1", "168.63.129.17", "2606:4700::1111", "172.32.0.1", "100.128.0.1"] {
        assert!(is_open(&blocks, open), "{open}");
    }
    let closed = [
        "10.96.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "172.18.0.2",
        "192.168.1.1",
        "203.0.113.10",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "161.26.0.10",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001::a00:1",
        "2a00:1::1",
        "ff02::1",
    ];
    for closed in closed {
        assert!(!is_open(&blocks, closed), "{closed}");
    }
}

#[test]
fn exceptions_are_strictly_within_their_range_and_each_is_told_once() {
    for block in public(&[range("203.0.113.0/24"), range("203.0.113.0/25"), range("10.1.0.0/16")]) {
        let except = block.except.expect("exceptions");
        for text in &except {
            assert_eq!(text.contains(':'), block.cidr.contains(':'), "{text}");
            assert_ne!(*text, block.cidr);
            let covered = except.iter().any(|other| other != text && range(other).covers(&range(text)));
            assert!(!covered, "{text} is in another one");
        }
    }
    let none = public(&[range("2000::/3")]);
    assert_eq!(none.len(), 1, "nothing of IPv6 is left, and a block without anything is refused");
}

#[test]
fn the_chart_closes_the_same_addresses_to_the_gateway() {
    let file = include_str!("../../../../../charts/cobrowse/files/closed-addresses.txt");
    let listed: Vec<Range> = file.lines().filter(|line| !line.starts_with('#')).map(range).collect();
    let wanted: Vec<Range> =
        closed().map(|(range, _)| range).filter(|range| range.is_ipv4() || public_v6().covers(range)).collect();
    assert_eq!(listed, wanted, "write these: {}", wanted.iter().map(|range| format!("{range}\n")).collect::<String>());
}

#[test]
fn without_a_gateway_nothing_else_comes_in_or_goes_out() {
    let spec = policy("shop", &installation(None)).spec.expect("a spec");
    assert_eq!(spec.policy_types, Some(vec!["Ingress".to_owned(), "Egress".to_owned()]));
    let inward = spec.ingress.expect("rules");
    let [NetworkPolicyIngressRule { from: Some(from), ports: Some(ports) }] = inward.as_slice() else {
        panic!("one way in: {inward:?}")
    };
    assert!(from.iter().all(|peer| peer.pod_selector.is_some() && peer.namespace_selector.is_some()));
    assert_eq!(ports.len(), 1);
    assert!(spec.egress.expect("rules").iter().all(|rule| rule.to.as_ref().is_some_and(|to| !to.is_empty())));
}

#[test]
fn with_a_gateway_it_is_the_only_way_out() {
    let spec = policy("shop", &installation(Some(vec![]))).spec.expect("a spec");
    let outward = spec.egress.expect("rules");
    let [NetworkPolicyEgressRule { to: Some(to), ports: Some(ports) }] = outward.as_slice() else {
        panic!("one way out: {outward:?}")
    };
    assert_eq!(*ports, [port(8710, "TCP")]);
    assert_eq!(*to, [programs(&installation(None), &["egress-gateway"])]);
    assert!(to.iter().all(|peer| peer.ip_block.is_none()));
}

#[test]
fn pods_from_before_keep_their_way_until_the_last_is_gone_and_no_other_pod_has_it() {
    let name = |change: &Change| match change {
        Change::Apply(policy) => policy.metadata.name.clone().unwrap_or_default(),
        Change::Delete(name) => format!("not {name}"),
    };
    let names = |changes: Vec<Change>| changes.iter().map(name).collect::<Vec<_>>();
    let gateway = installation(Some(vec![]));
    assert_eq!(names(changes("shop", &gateway, true)), ["cobrowse-pool-shop-before-gateway", "cobrowse-pool-shop"]);
    for installation in [gateway.clone(), installation(None)] {
        let after = names(changes("shop", &installation, false));
        assert_eq!(after, ["cobrowse-pool-shop", "not cobrowse-pool-shop-before-gateway"]);
    }
    let selects = |policy: NetworkPolicy| policy.spec.and_then(|spec| spec.pod_selector).expect("a selector");
    let labels = selects(policy("shop", &gateway)).match_labels.expect("labels");
    assert_eq!(labels.get("cobrowse.dev/egress").map(String::as_str), Some("gateway"));
    let old = selects(of_old("shop", &gateway)).match_expressions.expect("an expression");
    assert_eq!((old[0].key.as_str(), old[0].operator.as_str()), ("cobrowse.dev/egress", "DoesNotExist"));
}
