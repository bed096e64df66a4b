//! The egress gateway: the only way out of a browser pod. A pod shows its certificate and a grant that the operator signed; then each
//! connection it asks for is decided by name and port, resolved, decided again by every address, and tied to its name by what is
//! spoken on it. It decides no rule itself, keeps nothing, and has no credential for anything.

pub mod admin;
pub mod args;
pub mod connection;
pub mod gateway;
pub mod hello;
pub mod ledger;
pub mod logs;
pub mod material;
pub mod metered;
pub mod metrics;
pub mod noticed;
pub mod open;
pub mod parent;
pub mod plain;
pub mod reach;
pub mod refusal;
pub mod run;
pub mod serve;
pub mod terms;
pub mod tunnel;
