//! session-api on a real API server and a real PostgreSQL, with the real operator and two replicas that may die. Pods are fakes behind
//! real certificates, on a node that is not there: the operator's own tests have it too.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures, and what the operator said before a test failed"
)]

#[path = "door/administrators.rs"]
mod administrators;
#[allow(dead_code, reason = "the node serves the operator's tests too, which use more of it")]
#[path = "operator/kubelet.rs"]
mod kubelet;
#[path = "door/listeners.rs"]
mod listeners;
#[path = "door/people.rs"]
mod people;
#[path = "door/planted.rs"]
mod planted;
#[path = "door/pod.rs"]
mod pod;
#[path = "../../session-api/tests/server/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "the program serves the operator's tests too, which use more of it")]
#[path = "operator/program.rs"]
mod program;
#[path = "door/replica.rs"]
mod replica;
#[path = "door/rotation.rs"]
mod rotation;
#[allow(dead_code, reason = "the scanner serves other tests too, which use more of it")]
#[path = "../../identity/tests/listener/scan.rs"]
mod scan;
#[path = "door/search.rs"]
mod search;
#[path = "door/sessions.rs"]
mod sessions;
#[path = "door/stand.rs"]
mod stand;
#[path = "door/traces.rs"]
mod traces;
