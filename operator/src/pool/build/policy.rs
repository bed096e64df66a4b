//! The network policy of a pool: nothing comes in but operator and session-api at the pods' port, nothing goes out but to public
//! addresses and the cluster's DNS.

use crate::names;
use crate::pool::dereference::Installation;
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A range that is none.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "failed to read the cluster range {0:?}: write an address and a prefix without host bits, for example 203.0.113.0/24"
)]
pub struct Error(String);

/// Addresses that are nobody's on the public internet, or a machine's own, or its cloud's. An API server refuses a policy in which
/// one of these is not wholly within the range that it is taken from, or has host bits.
const NOT_PUBLIC: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    // The metadata of machines in Azure, which has a public-looking address.
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];
/// IPv6 addresses that are public as a whole; what stands for an IPv4 address (NAT64, 6to4, mapped) is not in it or taken out.
const PUBLIC_V6: &str = "2000::/3";
const TUNNELS: [&str; 2] = ["2001::/32", "2002::/16"];
const DNS: i32 = 53;

/// Public addresses, without what the cluster has of them.
pub fn public(cluster: &[String]) -> Result<Vec<IPBlock>, Error> {
    cluster.iter().try_for_each(|range| check(range))?;
    let ranges = || NOT_PUBLIC.into_iter().chain(TUNNELS).map(str::to_owned).chain(cluster.iter().cloned());
    let v4: Vec<String> = ranges().filter(|range| !range.contains(':')).collect();
    let v6: Vec<String> = ranges().filter(|range| range.starts_with(['2', '3']) && range.contains(':')).collect();
    let block = |cidr: &str, except| IPBlock { cidr: cidr.to_owned(), except: Some(except) };
    Ok(vec![block("0.0.0.0/0", v4), block(PUBLIC_V6, v6)])
}

fn check(range: &str) -> Result<(), Error> {
    let wrong = || Error(range.to_owned());
    let (address, prefix) = range.split_once('/').ok_or_else(wrong)?;
    let prefix: u32 = prefix.parse().map_err(|_| wrong())?;
    let (bits, width) = match address.parse().map_err(|_| wrong())? {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host = bits.checked_shl(prefix).unwrap_or(0);
    // All of a family would leave nothing public.
    if prefix == 0 || prefix > width || host != 0 { Err(wrong()) } else { Ok(()) }
}

/// The policy of a pool. It belongs to no object: it stays while the pool's pods do, also when the pool is deleted.
pub fn policy(pool: &str, installation: &Installation) -> NetworkPolicy {
    let port = |number: i32, protocol: &str| NetworkPolicyPort {
        port: Some(IntOrString::Int(number)),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    };
    let ours = LabelSelectorRequirement {
        key: names::COMPONENT.to_owned(),
        operator: "In".to_owned(),
        values: Some(vec!["operator".to_owned(), "session-api".to_owned()]),
    };
    let programs = NetworkPolicyPeer {
        namespace_selector: Some(labelled("kubernetes.io/metadata.name", &installation.system)),
        pod_selector: Some(LabelSelector { match_expressions: Some(vec![ours]), match_labels: None }),
        ip_block: None,
    };
    let dns = NetworkPolicyPeer {
        namespace_selector: Some(labelled("kubernetes.io/metadata.name", "kube-system")),
        pod_selector: Some(labelled("k8s-app", "kube-dns")),
        ip_block: None,
    };
    let blocks = installation.public.iter().cloned();
    let blocks = blocks.map(|block| NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() });
    let inward = NetworkPolicyIngressRule {
        from: Some(vec![programs]),
        ports: Some(vec![port(i32::from(installation.pod_port), "TCP")]),
    };
    let outward = NetworkPolicyEgressRule { to: Some(blocks.collect()), ports: None };
    let names_asked =
        NetworkPolicyEgressRule { to: Some(vec![dns]), ports: Some(vec![port(DNS, "UDP"), port(DNS, "TCP")]) };
    NetworkPolicy {
        metadata: ObjectMeta {
            name: Some(names::policy(pool)),
            namespace: Some(installation.namespace.clone()),
            labels: Some(BTreeMap::from([
                (names::MANAGED_BY.to_owned(), names::MANAGER.to_owned()),
                (names::POOL.to_owned(), pool.to_owned()),
            ])),
            ..ObjectMeta::default()
        },
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(labelled(names::POOL, pool)),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(vec![inward]),
            egress: Some(vec![outward, names_asked]),
        }),
    }
}

