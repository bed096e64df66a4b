//! The reader against policies whose meaning Kubernetes' documentation gives.

use super::*;
use serde_json::json;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn pod(namespace: &str, own: &[(&str, &str)], address: &str) -> End {
    let namespace_labels = labels(&[("name", namespace)]);
    let pod = Pod { namespace: namespace.to_owned(), namespace_labels, labels: labels(own) };
    End { pod: Some(pod), ..outside(address) }
}

fn outside(address: &str) -> End {
    End { address: address.parse().expect("an address"), pod: None }
}

fn policy(spec: Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": "a", "name": "p"}, "spec": spec})
}

fn open(spec: Value, from: &End, to: &End, number: u64) -> bool {
    reaches(&[&policy(spec)], from, to, Port { protocol: "TCP", number }).expect("a policy that can be read")
}

#[test]
fn without_a_policy_all_is_open_and_an_empty_one_closes_its_directions() {
    let (own, other) = (pod("a", &[("app", "x")], "10.0.0.1"), pod("b", &[], "10.0.0.2"));
    assert!(reaches(&[], &own, &other, Port { protocol: "TCP", number: 1 }).expect("nothing to read"));
    let closed = || json!({"podSelector": {}, "policyTypes": ["Ingress"]});
    assert!(open(closed(), &own, &other, 1));
    assert!(!open(closed(), &other, &own, 1));
    assert!(!open(json!({"podSelector": {}}), &other, &own, 1), "ingress is what is meant");
    assert!(!open(json!({"podSelector": {}, "egress": []}), &own, &other, 1), "and egress where it is named");
    assert!(open(json!({"podSelector": {"matchLabels": {"app": "y"}}, "egress": []}), &own, &other, 1));
    let elsewhere = pod("b", &[("app", "x")], "10.0.0.3");
    assert!(open(json!({"podSelector": {}, "egress": []}), &elsewhere, &other, 1), "of another namespace");
}

#[test]
fn a_peer_is_both_selectors_and_peers_are_either() {
    let own = pod("a", &[], "10.0.0.1");
    let both = |from: Value| json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": from}]});
    let (named, plain) = (pod("b", &[("app", "x")], "10.0.0.2"), pod("b", &[], "10.0.0.3"));
    let (space, app) = (json!({"matchLabels": {"name": "b"}}), json!({"matchLabels": {"app": "x"}}));
    let and = || both(json!([{"namespaceSelector": space, "podSelector": app}]));
    assert!(open(and(), &named, &own, 1));
    assert!(!open(and(), &plain, &own, 1));
    let or = || both(json!([{"namespaceSelector": space}, {"podSelector": app}]));
    assert!(open(or(), &plain, &own, 1));
    let here = || both(json!([{"podSelector": app}]));
    assert!(!open(here(), &named, &own, 1), "a podSelector alone is of the policy's namespace");
    assert!(open(here(), &pod("a", &[("app", "x")], "10.0.0.4"), &own, 1));
    assert!(!open(here(), &outside("192.0.2.1"), &own, 1));
    assert!(open(both(json!([])), &outside("192.0.2.1"), &own, 1), "no peers named: every peer");
}

#[test]
fn blocks_ports_and_expressions() {
    let own = pod("a", &[("tier", "web")], "10.0.0.1");
    let block = |except: Value| {
        json!({"podSelector": {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["web"]}]}, "policyTypes": ["Egress"],
        "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": except}}], "ports": [{"port": 80, "endPort": 90}, {"protocol": "UDP"}]}]})
    };
    let private = || block(json!(["10.0.0.0/8"]));
    assert!(open(private(), &own, &outside("192.0.2.1"), 85));
    assert!(!open(private(), &own, &outside("192.0.2.1"), 91));
    assert!(!open(private(), &own, &outside("10.1.1.1"), 85));
    assert!(!open(private(), &own, &outside("2001:db8::1"), 85), "no range of the other family");
    for strange in [json!(["0.0.0.0/0"]), json!(["2001:db8::/32"]), json!(["10.0.0.0/33"])] {
        let policy = policy(block(strange));
        assert!(reaches(&[&policy], &own, &outside("192.0.2.1"), Port { protocol: "TCP", number: 85 }).is_err());
    }
}

#[test]
fn what_it_does_not_know_it_does_not_judge() {
    let (own, other) = (pod("a", &[], "10.0.0.1"), outside("192.0.2.1"));
    for spec in [
        json!({"podSelector": {}, "egress": [{"toEntities": ["all"]}]}),
        json!({"podSelector": {}, "egress": [{"ports": [{"port": "https"}]}]}),
        json!({"podSelector": {}, "egress": [{"to": [{}]}]}),
        json!({"policyTypes": ["Egress"]}),
    ] {
        assert!(
            reaches(&[&policy(spec.clone())], &own, &other, Port { protocol: "TCP", number: 1 }).is_err(),
            "{spec}"
        );
    }
}
