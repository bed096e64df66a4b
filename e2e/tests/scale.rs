//! The operator's real program with many sessions: nodes of kwok, whose pods answer through one listener, and sessions that come as
//! people do. What is lost is a fault at any size; how long claims take is a table, and a fault where SCALE_BARS asks for it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and the logs of what failed, are what these tests tell"
)]

#[path = "scale/arrivals.rs"]
mod arrivals;
#[path = "scale/fleet.rs"]
mod fleet;
#[allow(dead_code, reason = "the history serves the operator's other tests too, which ask more of it")]
#[path = "operator/history.rs"]
mod history;
#[allow(dead_code, reason = "the node serves the operator's other tests")]
#[path = "operator/kubelet.rs"]
mod kubelet;
#[path = "scale/live.rs"]
mod live;
#[path = "scale/nodes.rs"]
mod nodes;
#[allow(dead_code, reason = "the pod serves the operator's other tests too, which use more of it")]
#[path = "operator/pod.rs"]
mod pod;
#[allow(dead_code, reason = "the program serves the operator's other tests too, which use more of it")]
#[path = "operator/program.rs"]
mod program;
#[allow(dead_code, reason = "the proxy serves the operator's other tests")]
#[path = "operator/proxy.rs"]
mod proxy;
#[path = "scale/rates.rs"]
mod rates;
#[path = "scale/size.rs"]
mod size;
#[allow(dead_code, reason = "the stand serves the operator's other tests too, which use more of it")]
#[path = "operator/stand.rs"]
mod stand;
#[path = "scale/table.rs"]
mod table;
#[path = "scale/usage.rs"]
mod usage;
