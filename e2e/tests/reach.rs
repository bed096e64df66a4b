//! Who reaches whom, where the network holds policies: the pods of a pool as the real operator makes them, and the product's programs,
//! as `e2e/installation/up` installed them. Beside each way that must be closed stands the same way, open for somebody else: else
//! nothing were proved. Everybody dials from within a pod's network, and nobody from the node, which reaches every pod.

#[path = "reach/first.rs"]
mod first;
#[path = "reach/pod.rs"]
mod pod;
#[path = "reach/stand.rs"]
mod stand;
#[path = "reach/ways.rs"]
mod ways;

use pod::{Pod, get};
use stand::{SESSIONS, Stand};
use ways::{Way, check};

/// The port of browser pods.
const PORT: u16 = 8700;

#[test]
fn only_what_is_named_is_reached_from_a_pod_s_first_packet_on() {
    let stand = Stand::make();
    let first = first::watch(&stand);
    let mut wrong = first.wrong;
    let sessions = [("a warm browser", &stand.browser), ("another pool's pod", &first.pods[0])];
    for (name, from) in sessions {
        wrong.extend(out_of_a_session(&stand, name, from));
    }
    wrong.extend(into_a_session(&stand, &stand.browser, &first.pods[0]));
    wrong.extend(out_of_the_gateway(&stand));
    wrong.extend(programs(&stand));
    wrong.extend(found_out());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// To the egress gateway alone, at one port: no website, no names, nothing of the cluster's.
fn out_of_a_session(stand: &Stand, name: &str, from: &Pod) -> Vec<String> {
    let closed = [ways::closed_to_sessions(stand), ways::outside()].concat();
    let mut wrong = check(name, from, "silent", &closed);
    wrong.extend(check(name, from, "open", &ways::gateway(stand)));
    wrong.extend(check("a stranger", &stand.stranger, "open", &closed));
    wrong.extend(check("a stranger", &stand.stranger, "silent", &ways::gateway(stand)));
    wrong.extend(from.resolves("shop.example.test").then(|| format!("{name} finds names")));
    wrong.extend((!stand.stranger.resolves("shop.example.test")).then(|| "a stranger finds no names".to_owned()));
    wrong
}

/// To names, and to what is outside; of what is private, to what was opened by name.
fn out_of_the_gateway(stand: &Stand) -> Vec<String> {
    let closed = ways::closed_to_gateway(stand);
    let mut wrong = check("the gateway", &stand.gateway, "open", &ways::open_to_gateway());
    wrong.extend(check("the gateway", &stand.gateway, "silent", &closed));
    wrong.extend(check("a stranger", &stand.stranger, "open", &[ways::open_to_gateway(), closed].concat()));
    wrong.extend((!stand.gateway.resolves("shop.example.test")).then(|| "the gateway finds no names".to_owned()));
    wrong
}

/// From operator and session-api, at one port.
fn into_a_session(stand: &Stand, pod: &Pod, other: &Pod) -> Vec<String> {
    let _devtools = pod.listen(9222);
    let at = |port: u16| Way::new("a browser's port", format!("{}:{port}", pod.address));
    let mut wrong = check("the pod itself", pod, "open", &[at(PORT), at(9222)]);
    for (name, from) in [("operator", &stand.operator), ("session-api", &stand.session_api)] {
        wrong.extend(check(name, from, "open", &[at(PORT), Way::new("other", format!("{}:{PORT}", other.address))]));
        wrong.extend(check(name, from, "silent", &[at(9222)]));
    }
    let strangers = [
        ("a stranger", &stand.stranger),
        ("a stranger with our labels", &stand.pretender),
        ("a neighbour of our programs", &stand.neighbour),
        ("another session's pod", other),
    ];
    for (name, from) in strangers {
        wrong.extend(check(name, from, "silent", &[at(PORT), at(9222)]));
    }
    wrong
}

/// The pods of the chart's pool have found out the same themselves.
fn found_out() -> Vec<String> {
    let pool = get(&["cobrowsepool", "default", "--namespace", SESSIONS]);
    let conditions = pool[0]["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let told = conditions.iter().find(|one| one["type"] == "NetworkEnforced");
    let holds = told.is_some_and(|one| one["status"] == "True");
    if holds { Vec::new() } else { vec![format!("the pool's NetworkEnforced is {told:?}")] }
}

/// Our programs go to the API server, to names, to browsers and to their database; nobody reads metrics who is not named.
fn programs(stand: &Stand) -> Vec<String> {
    let server = ways::api_server();
    let database = ways::database(stand);
    let elsewhere = ways::closed_to_programs(stand);
    let metrics = Way::new("the operator's metrics", format!("{}:9090", stand.operator.address));
    let gateways = Way::new("the gateway's metrics", format!("{}:9090", stand.gateway.address));
    let mut wrong = check("operator", &stand.operator, "open", &[server.clone(), metrics.clone()]);
    wrong.extend(check("session-api", &stand.session_api, "open", &[vec![server], database.clone()].concat()));
    wrong.extend(check("operator", &stand.operator, "silent", &[database.clone(), elsewhere.clone()].concat()));
    wrong.extend(check("session-api", &stand.session_api, "silent", &elsewhere));
    wrong.extend(check("the gateway", &stand.gateway, "open", std::slice::from_ref(&gateways)));
    wrong.extend(check("a stranger", &stand.stranger, "silent", &[metrics, gateways]));
    wrong.extend(check("operator", &stand.operator, "silent", &ways::gateway(stand)));
    wrong.extend(check("a stranger", &stand.stranger, "open", &[database, elsewhere].concat()));
    wrong
}
