//! session-api on a real API server and a real PostgreSQL, with two replicas that may die. Pods are fakes behind real certificates,
//! and the operator's words about sessions are said by a stand-in: what the operator itself does, its own tests show.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "door/operator.rs"]
mod operator;
#[path = "door/people.rs"]
mod people;
#[path = "door/pod.rs"]
mod pod;
#[path = "../../session-api/tests/server/postgres.rs"]
mod postgres;
#[path = "door/replica.rs"]
mod replica;
#[path = "door/sessions.rs"]
mod sessions;
#[path = "door/stand.rs"]
mod stand;
