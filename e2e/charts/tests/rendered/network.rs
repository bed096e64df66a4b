//! Who reaches whom, by the text of the rendered policies: each end of the cluster against each address that matters. Only what is
//! listed is open.

use cobrowse_charts::helm::{SESSIONS, SYSTEM, render, render_full};
use cobrowse_charts::objects::{Objects, texts};
use cobrowse_charts::policy::{End, Labels, Pod, Port, reaches};
use cobrowse_operator::pool::build::policy::{Change, changes, public};
use cobrowse_operator::pool::dereference::Installation;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A pod of a namespace as Kubernetes labels it.
fn pod(namespace: &str, own: &[(&str, &str)], address: &str) -> End {
    let namespace_labels = labels(&[("kubernetes.io/metadata.name", namespace)]);
    let pod = Pod { namespace: namespace.to_owned(), namespace_labels, labels: labels(own) };
    End { address: address.parse().expect("an address"), pod: Some(pod) }
}

/// A pod with the labels that its rendered template has.
fn rendered(objects: &Objects, namespace: &str, kind: &str, name: &str, address: &str) -> End {
    let object = objects.one(kind, namespace, name).expect("what makes it");
    let template = if kind == "Pod" { object } else { &object["spec"]["template"] };
    let own = template["metadata"]["labels"].as_object().expect("labels");
    let own: Vec<(&str, &str)> =
        own.iter().map(|(key, value)| (key.as_str(), value.as_str().expect("a text"))).collect();
    pod(namespace, &own, address)
}

fn address(text: &str) -> End {
    End { address: text.parse().expect("an address"), pod: None }
}

/// Where something might be dialled: its name, the end, and the port.
fn targets(objects: &Objects) -> Vec<(String, End, Port<'static>)> {
    let tcp = |number| Port { protocol: "TCP", number };
    let udp = |number| Port { protocol: "UDP", number };
    let operator = rendered(objects, SYSTEM, "Deployment", "cobrowse-operator", "10.244.0.10");
    let api = rendered(objects, SYSTEM, "Deployment", "cobrowse-session-api", "10.244.0.11");
    // As its template has it, also where there is none.
    let gateway = [
        ("app.kubernetes.io/name", "cobrowse-egress-gateway"),
        ("app.kubernetes.io/part-of", "cobrowse"),
        ("app.kubernetes.io/component", "egress-gateway"),
    ];
    let gateway = pod(SYSTEM, &gateway, "10.244.0.12");
    let dns = pod("kube-system", &[("k8s-app", "kube-dns")], "10.244.0.2");
    let database = pod("data", &[("app", "postgresql")], "10.244.0.30");
    let rows = [
        ("operator metrics", operator.clone(), tcp(9090)),
        ("operator other", operator, tcp(8080)),
        ("door", api.clone(), tcp(8443)),
        ("door metrics", api.clone(), tcp(8444)),
        ("door other", api, tcp(8080)),
        ("browser pod", browser("10.244.0.20"), tcp(8700)),
        ("browser pod devtools", browser("10.244.0.20"), tcp(9222)),
        ("egress gateway", gateway.clone(), tcp(8710)),
        ("egress gateway's metrics", gateway.clone(), tcp(9090)),
        ("egress gateway other", gateway, tcp(8080)),
        ("website", address("151.101.1.69"), tcp(443)),
        ("website by IPv6", address("2606:4700::1111"), tcp(443)),
        ("website by UDP", address("151.101.1.69"), udp(443)),
        ("private host", address("10.1.2.3"), tcp(443)),
        ("private host's other port", address("10.1.2.3"), tcp(22)),
        ("private host by IPv6", address("fd00:1::3"), tcp(8443)),
        ("stranger among sessions", pod(SESSIONS, &[("app", "x")], "10.244.0.21"), tcp(8700)),
        ("dns", dns.clone(), udp(53)),
        ("dns by tcp", dns.clone(), tcp(53)),
        ("dns pod's metrics", dns, tcp(9153)),
        ("another pod of kube-system", pod("kube-system", &[("app", "x")], "10.244.0.3"), udp(53)),
        ("node-local dns", address("169.254.20.10"), udp(53)),
        ("database", database.clone(), tcp(5432)),
        ("database other port", database, tcp(22)),
        ("another pod", pod("default", &[("app", "x")], "10.244.0.40"), tcp(443)),
        ("api server", address("172.18.0.2"), tcp(6443)),
        ("api server by https", address("172.18.0.2"), tcp(443)),
        ("kubelet", address("172.18.0.2"), tcp(10250)),
        ("etcd", address("172.18.0.2"), tcp(2379)),
        ("another node", address("172.18.0.3"), tcp(6443)),
        ("service of the api server", address("10.96.0.1"), tcp(443)),
        ("metadata", address("169.254.169.254"), tcp(80)),
        ("metadata by IPv6", address("fd00:ec2::254"), tcp(80)),
        ("metadata of Azure", address("168.63.129.16"), tcp(80)),
        ("metadata of Alibaba", address("100.100.100.200"), tcp(80)),
        ("public", address("203.0.113.10"), tcp(443)),
        ("public by IPv6", address("2001:db8:ffff::1"), tcp(443)),
        ("public dns", address("203.0.113.53"), udp(53)),
        ("private", address("192.168.1.1"), tcp(5432)),
        ("node's port of the door", address("172.18.0.2"), tcp(30443)),
        ("service of the door", address("10.96.0.20"), tcp(443)),
        // Some providers' API servers and databases have such addresses.
        ("public 192.0.2.7", address("192.0.2.7"), tcp(443)),
        ("public 192.0.2.5", address("192.0.2.5"), tcp(5432)),
    ];
    rows.map(|(name, end, port)| (name.to_owned(), end, port)).to_vec()
}