fn labelled(key: &str, value: &str) -> LabelSelector {
    LabelSelector { match_labels: Some(BTreeMap::from([(key.to_owned(), value.to_owned())])), match_expressions: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a block lets an address through, by the letter of the policy.
    fn is_open(blocks: &[IPBlock], address: &str) -> bool {
        let within = |range: &str| {
            let (base, prefix) = range.split_once('/').expect("a range");
            let prefix: u32 = prefix.parse().expect("a prefix");
            let bits = |text: &str| match text.parse().expect(text) {
                IpAddr::V4(address) => (4, u128::from(u32::from(address)) << 96),
                IpAddr::V6(address) => (6, u128::from(address)),
            };
            let (address, base) = (bits(address), bits(base));
            address.0 == base.0 && (prefix == 0 || address.1 >> (128 - prefix) == base.1 >> (128 - prefix))
        };
        blocks.iter().any(|block| within(&block.cidr) && !block.except.iter().flatten().any(|range| within(range)))
    }

    #[test]
    fn only_public_addresses_are_open() {
        let blocks = public(&["203.0.113.0/24".to_owned(), "2a00:1::/32".to_owned()]).expect("ranges");
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
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2a00:1::1",
            "ff02::1",
        ];
        for closed in closed {
            assert!(!is_open(&blocks, closed), "{closed}");
        }
    }

    #[test]
    fn exceptions_are_strictly_within_their_range() {
        for block in public(&[]).expect("no ranges") {
            for range in block.except.iter().flatten() {
                assert!(check(range).is_ok(), "{range} has host bits");
                assert_eq!(range.contains(':'), block.cidr.contains(':'), "{range}");
                let (base, _) = range.split_once('/').expect("a range");
                let whole = [IPBlock { cidr: block.cidr.clone(), except: None }];
                assert!(is_open(&whole, base), "{range} is not within {}", block.cidr);
            }
        }
    }

    #[test]
    fn wrong_ranges_are_refused() {
        for wrong in ["", "10.0.0.0", "10.0.0.1/8", "0.0.0.0/0", "10.0.0.0/33", "a/8", "::/0", "2a00::1/64"] {
            assert_eq!(public(&[wrong.to_owned()]), Err(Error(wrong.to_owned())));
        }
    }

    #[test]
    fn nothing_else_comes_in_or_goes_out() {
        let installation = Installation {
            namespace: "cobrowse".to_owned(),
            system: "cobrowse-system".to_owned(),
            pod_port: 8700,
            authority: "0badc0de".to_owned(),
            host_users: false,
            seccomp_profile: crate::names::CHROME_PROFILE.to_owned(),
            public_origin: None,
            public: public(&[]).expect("no ranges"),
        };
        let spec = policy("shop", &installation).spec.expect("a spec");
        assert_eq!(spec.policy_types, Some(vec!["Ingress".to_owned(), "Egress".to_owned()]));
        let inward = spec.ingress.expect("rules");
        let [NetworkPolicyIngressRule { from: Some(from), ports: Some(ports) }] = inward.as_slice() else {
            panic!("one way in: {inward:?}")
        };
        assert!(from.iter().all(|peer| peer.pod_selector.is_some() && peer.namespace_selector.is_some()));
        assert_eq!(ports.len(), 1);
        assert!(spec.egress.expect("rules").iter().all(|rule| rule.to.as_ref().is_some_and(|to| !to.is_empty())));
    }
}
