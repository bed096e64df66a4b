//! The operator's real program on a real API server. Nodes and pods are not there, but answer as real ones do: with addresses, TLS and
//! tokens of the API server. Each test has a namespace of its own.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and the logs of what failed, are what these tests tell"
)]

#[path = "operator/claims.rs"]
mod claims;
#[path = "operator/deaths.rs"]
mod deaths;
#[path = "operator/ends.rs"]
mod ends;
#[path = "operator/grants.rs"]
mod grants;
#[allow(dead_code, reason = "chaos asks more of it")]
#[path = "operator/history.rs"]
mod history;
#[path = "operator/impostors.rs"]
mod impostors;
#[path = "operator/kubelet.rs"]
mod kubelet;
#[path = "operator/leaders.rs"]
mod leaders;
#[path = "operator/network.rs"]
mod network;
#[path = "operator/pod.rs"]
mod pod;
#[path = "operator/pools.rs"]
mod pools;
#[path = "operator/program.rs"]
mod program;
#[path = "operator/proxy.rs"]
mod proxy;
#[path = "operator/stand.rs"]
mod stand;
#[path = "operator/tenants.rs"]
mod tenants;