fn browser(address: &str) -> End {
    let own = [
        ("app.kubernetes.io/name", "cobrowse-browser-pod"),
        ("app.kubernetes.io/managed-by", "cobrowse-operator"),
        ("cobrowse.dev/pool", "default"),
        ("cobrowse.dev/slot", "bound"),
    ];
    pod(SESSIONS, &own, address)
}

/// The names of the targets that this end reaches.
fn open(objects: &Objects, from: &End) -> BTreeSet<String> {
    let policies = objects.of("NetworkPolicy");
    assert!(policies.len() >= 5, "{} policies", policies.len());
    let reached = targets(objects)
        .into_iter()
        .filter(|(_, to, port)| reaches(&policies, from, to, *port).expect("policies that can be read"));
    reached.map(|(name, _, _)| name).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn system(objects: &Objects, kind: &str, name: &str) -> BTreeSet<String> {
    open(objects, &rendered(objects, SYSTEM, kind, name, "10.244.0.50"))
}

/// What of a target without a policy of ours nobody's own policy keeps us from: others' ends are open to everybody.
const FOR_ALL: [&str; 1] = ["door"];

#[test]
fn the_operator_reaches_the_api_server_dns_and_browser_pods_alone() {
    let objects = render(&json!({})).expect("it renders");
    let wanted = ["browser pod", "dns", "dns by tcp", "api server", "api server by https"];
    assert_eq!(system(&objects, "Deployment", "cobrowse-operator"), set(&wanted));
}

#[test]
fn session_api_reaches_the_database_besides() {
    let objects = render(&json!({})).expect("it renders");
    let wanted = ["browser pod", "dns", "dns by tcp", "api server", "api server by https", "database"];
    assert_eq!(system(&objects, "Deployment", "cobrowse-session-api"), set(&wanted));
}

#[test]
fn hooks_reach_the_api_server_and_dns() {
    let objects =
        render(&json!({"test": {"enabled": true, "tenant": "t", "site": "a.example.test"}})).expect("it renders");
    let wanted = set(&["dns", "dns by tcp", "api server", "api server by https"]);
    assert_eq!(system(&objects, "Job", "cobrowse-uninstall"), wanted);
    assert_eq!(system(&objects, "Pod", "cobrowse-check"), wanted);
}

#[test]
fn among_sessions_nothing_goes_out_by_the_chart_s_policies() {
    let objects = render(&json!({})).expect("it renders");
    assert_eq!(
        open(&objects, &browser("10.244.0.60")),
        set(&[]),
        "what a pool may reach is the operator's policy to say"
    );
    assert_eq!(open(&objects, &pod(SESSIONS, &[], "10.244.0.61")), set(&[]));
    let installer = rendered(&objects, "cobrowse-node", "DaemonSet", "cobrowse-seccomp", "10.244.0.62");
    assert_eq!(open(&objects, &installer), set(&[]));
}

/// The objects, and the policies that the operator makes for the chart's pool: with a gateway, or without; while the pool has pods from
/// before it, or when they are gone.
fn with_pool(objects: Objects, cluster: &[&str], gateway: bool, has_old: bool) -> Objects {
    let ranges: Vec<_> = cluster.iter().map(|range| range.parse().expect("a range")).collect();
    let installation = Installation {
        namespace: SESSIONS.to_owned(),
        system: SYSTEM.to_owned(),
        pod_port: 8700,
        authority: String::new(),
        host_users: false,
        seccomp_profile: "cobrowse/chrome.json".to_owned(),
        public_origin: None,
        public: public(&ranges),
        gateways: gateway.then(Vec::new),
        browser_policy: None,
        forbidden: Vec::new(),
    };
    let made = changes("default", &installation, has_old).into_iter().filter_map(|change| match change {
        Change::Apply(policy) => Some(serde_json::to_value(policy).expect("a policy is JSON")),
        Change::Delete(_) => None,
    });
    let made = made.map(|mut policy| {
        policy["kind"] = json!("NetworkPolicy");
        policy
    });
    Objects(objects.0.into_iter().chain(made).collect())
}

/// A browser pod that goes out by the gateway.
fn gated(address: &str) -> End {
    let mut end = browser(address);
    let labels = end.pod.as_mut().map(|pod| &mut pod.labels).expect("a pod");
    labels.insert("cobrowse.dev/egress".to_owned(), "gateway".to_owned());
    end
}

/// What browsers reach that go out by themselves.
const DIRECT: [&str; 10] = [
    "dns",
    "dns by tcp",
    "public",
    "public by IPv6",
    "public dns",
    "public 192.0.2.7",
    "public 192.0.2.5",
    "website",
    "website by IPv6",
    "website by UDP",
];

#[test]
fn a_pool_s_pods_reach_the_egress_gateway_and_nothing_else() {
    for objects in [render(&json!({})), render_full(&json!({}))] {
        let objects = objects.expect("it renders");
        let after = with_pool(Objects(objects.0.clone()), &[], true, false);
        assert_eq!(open(&after, &gated("10.244.0.60")), set(&["egress gateway"]));
        assert_eq!(open(&after, &browser("10.244.0.61")), set(&[]), "a pod from before, once they all should be gone");
        let meanwhile = with_pool(objects, &[], true, true);
        assert_eq!(open(&meanwhile, &gated("10.244.0.60")), set(&["egress gateway"]));
        let old = open(&meanwhile, &browser("10.244.0.61"));
        assert_eq!(old.difference(&set(&["egress gateway"])).cloned().collect::<BTreeSet<_>>(), set(&DIRECT));
    }
}

#[test]
fn the_egress_gateway_reaches_names_public_addresses_and_what_is_opened_by_name() {
    let gateway = |objects: &Objects| system(objects, "Deployment", "cobrowse-egress-gateway");
    let mut wanted = set(&["dns", "dns by tcp", "website", "website by IPv6"]);
    assert_eq!(gateway(&render(&json!({})).expect("it renders")), wanted);
    let ours = json!({"operator": {"clusterRanges": ["151.101.0.0/16"]}});
    wanted.remove("website");
    assert_eq!(gateway(&render(&ours).expect("it renders")), wanted);
    let everywhere = json!({"networkPolicy": {"database": {"cidrs": ["0.0.0.0/0", "::/0"]}}});
    wanted.insert("website".to_owned());
    assert_eq!(gateway(&render(&everywhere).expect("it renders")), wanted);
    // With everything said: two private hosts, each at its port, and a cache of names on the node.
    wanted.extend(set(&["private host", "private host by IPv6", "node-local dns"]));
    assert_eq!(gateway(&render_full(&json!({})).expect("it renders")), wanted);
    let none = render(&json!({"egressGateway": {"enabled": false}})).expect("it renders");
    assert!(none.one("NetworkPolicy", SYSTEM, "cobrowse-egress-gateway").is_err());
}

#[test]
fn without_a_gateway_a_pool_s_pods_reach_public_addresses_and_dns_and_are_reached_by_programs_alone() {
    let off = json!({"egressGateway": {"enabled": false}});
    let objects = with_pool(render(&off).expect("it renders"), &["203.0.113.0/24"], false, false);
    // 203.0.113.0/24 is said to be the cluster's own.
    let wanted = &set(&DIRECT) - &set(&["public", "public dns"]);
    assert_eq!(&open(&objects, &browser("10.244.0.60")) - &set(&["egress gateway"]), wanted);
    let objects = with_pool(render(&off).expect("it renders"), &[], false, false);
    assert_eq!(&open(&objects, &browser("10.244.0.60")) - &set(&["egress gateway"]), set(&DIRECT));
    for name in ["cobrowse-operator", "cobrowse-session-api"] {
        let reached = system(&objects, "Deployment", name);
        assert!(reached.contains("browser pod") && !reached.contains("browser pod devtools"), "{name}: {reached:?}");
    }
    let stranger = open(&objects, &pod("default", &[("app.kubernetes.io/component", "operator")], "10.244.0.71"));
    assert!(!stranger.contains("browser pod"), "{stranger:?}");
    let other = open(&objects, &pod(SYSTEM, &[("app", "x")], "10.244.0.73"));
    assert!(!other.contains("browser pod"), "{other:?}");
}

/// The ranges that the rendered operator is told to keep from browsers.
fn told(objects: &Objects) -> Vec<String> {
    let operator = objects.one("Deployment", SYSTEM, "cobrowse-operator").expect("an operator");
    let arguments = texts(&operator["spec"]["template"]["spec"]["containers"][0]["args"]);
    let ranges = arguments.iter().find_map(|one| one.strip_prefix("--cluster-ranges="));
    ranges.map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

#[test]
fn an_api_server_and_a_database_with_public_addresses_are_closed_to_browsers() {
    let reached = |over: &Value| {
        let objects = render(over).expect("it renders");
        let ranges = told(&objects);
        let ranges: Vec<&str> = ranges.iter().map(String::as_str).collect();
        let mut reached = open(&with_pool(objects, &ranges, false, false), &browser("10.244.0.60"));
        reached.retain(|name| name.starts_with("public"));
        reached
    };
    let mut wanted = set(&["public", "public by IPv6", "public dns", "public 192.0.2.7", "public 192.0.2.5"]);
    // Nobody says everywhere of browsers.
    for cidrs in [json!([]), json!(["0.0.0.0/0", "::/0"])] {
        assert_eq!(reached(&json!({"networkPolicy": {"database": {"cidrs": cidrs}}})), wanted);
    }
    wanted.remove("public 192.0.2.5");
    assert_eq!(reached(&json!({"networkPolicy": {"database": {"cidrs": ["192.0.2.5/32"]}}})), wanted);
    wanted.remove("public 192.0.2.7");
    let both = json!({"apiServer": {"cidrs": ["192.0.2.7/32"]}, "database": {"cidrs": ["192.0.2.5/32"]}});
    assert_eq!(reached(&json!({"networkPolicy": both})), wanted);
    wanted.remove("public");
    let three = json!({"networkPolicy": both, "operator": {"clusterRanges": ["203.0.113.10/32", "192.0.2.5/32"]}});
    assert_eq!(reached(&three), wanted);
}

#[test]
fn from_elsewhere_only_the_door_is_open() {
    let objects = render(&json!({})).expect("it renders");
    let ours = ["operator", "door", "browser", "stranger", "egress"];
    for from in [
        pod("default", &[("app", "x")], "10.244.0.70"),
        // Labels of ours in a namespace of others say nothing.
        pod(
            "default",
            &[("app.kubernetes.io/name", "cobrowse-operator"), ("app.kubernetes.io/part-of", "cobrowse")],
            "10.244.0.71",
        ),
        pod("monitoring", &[("app.kubernetes.io/name", "prometheus")], "10.244.0.72"),
        pod(SYSTEM, &[("app", "x")], "10.244.0.73"),
        address("172.18.0.3"),
        address("203.0.113.10"),
        address("2001:db8:ffff::1"),
    ] {
        let mut reached = open(&objects, &from);
        reached.retain(|name| ours.iter().any(|part| name.starts_with(part)));
        assert_eq!(reached, set(&FOR_ALL), "{from:?}");
    }
}

#[test]
fn with_everything_said_only_what_is_said_is_open_besides() {
    let objects = render_full(&json!({})).expect("it renders");
    let mut api = system(&objects, "Deployment", "cobrowse-session-api");
    // The values name another port of the database, and API server ports without 443.
    assert_eq!(api, set(&["browser pod", "dns", "dns by tcp", "node-local dns", "api server"]));
    let moved = render_full(&json!({"networkPolicy": {"database": {"port": 5432}}})).expect("it renders");
    api.extend(set(&["database", "public 192.0.2.5"]));
    assert_eq!(system(&moved, "Deployment", "cobrowse-session-api"), api);

    let ours = |from: &End| {
        let mut reached = open(&objects, from);
        reached.retain(|name| {
            ["operator", "door", "browser", "stranger", "egress"].iter().any(|part| name.starts_with(part))
        });
        reached
    };
    let prometheus = pod("monitoring", &[("app.kubernetes.io/name", "prometheus")], "10.244.0.72");
    assert_eq!(ours(&prometheus), set(&["operator metrics", "door metrics", "egress gateway's metrics"]));
    assert_eq!(ours(&pod("monitoring", &[("app", "x")], "10.244.0.74")), set(&[]));
    assert_eq!(ours(&pod("gateway", &[("app", "envoy")], "10.244.0.75")), set(&["door"]));
    assert_eq!(ours(&address("203.0.113.10")), set(&["door"]));
    assert_eq!(ours(&address("198.51.100.10")), set(&[]));
}

#[test]
fn without_policies_nothing_of_them_is_left() {
    let objects =
        render(&json!({"networkPolicy": {"enabled": false, "apiServer": {"cidrs": []}}})).expect("it renders");
    assert!(objects.of("NetworkPolicy").is_empty());
}

#[test]
fn cilium_finds_an_api_server_that_is_on_a_node() {
    let objects = render_full(&json!({})).expect("it renders");
    let policy: &Value =
        objects.one("CiliumNetworkPolicy", SYSTEM, "cobrowse-api-server").expect("its own kind of policy");
    let ports = json!([{"ports": [{"protocol": "TCP", "port": "6443"}]}]);
    assert_eq!(policy["spec"]["egress"], json!([{"toEntities": ["kube-apiserver"], "toPorts": ports}]));
}
