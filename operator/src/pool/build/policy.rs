//! The network policies of a pool: nothing comes in but operator and session-api at the pods' port, and nothing goes out but to the egress
//! gateway. Where there is none, or of pods from before there was one: to public addresses and the cluster's DNS.

use crate::names;
use crate::pool::dereference::Installation;
use cobrowse_session::egress::{Range, Reason, closed, public_v6};
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

/// All of IPv4.
const ALL_V4: &str = "0.0.0.0/0";
const DNS: i32 = 53;

/// What is done with a policy.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is to be as this.
    Apply(Box<NetworkPolicy>),
    /// None of this name is to be there.
    Delete(String),
}

/// Public addresses, without what the cluster has of them. Those for examples are nobody's, and are left in: what is sent there comes
/// nowhere, and worlds of tests are there.
pub fn public(cluster: &[Range]) -> Vec<IPBlock> {
    let not_public = closed().filter(|(_, why)| *why != Reason::Documentation).map(|(range, _)| range);
    let not_public: Vec<Range> = not_public.chain(cluster.iter().copied()).collect();
    let within = |range: &&Range| !not_public.iter().any(|other| other != *range && other.covers(range));
    let mut ranges: Vec<Range> = not_public.iter().filter(within).copied().collect();
    ranges.sort_unstable_by_key(Range::to_string);
    ranges.dedup();
    let block = |cidr: String, except: Vec<String>| IPBlock { cidr, except: Some(except) };
    let texts =
        |fits: &dyn Fn(&Range) -> bool| ranges.iter().filter(|range| fits(range)).map(Range::to_string).collect();
    let v4 = block(ALL_V4.to_owned(), texts(&Range::is_ipv4));
    // An API server refuses a policy in which one of these is not wholly and truly within the range that it is taken from.
    let v6 = (!ranges.iter().any(|range| range.covers(&public_v6())))
        .then(|| block(public_v6().to_string(), texts(&|range| public_v6().covers(range))));
    [Some(v4), v6].into_iter().flatten().collect()
}

/// What is done for the pods of a pool, in this order: nobody is without a way out for a moment who is to have one. `has_old`: some of them
/// are from before there was a gateway.
pub fn changes(pool: &str, installation: &Installation, has_old: bool) -> Vec<Change> {
    let own = Change::Apply(Box::new(policy(pool, installation)));
    if installation.gateways.is_some() && has_old {
        return vec![Change::Apply(Box::new(of_old(pool, installation))), own];
    }
    vec![own, Change::Delete(names::policy_of_old(pool))]
}

/// The policy of a pool. It belongs to no object: it stays while the pool's pods do, also when the pool is deleted.
pub fn policy(pool: &str, installation: &Installation) -> NetworkPolicy {
    let mut pods = labelled(names::POOL, pool);
    let outward = match installation.gateways {
        None => direct(installation),
        Some(_) => {
            pods.match_labels.get_or_insert_default().insert(names::EGRESS.to_owned(), names::BY_GATEWAY.to_owned());
            vec![NetworkPolicyEgressRule {
                to: Some(vec![programs(installation, &[names::EGRESS_GATEWAY])]),
                ports: Some(vec![port(names::GATEWAY_PORT.into(), "TCP")]),
            }]
        }
    };
    made(names::policy(pool), pool, installation, pods, outward)
}

/// The same of a pool's pods from before there was a gateway. It goes with the last of them.
fn of_old(pool: &str, installation: &Installation) -> NetworkPolicy {
    let without =
        LabelSelectorRequirement { key: names::EGRESS.to_owned(), operator: "DoesNotExist".to_owned(), values: None };
    let pods = LabelSelector { match_expressions: Some(vec![without]), ..labelled(names::POOL, pool) };
    made(names::policy_of_old(pool), pool, installation, pods, direct(installation))
}

fn made(
    name: String,
    pool: &str,
    installation: &Installation,
    pods: LabelSelector,
    outward: Vec<NetworkPolicyEgressRule>,
) -> NetworkPolicy {
    let inward = NetworkPolicyIngressRule {
        from: Some(vec![programs(installation, &["operator", "session-api"])]),
        ports: Some(vec![port(i32::from(installation.pod_port), "TCP")]),
    };
    NetworkPolicy {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: Some(installation.namespace.clone()),
            labels: Some(BTreeMap::from([
                (names::MANAGED_BY.to_owned(), names::MANAGER.to_owned()),
                (names::POOL.to_owned(), pool.to_owned()),
            ])),
            ..ObjectMeta::default()
        },
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(pods),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(vec![inward]),
            egress: Some(outward),
        }),
    }
}

/// Without a gateway: public addresses, and names.
fn direct(installation: &Installation) -> Vec<NetworkPolicyEgressRule> {
    let dns = NetworkPolicyPeer {
        namespace_selector: Some(labelled("kubernetes.io/metadata.name", "kube-system")),
        pod_selector: Some(labelled("k8s-app", "kube-dns")),
        ip_block: None,
    };
    let blocks = installation.public.iter().cloned();
    let blocks = blocks.map(|block| NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() });
    let outward = NetworkPolicyEgressRule { to: Some(blocks.collect()), ports: None };
    let names_asked =
        NetworkPolicyEgressRule { to: Some(vec![dns]), ports: Some(vec![port(DNS, "UDP"), port(DNS, "TCP")]) };
    vec![outward, names_asked]
}

/// Programs of ours, by their components.
fn programs(installation: &Installation, components: &[&str]) -> NetworkPolicyPeer {
    let ours = LabelSelectorRequirement {
        key: names::COMPONENT.to_owned(),
        operator: "In".to_owned(),
        values: Some(components.iter().map(|name| (*name).to_owned()).collect()),
    };
    NetworkPolicyPeer {
        namespace_selector: Some(labelled("kubernetes.io/metadata.name", &installation.system)),
        pod_selector: Some(LabelSelector { match_expressions: Some(vec![ours]), match_labels: None }),
        ip_block: None,
    }
}

fn port(number: i32, protocol: &str) -> NetworkPolicyPort {
    NetworkPolicyPort { port: Some(IntOrString::Int(number)), protocol: Some(protocol.to_owned()), end_port: None }
}

fn labelled(key: &str, value: &str) -> LabelSelector {
    LabelSelector { match_labels: Some(BTreeMap::from([(key.to_owned(), value.to_owned())])), match_expressions: None }
}

#[cfg(test)]
mod tests;
