//! Ways: where somebody may or may not go. Addresses are those of this cluster; of the world's `cluster/src/world.rs` tells more.

use crate::pod::{Pod, get, text};
use crate::stand::{SERVED, Stand};

/// Public-looking addresses at which something answers. The first is the gateway's to reach at port 443, by the installation's values; the
/// second is one that they call the cluster's own.
const PUBLIC: &str = "203.0.113.10";
const PUBLIC_BUT_OURS: &str = "198.51.100.200";
const METADATA: &str = "169.254.169.254";

/// An address and a port, and what is there.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    what: &'static str,
    to: String,
}

impl Way {
    pub(crate) fn new(what: &'static str, to: String) -> Self {
        Self { what, to }
    }
}

/// The ways that are not as wanted.
pub(crate) fn check(name: &str, from: &Pod, wanted: &str, ways: &[Way]) -> Vec<String> {
    let addresses: Vec<&str> = ways.iter().map(|way| way.to.as_str()).collect();
    let became = from.dial(&addresses).into_iter().zip(ways);
    let wrong = became.filter(|(became, _)| became != wanted);
    wrong.map(|(became, Way { what, to })| format!("{name} -> {what} ({to}) is {became}, not {wanted}")).collect()
}

fn service(namespace: &str, name: &str) -> String {
    text(&get(&["service", name, "--namespace", namespace])[0], "/spec/clusterIP")
}

fn node() -> String {
    let nodes = get(&["nodes"]);
    let addresses = nodes[0]["status"]["addresses"].as_array().expect("addresses").clone();
    let own = addresses.iter().find(|one| one["type"] == "InternalIP").expect("its own");
    text(own, "/address")
}

/// As it is behind its service.
pub(crate) fn api_server() -> Way {
    Way::new("the API server", format!("{}:6443", node()))
}

/// The database's pod and service.
pub(crate) fn database(stand: &Stand) -> Vec<Way> {
    vec![
        Way::new("the database's pod", format!("{}:5432", stand.database.address)),
        Way::new("the database's service", format!("{}:5432", service("cobrowse-database", "database"))),
    ]
}

/// What of the cluster's, and of its cloud's, a page must never reach.
pub(crate) fn closed_to_sessions(stand: &Stand) -> Vec<Way> {
    let node = node();
    let dns = Pod::one("kube-system", "k8s-app=kube-dns").address;
    let mut ways = vec![
        api_server(),
        Way::new("the API server's service", format!("{}:443", service("default", "kubernetes"))),
        Way::new("the kubelet", format!("{node}:10250")),
        Way::new("session-api by the node's port", format!("{node}:30443")),
        Way::new("session-api's pod", format!("{}:8443", stand.session_api.address)),
        Way::new("session-api's service", format!("{}:443", service("cobrowse", "door"))),
        Way::new("the DNS server's health", format!("{dns}:8181")),
        Way::new("somebody's pod", format!("{}:{SERVED}", stand.stranger.address)),
        Way::new("the cloud's metadata", format!("{METADATA}:80")),
        Way::new("an address that is the cluster's by its values", format!("{PUBLIC_BUT_OURS}:443")),
    ];
    ways.extend(database(stand));
    ways
}

/// What is for the egress gateway alone: websites, and names.
pub(crate) fn outside() -> Vec<Way> {
    vec![
        Way::new("a website", format!("{PUBLIC}:443")),
        Way::new("a website without TLS", format!("{PUBLIC}:80")),
        Way::new("names, by TCP", format!("{}:53", service("kube-system", "kube-dns"))),
    ]
}

/// The only way out of a session.
pub(crate) fn gateway(stand: &Stand) -> Vec<Way> {
    vec![
        Way::new("the egress gateway's service", format!("{}:8710", service("cobrowse", "cobrowse-egress-gateway"))),
        Way::new("the egress gateway's pod", format!("{}:8710", stand.gateway.address)),
    ]
}

/// What the gateway may dial: names, and of what is private the host that the installation's values open, at its port.
pub(crate) fn open_to_gateway() -> Vec<Way> {
    vec![
        Way::new("a private host", format!("{PUBLIC}:443")),
        Way::new("names, by TCP", format!("{}:53", service("kube-system", "kube-dns"))),
    ]
}

/// What it may not, whatever a tenant opens.
pub(crate) fn closed_to_gateway(stand: &Stand) -> Vec<Way> {
    let mut ways = closed_to_sessions(stand);
    ways.push(Way::new("a private host's other port", format!("{PUBLIC}:80")));
    ways
}

/// What the product's programs have no business with.
pub(crate) fn closed_to_programs(stand: &Stand) -> Vec<Way> {
    vec![
        Way::new("the kubelet", format!("{}:10250", node())),
        Way::new("somebody's pod", format!("{}:{SERVED}", stand.stranger.address)),
        Way::new("the cloud's metadata", format!("{METADATA}:80")),
        Way::new("a website", format!("{PUBLIC}:443")),
    ]
}
